//! Handles, lifetimes and fields of messages through the C functions.

use core::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use crate::ffi::types::*;
use crate::ffi::{
    bytes_msg::*, destination::*, map_msg::*, map_msg_set::*, msg::*, msg_archive::*, msg_enum::*,
    msg_field::*, msg_header::*, msg_property::*, stream_msg::*, text_msg::*,
};
use crate::message::code;
use crate::status::tibems_status::*;

const FALSE: MaybeUninit<tibems_bool> = MaybeUninit::new(tibems_bool::TIBEMS_FALSE);
const TRUE: MaybeUninit<tibems_bool> = MaybeUninit::new(tibems_bool::TIBEMS_TRUE);

/// A handle made by one of the Create functions.
fn made<T>(create: unsafe extern "C" fn(*mut *mut T) -> tibems_status) -> *mut T {
    let mut handle = ptr::null_mut();
    // SAFETY: a live variable.
    assert_eq!(unsafe { create(&mut handle) }, TIBEMS_OK);
    assert!(!handle.is_null());
    handle
}

fn empty_field() -> tibemsMsgField {
    tibemsMsgField {
        r#type: -1,
        size: -1,
        count: -1,
        data: tibemsData { longValue: -1 },
    }
}

/// The text behind a pointer that the library gave.
unsafe fn shown<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: NULL or terminated, by the library's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// Cases 30-1, 30-2, 30-3, 30-4.
#[test]
fn handles_live_once() {
    // SAFETY: live variables and handles of any state.
    unsafe {
        assert_eq!(tibemsTextMsg_Create(ptr::null_mut()), TIBEMS_INVALID_ARG);
        let map = made(tibemsMapMsg_Create);
        let mut text: *const c_char = ptr::null();
        assert_eq!(tibemsTextMsg_GetText(map, &mut text), TIBEMS_INVALID_TYPE);
        assert_eq!(
            tibemsTextMsg_GetText(ptr::null_mut(), &mut text),
            TIBEMS_INVALID_MSG
        );
        let mut kind = tibemsMsgType::TIBEMS_MESSAGE_UNKNOWN;
        assert_eq!(tibemsMsg_GetBodyType(map, &mut kind), TIBEMS_OK);
        assert_eq!(kind, tibemsMsgType::TIBEMS_MAP_MESSAGE);
        assert_eq!(tibemsMsg_Acknowledge(map), TIBEMS_OK);
        assert_eq!(tibemsMsg_Recover(map), TIBEMS_ILLEGAL_STATE);
        assert_eq!(tibemsMsg_Destroy(map), TIBEMS_OK);
        assert_eq!(tibemsMsg_Destroy(map), TIBEMS_INVALID_MSG);
        assert_eq!(tibemsMsg_Destroy(ptr::null_mut()), TIBEMS_INVALID_MSG);
    }
}

/// Cases 30-84 to 30-88.
#[test]
fn nested_messages_belong_to_both() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let outer = made(tibemsMapMsg_Create);
        let inner = made(tibemsMapMsg_Create);
        let mut got = ptr::null_mut();
        assert_eq!(
            tibemsMapMsg_SetMapMsg(outer, c"m".as_ptr(), inner, TRUE),
            TIBEMS_OK
        );
        assert_eq!(tibemsMapMsg_SetInt(inner, c"late".as_ptr(), 5), TIBEMS_OK);
        assert_eq!(
            tibemsMapMsg_GetMapMsg(outer, c"m".as_ptr(), &mut got),
            TIBEMS_OK
        );
        assert_eq!(got, inner);
        assert_eq!(
            tibemsMapMsg_SetMapMsg(inner, c"m".as_ptr(), outer, TRUE),
            TIBEMS_INVALID_ARG
        );
        assert_eq!(
            tibemsMapMsg_SetStreamMsg(outer, c"s".as_ptr(), inner, TRUE),
            TIBEMS_INVALID_TYPE
        );
        assert_eq!(
            tibemsMapMsg_SetMapMsg(outer, c"n".as_ptr(), ptr::null_mut(), TRUE),
            TIBEMS_INVALID_ARG
        );
        assert_eq!(
            tibemsMapMsg_GetStreamMsg(outer, c"m".as_ptr(), &mut got),
            TIBEMS_CONVERSION_FAILED
        );
        assert!(got.is_null());
        // the program's share first: the message lives on inside
        assert_eq!(tibemsMsg_Destroy(inner), TIBEMS_OK);
        assert_eq!(tibemsMsg_Destroy(inner), TIBEMS_NOT_PERMITTED);
        let mut value = 0;
        assert_eq!(
            tibemsMapMsg_GetInt(inner, c"late".as_ptr(), &mut value),
            TIBEMS_OK
        );
        assert_eq!(value, 5);
        assert_eq!(tibemsMsg_Destroy(outer), TIBEMS_OK);
        assert_eq!(
            tibemsMapMsg_GetInt(inner, c"late".as_ptr(), &mut value),
            TIBEMS_INVALID_MSG
        );
        // the outer message first: the program's share stays
        let outer = made(tibemsMapMsg_Create);
        let inner = made(tibemsStreamMsg_Create);
        assert_eq!(
            tibemsMapMsg_SetStreamMsg(outer, c"s".as_ptr(), inner, FALSE),
            TIBEMS_OK
        );
        assert_eq!(tibemsMsg_Destroy(outer), TIBEMS_OK);
        assert_eq!(tibemsStreamMsg_WriteInt(inner, 1), TIBEMS_OK);
        assert_eq!(tibemsMsg_Destroy(inner), TIBEMS_OK);
        assert_eq!(tibemsStreamMsg_WriteInt(inner, 1), TIBEMS_INVALID_MSG);
    }
}

