//! The table of `tests/selectors`, the limits, the error texts, and a message of the wire.

use proptest::prelude::*;

use super::parser::MAX_NESTING;
use super::*;
use crate::message::{
    Destination, Message, PlainAddresses, Received, SendHeaders, TextHeader, Value,
};

const TABLE: &str = include_str!("../../../tests/selectors/table.txt");

/// A line of the table that is not about a message: expected result, expression.
fn expressions() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (result, rest) = line.split_once('\t')?;
            let row = result == "invalid"
                || !result.is_empty() && result.chars().all(|c| "TFU".contains(c));
            row.then(|| (result, rest.split('\t').next().unwrap_or("")))
        })
}

/// The messages of the table, as they would be received.
fn messages() -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for line in TABLE.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let value = match words[..] {
            ["message", _] => {
                let mut message = Message::text();
                message.set_text_header(TextHeader::MessageId, Some(b"ID:1"));
                message.set_timestamp(1_000_000_000_000);
                messages.push(message);
                continue;
            }
            ["header", name, value] => {
                let message = messages.last_mut().unwrap();
                let text = Some(value.as_bytes());
                match name {
                    "JMSPriority" => message.set_priority(value.parse().unwrap()).unwrap(),
                    "JMSDeliveryMode" => {
                        let code = if value == "PERSISTENT" { 2 } else { 1 };
                        message.set_delivery_mode(code).unwrap();
                    }
                    "JMSType" => message.set_text_header(TextHeader::Type, text),
                    "JMSCorrelationID" => message.set_text_header(TextHeader::CorrelationId, text),
                    _ => panic!("{line}"),
                }
                continue;
            }
            ["int", _, value] => Value::Int(value.parse().unwrap()),
            ["long", _, value] => Value::Long(value.parse().unwrap()),
            ["short", _, value] => Value::Short(value.parse().unwrap()),
            ["byte", _, value] => Value::Byte(value.parse().unwrap()),
            ["double", _, value] => Value::Double(value.parse().unwrap()),
            ["float", _, value] => Value::Float(value.parse().unwrap()),
            ["boolean", _, value] => Value::Bool(value.parse().unwrap()),
            ["string", _, value] => Value::text(Some(value.as_bytes())),
            _ => continue,
        };
        let message = messages.last_mut().unwrap();
        message.set_property(words[1].as_bytes(), value).unwrap();
    }
    messages
}

fn evaluated(expression: &str, messages: &[Message]) -> String {
    match Selector::parse(expression) {
        Err(_) => "invalid".to_owned(),
        Ok(selector) => messages
            .iter()
            .map(|message| match selector.evaluate(message) {
                Truth::True => 'T',
                Truth::False => 'F',
                Truth::Unknown => 'U',
            })
            .collect(),
    }
}

