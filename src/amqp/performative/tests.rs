//! Tests of the performatives: round trips of all, and the tolerance of spec 40 §1.2.

use super::*;
use crate::amqp::codec::{SymbolMap, Value};
use bytes::Bytes;
use proptest::option::of;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9.:/-]{0,40}"
}

fn symbols() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(text(), 0..4)
}

fn map() -> BoxedStrategy<SymbolMap> {
    proptest::collection::btree_map(
        text(),
        prop_oneof![
            Just(Value::Null),
            text().prop_map(Value::String),
            any::<u32>().prop_map(Value::Uint),
            (any::<u64>(), text()).prop_map(|(c, t)| Value::described(c, Value::String(t))),
        ],
        0..4,
    )
    .prop_map(|m| m.into_iter().collect())
    .boxed()
}

fn blob() -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from)
}

fn error() -> BoxedStrategy<AmqpError> {
    (text(), of(text()), map())
        .prop_map(|(condition, description, info)| AmqpError {
            condition,
            description,
            info,
        })
        .boxed()
}

fn state() -> BoxedStrategy<DeliveryState> {
    let plain = prop_oneof![
        Just(DeliveryState::Accepted),
        Just(DeliveryState::Released),
        of(error()).prop_map(|e| DeliveryState::Rejected(e.map(Box::new))),
        (any::<u32>(), any::<u64>()).prop_map(|(n, o)| DeliveryState::Received {
            section_number: n,
            section_offset: o
        }),
        (any::<bool>(), any::<bool>(), map()).prop_map(|(f, u, m)| DeliveryState::Modified {
            delivery_failed: f,
            undeliverable_here: u,
            message_annotations: m
        }),
        of(blob()).prop_map(DeliveryState::Declared),
        (200u64..).prop_map(DeliveryState::Unknown),
    ];
    prop_oneof![
        plain.clone(),
        (blob(), of(plain)).prop_map(|(txn_id, o)| DeliveryState::Transactional {
            txn_id,
            outcome: o.map(Box::new)
        })
    ]
    .boxed()
}

fn source() -> BoxedStrategy<Source> {
    (
        (of(text()), of(any::<u32>()), of(text()), of(any::<u32>())),
        (any::<bool>(), map(), of(text()), map()),
        (of(state()), symbols(), symbols()),
    )
        .prop_map(|(a, b, c)| Source {
            address: a.0,
            durable: a.1,
            expiry_policy: a.2,
            timeout: a.3,
            dynamic: b.0,
            dynamic_node_properties: b.1,
            distribution_mode: b.2,
            filter: b.3,
            default_outcome: c.0,
            outcomes: c.1,
            capabilities: c.2,
        })
        .boxed()
}

fn target() -> BoxedStrategy<LinkTarget> {
    prop_oneof![
        symbols().prop_map(|capabilities| Coordinator { capabilities }.into()),
        (
            (of(text()), of(any::<u32>()), of(text()), of(any::<u32>())),
            (any::<bool>(), map(), symbols()),
        )
            .prop_map(|(a, b)| Target {
                address: a.0,
                durable: a.1,
                expiry_policy: a.2,
                timeout: a.3,
                dynamic: b.0,
                dynamic_node_properties: b.1,
                capabilities: b.2,
            }
            .into()),
    ]
    .boxed()
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Sender), Just(Role::Receiver)]
}

fn connection_level() -> BoxedStrategy<Performative> {
    prop_oneof![
        (
            (text(), of(text()), of(any::<u32>()), of(any::<u16>())),
            (of(any::<u32>()), symbols(), symbols(), map()),
        )
            .prop_map(|(a, b)| Open {
                container_id: a.0,
                hostname: a.1,
                max_frame_size: a.2,
                channel_max: a.3,
                idle_time_out: b.0,
                offered_capabilities: b.1,
                desired_capabilities: b.2,
                properties: b.3,
            }
            .into()),
        (
            (of(any::<u16>()), any::<u32>(), any::<u32>(), any::<u32>()),
            (of(any::<u32>()), symbols(), symbols(), map()),
        )
            .prop_map(|(a, b)| Begin {
                remote_channel: a.0,
                next_outgoing_id: a.1,
                incoming_window: a.2,
                outgoing_window: a.3,
                handle_max: b.0,
                offered_capabilities: b.1,
                desired_capabilities: b.2,
                properties: b.3,
            }
            .into()),
        of(error()).prop_map(|error| End { error }.into()),
        of(error()).prop_map(|error| Close { error }.into()),
    ]
    .boxed()
}

