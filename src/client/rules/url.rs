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

    /// Parses a URL string; the statuses are those of spec 10 §2.6.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > LIST_LIMIT {
            return Err(invalid_arg("the server URL is longer than 1000 characters"));
        }
        let unshared = text.contains('+');
        let balanced = text.contains('|');
        if unshared && balanced {
            return Err(invalid_arg("a server URL cannot hold both '+' and '|'"));
        }
        let (joint, separator) = match (unshared, balanced) {
            (true, _) => (Joint::Unshared, '+'),
            (_, true) => (Joint::Balanced, '|'),
            _ => (Joint::Single, '+'),
        };
        let groups = text
            .split(separator)
            .map(parse_group)
            .collect::<Result<Vec<_>>>()?;
        Ok(UrlList { joint, groups })
    }
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

fn invalid_arg(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_INVALID_ARG, text)
}

fn parse_group(text: &str) -> Result<Group> {
    let group = text
        .split(',')
        .map(|member| parse_server(member.trim_matches(|c: char| c.is_ascii_whitespace())))
        .collect::<Result<Group>>()?;
    if group.iter().any(|url| url.protocol != group[0].protocol) {
        return Err(invalid_arg(
            "servers that share state must use one protocol",
        ));
    }
    Ok(group)
}

fn parse_server(text: &str) -> Result<ServerUrl> {
    if text.is_empty() {
        return Err(invalid_arg("a member of the server URL is empty"));
    }
    let (protocol, port, rest) = match text.split_once("://") {
        Some((name, rest)) => {
            let (protocol, port) = match name.to_ascii_lowercase().as_str() {
                "tcp" => (Protocol::Tcp, 7222),
                "ssl" | "tls" => (Protocol::Ssl, 7243),
                "amqp" => (Protocol::Tcp, 5672),
                "amqps" => (Protocol::Ssl, 5671),
                _ => {
                    return Err(Error::new(
                        Status::TIBEMS_INVALID_PROTOCOL,
                        format!("unknown protocol in the server URL: {name}"),
                    ));
                }
            };
            (protocol, port, rest)
        }
        None => (Protocol::Tcp, 7222, text),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['?', '#', '@', '/', '\\']) {
        return Err(invalid_arg(
            "parameters, users and paths are not part of a server URL",
        ));
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
fn split_host(rest: &str) -> Result<(&str, Option<&str>)> {
    if let Some(inner) = rest.strip_prefix('[') {
        let (host, tail) = inner
            .split_once(']')
            .ok_or_else(|| invalid_host("the bracket of an IPv6 address is not closed"))?;
        if host.parse::<std::net::Ipv6Addr>().is_err() && !scoped(host) {
            return Err(invalid_host("the text in brackets is no IPv6 address"));
        }
        return match tail.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if tail.is_empty() => Ok((host, None)),
            None => Err(invalid_host("unexpected text behind an IPv6 address")),
        };
    }
    match rest.split_once(':') {
        None => Ok((rest, None)),
        Some((_, port)) if port.contains(':') => {
            Err(invalid_host("an IPv6 address must stand in brackets"))
        }
        Some((host, port)) => Ok((host, Some(port))),
    }
}

/// An IPv6 address with a zone, such as `fe80::1%eth0`.
fn scoped(host: &str) -> bool {
    host.split_once('%').is_some_and(|(address, zone)| {
        address.parse::<std::net::Ipv6Addr>().is_ok() && !zone.is_empty()
    })
}

fn invalid_host(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_INVALID_HOSTNAME, text)
}

fn parse_port(text: &str) -> Result<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(port @ 1..=65535) if digits => Ok(port as u16),
        _ => Err(Error::new(
            Status::TIBEMS_INVALID_PORT,
            "a port of the server URL is not a number from 1 to 65535",
        )),
    }
}

fn server(protocol: Protocol, host: &str, port: u16) -> Result<ServerUrl> {
    if host.len() >= HOST_LIMIT {
        return Err(invalid_host("a host name has 128 characters or more"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') || b >= 0x80;
    if !host.contains(':') && !host.bytes().all(plain) {
        return Err(invalid_host("a host name holds an illegal character"));
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