/// The memory of destroyed messages is used again: nothing of them is left.
#[test]
fn a_message_in_the_place_of_a_destroyed_one_is_new() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let mut destroyed = Vec::new();
        for _ in 0..100 {
            let message = made(tibemsTextMsg_Create);
            assert!(!destroyed.contains(&message));
            let mut text = ptr::null();
            assert_eq!(tibemsTextMsg_GetText(message, &mut text), TIBEMS_OK);
            assert_eq!(shown(text), None);
            let mut number = 0;
            let got = tibemsMsg_GetIntProperty(message, c"n".as_ptr(), &mut number);
            assert_eq!(got, TIBEMS_NOT_FOUND);
            let mut destination = ptr::null_mut();
            assert_eq!(tibemsMsg_GetReplyTo(message, &mut destination), TIBEMS_OK);
            assert!(destination.is_null());
            assert_eq!(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);

            assert_eq!(tibemsTextMsg_SetText(message, c"text".as_ptr()), TIBEMS_OK);
            assert_eq!(
                tibemsMsg_SetIntProperty(message, c"n".as_ptr(), 5),
                TIBEMS_OK
            );
            let mut queue: *mut c_void = ptr::null_mut();
            assert_eq!(tibemsQueue_Create(&mut queue, c"reply".as_ptr()), TIBEMS_OK);
            assert_eq!(tibemsMsg_SetReplyTo(message, queue), TIBEMS_OK);
            assert_eq!(tibemsQueue_Destroy(queue), TIBEMS_OK);
            assert_eq!(tibemsMsg_GetReplyTo(message, &mut destination), TIBEMS_OK);
            assert_eq!(tibemsMsg_Destroy(message), TIBEMS_OK);
            let mut name = [0 as c_char; 16];
            let lent = tibemsDestination_GetName(destination, name.as_mut_ptr(), 16);
            assert_eq!(lent, TIBEMS_INVALID_DESTINATION);
            destroyed.push(message);
            for message in &destroyed {
                assert_eq!(tibemsMsg_Destroy(*message), TIBEMS_INVALID_MSG);
            }
        }
    }
}

/// A message that another thread is working on when it is destroyed is gone for the program all the same.
#[test]
fn a_message_in_use_is_destroyed_once() {
    for _ in 0..200 {
        // SAFETY: as above.
        let number = unsafe {
            let message = made(tibemsTextMsg_Create);
            tibemsTextMsg_SetText(message, c"text".as_ptr());
            message.addr()
        };
        let destroyed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(move || {
                        let message = ptr::without_provenance_mut(number);
                        let mut text = ptr::null();
                        // SAFETY: live variables, handles of any state.
                        unsafe {
                            tibemsTextMsg_GetText(message, &mut text);
                            usize::from(tibemsMsg_Destroy(message) == TIBEMS_OK)
                        }
                    })
                })
                .collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.sum()
        });
        assert_eq!(destroyed, 1);
    }
}

