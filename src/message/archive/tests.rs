//! Archives: everything comes back, damage is found, hostile content is refused.

use super::*;
use crate::message::BodyKind;
use crate::message::MESSAGE_LIMIT;
use crate::message::destination::DestinationKind;
use crate::message::model::Access;
use crate::message::tests::all_values;
use crate::message::value::code;

fn sealed(payload: &[u8]) -> Vec<u8> {
    let mut archive = Message::plain().to_archive(MESSAGE_LIMIT).unwrap()[..PREAMBLE].to_vec();
    archive[12..16].copy_from_slice(&(payload.len() as u32).to_be_bytes());
    archive[16..20].copy_from_slice(&crc32(payload).to_be_bytes());
    reseal(&mut archive);
    archive.extend_from_slice(payload);
    archive
}

fn reseal(archive: &mut [u8]) {
    let checksum = crc32(&archive[..20]);
    archive[20..24].copy_from_slice(&checksum.to_be_bytes());
}

fn status(archive: &[u8]) -> Status {
    Message::from_archive(archive, MESSAGE_LIMIT)
        .err()
        .map_or(Status::TIBEMS_OK, |error| error.status)
}

/// A message of this kind with every header and type of property.
fn full(kind: BodyKind) -> Message {
    let mut message = Message::of_kind(kind);
    for header in TEXT_HEADERS {
        message.set_text_header(header, Some(b"\xE9 header"));
    }
    message.set_destination(Some(Destination::topic("t")));
    message.set_reply_to(Some(Destination::foreign_temporary(
        DestinationKind::Queue,
        "tmp",
    )));
    message.set_delivery_mode(22).unwrap();
    message.set_priority(9).unwrap();
    message.set_redelivered(true);
    message.set_timestamp(-1);
    message.set_expiration(i64::MAX);
    for (number, value) in all_values().into_iter().enumerate() {
        message
            .set_property(format!("p{number}").as_bytes(), value.clone())
            .unwrap();
        match kind {
            BodyKind::Map => message
                .set_item(format!("é{number}").as_bytes(), value)
                .unwrap(),
            BodyKind::Stream => message.stream_write(value).unwrap(),
            _ => {}
        }
    }
    match kind {
        BodyKind::Text => message.set_text(Some(b"t\xE9xt")).unwrap(),
        BodyKind::Bytes => message.write_bytes(b"\0\x01").unwrap(),
        BodyKind::Object => message.set_object_bytes(Some(b"")).unwrap(),
        _ => {}
    }
    message
}

const KINDS: [BodyKind; 6] = [
    BodyKind::Plain,
    BodyKind::Bytes,
    BodyKind::Map,
    BodyKind::Object,
    BodyKind::Stream,
    BodyKind::Text,
];

/// Of every kind; the last one holds bytes that another program has encoded.
fn stored(number: usize) -> Message {
    match KINDS.get(number) {
        Some(kind) => full(*kind),
        None => crate::message::tests::coded(),
    }
}

#[test]
fn everything_comes_back_read_only() {
    for number in 0..=KINDS.len() {
        let kind = stored(number).kind();
        for message in [Message::of_kind(kind), stored(number)] {
            let archive = message.to_archive(MESSAGE_LIMIT).unwrap();
            let mut back = Message::from_archive(&archive, MESSAGE_LIMIT).unwrap();
            assert_eq!(back.to_archive(MESSAGE_LIMIT).unwrap(), archive);
            assert_eq!((back.kind(), back.access()), (kind, Access::ReadOnly));
            let refused = back.set_property(b"x", Value::Null).unwrap_err();
            assert_eq!(refused.status, Status::TIBEMS_MSG_NOT_WRITEABLE);
        }
    }
}

#[test]
fn the_block_is_the_same_while_nothing_changes() {
    let mut message = full(BodyKind::Map);
    let first = message.lend_archive(MESSAGE_LIMIT).unwrap().as_ptr();
    assert_eq!(message.lend_archive(MESSAGE_LIMIT).unwrap().as_ptr(), first);
    message.set_priority(1).unwrap();
    let second = message.lend_archive(MESSAGE_LIMIT).unwrap().as_ptr();
    assert_ne!(first, second);
    assert_eq!(
        message.lend_archive(MESSAGE_LIMIT).unwrap().as_ptr(),
        second
    );
}

#[test]
fn every_flipped_bit_is_found() {
    let archive = full(BodyKind::Map).to_archive(MESSAGE_LIMIT).unwrap();
    for bit in 0..archive.len() * 8 {
        let mut damaged = archive.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let found = status(&damaged);
        let expected = if bit < PREAMBLE * 8 {
            Status::TIBEMS_INVALID_MSG
        } else {
            Status::TIBEMS_CORRUPT_MSG
        };
        assert_eq!(found, expected, "bit {bit}"); // 30-114
    }
}

#[test]
fn preambles() {
    assert_eq!(status(&[0; 100]), Status::TIBEMS_INVALID_MSG);
    let good = Message::plain().to_archive(MESSAGE_LIMIT).unwrap();
    for (at, value, expected) in [
        (9, 2, Status::TIBEMS_VERSION_MISMATCH),
        (10, 1, Status::TIBEMS_VERSION_MISMATCH),
        (12, 0xFF, Status::TIBEMS_CORRUPT_MSG),
    ] {
        let mut changed = good.clone();
        changed[at] = value;
        reseal(&mut changed);
        assert_eq!(status(&changed), expected, "{at}");
    }
}

