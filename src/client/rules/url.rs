//! Server URLs: the grammar of spec 10 §2, checked whole before any network use (R11).
//!
//! Owns the parsed forms `ServerUrl`, `Group` (servers that share state, `,`) and `UrlList` (groups
//! joined by `+` or `|`). Pure text work: nothing here blocks or allocates more than the list itself.

use std::fmt;

use crate::status::{Error, Result, Status};

/// Limit of a whole URL string in characters (spec 10 §0.3).
const LIST_LIMIT: usize = 1000;
/// A host name must be shorter than this (spec 10 §0.3).
const HOST_LIMIT: usize = 128;

/// How the bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    Tcp,
    Ssl,
}

/// One server of a list, in normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerUrl {
    pub protocol: Protocol,
    /// Host without brackets.
    pub host: String,
    pub port: u16,
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Ssl => "ssl",
        };
        if self.host.contains(':') {
            write!(f, "{protocol}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{protocol}://{}:{}", self.host, self.port)
        }
    }
}

/// Servers that share state, in listed order; never empty.
pub type Group = Vec<ServerUrl>;

/// What joins the groups of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// One group only.
    Single,
    /// `+`: the groups share nothing.
    Unshared,
    /// `|`: load balancing over the groups.
    Balanced,
}

/// A whole URL string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlList {
    pub joint: Joint,
    /// Never empty.
    pub groups: Vec<Group>,
}

impl UrlList {
    /// The list used when no URL was given (C1, C3).
    pub fn default_server() -> Self {
        UrlList {
            joint: Joint::Single,
            groups: vec![vec![ServerUrl {
                protocol: Protocol::Tcp,
                host: "localhost".into(),
                port: 7222,
            }]],
        }
    }

    /// Parses a URL string; the statuses are those of spec 10 §2.6. The text of an error names the character that is wrong
    /// and its place.
    pub fn parse(text: &str) -> Result<Self> {
        let length = text.chars().count();
        if length > LIST_LIMIT {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                format!("the server URL has {length} characters, more than {LIST_LIMIT}"),
            ));
        }
        parse_list(text).map_err(|fault| fault.told(text))
    }
}

/// What is wrong with a URL string.
struct Fault<'a> {
    status: Status,
    why: &'static str,
    /// Begins with the character that is wrong; empty at an end.
    at: &'a str,
}

impl Fault<'_> {
    /// The error with the place in the whole string.
    fn told(self, whole: &str) -> Error {
        let offset = self.at.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        let (before, after) = whole.split_at_checked(offset).unwrap_or((whole, ""));
        let character = match after.chars().next() {
            Some(character) => format!("{character:?}"),
            None => "its end".to_owned(),
        };
        let place = before.chars().count() + 1;
        let why = self.why;
        let text = match shown(whole) {
            Some(url) => {
                format!("the server URL {url:?} at {character} (character {place}): {why}")
            }
            None => format!("the server URL at {character} (character {place}): {why}"),
        };
        Error::new(self.status, text)
    }
}

/// A URL string as an error text may show it: what stands before `@` or behind `?` or `=` may be a secret.
fn shown(whole: &str) -> Option<&str> {
    match whole.contains('@') {
        true => None,
        false => whole
            .split('?')
            .next()
            .map(|url| url.split_inclusive('=').next().unwrap_or(url)),
    }
}

type Parsed<'a, T> = std::result::Result<T, Fault<'a>>;

fn fault<'a, T>(status: Status, at: &'a str, why: &'static str) -> Parsed<'a, T> {
    Err(Fault { status, why, at })
}

fn invalid_arg<'a, T>(at: &'a str, why: &'static str) -> Parsed<'a, T> {
    fault(Status::TIBEMS_INVALID_ARG, at, why)
}

fn invalid_host<'a, T>(at: &'a str, why: &'static str) -> Parsed<'a, T> {
    fault(Status::TIBEMS_INVALID_HOSTNAME, at, why)
}