/// Case 30-27 and the lifetimes of lent destinations.
#[test]
fn destinations_are_lent() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let message = made(tibemsMsg_Create);
        let mut queue: *mut c_void = ptr::null_mut();
        assert_eq!(tibemsQueue_Create(&mut queue, c"reply".as_ptr()), TIBEMS_OK);
        assert_eq!(tibemsMsg_SetReplyTo(message, queue), TIBEMS_OK);
        assert_eq!(tibemsQueue_Destroy(queue), TIBEMS_OK);
        assert_eq!(
            tibemsMsg_SetReplyTo(message, queue),
            TIBEMS_INVALID_DESTINATION
        );
        let (mut first, mut again) = (ptr::null_mut(), ptr::null_mut());
        assert_eq!(tibemsMsg_GetReplyTo(message, &mut first), TIBEMS_OK);
        assert_eq!(tibemsMsg_GetReplyTo(message, &mut again), TIBEMS_OK);
        assert_eq!(first, again);
        assert_eq!(tibemsDestination_Destroy(first), TIBEMS_NOT_PERMITTED);
        let mut name = [0 as c_char; 16];
        assert_eq!(
            tibemsQueue_GetQueueName(first, name.as_mut_ptr(), 16),
            TIBEMS_OK
        );
        assert_eq!(shown(name.as_ptr()), Some(c"reply"));
        assert_eq!(
            tibemsTopic_GetTopicName(first, name.as_mut_ptr(), 16),
            TIBEMS_INVALID_DESTINATION
        );
        assert_eq!(shown(name.as_ptr()), Some(c""));
        let mut copy = ptr::null_mut();
        assert_eq!(tibemsDestination_Copy(first, &mut copy), TIBEMS_OK);
        assert_eq!(tibemsMsg_Destroy(message), TIBEMS_OK);
        assert_eq!(
            tibemsDestination_GetName(first, name.as_mut_ptr(), 16),
            TIBEMS_INVALID_DESTINATION
        );
        assert_eq!(
            tibemsDestination_GetName(copy, name.as_mut_ptr(), 5),
            TIBEMS_INSUFFICIENT_BUFFER
        );
        assert_eq!(shown(name.as_ptr()), Some(c"repl"));
        assert_eq!(tibemsTopic_Destroy(copy), TIBEMS_OK);
        assert_eq!(tibemsTopic_Destroy(copy), TIBEMS_INVALID_DESTINATION);
    }
}

