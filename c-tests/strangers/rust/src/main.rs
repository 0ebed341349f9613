//! A program that uses the crate tibco_ems of others, as it is published, with this library behind it.
//!
//! usage: stranger [NAME pattern ...]; the servers are in STRANGER_URL (needed) and STRANGER_PAIR ("URL URL PID": two servers
//! that share nothing, of which the first is killed). Rows "ok", "not ok" and "skip" with a name, totals on the last line.
//!
//! The crate tells most of its troubles to the logger only, and panics over others: both count as failures here.

mod low;
mod messages;
mod sessions;
mod subscriptions;

use std::panic;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Mutex;
use tibco_ems::{Connection, Consumer, Destination, Message, TextMessage};

/// What the crate said at level error since the test began.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() == log::Level::Error
    }
    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            SAID.lock().unwrap().push(record.args().to_string());
        }
    }
    fn flush(&self) {}
}

/// The crate's complaints so far, taken away: for tests that want one.
pub fn complaints() -> Vec<String> {
    std::mem::take(&mut SAID.lock().unwrap())
}

/// Longer than any answer takes; nothing waits this long unless it fails.
pub const SOON: i64 = 20_000;
/// How long an empty queue is watched where only silence proves something.
pub const SILENCE: i64 = 300;

pub fn url() -> String {
    std::env::var("STRANGER_URL").expect("STRANGER_URL")
}

pub fn connect() -> Connection {
    tibco_ems::connect(&url(), "ems", "ems").expect("connect")
}

/// A name that nothing else uses.
pub fn fresh(kind: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!(
        "stranger.{kind}.{}.{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

pub fn queue() -> Destination {
    Destination::Queue(fresh("queue"))
}

pub fn topic() -> Destination {
    Destination::Topic(fresh("topic"))
}

pub fn text(body: &str) -> TextMessage {
    TextMessage {
        body: body.into(),
        ..Default::default()
    }
}

pub fn next(consumer: &Consumer) -> Message {
    consumer
        .receive_message(Some(SOON))
        .expect("receive")
        .expect("a message in time")
}

pub fn next_text(consumer: &Consumer) -> String {
    consumer
        .receive_text_message(Some(SOON))
        .expect("receive")
        .expect("a message in time")
        .body
}

pub fn assert_silent(consumer: &Consumer) {
    let more = consumer.receive_message(Some(SILENCE)).expect("receive");
    assert!(more.is_none(), "a message too many: {more:?}");
}

pub type Test = (&'static str, fn() -> End);

/// What a test ends with when it has not failed.
pub enum End {
    Passed,
    Skipped(&'static str),
}

fn main() {
    log::set_logger(&Listener).unwrap();
    log::set_max_level(log::LevelFilter::Error);
    let patterns: Vec<String> = std::env::args().skip(1).collect();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let tests = [
        messages::TESTS,
        sessions::TESTS,
        subscriptions::TESTS,
        low::TESTS,
    ]
    .concat();
    for (name, test) in tests {
        if !patterns.is_empty()
            && !patterns
                .iter()
                .any(|pattern| name.contains(pattern.as_str()))
        {
            continue;
        }
        complaints();
        let outcome = panic::catch_unwind(test);
        let said = complaints();
        match outcome {
            Ok(End::Skipped(why)) => {
                skipped += 1;
                println!("skip\t{name}\t{why}");
            }
            Ok(End::Passed) if said.is_empty() => {
                passed += 1;
                println!("ok\t{name}");
            }
            _ => {
                failed += 1;
                println!("not ok\t{name}\t{}", said.join("; "));
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    std::process::exit(i32::from(failed != 0 || passed == 0));
}
