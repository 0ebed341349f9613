//! The record of a conversation, shown when a test fails.

use std::fmt::{self, Debug, Display};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Longest line of a record.
const WIDTH: usize = 400;

/// Lines with times since the start.
pub struct Transcript {
    title: String,
    start: Instant,
    lines: Mutex<Vec<String>>,
}

impl Transcript {
    /// An empty record.
    pub fn new(title: String) -> Arc<Transcript> {
        Arc::new(Transcript {
            title,
            start: Instant::now(),
            lines: Mutex::default(),
        })
    }

    /// Adds a line.
    pub fn note(&self, line: impl Display) {
        let mut line = format!("{:8.3} {line}", self.start.elapsed().as_secs_f64());
        if let Some((end, _)) = line.char_indices().nth(WIDTH) {
            line.truncate(end);
            line.push('…');
        }
        self.lines.lock().expect("unpoisoned").push(line);
    }

    /// Adds a frame that went in one of the directions `->` (to the peer) or `<-`.
    pub fn frame(&self, arrow: &str, channel: u16, content: &impl Debug, payload: usize) {
        let payload = match payload {
            0 => String::new(),
            size => format!(" + {size} bytes"),
        };
        self.note(format_args!(
            "{arrow} [{channel}] {}{payload}",
            brief(content)
        ));
    }

    /// Forgets all lines, and gives their memory back.
    pub fn clear(&self) {
        *self.lines.lock().expect("unpoisoned") = Vec::new();
    }

    /// Does any line hold this text?
    pub fn holds(&self, text: &str) -> bool {
        self.lines
            .lock()
            .expect("unpoisoned")
            .iter()
            .any(|line| line.contains(text))
    }
}

impl Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "--- {} (-> arrives at the peer) ---", self.title)?;
        for line in self.lines.lock().expect("unpoisoned").iter() {
            writeln!(f, "{line}")?;
        }
        write!(f, "---")
    }
}

/// The debug text of a value without the fields that say nothing.
pub fn brief(value: &impl Debug) -> String {
    let mut text = format!("{value:?}");
    for empty in [": None", ": []", ": false"] {
        while let Some(at) = text.find(empty) {
            let name = |c: char| c.is_alphanumeric() || c == '_';
            let start = text[..at].trim_end_matches(name).len();
            let mut end = at + empty.len();
            if text[end..].starts_with(", ") {
                end += 2;
            }
            text.replace_range(start..end, "");
        }
    }
    text.replace(", }", " }")
}
