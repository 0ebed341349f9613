//! Tests of encoder and decoder: round trips, forms, limits.

use super::*;
use bytes::Bytes;
use proptest::prelude::*;

/// Values of every type, nested up to four deep. NaN is left out: it is not equal to itself.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u8>().prop_map(Value::Ubyte),
        any::<u16>().prop_map(Value::Ushort),
        prop_oneof![0..300u32, any::<u32>()].prop_map(Value::Uint),
        prop_oneof![0..300u64, any::<u64>()].prop_map(Value::Ulong),
        any::<i8>().prop_map(Value::Byte),
        any::<i16>().prop_map(Value::Short),
        prop_oneof![-200..200i32, any::<i32>()].prop_map(Value::Int),
        prop_oneof![-200..200i64, any::<i64>()].prop_map(Value::Long),
        (-1e9f32..1e9).prop_map(Value::Float),
        (-1e9f64..1e9).prop_map(Value::Double),
        any::<[u8; 8]>().prop_map(|v| Value::Decimal(v.to_vec())),
        any::<char>().prop_map(|v| Value::Char(v as u32)),
        any::<i64>().prop_map(Value::Timestamp),
        any::<[u8; 16]>().prop_map(Value::Uuid),
        proptest::collection::vec(any::<u8>(), 0..300).prop_map(|v| Value::Binary(v.into())),
        "[a-zäöü]{0,200}".prop_map(Value::String),
        Just(Value::RawString(Bytes::from_static(b"\xff\xfe"))),
        "[a-z:-]{0,300}".prop_map(Value::Symbol),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::List),
            proptest::collection::vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::Map),
            (inner.clone(), 0..5usize).prop_map(|(v, n)| Value::Array(vec![v; n])),
            (any::<u64>(), inner).prop_map(|(code, v)| Value::described(code, v)),
        ]
    })
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    Encoder::new(&mut out).value(value);
    out
}

/// What arrives for a value that was sent: arrays without a common element type travel as lists.
fn normal(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(normal).collect()),
        Value::Map(pairs) => {
            Value::Map(pairs.iter().map(|(k, v)| (normal(k), normal(v))).collect())
        }
        Value::Described(d, v) => Value::Described(d.clone(), Box::new(normal(v))),
        other => other.clone(),
    }
}

fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let value = Value::decode(&mut decoder)?;
    if decoder.is_empty() {
        Ok(value)
    } else {
        Err(DecodeError::Trailing)
    }
}

/// Does the value hold an array whose elements cannot share one constructor?
fn has_odd_array(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| {
            has_odd_array(item)
                || matches!(item, Value::Described(_, v)
                    if matches!(**v, Value::Described(..) | Value::Array(_)))
        }),
        Value::List(items) => items.iter().any(has_odd_array),
        Value::Map(pairs) => pairs
            .iter()
            .any(|(k, v)| has_odd_array(k) || has_odd_array(v)),
        Value::Described(_, v) => has_odd_array(v),
        _ => false,
    }
}

