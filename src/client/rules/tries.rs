//! What servers have answered to tries: the record of one try, and of a series of them what its end tells the program.
//!
//! Pure (spec 10 C16, C17; spec 40 §1.4). The connector fills it in; the error text names every URL that was tried
//! and what each answered, in order, and stays short however long the list is and however often it was walked.

use core::net::SocketAddr; // a value: `core` has no sockets
use std::fmt;
use std::time::Duration;

use super::condition::Again;
use super::url::ServerUrl;
use crate::status::{Error, Status};

/// Ends of the stream directly behind our last SASL frame that count as a refused password (spec 40 §1.4).
const SASL_DROPS: u32 = 3;
/// Different answers of one URL that the text names.
const ANSWERS: usize = 3;
/// Characters of one answer in the text.
const ANSWER_LIMIT: usize = 240;
/// Bytes of the text after which URLs are only counted.
const TEXT_LIMIT: usize = 1200;

/// Why a try failed.
#[derive(Clone, Debug)]
pub struct Failure {
    pub error: Error,
    pub again: Again,
    /// The name did not resolve.
    pub lookup: bool,
    /// The server dropped the socket while it had our password.
    pub sasl_drop: bool,
}

impl Failure {
    /// A failure after which the URL has its turn again.
    pub fn retry(status: Status, text: impl Into<String>) -> Failure {
        Failure {
            error: Error::new(status, text.into()),
            again: Again::Retry,
            lookup: false,
            sasl_drop: false,
        }
    }

    /// A try that failed at every address of the name: the last one counts, all are named where they differ.
    pub fn of_all(mut failures: Vec<(SocketAddr, Failure)>) -> Failure {
        let Some((address, mut last)) = failures.pop() else {
            let text = "the host has no address";
            return Failure::retry(Status::TIBEMS_SERVER_NOT_CONNECTED, text);
        };
        if failures.iter().any(|(_, other)| other.error != last.error) {
            let all = failures
                .iter()
                .map(|(address, failure)| (*address, failure));
            let all = all.chain([(address, &last)]);
            let texts =
                all.map(|(address, failure)| format!("{} at {}", failure.error.text, address.ip()));
            last.error.text = texts.collect::<Vec<_>>().join(", ").into();
        }
        last
    }

    /// The same with another answer to whether the URL is tried again.
    pub fn with(mut self, again: Again) -> Failure {
        self.again = again;
        self
    }
}

/// One try of one URL: how long it took and what came of it. Everybody who tells of tries tells of this record: the
/// error text at the end of a series ([`Tries`]) and the trace, one line each, as it shows itself.
#[derive(Clone, Copy)]
pub struct Try<'a> {
    pub url: &'a ServerUrl,
    pub took: Duration,
    /// None = the server has taken the connection
    pub failure: Option<&'a Failure>,
}

impl fmt::Display for Try<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (url, ms) = (self.url, self.took.as_millis());
        match self.failure {
            Some(failure) => write!(f, "{url}: {} ({ms} ms)", named(&failure.error, None)),
            None => write!(f, "{url}: connected ({ms} ms)"),
        }
    }
}

/// An answer in words; the status stands before it where it says more than the one that is returned.
fn named(error: &Error, returned: Option<Status>) -> String {
    let text: String = error.text.chars().take(ANSWER_LIMIT).collect();
    match error.status {
        Status::TIBEMS_SERVER_NOT_CONNECTED => text,
        status if Some(status) == returned => text,
        finer => format!("{finer:?}: {text}"),
    }
}

/// The failed tries of a series.
#[derive(Default)]
pub struct Tries {
    /// In the order of their first tries
    servers: Vec<Tried>,
    /// The last answer that wins over "not connected" (C16)
    refusal: Option<Status>,
    /// A try got further than the lookup of its name
    resolved: bool,
}

/// What one place of the list has answered.
struct Tried {
    at: (usize, usize),
    url: ServerUrl,
    answers: Vec<(Error, u32)>,
    /// Tries with answers beyond those kept
    others: u32,
    sasl_drops: u32,
}

impl Tries {
    /// Books a failed try of the URL at this place of the list. The failure as it counts: the third drop of the
    /// socket behind a password is a refusal.
    pub fn failed(&mut self, at: (usize, usize), url: &ServerUrl, failure: Failure) -> Failure {
        let known = self.servers.iter().position(|tried| tried.at == at);
        let index = known.unwrap_or_else(|| {
            self.servers.push(Tried {
                at,
                url: url.clone(),
                answers: Vec::new(),
                others: 0,
                sasl_drops: 0,
            });
            self.servers.len() - 1
        });
        let failure = self.servers[index].add(failure);
        self.resolved |= !failure.lookup;
        if is_refusal(failure.error.status) {
            self.refusal = Some(failure.error.status);
        }
        failure
    }