/// Cases 30-101 to 30-103.
#[test]
fn fields_of_a_stream_are_the_programs() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let stream = made(tibemsStreamMsg_Create);
        let inner = made(tibemsMapMsg_Create);
        assert_eq!(
            tibemsStreamMsg_WriteString(stream, c"text".as_ptr().cast_mut()),
            TIBEMS_OK
        );
        assert_eq!(
            tibemsStreamMsg_WriteIntArray(stream, [1, -1, 7].as_ptr(), 3),
            TIBEMS_OK
        );
        assert_eq!(
            tibemsStreamMsg_WriteIntArray(stream, [1].as_ptr(), -1),
            TIBEMS_INVALID_COUNT
        );
        assert_eq!(tibemsStreamMsg_WriteMapMsg(stream, inner), TIBEMS_OK);
        assert_eq!(tibemsStreamMsg_WriteShort(stream, -2), TIBEMS_OK);
        assert_eq!(tibemsMsg_Destroy(inner), TIBEMS_OK);
        assert_eq!(tibemsStreamMsg_Reset(stream), TIBEMS_OK);
        let (mut text, mut array, mut map, mut short) =
            (empty_field(), empty_field(), empty_field(), empty_field());
        for field in [&mut text, &mut array, &mut map, &mut short] {
            assert_eq!(tibemsStreamMsg_ReadField(stream, field), TIBEMS_OK);
        }
        assert_eq!(
            tibemsStreamMsg_ReadField(stream, &mut short),
            TIBEMS_MSG_EOF
        );
        let nested = map.data.msgValue;
        assert_eq!(tibemsMsg_Destroy(nested), TIBEMS_NOT_PERMITTED);
        assert_eq!(tibemsMsg_Destroy(stream), TIBEMS_OK);
        assert_eq!(
            (text.r#type as u8, text.size, text.count),
            (code::UTF8, 5, 0)
        );
        assert_eq!(shown(text.data.utf8Value), Some(c"text"));
        assert_eq!(
            (array.r#type as u8, array.size, array.count),
            (code::INT_ARRAY, 12, 3)
        );
        assert_eq!(
            std::slice::from_raw_parts(array.data.arrayValue.cast::<i32>(), 3),
            [1, -1, 7]
        );
        assert_eq!(
            (short.r#type as u8, short.size, short.data.shortValue),
            (code::SHORT, 2, -2)
        );
        let mut exists = tibems_bool::TIBEMS_TRUE;
        assert_eq!(
            tibemsMapMsg_ItemExists(nested, c"x".as_ptr(), &mut exists),
            TIBEMS_OK
        );
        for field in [&mut text, &mut array, &mut map, &mut short] {
            tibemsStreamMsg_FreeField(field);
            assert_eq!(field.r#type as u8, code::NULL);
            tibemsStreamMsg_FreeField(field);
        }
        tibemsStreamMsg_FreeField(ptr::null_mut());
        assert_eq!(tibemsMsg_Acknowledge(nested), TIBEMS_INVALID_MSG);
    }
}

#[test]
fn fields_of_messages_are_not_freed() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let message = made(tibemsMsg_Create);
        assert_eq!(
            tibemsMsg_SetStringProperty(message, c"p".as_ptr(), c"v".as_ptr()),
            TIBEMS_OK
        );
        let mut field = empty_field();
        assert_eq!(
            tibemsMsg_GetProperty(message, c"q".as_ptr(), &mut field),
            TIBEMS_NOT_FOUND
        );
        assert_eq!(field.size, -1);
        assert_eq!(
            tibemsMsg_GetProperty(message, c"p".as_ptr(), &mut field),
            TIBEMS_OK
        );
        let pointer = field.data.utf8Value;
        tibemsStreamMsg_FreeField(&mut field);
        let mut text = ptr::null();
        assert_eq!(
            tibemsMsg_GetStringProperty(message, c"p".as_ptr(), &mut text),
            TIBEMS_OK
        );
        assert_eq!((text, shown(text)), (pointer.cast_const(), Some(c"v")));
        let mut buffer = [0 as c_char; 32];
        let mut number = tibemsMsgField {
            r#type: 5,
            size: 4,
            count: 0,
            data: tibemsData { intValue: 5 },
        };
        assert_eq!(
            tibemsMsgField_PrintToBuffer(&mut number, buffer.as_mut_ptr(), 32),
            TIBEMS_OK
        );
        assert_eq!(shown(buffer.as_ptr()), Some(c"Integer:5"));
        number.r#type = 99;
        assert_eq!(
            tibemsMsgField_PrintToBuffer(&mut number, buffer.as_mut_ptr(), 32),
            TIBEMS_INVALID_FIELD
        );
        assert_eq!(tibemsMsg_Destroy(message), TIBEMS_OK);
    }
}

/// Cases 30-44 to 30-46.
#[test]
fn enumerations_are_snapshots() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let message = made(tibemsMsg_Create);
        let mut names = ptr::null_mut();
        let mut name = ptr::null();
        assert_eq!(tibemsMsg_GetPropertyNames(message, &mut names), TIBEMS_OK);
        assert_eq!(
            tibemsMsgEnum_GetNextName(names, &mut name),
            TIBEMS_NOT_FOUND
        );
        assert_eq!(tibemsMsgEnum_Destroy(names), TIBEMS_OK);
        assert_eq!(
            tibemsMsg_SetIntProperty(message, c"a".as_ptr(), 1),
            TIBEMS_OK
        );
        assert_eq!(
            tibemsMsg_SetBooleanProperty(message, c"b".as_ptr(), TRUE),
            TIBEMS_OK
        );
        assert_eq!(tibemsMsg_GetPropertyNames(message, &mut names), TIBEMS_OK);
        assert_eq!(tibemsMsg_Destroy(message), TIBEMS_OK);
        for expected in [c"a", c"b"] {
            assert_eq!(tibemsMsgEnum_GetNextName(names, &mut name), TIBEMS_OK);
            assert_eq!(shown(name), Some(expected));
        }
        let last = name;
        assert_eq!(
            tibemsMsgEnum_GetNextName(names, &mut name),
            TIBEMS_NOT_FOUND
        );
        assert_eq!(name, last);
        assert_eq!(tibemsMsgEnum_Destroy(names), TIBEMS_OK);
        assert_eq!(tibemsMsgEnum_Destroy(names), TIBEMS_INVALID_ARG);
    }
}

