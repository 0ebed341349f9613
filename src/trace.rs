//! Tracing that was asked for: what is traced, and where it goes (spec index D14, spec 10 §1.7).
//!
//! Off unless `TIBEMS_TRACE` names topics or a TLS trace is switched on; the environment is read
//! once. A check of a topic is one load. Lines go to standard error or to the file that
//! `tibems_SetTraceFile` named; writing may block on that file. Passwords never go in, message
//! bodies only with `bodies`. A forked child goes on where its parent writes. Used by every layer.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::clock::Stamp;
use crate::descriptor;
use crate::process::{Inherited, Lazy, Turn};
use crate::status::{Error, Result, Status};

/// What may be traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Topic {
    /// AMQP frames in and out, their payloads only with [`Topic::Bodies`].
    Frames = 1,
    /// States of connections, sessions and links.
    State = 2,
    /// Reconnects and recoveries.
    Recovery = 4,
    /// TLS handshakes.
    Tls = 8,
    /// Details of TLS.
    TlsDebug = 16,
    /// What messages carry, in the lines of their frames; asking for it asks for these.
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

/// What the environment asks for: topics as bits, and the words of `TIBEMS_TRACE` that are none.
fn from_environment(read: impl Fn(&str) -> Option<String>) -> (u32, Vec<String>) {
    let list = read("TIBEMS_TRACE").unwrap_or_default();
    let known = |word: &str| Topic::ALL.iter().any(|(name, _)| *name == word);
    let words = list.split(',').map(str::trim);
    let unknown = words.filter(|word| !word.is_empty() && !known(word));
    let unknown = unknown.map(str::to_owned).collect();
    let asked = |name: &str| read(name).is_some_and(|value| !value.is_empty() && value != "0");
    let named = list
        .split(',')
        .filter_map(|word| Topic::ALL.iter().find(|(name, _)| *name == word.trim()))
        .fold(0, |bits, (_, topic)| bits | *topic as u32);
    let frames = match named & Topic::Bodies as u32 {
        0 => 0,
        _ => Topic::Frames as u32,
    };
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
    (named | frames | tls | debug, unknown)
}

/// What is traced, and where to.
struct Trace {
    /// Topics that are on, as bits.
    topics: AtomicU32,
    /// Words of `TIBEMS_TRACE` that are no topic.
    unknown: Vec<String>,
    /// What else was not understood and belongs into the first line.
    faults: Lazy<String>,
    /// Where lines go: standard error while there is no file. Who writes has its turn.
    file: Inherited<File>,
    /// It has its first line.
    begun: AtomicBool,
}

/// A trace that cannot be written is lost: it must never fail the call it describes.
fn write(file: &Turn<'_, File>, line: &str) {
    let _ = match file.get() {
        Some(mut file) => file.write_all(line.as_bytes()),
        None => {
            // The lock of the standard library's standard error may be held for ever in a forked child.
            // SAFETY: the number is used for this moment and not closed; who closes standard error loses the trace.
            let mut error = ManuallyDrop::new(unsafe { File::from_raw_fd(libc::STDERR_FILENO) });
            error.write_all(line.as_bytes())
        }
    };
}

/// The trace of the process.
fn global() -> &'static Trace {
    static TRACE: Lazy<Trace> = Lazy::new();
    TRACE.get_or_init(|| {
        let (topics, unknown) = from_environment(|name| std::env::var(name).ok());
        Trace::new(topics, unknown)
    })
}

impl Trace {
    fn new(topics: u32, unknown: Vec<String>) -> Self {
        Trace {
            topics: AtomicU32::new(topics),
            unknown,
            faults: Lazy::new(),
            file: Inherited::new(),
            begun: AtomicBool::new(false),
        }
    }

    /// The words of `TIBEMS_TRACE` that are no topic, as a text; empty without any.
    fn misunderstood(&self) -> String {
        if self.unknown.is_empty() {
            return String::new();
        }
        let known = Topic::ALL.map(|(name, _)| name).join(",");
        let unknown = self.unknown.join(" ");
        format!("not understood in TIBEMS_TRACE: {unknown} (known are {known})")
    }

    /// Writes the first line, unless it is there.
    fn begin(&self, file: &Turn<'_, File>) {
        if self.begun.swap(true, Ordering::Relaxed) {
            return;
        }
        let bits = self.topics.load(Ordering::Relaxed);
        let on = Topic::ALL
            .iter()
            .filter(|(_, topic)| bits & *topic as u32 != 0);
        let on: Vec<_> = on.map(|(name, _)| *name).collect();
        let mut line = format!(
            "{} pid {} trace: libtibemsufo {}, topics {}",
            Stamp::now(),
            std::process::id(),
            env!("CARGO_PKG_VERSION"),
            if on.is_empty() {
                "none".to_owned()
            } else {
                on.join(",")
            },
        );
        if !self.unknown.is_empty() {
            line.push_str(&format!("; {}", self.misunderstood()));
        }
        if let Some(faults) = self.faults.get().filter(|faults| !faults.is_empty()) {
            line.push_str("; ");
            line.push_str(faults);
        }
        line.push('\n');
        write(file, &line);
    }

    /// A connection is opened: with words in `TIBEMS_TRACE` that nobody understands the first line is due, for others may
    /// never come.
    fn announce(&self, faults: &str) {
        self.faults.get_or_init(|| faults.to_owned());
        if !self.unknown.is_empty() {
            self.begin(&self.file.lock());
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
            file.set(None);
            self.begun.store(false, Ordering::Relaxed);
            return Ok(());
        };
        if file.get().is_some() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a trace file is set already",
            ));
        }
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let opened = opened.and_then(descriptor::beyond_standard);
        file.set(Some(opened.map_err(|error| {
            let path = path.display();
            let text = format!("the trace file {path} cannot be opened: {error}");
            Error::new(Status::TIBEMS_IO_FAILED, text)
        })?));
        self.begun.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn line(&self, topic: Topic, text: fmt::Arguments<'_>) {
        if self.is_on(topic) {
            let (now, pid, topic) = (Stamp::now(), std::process::id(), topic.name());
            let line = format!("{now} pid {pid} {topic}: {text}\n");
            let file = self.file.lock();
            self.begin(&file);
            write(&file, &line);
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

/// A connection is about to be opened. `faults`: what else the environment asks for and nobody understands; it belongs into
/// the first line of the trace.
pub fn announce(faults: &str) {
    global().announce(faults);
}

/// The words of `TIBEMS_TRACE` that are no topic, as a text; empty without any.
pub fn misunderstood() -> String {
    global().misunderstood()
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
        let none = Vec::<String>::new;
        assert_eq!(read("", ""), (0, none()));
        assert_eq!(
            read("frames, recovery,nonsense", "0"),
            (5, vec!["nonsense".into()])
        );
        assert_eq!(read("bodies", "1"), (41, none()));
        assert_eq!(from_environment(|_| None), (0, none()));
    }

    #[test]
    fn one_file_at_a_time() {
        let trace = Trace::new(0, vec!["recovry".into()]);
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
        let pid = std::process::id();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        let first = "not understood in TIBEMS_TRACE: recovry (known are frames,state,";
        assert!(lines[0].contains(first), "{text}");
        assert!(
            lines[1].ends_with(&format!("UTC pid {pid} recovery: hello 5")),
            "{text}"
        );
        let missing = trace
            .set_file(Some(Path::new("/nowhere/at/all")))
            .unwrap_err();
        assert_eq!(missing.status, Status::TIBEMS_IO_FAILED);
    }
}