/// The checksums are right, the content is not.
#[test]
fn hostile_forms_of_texts_and_bytes() {
    let with_body = |kind: u8, body: &[u8]| {
        let mut good = Message::plain().to_archive(MESSAGE_LIMIT).unwrap()[PREAMBLE..].to_vec();
        good.pop(); // the body of a plain message is null, one byte
        good[4] = kind;
        good.extend_from_slice(body);
        good[1] = (good.len() - 2) as u8;
        status(&sealed(&good))
    };
    for kind in [2, 6] {
        let right: &[u8] = b"\xC0\x0A\x03\xA0\x01t\xA0\x01k\xA0\x01b";
        assert_eq!(with_body(kind, right), Status::TIBEMS_OK, "{kind}");
        for wrong in [
            &b"\x45"[..],
            b"\xC0\x04\x01\xA0\x01t",
            b"\xC0\x07\x02\xA0\x01t\xA0\x01k",
            b"\xC0\x0A\x03\xA0\x01t\xA0\x01\xE4\xA0\x01b",
            b"\xC0\x0A\x03\xA1\x01t\xA0\x01k\xA0\x01b",
            b"\xC0\x0B\x04\xA0\x01t\xA0\x01k\xA0\x01b\x40",
        ] {
            let found = with_body(kind, wrong);
            assert_eq!(found, Status::TIBEMS_CORRUPT_MSG, "{kind}: {wrong:x?}");
        }
    }
}

#[test]
fn hostile_payloads() {
    let good = Message::map().to_archive(MESSAGE_LIMIT).unwrap()[PREAMBLE..].to_vec();
    let mut trailing = good.clone();
    trailing.push(0x40);
    assert_eq!(status(&sealed(&trailing)), Status::TIBEMS_CORRUPT_MSG);
    assert_eq!(status(&sealed(&[])), Status::TIBEMS_CORRUPT_MSG);
    let start = &good[..good.len() - 1]; // the body of an empty map is an empty list, one byte
    let with_body = |body: &[u8]| {
        let mut payload = [start, body].concat();
        payload[1] = (payload.len() - 2) as u8;
        if payload.len() > 255 {
            let mut long = vec![0xD0, 0, 0, 0, 0, 0, 0, 0, 4];
            long.extend_from_slice(&payload[3..]);
            let size = (long.len() - 5) as u32;
            long[1..5].copy_from_slice(&size.to_be_bytes());
            payload = long;
        }
        status(&sealed(&payload))
    };
    assert_eq!(with_body(&[0x45]), Status::TIBEMS_OK);
    for hostile in [
        &[0xD0, 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF][..], // a list of 2^32 - 1
        &[0xC1, 2, 1, 0x40],                             // half a pair
        &[0xF0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x40],        // 2^31 nulls
        // the item "n" is an array of 2^31 times zero, none of which takes a byte
        b"\xC0\x10\x03\xA0\x01n\x50\x15\xF0\0\0\0\x05\x80\0\0\0\x43",
    ] {
        assert_eq!(with_body(hostile), Status::TIBEMS_CORRUPT_MSG); // 30-115
    }
    // name "n", code 99
    assert_eq!(
        with_body(&[0xC0, 7, 3, 0xA0, 1, b'n', 0x50, 99, 0x40]),
        Status::TIBEMS_INVALID_FIELD
    );
    // code 5 (int) with a long
    assert_eq!(
        with_body(&[0xC0, 8, 3, 0xA0, 1, b'n', 0x50, 5, 0x55, 1]),
        Status::TIBEMS_INVALID_FIELD
    );
    // two of three
    assert_eq!(
        with_body(&[0xC0, 6, 2, 0xA0, 1, b'n', 0x50, 5]),
        Status::TIBEMS_CORRUPT_MSG
    );
    let mut deep = vec![0x45];
    for _ in 0..10_000 {
        let mut outer = vec![0xD0, 0, 0, 0, 0, 0, 0, 0, 3, 0xA0, 0, 0x50, code::MAP_MSG];
        outer.extend_from_slice(&deep);
        let size = (outer.len() - 5) as u32;
        outer[1..5].copy_from_slice(&size.to_be_bytes());
        deep = outer;
    }
    assert_eq!(with_body(&deep), Status::TIBEMS_CORRUPT_MSG); // 30-115
}

proptest::proptest! {
    /// Damage that the checksums do not show: no panic, and what is accepted can be stored again.
    #[test]
    fn damaged_payloads(
        number in 0..=KINDS.len(),
        damage in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), 0u8..), 1..6),
    ) {
        let mut payload = stored(number).to_archive(MESSAGE_LIMIT).unwrap()[PREAMBLE..].to_vec();
        for (index, byte) in damage {
            let at = index.index(payload.len());
            payload[at] = byte;
        }
        match Message::from_archive(&sealed(&payload), MESSAGE_LIMIT) {
            Ok(message) => assert!(message.to_archive(MESSAGE_LIMIT).is_ok()),
            Err(error) => assert!(matches!(
                error.status,
                Status::TIBEMS_CORRUPT_MSG | Status::TIBEMS_INVALID_FIELD
            )),
        }
    }
}

#[test]
fn checksum() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}