fn link_level() -> BoxedStrategy<Performative> {
    prop_oneof![
        (
            (
                text(),
                any::<u32>(),
                role(),
                of(any::<u8>()),
                of(any::<u8>())
            ),
            (
                of(source()),
                of(target()),
                of(any::<u32>()),
                of(any::<u64>())
            ),
            (symbols(), symbols(), map()),
        )
            .prop_map(|(a, b, c)| Attach {
                name: a.0,
                handle: a.1,
                role: a.2,
                snd_settle_mode: a.3,
                rcv_settle_mode: a.4,
                source: b.0,
                target: b.1,
                initial_delivery_count: b.2,
                max_message_size: b.3,
                offered_capabilities: c.0,
                desired_capabilities: c.1,
                properties: c.2,
            }
            .into()),
        (
            (of(any::<u32>()), any::<u32>(), any::<u32>(), any::<u32>()),
            (
                of(any::<u32>()),
                of(any::<u32>()),
                of(any::<u32>()),
                of(any::<u32>())
            ),
            (any::<bool>(), any::<bool>(), map()),
        )
            .prop_map(|(a, b, c)| Flow {
                next_incoming_id: a.0,
                incoming_window: a.1,
                next_outgoing_id: a.2,
                outgoing_window: a.3,
                handle: b.0,
                delivery_count: b.1,
                link_credit: b.2,
                available: b.3,
                drain: c.0,
                echo: c.1,
                properties: c.2,
            }
            .into()),
        (any::<u32>(), any::<bool>(), of(error())).prop_map(|(handle, closed, error)| Detach {
            handle,
            closed,
            error
        }
        .into()),
        (
            (any::<u32>(), of(any::<u32>()), of(blob()), of(any::<u32>())),
            (
                of(any::<bool>()),
                any::<bool>(),
                of(any::<u8>()),
                of(state())
            ),
            (any::<bool>(), any::<bool>(), any::<bool>()),
        )
            .prop_map(|(a, b, c)| Transfer {
                handle: a.0,
                delivery_id: a.1,
                delivery_tag: a.2,
                message_format: a.3,
                settled: b.0,
                more: b.1,
                rcv_settle_mode: b.2,
                state: b.3,
                resume: c.0,
                aborted: c.1,
                batchable: c.2,
            }
            .into()),
        (
            (role(), any::<u32>(), of(any::<u32>())),
            (any::<bool>(), of(state()), any::<bool>()),
        )
            .prop_map(|(a, b)| Disposition {
                role: a.0,
                first: a.1,
                last: a.2,
                settled: b.0,
                state: b.1,
                batchable: b.2,
            }
            .into()),
    ]
    .boxed()
}

fn sasl() -> BoxedStrategy<Performative> {
    prop_oneof![
        symbols().prop_map(|m| SaslMechanisms {
            sasl_server_mechanisms: m
        }
        .into()),
        (text(), of(blob()), of(text())).prop_map(|(mechanism, initial_response, hostname)| {
            SaslInit {
                mechanism,
                initial_response,
                hostname,
            }
            .into()
        }),
        blob().prop_map(|challenge| SaslChallenge { challenge }.into()),
        blob().prop_map(|response| SaslResponse { response }.into()),
        (any::<u8>(), of(blob())).prop_map(|(code, additional_data)| SaslOutcome {
            code,
            additional_data
        }
        .into()),
    ]
    .boxed()
}

fn encoded(performative: &Performative) -> Vec<u8> {
    let mut out = Vec::new();
    performative.encode(&mut Encoder::new(&mut out));
    out
}

fn round_trip(performative: &Performative) -> Performative {
    let mut bytes = encoded(performative);
    let end = bytes.len();
    bytes.extend_from_slice(b"payload");
    let mut decoder = Decoder::new(&bytes);
    let got = Performative::decode(&mut decoder).unwrap();
    assert_eq!(decoder.position(), end);
    got
}

proptest! {
    #[test]
    fn performatives_survive_the_wire(
        a in connection_level(), b in link_level(), c in sasl()
    ) {
        for sent in [a, b, c] {
            prop_assert_eq!(round_trip(&sent), sent);
        }
    }

    #[test]
    fn damage_never_panics(
        sent in prop_oneof![connection_level(), link_level(), sasl()],
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = encoded(&sent);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = Performative::decode(&mut Decoder::new(&bytes));
        let _ = Performative::decode(&mut Decoder::new(&bytes[..place]));
    }
}

