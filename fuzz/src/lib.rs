//! What the library does with bytes of strangers: it takes them or refuses them with a status. What it took can be read,
//! printed, copied, stored and sent on. Used by the fuzz targets and by `tests/fuzz.rs`, which includes this file.
//!
//! A broken promise is a panic here.

/// Calls a function of the C surface.
macro_rules! c {
    ($call:expr) => {
        // SAFETY: every pointer is NULL or points to what the C type says; handles may have any value.
        unsafe { $call }
    };
}

mod walk;

use bytes::Bytes;
use std::ffi::c_void;
use tibemsufo::ffi::msg::tibemsMsg_Destroy;
use tibemsufo::ffi::msg_archive::{tibemsMsg_CreateFromBytes, tibemsMsg_GetAsBytes};
use tibemsufo::ffi::types::tibemsMsg;
use tibemsufo::message::selector::{Naming, Selector, Truth};
use tibemsufo::message::{
    Destination, MESSAGE_LIMIT, Message, PREAMBLE, PlainAddresses, Received, SendHeaders,
    TextHeader, Value, print_value,
};
use tibemsufo::status::tibems_status as Status;

/// `tibemsMsg_CreateFromBytes` with these bytes, and with the payload behind a preamble that is right.
pub fn archive(data: &[u8]) {
    let Some((preamble, payload)) = data.split_first_chunk::<PREAMBLE>() else {
        return stored(&sealed(data));
    };
    match Message::archive_payload_length(preamble, MESSAGE_LIMIT) {
        // The function has no argument for the length: what the preamble promises must be there.
        Ok(length) if length > payload.len() => {
            let refused = Message::from_archive(data, MESSAGE_LIMIT).expect_err("it is cut off");
            assert_eq!(refused.status, Status::TIBEMS_CORRUPT_MSG);
        }
        _ => stored(data),
    }
    stored(&sealed(payload));
}

/// An archive with this payload, whose checksums are right.
fn sealed(payload: &[u8]) -> Vec<u8> {
    let mut archive = Message::plain()
        .to_archive(MESSAGE_LIMIT)
        .expect("an empty message")[..16]
        .to_vec();
    archive[12..].copy_from_slice(&(payload.len() as u32).to_be_bytes());
    archive.extend_from_slice(&crc32(payload).to_be_bytes());
    archive.extend_from_slice(&crc32(&archive).to_be_bytes());
    archive.extend_from_slice(payload);
    archive
}

/// CRC-32 of IEEE 802.3, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn stored(archive: &[u8]) {
    let mut message: tibemsMsg = std::ptr::dangling_mut();
    let status = c!(tibemsMsg_CreateFromBytes(
        &mut message,
        archive.as_ptr().cast()
    ));
    if status != Status::TIBEMS_OK {
        assert!(message.is_null());
        assert!(
            matches!(
                status,
                Status::TIBEMS_INVALID_MSG
                    | Status::TIBEMS_VERSION_MISMATCH
                    | Status::TIBEMS_CORRUPT_MSG
                    | Status::TIBEMS_INVALID_FIELD
            ),
            "{status:?}"
        );
        return;
    }
    // What it writes itself has one form only.
    let first = as_bytes(message);
    walk::read_all(message);
    let mut again: tibemsMsg = std::ptr::null_mut();
    let status = c!(tibemsMsg_CreateFromBytes(&mut again, first.as_ptr().cast()));
    assert_eq!(status, Status::TIBEMS_OK);
    assert_eq!(as_bytes(again), first);
    assert_eq!(c!(tibemsMsg_Destroy(again)), Status::TIBEMS_OK);
    assert_eq!(c!(tibemsMsg_Destroy(message)), Status::TIBEMS_OK);
}

/// A copy of what `tibemsMsg_GetAsBytes` gives.
fn as_bytes(message: tibemsMsg) -> Vec<u8> {
    let (mut bytes, mut size): (*const c_void, _) = (std::ptr::null(), 0);
    let status = c!(tibemsMsg_GetAsBytes(message, &mut bytes, &mut size));
    assert_eq!(status, Status::TIBEMS_OK);
    walk::slice::<u8>(bytes, size as usize).to_vec()
}