#[test]
fn the_table() {
    let messages = messages();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (expected, expression) in expressions() {
        let got = evaluated(expression, &messages);
        if got != expected {
            wrong.push(format!("{expression}: {got} instead of {expected}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(messages.len() == 4 && count > 500, "{count}");
}

/// The messages of the table again, after a way over the wire.
#[test]
fn a_received_message_gives_its_headers_and_properties() {
    let queue = Destination::queue("q");
    let received = Received {
        consumer_destination: &queue,
        now_ms: 0,
        addresses: &PlainAddresses,
    };
    let decoded: Vec<Message> = messages()
        .iter()
        .map(|message| {
            let headers = SendHeaders {
                priority: message.priority(),
                delivery_mode: message.delivery_mode() as i32,
                timestamp: message.timestamp(),
                message_id: Some("ID:1"),
                ..SendHeaders::to(&queue)
            };
            let mut bytes = Vec::new();
            message
                .encode(&headers, &PlainAddresses, &mut bytes)
                .unwrap();
            Message::decode(bytes.into(), &received).unwrap()
        })
        .collect();
    for (expected, expression) in expressions() {
        assert_eq!(evaluated(expression, &decoded), expected, "{expression}");
    }
    assert_eq!(evaluated("JMSXDeliveryCount = 1", &decoded), "TTTT");
}

#[test]
fn what_selectors_do_not_know_is_not_null_and_equals_nothing() {
    let mut message = Message::plain();
    message.set_delivery_mode(22).unwrap();
    message
        .set_property(b"latin", Value::text(Some(b"caf\xE9")))
        .unwrap();
    message.set_property(b"null", Value::Null).unwrap();
    message
        .set_property(b"nan", Value::Double(f64::NAN))
        .unwrap();
    for (expression, expected) in [
        ("latin IS NULL", "F"),
        ("latin = 'x'", "U"),
        ("latin LIKE '%'", "U"),
        ("latin + 1 = 1", "U"),
        ("null IS NULL", "invalid"),
        ("JMSDeliveryMode = 'NON_PERSISTENT'", "T"),
        ("JMSMessageID IS NULL", "T"),
        ("nan = nan", "F"),
        ("nan <> nan", "T"),
        ("nan > 0 OR nan <= 0", "F"),
        ("nan <> 0", "T"),
    ] {
        let messages = std::slice::from_ref(&message);
        assert_eq!(evaluated(expression, messages), expected, "{expression}");
    }
}

#[test]
fn the_text_for_a_server() {
    for (given, jms, core) in [
        ("a = 1", "a = 1", "a = 1"),
        ("NOT a = 1", "NOT( a = 1)", "NOT( a = 1)"),
        ("NOT (a = 1)", "NOT (a = 1)", "NOT (a = 1)"),
        ("NOT b AND NOT a", "NOT b AND NOT a", "NOT b AND NOT a"),
        (
            "NOT NOT a = 1 OR b",
            "NOT NOT( a = 1) OR b",
            "NOT NOT( a = 1) OR b",
        ),
        (
            "(NOT -a + 1 BETWEEN 1 AND 2) AND NOT a IS NOT NULL",
            "(NOT( -a + 1 BETWEEN 1 AND 2)) AND NOT( a IS NOT NULL)",
            "(NOT( -a + 1 BETWEEN 1 AND 2)) AND NOT( a IS NOT NULL)",
        ),
        (
            "NOT a IN ('x') OR NOT a LIKE 'x' ESCAPE '!' AND b",
            "NOT( a IN ('x')) OR NOT( a LIKE 'x' ESCAPE '!') AND b",
            "NOT( a IN ('x')) OR NOT( a LIKE 'x' ESCAPE '!') AND b",
        ),
        (
            "NOT'NON_PERSISTENT'=JMSDeliveryMode",
            "NOT('NON_PERSISTENT'=JMSDeliveryMode)",
            "NOT('NON_DURABLE'=AMQDurable)",
        ),
        (
            "JMSPriority>JMSTimestamp AND JMSMessageID = JMSType",
            "JMSPriority>JMSTimestamp AND JMSMessageID = JMSType",
            "AMQPriority>AMQTimestamp AND AMQUserID = JMSType",
        ),
        (
            "JMSDeliveryMode IN ('PERSISTENT', 'x') AND a IN ('PERSISTENT') AND a = 'PERSISTENT'",
            "JMSDeliveryMode IN ('PERSISTENT', 'x') AND a IN ('PERSISTENT') AND a = 'PERSISTENT'",
            "AMQDurable IN ('DURABLE', 'x') AND a IN ('PERSISTENT') AND a = 'PERSISTENT'",
        ),
    ] {
        let selector = Selector::parse(given).unwrap();
        assert_eq!(selector.wire_text(Naming::Jms), jms);
        assert_eq!(selector.wire_text(Naming::ArtemisCore), core);
    }
    let messages = messages();
    for (expected, expression) in expressions().filter(|(expected, _)| *expected != "invalid") {
        let text = Selector::parse(expression).unwrap();
        let text = text.wire_text(Naming::Jms);
        assert_eq!(evaluated(&text, &messages), expected, "{text}");
    }
}

#[test]
fn nothing_and_blanks_are_no_selector() {
    for none in [None, Some(&b""[..]), Some(b"  "), Some(b"\t\r\n\x0C ")] {
        assert_eq!(Selector::given(none), Ok(None));
    }
    let given = Selector::given(Some(b" a\t=\r\n1 ")).unwrap().unwrap();
    assert_eq!(given.text(), " a\t=\r\n1 ");
}

#[test]
fn errors_name_the_place_and_the_token() {
    for (selector, expected) in [
        (&b"a = 1 AND"[..], "a value is missing at its end"),
        (b"a = = 1", "a value is missing at character 5: ="),
        (b"a 1", "an operator is missing at character 3: 1"),
        (
            b"\xC3\xBC = 1 + 'x'",
            "a number is expected at character 9: 'x'",
        ),
        (
            b"s > 'a'",
            "a text or boolean compared with something else than = or <> at character 5: 'a'",
        ),
        (b"a = 1.2.3", "not a number at character 5: 1.2.3"),
        (
            b"a = 99999999999999999999",
            "a number out of range at character 5: 99999999999999999999",
        ),
        (
            b"a = 'x",
            "a text without its closing quote at character 5: 'x",
        ),
        (
            b"(a = 1",
            "a parenthesis that is not closed at character 1: (",
        ),
        (
            b"a = 1)",
            "a parenthesis that was not opened at character 6: )",
        ),
        (
            b"a = 1 AND 2",
            "a value where a condition is expected at character 11: 2",
        ),
        (
            b"JMSDestination = 'q'",
            "a header that selectors cannot name at character 1: JMSDestination",
        ),
        (
            b"a LIKE 'x!' ESCAPE '!'",
            "a LIKE pattern that ends with its escape character at character 8: 'x!'",
        ),
        (
            b"a = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "unexpected character at character 5: \"",
        ),
        (
            b"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' = ",
            "a value is missing at its end",
        ),
        (
            b"1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
            "an operator is missing at character 3: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa...",
        ),
        (b"a = 1 \xFF", "not UTF-8 at byte 7"),
        (b"a = 1\0", "unexpected character at character 6: \0"),
    ] {
        let error = Selector::given(Some(selector)).unwrap_err();
        assert_eq!(error.status, Status::TIBEMS_INVALID_SELECTOR);
        assert_eq!(error.text, format!("invalid selector: {expected}"));
    }
}

#[test]
fn hostile_texts_are_refused_or_evaluated_soon() {
    let message = Message::plain();
    let long = |piece: &str, end: &str| {
        let mut text = piece.repeat((MAX_LENGTH - end.len()) / piece.len());
        text.push_str(end);
        text
    };
    for piece in ["(", "NOT ", "'", "a AND ", "-", "1+", "a IN ('x',"] {
        let text = piece.repeat(1_000_000 / piece.len());
        let error = Selector::parse(&text).unwrap_err();
        assert!(error.text.ends_with("more than 60000"), "{}", error.text);
        let error = Selector::parse(&long(piece, "")).unwrap_err();
        assert_eq!(error.status, Status::TIBEMS_INVALID_SELECTOR, "{piece}");
    }
    for text in [
        long("NOT ", "a"),
        long("a AND ", "a"),
        long("a OR ", "a"),
        "1 = ".to_owned() + &long("-", "    1"),
        "1 < ".to_owned() + &long("1+", "    1"),
        "1 < ".to_owned() + &long("2*", "    1"),
        format!("a IN ({})", long("'x',", "         'y'")),
        "a = ".to_owned() + &"(".repeat(MAX_NESTING) + "1" + &")".repeat(MAX_NESTING),
        "a OR 1 = 1 + 2 * (".repeat(MAX_NESTING) + "1" + &")".repeat(MAX_NESTING),
    ] {
        match Selector::parse(&text) {
            Ok(selector) => drop(selector.evaluate(&message)),
            Err(error) => assert_eq!(error.status, Status::TIBEMS_INVALID_SELECTOR),
        }
    }
    // as deep as it goes, each level with five operands that wait for the next
    let deep = "(a OR b AND 1 = 2 + 3 * ".repeat(MAX_NESTING) + "1" + &")".repeat(MAX_NESTING);
    assert!(Selector::parse(&deep).is_err(), "a condition is no number");
    let deep = "1 = 1 + 2 * ".to_owned()
        + &"(1 + 2 * ".repeat(MAX_NESTING)
        + "0"
        + &")".repeat(MAX_NESTING);
    assert_eq!(
        Selector::parse(&deep).unwrap().evaluate(&message),
        Truth::Unknown,
        "it leaves 64 bits"
    );
    let deeper = "(".repeat(MAX_NESTING + 1);
    let error = Selector::parse(&deeper).unwrap_err();
    assert!(error.text.contains("more than 1000 parentheses"));
    let even = "NOT ".repeat(10_000) + "TRUE";
    assert!(Selector::parse(&even).unwrap().selects(&message));
}

#[test]
fn the_words_are_those_that_properties_cannot_have() {
    for (word, _) in lexer::WORDS {
        assert!(
            crate::message::Message::plain()
                .set_property(word.as_bytes(), Value::Null)
                .is_err()
        );
    }
}

proptest! {
    /// Any tokens in any order: a status, never a panic.
    #[test]
    fn any_text(tokens in prop::collection::vec(prop::sample::select(vec![
        "a", "b", "1", "2.5", "'x'", "'%'", "(", ")", "=", "<>", "<", "+", "-", "*", "/", ",", "NOT", "AND", "OR",
        "IN", "LIKE", "ESCAPE", "BETWEEN", "IS", "NULL", "TRUE", "JMSType", "9223372036854775808", "'!'", "\u{e9}",
    ]), 0..12)) {
        let text = tokens.join(" ");
        if let Ok(selector) = Selector::parse(&text) {
            selector.evaluate(&Message::plain());
        }
    }
}