/// A performative by hand: symbolic descriptor, list32, the given encoded fields.
fn by_hand(name: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![0x00];
    Encoder::new(&mut bytes).symbol(name);
    let body = fields.concat();
    bytes.push(0xd0);
    bytes.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    bytes.extend_from_slice(&(fields.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&body);
    bytes
}

#[test]
fn other_peoples_encodings_are_read() {
    // symbolic descriptor, list32, explicit trailing nulls, fields of a later revision
    let bytes = by_hand(
        "amqp:detach:list",
        &[
            &[0x70, 0, 0, 0, 5],
            &[0x56, 1],
            &[0x40],
            &[0x40],
            &[0xa1, 1, b'x'],
        ],
    );
    assert_eq!(
        Detach::decode(&mut Decoder::new(&bytes)).unwrap(),
        Detach {
            handle: 5,
            closed: true,
            error: None
        }
    );
    let bad = by_hand("amqp:detach:list", &[&[0x43], &[0x41], &[0x40], &[0x99]]);
    assert!(Detach::decode(&mut Decoder::new(&bad)).is_err());
}

#[test]
fn multiple_fields_come_in_four_shapes() {
    let mechanisms = |field: &[u8]| {
        let bytes = by_hand("amqp:sasl-mechanisms:list", &[field]);
        SaslMechanisms::decode(&mut Decoder::new(&bytes))
            .map(|m| m.sasl_server_mechanisms.join(","))
    };
    assert_eq!(mechanisms(&[0x40]).unwrap(), "");
    assert_eq!(mechanisms(b"\xa3\x05PLAIN").unwrap(), "PLAIN");
    assert_eq!(mechanisms(b"\xe0\x06\x02\xa3\x01A\x01B").unwrap(), "A,B");
    assert_eq!(
        mechanisms(b"\xc0\x07\x02\xa3\x01A\xa1\x01B").unwrap(),
        "A,B"
    );
    assert!(mechanisms(&[0x43]).is_err());
}

#[test]
fn map_keys_are_symbols_or_strings_and_the_last_wins() {
    let bytes = by_hand(
        "amqp:open:list",
        &[
            b"\xa1\x01c",
            &[0x40],
            &[0x40],
            &[0x40],
            &[0x40],
            &[0x40],
            &[0x40],
            &[0x40],
            &[0x40],
            b"\xc1\x11\x08\xa3\x01a\x43\xa1\x01b\x41\xa1\x01a\x42\x43\xa1\x01z",
        ],
    );
    let open = Open::decode(&mut Decoder::new(&bytes)).unwrap();
    assert_eq!(
        open.properties,
        vec![
            ("b".to_owned(), Value::Bool(true)),
            ("a".to_owned(), Value::Bool(false))
        ]
    );
}

#[test]
fn mandatory_fields_are_demanded() {
    for name in [
        "open",
        "begin",
        "attach",
        "flow",
        "transfer",
        "disposition",
        "detach",
    ] {
        let bytes = by_hand(&format!("amqp:{name}:list"), &[]);
        assert!(
            matches!(
                Performative::decode(&mut Decoder::new(&bytes)),
                Err(DecodeError::Missing(_))
            ),
            "{name}"
        );
    }
    assert!(matches!(
        Performative::decode(&mut Decoder::new(&[0x00, 0x53, 0x99, 0x45])),
        Err(DecodeError::Descriptor(_))
    ));
}

#[test]
fn empty_types_are_written_as_list0() {
    assert_eq!(encoded(&Close::default().into()), [0x00, 0x53, 0x18, 0x45]);
    let mut out = Vec::new();
    DeliveryState::Accepted.encode(&mut Encoder::new(&mut out));
    assert_eq!(out, [0x00, 0x53, 0x24, 0x45]);
}

#[test]
fn addresses_of_other_types_become_text() {
    let bytes = by_hand("amqp:target:list", &[&[0x52, 7]]);
    let target = Target::decode(&mut Decoder::new(&bytes)).unwrap();
    assert_eq!(target.address.as_deref(), Some("Uint(7)"));
}

#[test]
fn a_map_of_empty_arrays_does_not_grow_into_memory() {
    let mut pairs = Vec::new();
    let count = 1000u32;
    for _ in 0..count {
        pairs.extend_from_slice(b"\xa3\x01k\xf0\x00\x00\x00\x05\x00\x00\x04\x00\x40");
    }
    let mut map = vec![0xd1];
    map.extend_from_slice(&(pairs.len() as u32 + 4).to_be_bytes());
    map.extend_from_slice(&(count * 2).to_be_bytes());
    map.extend_from_slice(&pairs);
    let bytes = by_hand("amqp:error:list", &[b"\xa3\x01x", &[0x40], &map]);
    assert!(matches!(
        AmqpError::decode(&mut Decoder::new(&bytes)),
        Err(DecodeError::Count(_))
    ));
}