/// A delivery with these bytes, read as a program does and sent on.
pub fn message(data: &[u8]) {
    let queue = Destination::queue("queue");
    let received = Received {
        consumer_destination: &queue,
        now_ms: 1_000_000,
        addresses: &PlainAddresses,
    };
    let message = match Message::decode(Bytes::copy_from_slice(data), &received) {
        Ok(message) => message,
        Err(error) => return assert_eq!(error.status, Status::TIBEMS_CORRUPT_MSG),
    };
    let archive = message
        .to_archive(MESSAGE_LIMIT)
        .expect("what came can be stored");
    stored(&archive);

    let headers = SendHeaders::to(&queue);
    let mut sections = Vec::new();
    if let Err(error) = message.encode(&headers, &PlainAddresses, &mut sections) {
        assert_eq!(error.status, Status::TIBEMS_CONVERSION_FAILED, "{error:?}");
        return;
    }
    let again = Message::decode(sections.into(), &received).expect("what was sent is a message");
    assert_eq!(body(&again, &headers), body(&message, &headers));
    for (name, item) in message.properties().iter() {
        if !name.as_bytes().starts_with(b"JMS") {
            let other = again.properties().get(name.as_bytes());
            let other = other.expect("it was sent on");
            assert_eq!(printed(other.value()), printed(item.value()));
        }
    }
}

fn printed(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    print_value(&mut out, value);
    out
}

/// A selector of a program or of a client of devbroker, evaluated on a message with every type of property.
pub fn selector(data: &[u8]) {
    let selector = match Selector::given(Some(data)) {
        Ok(Some(selector)) => selector,
        Ok(None) => return assert!(data.iter().all(u8::is_ascii_whitespace)),
        Err(error) => return assert_eq!(error.status, Status::TIBEMS_INVALID_SELECTOR),
    };
    let message = selectable();
    let truth = selector.evaluate(&message);
    let same = |form: String, expected| match Selector::parse(&form) {
        Ok(other) => assert_eq!(other.evaluate(&message), expected, "{form}"),
        // only for its size: what is around it has made it too long or too deep
        Err(error) => assert!(error.text.contains("more than"), "{error}: {form}"),
    };
    let text = selector.text();
    assert_eq!(text.as_bytes(), data);
    same(selector.wire_text(Naming::Jms).into_owned(), truth);
    same(format!("({text})"), truth);
    same(format!("({text}) AND TRUE"), truth);
    same(format!("FALSE OR ({text})"), truth);
    same(format!("({text}) AND ({text})"), truth);
    same(
        format!("NOT ({text})"),
        match truth {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        },
    );
}

fn selectable() -> Message {
    let mut message = Message::plain();
    for (name, value) in [
        ("b", Value::Bool(true)),
        ("i", Value::Int(7)),
        ("l", Value::Long(i64::MAX)),
        ("d", Value::Double(-0.5)),
        ("n", Value::Double(f64::NAN)),
        ("s", Value::text(Some(b"it's 100%_\xC3\xA4"))),
        ("x", Value::text(Some(b"\xFF"))),
    ] {
        let set = message.set_property(name.as_bytes(), value);
        set.expect("a new message");
    }
    message.set_text_header(TextHeader::Type, Some(b"order"));
    message
}

/// The kind and the body, as the archive of a message that has nothing else.
fn body(message: &Message, headers: &SendHeaders<'_>) -> Vec<u8> {
    let mut bare = message.clone();
    bare.clear_properties();
    bare.apply_send(headers);
    bare.set_reply_to(None);
    for header in [
        TextHeader::CorrelationId,
        TextHeader::Type,
        TextHeader::Encoding,
    ] {
        bare.set_text_header(header, None);
    }
    bare.to_archive(MESSAGE_LIMIT)
        .expect("a part of what could be stored")
}