/// Cases 30-111 to 30-113.
#[test]
fn archives_through_c() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let message = made(tibemsTextMsg_Create);
        assert_eq!(tibemsTextMsg_SetText(message, c"hello".as_ptr()), TIBEMS_OK);
        let (mut size, mut actual) = (0, 0);
        assert_eq!(tibemsMsg_GetByteSize(message, &mut size), TIBEMS_OK);
        let copy = tibemsMsg_GetAsBytesCopy;
        assert_eq!(
            copy(message, ptr::null_mut(), 0, &mut actual),
            TIBEMS_INSUFFICIENT_BUFFER
        );
        assert_eq!(actual, size);
        let mut buffer = vec![7_u8; size as usize];
        assert_eq!(
            copy(message, buffer.as_mut_ptr().cast(), size - 1, &mut actual),
            TIBEMS_INSUFFICIENT_BUFFER
        );
        assert!(buffer.iter().all(|byte| *byte == 7));
        assert_eq!(
            copy(message, buffer.as_mut_ptr().cast(), -1, &mut actual),
            TIBEMS_INVALID_ARG
        );
        assert_eq!(
            copy(message, buffer.as_mut_ptr().cast(), size, &mut actual),
            TIBEMS_OK
        );
        assert_eq!(tibemsMsg_Destroy(message), TIBEMS_OK);
        let mut back = ptr::null_mut();
        assert_eq!(
            tibemsMsg_CreateFromBytes(&mut back, buffer.as_ptr().cast()),
            TIBEMS_OK
        );
        let mut text = ptr::null();
        assert_eq!(tibemsTextMsg_GetText(back, &mut text), TIBEMS_OK);
        assert_eq!(shown(text), Some(c"hello"));
        assert_eq!(
            tibemsTextMsg_SetText(back, c"x".as_ptr()),
            TIBEMS_MSG_NOT_WRITEABLE
        );
        assert_eq!(tibemsMsg_Destroy(back), TIBEMS_OK);
        buffer.fill(0);
        assert_eq!(
            tibemsMsg_CreateFromBytes(&mut back, buffer.as_ptr().cast()),
            TIBEMS_INVALID_MSG
        );
        assert!(back.is_null());
        assert_eq!(tibemsMsg_ByteSize(ptr::null_mut()), 0);
    }
}

#[test]
fn bytes_through_c() {
    // SAFETY: live variables, terminated texts, handles of any state.
    unsafe {
        let message = made(tibemsBytesMsg_Create);
        let mut value = 0;
        assert_eq!(
            tibemsBytesMsg_ReadInt(message, &mut value),
            TIBEMS_MSG_NOT_READABLE
        );
        assert_eq!(tibemsBytesMsg_WriteByte(message, -1), TIBEMS_OK);
        assert_eq!(tibemsBytesMsg_WriteShort(message, -2), TIBEMS_OK);
        assert_eq!(
            tibemsBytesMsg_WriteBytes(message, ptr::null(), 0),
            TIBEMS_OK
        );
        assert_eq!(
            tibemsBytesMsg_WriteBytes(message, ptr::null(), 1),
            TIBEMS_INVALID_ARG
        );
        assert_eq!(tibemsBytesMsg_Reset(message), TIBEMS_OK);
        assert_eq!(
            tibemsBytesMsg_ReadUnsignedByte(message, &mut value),
            TIBEMS_OK
        );
        assert_eq!(value, 255);
        assert_eq!(
            tibemsBytesMsg_ReadUnsignedShort(message, &mut value),
            TIBEMS_OK
        );
        assert_eq!(value, 65534);
        let (mut pointer, mut got) = (c"".as_ptr().cast(), 0);
        assert_eq!(
            tibemsBytesMsg_ReadBytes(message, &mut pointer, 4, &mut got),
            TIBEMS_OK
        );
        assert_eq!((pointer, got), (ptr::null(), -1));
        assert_eq!(tibemsMsg_Destroy(message), TIBEMS_OK);
    }
}