fn parse_list(text: &str) -> Parsed<'_, UrlList> {
    let (joint, separator) = match (text.find('+'), text.find('|')) {
        (Some(plus), Some(bar)) => {
            return invalid_arg(
                &text[plus.max(bar)..],
                "'+' and '|' cannot stand in one list",
            );
        }
        (Some(_), None) => (Joint::Unshared, '+'),
        (None, Some(_)) => (Joint::Balanced, '|'),
        (None, None) => (Joint::Single, '+'),
    };
    let groups = text
        .split(separator)
        .map(parse_group)
        .collect::<Parsed<'_, Vec<_>>>()?;
    Ok(UrlList { joint, groups })
}

impl fmt::Display for UrlList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match self.joint {
            Joint::Balanced => "|",
            _ => "+",
        };
        for (index, group) in self.groups.iter().enumerate() {
            if index > 0 {
                f.write_str(separator)?;
            }
            for (index, url) in group.iter().enumerate() {
                if index > 0 {
                    f.write_str(",")?;
                }
                write!(f, "{url}")?;
            }
        }
        Ok(())
    }
}

fn parse_group(text: &str) -> Parsed<'_, Group> {
    let mut group = Group::new();
    for member in text.split(',') {
        let member = member.trim_matches(|c: char| c.is_ascii_whitespace());
        let url = parse_server(member)?;
        if group
            .first()
            .is_some_and(|first| first.protocol != url.protocol)
        {
            return invalid_arg(
                member,
                "servers that share state (joined by ',') must use one protocol",
            );
        }
        group.push(url);
    }
    Ok(group)
}

/// The protocols of server URLs, with their ports.
fn protocol(name: &str) -> Option<(Protocol, u16)> {
    Some(match name.to_ascii_lowercase().as_str() {
        "tcp" => (Protocol::Tcp, 7222),
        "ssl" | "tls" => (Protocol::Ssl, 7243),
        "amqp" => (Protocol::Tcp, 5672),
        "amqps" => (Protocol::Ssl, 5671),
        _ => return None,
    })
}

fn parse_server(text: &str) -> Parsed<'_, ServerUrl> {
    if text.is_empty() {
        return invalid_arg(text, "a server is missing");
    }
    if let Some(at) = text.find(';') {
        return invalid_arg(
            &text[at..],
            "servers are joined by ',' (shared state), '+' (unshared state) or '|' (load balancing)",
        );
    }
    let Some((name, rest)) = text.split_once("://") else {
        return parse_rest(Protocol::Tcp, 7222, text).map_err(|fault| {
            let word = text
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(text.len());
            let (name, behind) = text.split_at(word);
            match protocol(name).is_some() && behind.starts_with(['/', ':']) {
                true => Fault {
                    why: "\"://\" is expected behind the protocol",
                    at: behind,
                    ..fault
                },
                false => fault,
            }
        });
    };
    match protocol(name) {
        Some((protocol, port)) => parse_rest(protocol, port, rest),
        None => fault(
            Status::TIBEMS_INVALID_PROTOCOL,
            name,
            "the protocol is unknown (known are tcp, ssl, tls, amqp, amqps)",
        ),
    }
}

/// What stands behind the protocol.
fn parse_rest(protocol: Protocol, port: u16, rest: &str) -> Parsed<'_, ServerUrl> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if let Some(at) = rest.find(['?', '#', '@', '/', '\\']) {
        return invalid_arg(
            &rest[at..],
            "parameters, users and paths are not part of a server URL",
        );
    }
    let (host, port_text) = split_host(rest)?;
    let port = match port_text {
        Some(digits) => parse_port(digits)?,
        None => port,
    };
    if host.is_empty() {
        return server(protocol, "localhost", port);
    }
    if port_text.is_none() && !rest.starts_with('[') && host.bytes().all(|b| b.is_ascii_digit()) {
        return server(protocol, "localhost", parse_port(host)?);
    }
    server(protocol, host, port)
}

