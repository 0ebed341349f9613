//! Tracing that was asked for: what is traced, and where it goes (spec index D14, spec 10 §1.7).
//!
//! Off unless `TIBEMS_TRACE` names topics or a TLS trace is switched on; the environment is read
//! once. A check of a topic is one load. Lines go to standard error or to the file that
//! `tibems_SetTraceFile` named; writing may block on that file. Passwords never go in, message
//! bodies only with `bodies`. Used by every layer.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use crate::clock::Stamp;
use crate::status::{Error, Result, Status};

/// What may be traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Topic {
    /// AMQP frames in and out, without bodies.
    Frames = 1,
    /// States of connections, sessions and links.
    State = 2,
    /// Reconnects and recoveries.
    Recovery = 4,
    /// TLS handshakes.
    Tls = 8,
    /// Details of TLS.
    TlsDebug = 16,
    /// Message bodies in the other topics.
    Bodies = 32,
}

impl Topic {
    const ALL: [(&'static str, Topic); 6] = [
        ("frames", Topic::Frames),
        ("state", Topic::State),
        ("recovery", Topic::Recovery),
        ("tls", Topic::Tls),
        ("tls_debug", Topic::TlsDebug),
        ("bodies", Topic::Bodies),
    ];

    fn name(self) -> &'static str {
        Topic::ALL
            .iter()
            .find(|(_, topic)| *topic == self)
            .map_or("", |(name, _)| name)
    }
}

/// The topics that the environment asks for.
fn from_environment(read: impl Fn(&str) -> Option<String>) -> u32 {
    let list = read("TIBEMS_TRACE").unwrap_or_default();
    let asked = |name: &str| read(name).is_some_and(|value| !value.is_empty() && value != "0");
    let named = list
        .split(',')
        .filter_map(|word| Topic::ALL.iter().find(|(name, _)| *name == word.trim()))
        .fold(0, |bits, (_, topic)| bits | *topic as u32);
    let tls = if asked("TIBEMS_SSL_TRACE") {
        Topic::Tls as u32
    } else {
        0
    };
    let debug = if asked("TIBEMS_SSL_DEBUG_TRACE") {
        Topic::TlsDebug as u32
    } else {
        0
    };
    named | tls | debug
}

/// What is traced, and where to.
struct Trace {
    /// Topics that are on, as bits.
    topics: AtomicU32,
    /// Standard error while there is no file.
    file: Mutex<Option<File>>,
}

/// The trace of the process.
fn global() -> &'static Trace {
    static TRACE: OnceLock<Trace> = OnceLock::new();
    TRACE.get_or_init(|| Trace::new(from_environment(|name| std::env::var(name).ok())))
}

impl Trace {
    fn new(topics: u32) -> Self {
        Trace {
            topics: AtomicU32::new(topics),
            file: Mutex::new(None),
        }
    }

    fn is_on(&self, topic: Topic) -> bool {
        self.topics.load(Ordering::Relaxed) & topic as u32 != 0
    }

    fn switch(&self, topic: Topic, on: bool) {
        if on {
            self.topics.fetch_or(topic as u32, Ordering::Relaxed);
        } else {
            self.topics.fetch_and(!(topic as u32), Ordering::Relaxed);
        }
    }

    fn set_file(&self, path: Option<&Path>) -> Result<()> {
        let mut file = self.file.lock();
        let Some(path) = path else {
            *file = None;
            return Ok(());
        };
        if file.is_some() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a trace file is set already",
            ));
        }
        let opened = OpenOptions::new().append(true).create(true).open(path);
        *file = Some(opened.map_err(|error| {
            let path = path.display();
            let text = format!("the trace file {path} cannot be opened: {error}");
            Error::new(Status::TIBEMS_IO_FAILED, text)
        })?);
        Ok(())
    }

    fn line(&self, topic: Topic, text: fmt::Arguments<'_>) {
        if self.is_on(topic) {
            let line = format!("{} {}: {text}\n", Stamp::now(), topic.name());
            // A trace that cannot be written is lost: it must never fail the call it describes.
            let _ = match self.file.lock().as_mut() {
                Some(file) => file.write_all(line.as_bytes()),
                None => std::io::stderr().write_all(line.as_bytes()),
            };
        }
    }
}

/// Whether a topic is traced.
pub fn is_on(topic: Topic) -> bool {
    global().is_on(topic)
}

/// Switches a topic on or off.
pub fn switch(topic: Topic, on: bool) {
    global().switch(topic, on);
}

/// Appends the trace to a file from now on; `None` goes back to standard error. A second file is
/// TIBEMS_ILLEGAL_STATE, a file that cannot be opened TIBEMS_IO_FAILED.
pub fn set_file(path: Option<&Path>) -> Result<()> {
    global().set_file(path)
}

/// Writes one line if the topic is on: `trace::line(Topic::State, format_args!("…"))`.
pub fn line(topic: Topic, text: fmt::Arguments<'_>) {
    global().line(topic, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_topics() {
        let read = |trace: &'static str, ssl: &'static str| {
            from_environment(move |name| match name {
                "TIBEMS_TRACE" => Some(trace.into()),
                "TIBEMS_SSL_TRACE" => Some(ssl.into()),
                _ => None,
            })
        };
        assert_eq!(read("", ""), 0);
        assert_eq!(read("frames, recovery,nonsense", "0"), 5);
        assert_eq!(read("bodies", "1"), 40);
        assert_eq!(from_environment(|_| None), 0);
    }

    #[test]
    fn one_file_at_a_time() {
        let trace = Trace::new(0);
        let path = std::env::temp_dir().join(format!("tibemsufo-trace-{}", std::process::id()));
        assert_eq!(trace.set_file(Some(&path)), Ok(()));
        let second = trace.set_file(Some(&path)).unwrap_err();
        assert_eq!(second.status, Status::TIBEMS_ILLEGAL_STATE);
        trace.line(Topic::Frames, format_args!("not asked for"));
        trace.switch(Topic::Recovery, true);
        trace.line(Topic::Recovery, format_args!("hello {}", 5));
        trace.switch(Topic::Recovery, false);
        trace.line(Topic::Recovery, format_args!("no more"));
        assert_eq!(trace.set_file(None), Ok(()));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(text.ends_with("UTC recovery: hello 5\n"), "{text}");
        assert_eq!(text.lines().count(), 1);
        let missing = trace
            .set_file(Some(Path::new("/nowhere/at/all")))
            .unwrap_err();
        assert_eq!(missing.status, Status::TIBEMS_IO_FAILED);
    }
}