proptest! {
    #[test]
    fn values_survive_the_wire(value in any_value()) {
        let bytes = encoded(&value);
        let mut skipper = Decoder::new(&bytes);
        skipper.skip().unwrap();
        prop_assert!(skipper.is_empty());
        let got = decode(&bytes).unwrap();
        if !has_odd_array(&value) {
            prop_assert_eq!(got, normal(&value));
        }
    }

    #[test]
    fn every_cut_is_an_error(value in any_value()) {
        let bytes = encoded(&value);
        for end in 0..bytes.len() {
            prop_assert!(decode(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::new(&bytes);
        while !decoder.is_empty() && Value::decode(&mut decoder).is_ok() {}
        let mut decoder = Decoder::for_body(&bytes);
        while !decoder.is_empty() && decoder.skip().is_ok() {}
    }
}

#[test]
fn the_smallest_form_is_written() {
    let form = |value: Value| encoded(&value);
    assert_eq!(form(Value::Uint(0)), [0x43]);
    assert_eq!(form(Value::Uint(255)), [0x52, 255]);
    assert_eq!(form(Value::Uint(256)), [0x70, 0, 0, 1, 0]);
    assert_eq!(form(Value::Ulong(0)), [0x44]);
    assert_eq!(form(Value::Int(-128)), [0x54, 0x80]);
    assert_eq!(form(Value::Int(128)), [0x71, 0, 0, 0, 128]);
    assert_eq!(form(Value::Long(-1)), [0x55, 0xff]);
    assert_eq!(form(Value::List(vec![])), [0x45]);
    assert_eq!(form(Value::Map(vec![])), [0xc1, 1, 0]);
    assert_eq!(form(Value::Bool(true)), [0x41]);
    let mut out = Vec::new();
    Encoder::new(&mut out).symbols(&["a"]);
    assert_eq!(out, [0xe0, 4, 1, 0xa3, 1, b'a']);
}

#[test]
fn every_width_is_read() {
    for (bytes, value) in [
        (&[0x56, 1][..], Value::Bool(true)),
        (&[0x70, 0, 0, 0, 0], Value::Uint(0)),
        (&[0x52, 0], Value::Uint(0)),
        (&[0x80, 0, 0, 0, 0, 0, 0, 0, 1], Value::Ulong(1)),
        (&[0x71, 255, 255, 255, 255], Value::Int(-1)),
        (
            &[0x81, 255, 255, 255, 255, 255, 255, 255, 255],
            Value::Long(-1),
        ),
        (&[0xb1, 0, 0, 0, 1, b'x'], Value::string("x")),
        (&[0xb3, 0, 0, 0, 1, b'x'], Value::symbol("x")),
        (
            &[0xd0, 0, 0, 0, 5, 0, 0, 0, 1, 0x40],
            Value::List(vec![Value::Null]),
        ),
        (&[0xc0, 1, 0], Value::List(vec![])),
        (&[0xd1, 0, 0, 0, 4, 0, 0, 0, 0], Value::Map(vec![])),
        (
            &[0xf0, 0, 0, 0, 7, 0, 0, 0, 2, 0x50, 1, 2],
            Value::Array(vec![Value::Ubyte(1), Value::Ubyte(2)]),
        ),
    ] {
        assert_eq!(decode(bytes).unwrap(), value, "{bytes:x?}");
    }
}

#[test]
fn lists_grow_into_the_long_form() {
    for size in [0usize, 1, 249, 250, 251, 252, 253, 254, 255, 256, 70_000] {
        let value = Value::List(vec![
            Value::Binary(vec![7; size].into()),
            Value::List(vec![Value::Binary(vec![8; size].into())]),
        ]);
        assert_eq!(decode(&encoded(&value)).unwrap(), value, "{size}");
    }
    let many = Value::List(vec![Value::Null; 256]);
    assert_eq!(decode(&encoded(&many)).unwrap(), many);
}

#[test]
fn malformed_values_are_refused() {
    use DecodeError as E;
    for (bytes, error) in [
        (&[0x56, 2][..], E::Boolean(2)),
        (&[0x99], E::Constructor(0x99)),
        (&[0xa1, 5, b'x'], E::Truncated),
        (&[0xb1, 0xff, 0xff, 0xff, 0xff], E::Truncated),
        (&[0xd0, 0, 0, 0, 4, 0x80, 0, 0, 0], E::Count(0x8000_0000)),
        (&[0xc1, 2, 1, 0x40], E::OddMap),
        (&[0xc0, 3, 1, 0x40, 0x40], E::Trailing),
        (&[0xc0, 0], E::Truncated),
        (
            &[0xf0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x40],
            E::Count(0x8000_0000),
        ),
        (&[0xe0, 3, 200, 0x50, 1], E::Count(200)),
        (&[0xe0, 3, 1, 0x00, 0x53], E::Truncated),
        (&[0x00, 0x41, 0x40], E::WrongType("descriptor")),
        (&[], E::Truncated),
    ] {
        assert_eq!(decode(bytes), Err(error.clone()), "{bytes:x?}");
        assert_eq!(
            Decoder::new(bytes).skip().map(|()| Value::Null),
            Err(error),
            "skip {bytes:x?}"
        );
    }
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| {
        let mut value = Value::Null;
        for _ in 0..depth {
            value = Value::List(vec![value]);
        }
        encoded(&value)
    };
    assert!(decode(&nested(32)).is_ok());
    assert_eq!(decode(&nested(33)), Err(DecodeError::TooDeep));
    assert!(Decoder::for_body(&nested(64)).skip().is_ok());
    assert_eq!(
        Decoder::for_body(&nested(65)).skip(),
        Err(DecodeError::TooDeep)
    );
    // 1 000 descriptors inside each other
    let mut deep = [0x00, 0x53, 0x70].repeat(1000);
    deep.push(0x40);
    assert_eq!(decode(&deep), Err(DecodeError::TooDeep));
    assert_eq!(Decoder::new(&deep).skip(), Err(DecodeError::TooDeep));
}

#[test]
fn arrays_of_nothing_are_limited() {
    let nulls = |count: u32| {
        let mut bytes = vec![0xf0, 0, 0, 0, 5];
        bytes.extend_from_slice(&count.to_be_bytes());
        bytes.push(0x40);
        bytes
    };
    assert_eq!(
        decode(&nulls(1024)).unwrap(),
        Value::Array(vec![Value::Null; 1024])
    );
    assert_eq!(decode(&nulls(1025)), Err(DecodeError::Count(1025)));
    // Many such arrays in one list do not multiply into memory.
    let mut body = Vec::new();
    for _ in 0..10_000 {
        body.extend_from_slice(&nulls(1024));
    }
    let mut list = vec![0xd0];
    list.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    list.extend_from_slice(&10_000u32.to_be_bytes());
    list.extend_from_slice(&body);
    assert_eq!(decode(&list), Err(DecodeError::Count(u32::MAX)));
}

#[test]
fn symbolic_descriptors_become_codes() {
    let mut bytes = vec![0x00];
    Encoder::new(&mut bytes).symbol("amqp:accepted:list");
    bytes.push(0x45);
    assert_eq!(
        Decoder::new(&bytes).descriptor().unwrap(),
        Descriptor::Code(0x24)
    );
    bytes = vec![0x00];
    Encoder::new(&mut bytes).symbol("com.example:thing");
    bytes.push(0x45);
    assert_eq!(
        decode(&bytes).unwrap(),
        Value::Described(
            Box::new(Value::symbol("com.example:thing")),
            Box::new(Value::List(vec![]))
        )
    );
}

#[test]
fn short_forms_end_where_their_counts_do() {
    for count in [126, 127, 128, 254, 255, 256] {
        let values: Vec<i16> = (0..count).collect();
        let mut out = Vec::new();
        Encoder::new(&mut out).array_short(&values);
        let expected = values.into_iter().map(Value::Short).collect();
        assert_eq!(decode(&out), Ok(Value::Array(expected)), "{count} shorts");
    }
    for length in 250..260 {
        let value = Value::List(vec![Value::Binary(vec![7; length].into())]);
        assert_eq!(decode(&encoded(&value)), Ok(value), "{length} bytes");
    }
    let value = Value::Binary(vec![7; 70_000].into());
    assert_eq!(decode(&encoded(&value)), Ok(value));
}

#[test]
fn a_skipped_array_ends_with_its_last_element() {
    assert_eq!(Decoder::new(&[0xe0, 3, 1, 0x50, 9]).skip(), Ok(()));
    assert_eq!(
        Decoder::new(&[0xe0, 4, 1, 0x50, 9, 9]).skip(),
        Err(DecodeError::Trailing)
    );
}