/// Splits `host[:port]` or `[v6][:port]`.
fn split_host(rest: &str) -> Parsed<'_, (&str, Option<&str>)> {
    if let Some(inner) = rest.strip_prefix('[') {
        let Some((host, tail)) = inner.split_once(']') else {
            return invalid_host(rest, "the bracket of an IPv6 address is not closed");
        };
        if host.parse::<core::net::Ipv6Addr>().is_err() && !scoped(host) {
            return invalid_host(inner, "the text in brackets is no IPv6 address");
        }
        return match tail.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if tail.is_empty() => Ok((host, None)),
            None => invalid_host(tail, "only a port may stand behind an IPv6 address"),
        };
    }
    match rest.split_once(':') {
        None => Ok((rest, None)),
        Some((host, port)) => match port.find(':') {
            Some(at) => invalid_host(&port[at..], "an IPv6 address must stand in brackets"),
            None => Ok((host, Some(port))),
        },
    }
}

/// An IPv6 address with a zone, such as `fe80::1%eth0`.
fn scoped(host: &str) -> bool {
    host.split_once('%').is_some_and(|(address, zone)| {
        address.parse::<core::net::Ipv6Addr>().is_ok() && !zone.is_empty()
    })
}

fn parse_port(text: &str) -> Parsed<'_, u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(port @ 1..=65535) if digits => Ok(port as u16),
        _ => {
            let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
            let why = "a port is a number from 1 to 65535";
            fault(Status::TIBEMS_INVALID_PORT, &text[at..], why)
        }
    }
}