    /// What the call returns that has found no server (C16).
    pub fn into_error(self) -> Error {
        let status = match self.refusal {
            Some(refusal) => refusal,
            None if !self.resolved && !self.servers.is_empty() => Status::TIBEMS_INVALID_HOSTNAME,
            None => Status::TIBEMS_SERVER_NOT_CONNECTED,
        };
        let mut text = String::from("no server took the connection: ");
        let merged = merge(self.servers);
        for (index, tried) in merged.iter().enumerate() {
            if index > 0 {
                text.push_str("; ");
            }
            if text.len() > TEXT_LIMIT {
                text.push_str(&format!("and {} more URLs", merged.len() - index));
                break;
            }
            text.push_str(&tried.text(status));
        }
        if merged.is_empty() {
            text.push_str("none was tried");
        }
        Error::new(status, text)
    }
}

impl Tried {
    fn add(&mut self, mut failure: Failure) -> Failure {
        if failure.sasl_drop {
            self.sasl_drops += 1;
            if self.sasl_drops >= SASL_DROPS {
                failure.error.status = Status::TIBEMS_SECURITY_EXCEPTION;
                failure.again = Again::Stop;
            }
        }
        self.book(&failure.error, 1);
        failure
    }

    fn book(&mut self, error: &Error, tries: u32) {
        if let Some((_, count)) = self.answers.iter_mut().find(|(known, _)| known == error) {
            *count = count.saturating_add(tries);
        } else if self.answers.len() < ANSWERS {
            self.answers.push((error.clone(), tries));
        } else {
            self.others = self.others.saturating_add(tries);
        }
    }

    /// `tcp://a:7222: connection refused (3 tries), closed the socket`
    fn text(&self, returned: Status) -> String {
        let answers = self.answers.iter().map(|(error, count)| {
            let text = named(error, Some(returned));
            match count {
                1 => text,
                count => format!("{text} ({count} tries)"),
            }
        });
        let others = match self.others {
            0 => None,
            1 => Some("another answer".to_owned()),
            count => Some(format!("other answers ({count} tries)")),
        };
        let answers: Vec<String> = answers.chain(others).collect();
        format!("{}: {}", self.url, answers.join(", "))
    }
}

/// One entry for each URL, however often the list names it.
fn merge(servers: Vec<Tried>) -> Vec<Tried> {
    let mut merged: Vec<Tried> = Vec::new();
    for tried in servers {
        match merged.iter_mut().find(|known| known.url == tried.url) {
            Some(known) => {
                for (error, count) in &tried.answers {
                    known.book(error, *count);
                }
                known.others = known.others.saturating_add(tried.others);
            }
            None => merged.push(tried),
        }
    }
    merged
}

/// The refusals that win over "not connected" (C16).
fn is_refusal(status: Status) -> bool {
    matches!(
        status,
        Status::TIBEMS_SECURITY_EXCEPTION
            | Status::TIBEMS_INVALID_CLIENT_ID
            | Status::TIBEMS_SERVER_LIMIT
    ) || (150..=161).contains(&status.code())
}

#[cfg(test)]
mod tests {
    use super::super::url::UrlList;
    use super::*;
    use crate::status::tibems_status::{
        TIBEMS_INVALID_HOSTNAME as HOSTNAME, TIBEMS_INVALID_PROTOCOL as PROTOCOL,
        TIBEMS_SECURITY_EXCEPTION as REFUSED, TIBEMS_SERVER_NOT_CONNECTED as GONE,
    };

    fn lookup() -> Failure {
        Failure {
            lookup: true,
            ..Failure::retry(HOSTNAME, "does not resolve")
        }
    }

    fn drop() -> Failure {
        Failure {
            sasl_drop: true,
            ..Failure::retry(GONE, "closed the socket")
        }
    }

    /// A series over this list, with these failures at these places.
    fn series(list: &str, failures: impl IntoIterator<Item = (usize, Failure)>) -> Error {
        let group = UrlList::parse(list).unwrap().groups.remove(0);
        let mut tries = Tries::default();
        for (at, failure) in failures {
            tries.failed((0, at), &group[at], failure);
        }
        tries.into_error()
    }

