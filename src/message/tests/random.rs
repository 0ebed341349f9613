//! Random and damaged payloads.

use proptest::prelude::*;

use super::*;

proptest! {
    /// Whatever arrives: no panic, and everything that was accepted can be read, copied and sent on.
    #[test]
    fn random_payloads(mut payload in proptest::collection::vec(any::<u8>(), 0..200), code in 0x70u8..0x79) {
        if payload.len() > 3 {
            payload[..3].copy_from_slice(&[0, 0x53, code]);
        }
        read_everything(payload)?;
    }

    /// The same for damaged messages.
    #[test]
    fn damaged_payloads(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut message = Message::map();
        for (number, value) in all_values().into_iter().enumerate() {
            message.set_item(format!("i{number}").as_bytes(), value.clone()).unwrap();
            message.set_property(format!("p{number}").as_bytes(), value).unwrap();
        }
        let mut payload = encoded(&message, &send(&queue())).unwrap();
        for (index, byte) in flips {
            let position = index.index(payload.len());
            payload[position] = byte;
        }
        read_everything(payload)?;
    }

    #[test]
    fn any_text_and_bytes_round_trip(text: String, content: Vec<u8>, name in "[a-zA-Z_][a-zA-Z0-9_]{0,20}") {
        prop_assume!(check_property(&name));
        let mut message = text_message(text.as_bytes());
        message.set_property(name.as_bytes(), Value::text(Some(text.as_bytes()))).unwrap();
        let back = round_trip(&message);
        prop_assert_eq!(text_of(&back), Some(text.clone().into_bytes()));
        prop_assert_eq!(back.property(name.as_bytes()).unwrap().to_text().unwrap().unwrap().as_bytes(), text.as_bytes());
        let mut message = Message::bytes();
        message.set_bytes(&content).unwrap();
        prop_assert_eq!(bytes_of(&mut round_trip(&message)), content);
    }
}

fn check_property(name: &str) -> bool {
    names::check_property_name(name.as_bytes()).is_ok() && !name.starts_with("JMS")
}

fn read_everything(payload: Vec<u8>) -> std::result::Result<(), TestCaseError> {
    let Ok(message) = received(payload) else {
        return Ok(());
    };
    for header in [
        TextHeader::MessageId,
        TextHeader::CorrelationId,
        TextHeader::Type,
        TextHeader::Encoding,
    ] {
        message.text_header(header);
    }
    for (_, item) in message.properties().iter() {
        let _ = item.to_text();
        shown(item.value());
    }
    let copy = message.clone();
    match copy.kind() {
        BodyKind::Map => {
            copy.map_items()
                .unwrap()
                .iter()
                .for_each(|(_, item)| drop(shown(item.value())));
        }
        BodyKind::Stream => {
            copy.stream_items()
                .unwrap()
                .iter()
                .for_each(|item| drop(shown(item.value())));
        }
        _ => {}
    }
    let result = encoded(&message, &send(&queue()));
    prop_assert!(matches!(
        status(result),
        Status::TIBEMS_OK | Status::TIBEMS_CONVERSION_FAILED
    ));
    Ok(())
}
