//! What speaks on a port that does not speak AMQP 1.0, judged by its first bytes.
//!
//! Pure. The handshake asks as soon as a byte differs from the header that is due (spec 40 §1.1), so that a wrong port
//! is named at once and not at the end of a limit. The texts are predicates: what tells of the try puts the URL before.

/// Bytes of an unknown greeting that the text shows.
const SHOWN: usize = 16;

/// First bytes, and what sends them.
const GREETINGS: [(&[u8], &str); 8] = [
    (
        b"\x15\x03",
        "speaks TLS: the port wants an encrypted connection",
    ),
    (
        b"\x16\x03",
        "speaks TLS: the port wants an encrypted connection",
    ),
    (b"HTTP/", "speaks HTTP: a web server or a proxy"),
    (b"SSH-", "speaks SSH"),
    (b"220", "greets like a mail or FTP server"),
    (b"+OK", "greets like a mail server"),
    (b"* OK", "greets like a mail server"),
    (b"ERROR\n", "speaks STOMP"),
];

/// What the sender of `bytes` looks like, which are not the beginning of an AMQP header.
pub fn looks_like(bytes: &[u8]) -> String {
    let greets = |greeting: &[u8]| greeting.iter().zip(bytes).all(|(a, b)| a == b);
    if let Some((_, text)) = GREETINGS.iter().find(|(greeting, _)| greets(greeting)) {
        return (*text).to_owned();
    }
    // a frame of OpenWire: length, WireFormatInfo, its magic
    if bytes
        .get(4..)
        .is_some_and(|frame| frame.starts_with(b"\x01ActiveMQ"))
    {
        return "speaks OpenWire, the other protocol of ActiveMQ".to_owned();
    }
    let shown = bytes.get(..SHOWN).unwrap_or(bytes).escape_ascii();
    format!("does not speak AMQP: its first bytes are \"{shown}\"")
}

/// Which protocol a header names that begins with `AMQP` and has another version than 1.0.
pub fn version(header: [u8; 8]) -> String {
    let [.., id, major, minor, revision] = header;
    let name = match [id, major, minor, revision] {
        [0, 0, 9, 1] => "AMQP 0-9-1".to_owned(),
        [1, 1, 0, 10] => "AMQP 0-10".to_owned(),
        [1, 1, 0, 9] => "AMQP 0-9".to_owned(),
        [1, 1, 8, 0] => "AMQP 0-8".to_owned(),
        _ => format!("AMQP {major}.{minor}.{revision}"),
    };
    format!("speaks {name}, not AMQP 1.0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_known_by_their_first_bytes() {
        let openwire = b"\0\0\x01\x2a\x01ActiveMQ\0\0\0\x0c";
        for (bytes, word) in [
            (&b"\x15\x03\x01\0\x02\x02\x28"[..], "TLS"),
            (b"\x16\x03\x03\0\x7a\x02", "TLS"),
            (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", "SSH"),
            (b"220 mail.example.com ESMTP\r\n", "mail or FTP"),
            (b"220-FTP server\r\n", "mail or FTP"),
            (b"+OK ready\r\n", "mail server"),
            (b"* OK IMAP4rev1\r\n", "mail server"),
            (b"ERROR\nmessage:", "STOMP"),
            (openwire, "OpenWire"),
        ] {
            let text = looks_like(bytes);
            assert!(text.contains(word), "{text} for {bytes:?}");
        }
    }

    #[test]
    fn a_greeting_is_known_as_far_as_it_has_come() {
        assert!(looks_like(b"H").contains("HTTP"));
        assert!(looks_like(b"\x15").contains("TLS"));
        // and not by a likeness of its first byte alone
        assert!(!looks_like(b"\x15\x04").contains("TLS"));
        assert!(!looks_like(b"HELO").contains("HTTP"));
        assert!(!looks_like(b"221 bye").contains("mail"));
    }

    #[test]
    fn what_nobody_knows_is_shown_in_part_and_harmless() {
        assert_eq!(
            looks_like(b"\x93\x1cD\xf0"),
            "does not speak AMQP: its first bytes are \"\\x93\\x1cD\\xf0\""
        );
        let long = looks_like(&[b'\n'; 5000]);
        assert!(long.len() < 100 && !long.contains('\n'), "{long}");
    }

    #[test]
    fn versions_have_their_names() {
        let name = |end: [u8; 4]| {
            let [a, b, c, d] = end;
            version([b'A', b'M', b'Q', b'P', a, b, c, d])
        };
        assert_eq!(name([0, 0, 9, 1]), "speaks AMQP 0-9-1, not AMQP 1.0");
        assert_eq!(name([1, 1, 0, 10]), "speaks AMQP 0-10, not AMQP 1.0");
        assert_eq!(name([0, 2, 0, 0]), "speaks AMQP 2.0.0, not AMQP 1.0");
    }
}