fn server(protocol: Protocol, host: &str, port: u16) -> Parsed<'_, ServerUrl> {
    if host.len() >= HOST_LIMIT {
        return invalid_host(host, "a host name has less than 128 characters");
    }
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') || !c.is_ascii();
    if !host.contains(':')
        && let Some(at) = host.find(|c| !plain(c))
    {
        return invalid_host(&host[at..], "this character cannot stand in a host name");
    }
    Ok(ServerUrl {
        protocol,
        host: host.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Status {
        UrlList::parse(text).unwrap_err().status
    }

    fn normal(text: &str) -> String {
        UrlList::parse(text).unwrap().to_string()
    }

    #[test]
    fn omitted_parts_get_their_defaults() {
        assert_eq!(normal("host:7222"), "tcp://host:7222");
        assert_eq!(normal("host"), "tcp://host:7222");
        assert_eq!(normal("tcp://7222"), "tcp://localhost:7222");
        assert_eq!(normal("tcp://:7300"), "tcp://localhost:7300");
        assert_eq!(normal("ssl://host"), "ssl://host:7243");
        assert_eq!(normal("TLS://host"), "ssl://host:7243");
        assert_eq!(normal("amqp://h"), "tcp://h:5672");
        assert_eq!(normal("amqps://h/"), "ssl://h:5671");
        assert_eq!(normal("tcp://[::1]:7222"), "tcp://[::1]:7222");
        assert_eq!(normal("tcp://[::1]"), "tcp://[::1]:7222");
    }

    #[test]
    fn lists_keep_their_order() {
        assert_eq!(normal("tcp://a:1 , tcp://b:2"), "tcp://a:1,tcp://b:2");
        let list = UrlList::parse("a:1,a:2+ssl://b:1,ssl://b:2").unwrap();
        assert_eq!((list.joint, list.groups.len()), (Joint::Unshared, 2));
        assert_eq!(list.to_string(), "tcp://a:1,tcp://a:2+ssl://b:1,ssl://b:2");
        assert_eq!(UrlList::parse("a|b,c").unwrap().joint, Joint::Balanced);
    }

    #[test]
    fn malformed_strings_have_the_documented_status() {
        assert_eq!(status("foo://h:1"), Status::TIBEMS_INVALID_PROTOCOL);
        assert_eq!(status("http://h:1"), Status::TIBEMS_INVALID_PROTOCOL);
        for text in ["tcp://::1:7222", "tcp://[::1:1", "a b:1", "tcp://[::1]x"] {
            assert_eq!(status(text), Status::TIBEMS_INVALID_HOSTNAME, "{text}");
        }
        for text in ["tcp://h:0", "tcp://h:65536", "tcp://h:x", "tcp://h:"] {
            assert_eq!(status(text), Status::TIBEMS_INVALID_PORT, "{text}");
        }
        for text in ["", "a,,b", "a,", "a+", "a|", "a+b|c", "tcp://a:1,ssl://b:2"] {
            assert_eq!(status(text), Status::TIBEMS_INVALID_ARG, "{text}");
        }
        for text in ["tcp://h:1?x=1", "tcp://u@h:1", "tcp://h:1/p", "tcp://h:1#f"] {
            assert_eq!(status(text), Status::TIBEMS_INVALID_ARG, "{text}");
        }
    }

    #[test]
    fn an_error_names_the_character_and_its_place() {
        let text = |url: &str| UrlList::parse(url).unwrap_err().text.into_owned();
        for (url, place, why) in [
            ("tcp://a:1;tcp://b:2", "at ';' (character 10)", "joined by"),
            ("a:1;b:2", "at ';' (character 4)", "joined by"),
            ("tcp//a:1", "at '/' (character 4)", "\"://\" is expected"),
            ("tcp:/a:1", "at ':' (character 4)", "\"://\" is expected"),
            ("tcp:a:1", "at ':' (character 4)", "\"://\" is expected"),
            ("a:1,foo://b", "at 'f' (character 5)", "protocol is unknown"),
            ("tcp://a b:1", "at ' ' (character 8)", "host name"),
            ("tcp://é*:1", "at '*' (character 8)", "host name"),
            ("a:1, ,b:2", "at ' ' (character 5)", "a server is missing"),
            ("a:1,", "at its end (character 5)", "a server is missing"),
            ("", "at its end (character 1)", "a server is missing"),
            ("a:1+b:2|c:3", "at '|' (character 8)", "one list"),
            ("a:1,ssl://b:2", "at 's' (character 5)", "one protocol"),
            ("tcp://a:1/x", "at '/' (character 10)", "paths"),
            ("tcp://::1:7222", "at ':' (character 8)", "brackets"),
            ("tcp://[::1:7222", "at '[' (character 7)", "not closed"),
            ("tcp://[::x]:7222", "at ':' (character 8)", "no IPv6"),
            ("tcp://[::1]7222", "at '7' (character 12)", "only a port"),
            ("tcp://a:7x22", "at 'x' (character 10)", "from 1 to 65535"),
            ("tcp://a:99999", "at '9' (character 9)", "from 1 to 65535"),
            ("tcp://a:", "at its end (character 9)", "from 1 to 65535"),
        ] {
            let text = text(url);
            let head = format!("the server URL {url:?} {place}: ");
            assert!(text.starts_with(&head), "{url}: {text}");
            assert!(text[head.len()..].contains(why), "{url}: {text}");
        }
        assert!(text(&"a".repeat(1001)).contains("1001 characters"));
    }

    #[test]
    fn a_secret_in_a_url_is_not_repeated() {
        for url in [
            "tcp://user:secret@a:1",
            "a:1?password=secret",
            "a:1;password=secret",
            "tcp://a:1#password=secret",
            "tcp://u:se,cret@a",
        ] {
            let text = UrlList::parse(url).unwrap_err().text;
            assert!(!text.contains("cret"), "{text}");
            assert!(text.contains("(character "), "{text}");
        }
    }

    #[test]
    fn lengths_are_limited() {
        let host = |n: usize| "h".repeat(n);
        assert!(UrlList::parse(&host(127)).is_ok());
        assert_eq!(status(&host(128)), Status::TIBEMS_INVALID_HOSTNAME);
        let mut long = String::new();
        while long.len() + 6 <= 1000 {
            long.push_str("tcp:0,");
        }
        assert_eq!(status(&"x".repeat(1001)), Status::TIBEMS_INVALID_ARG);
        let list = format!("{}h", "h,".repeat(499));
        assert_eq!(list.len(), 999);
        assert!(UrlList::parse(&format!("{list}h")).is_ok());
        assert_eq!(status(&format!("{list}hh")), Status::TIBEMS_INVALID_ARG);
    }
}