    #[test]
    fn every_url_stands_in_the_text_once_with_its_answers_in_order() {
        let gone = |text: &str| Failure::retry(GONE, text);
        let refused = Failure::retry(REFUSED, "refused the user").with(Again::Stop);
        let error = series(
            "a:1,b:2,c:3",
            [
                (1, gone("connection refused")),
                (2, refused),
                (0, gone("no route")),
                (1, gone("connection refused")),
                (0, gone("said nothing")),
                (1, gone("connection refused")),
                (0, gone("no route")),
            ],
        );
        assert_eq!(error.status, REFUSED);
        assert_eq!(
            error.text,
            "no server took the connection: tcp://b:2: connection refused (3 tries); \
             tcp://c:3: refused the user; tcp://a:1: no route (2 tries), said nothing"
        );
    }

    #[test]
    fn the_status_is_the_last_refusal_or_the_name_or_not_connected() {
        let with =
            |failures: &[Failure]| series("a,b,c", failures.iter().cloned().enumerate()).status;
        let limit = Failure::retry(Status::TIBEMS_SERVER_LIMIT, "full");
        let refused = Failure::retry(REFUSED, "no");
        let other = Failure::retry(PROTOCOL, "TLS");
        assert_eq!(with(&[lookup(), lookup()]), HOSTNAME);
        assert_eq!(with(&[lookup(), other.clone()]), GONE);
        assert_eq!(with(&[other.clone(), lookup()]), GONE);
        assert_eq!(with(&[limit.clone(), refused.clone(), other]), REFUSED);
        assert_eq!(
            with(&[refused, limit, lookup()]),
            Status::TIBEMS_SERVER_LIMIT
        );
        assert_eq!(with(&[]), GONE);
    }

    #[test]
    fn a_finer_status_than_the_one_returned_stands_in_the_text() {
        let error = series("a:1", [(0, Failure::retry(PROTOCOL, "answers with TLS"))]);
        assert!(
            error
                .text
                .ends_with("tcp://a:1: TIBEMS_INVALID_PROTOCOL: answers with TLS")
        );
    }

    #[test]
    fn the_third_drop_behind_a_password_at_one_place_is_a_refusal() {
        let group = UrlList::parse("a,a").unwrap().groups.remove(0);
        let mut tries = Tries::default();
        for at in [0, 1, 0, 1] {
            let failure = tries.failed((0, at), &group[at], drop());
            assert_eq!((failure.again, failure.error.status), (Again::Retry, GONE));
        }
        let failure = tries.failed((0, 1), &group[1], drop());
        assert_eq!(
            (failure.again, failure.error.status),
            (Again::Stop, REFUSED)
        );
        let error = tries.into_error();
        assert_eq!(error.status, REFUSED);
        assert!(
            error
                .text
                .ends_with("tcp://a:7222: closed the socket (4 tries), closed the socket"),
            "{}",
            error.text
        );
    }

    #[test]
    fn a_name_of_several_addresses_has_one_answer_or_names_each() {
        let at = |ip: &str, text: &str| {
            let address = SocketAddr::new(ip.parse().unwrap(), 7222);
            (address, Failure::retry(GONE, text))
        };
        let same = Failure::of_all(vec![at("::1", "refused"), at("127.0.0.1", "refused")]);
        assert_eq!(same.error.text, "refused");
        let both = Failure::of_all(vec![at("::1", "refused"), at("127.0.0.1", "is full")]);
        assert_eq!(both.error.text, "refused at ::1, is full at 127.0.0.1");
        assert_eq!(Failure::of_all(Vec::new()).error.status, GONE);
    }

    #[test]
    fn the_text_stays_short() {
        let list: Vec<String> = (1..90).map(|port| format!("h:{port}")).collect();
        let failures = (0..200_000).map(|turn| {
            let text = format!("{turn} {}", "x".repeat(if turn < 500 { 5000 } else { 0 }));
            (turn % 89, Failure::retry(GONE, text))
        });
        let error = series(&list.join(","), failures);
        let url = 3 * (ANSWER_LIMIT + 20) + 100;
        assert!(error.text.len() < TEXT_LIMIT + url, "{}", error.text.len());
        assert!(error.text.ends_with(" more URLs"), "{}", error.text);
        assert!(
            error.text.contains("other answers (2245 tries)"),
            "{}",
            error.text
        );
    }

    #[test]
    fn a_try_shows_its_url_its_answer_and_its_time() {
        let url = &UrlList::parse("a:1").unwrap().groups[0][0];
        let failure = Failure::retry(PROTOCOL, "answers with TLS");
        let tried = |failure| Try {
            url,
            took: Duration::from_micros(3700),
            failure,
        };
        assert_eq!(
            tried(Some(&failure)).to_string(),
            "tcp://a:1: TIBEMS_INVALID_PROTOCOL: answers with TLS (3 ms)"
        );
        assert_eq!(tried(None).to_string(), "tcp://a:1: connected (3 ms)");
    }
}
