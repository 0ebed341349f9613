//! Runs the body of a dialogue test: with a limit for the whole, with the transcripts of its peers when
//! it hangs, and in a process of its own when it needs other options (`TIBEMS_AMQP_OPTIONS` is read
//! once per process).

use super::Transcript;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Limit of one test.
const TEST_LIMIT: Duration = Duration::from_secs(90);
/// Set in the child process of a test that has its own options.
const CHILD: &str = "TIBEMSUFO_DIALOGUE";
const OPTIONS: &str = "TIBEMS_AMQP_OPTIONS";

type Records = Arc<Mutex<Vec<Arc<Transcript>>>>;

thread_local! {
    static RECORDS: RefCell<Option<Records>> = const { RefCell::new(None) };
}

/// Adds a transcript to those of the test that runs on this thread.
pub(super) fn register(transcript: &Arc<Transcript>) {
    RECORDS.with_borrow(|records| {
        if let Some(records) = records {
            records.lock().expect("unpoisoned").push(transcript.clone());
        }
    });
}

/// Runs a test that needs no option.
pub fn dialogue(body: impl FnOnce() + Send + 'static) {
    here(TEST_LIMIT, body);
}

fn here(limit: Duration, body: impl FnOnce() + Send + 'static) {
    let _real = super::clock::real();
    let records = Records::default();
    let shown = records.clone();
    let (finished, done) = channel();
    std::thread::Builder::new()
        .name("dialogue".into())
        .spawn(move || {
            RECORDS.set(Some(records));
            super::api::keep_errors();
            let _ = finished.send(catch_unwind(AssertUnwindSafe(body)));
        })
        .expect("a thread for the test");
    match done.recv_timeout(limit) {
        Ok(Ok(())) => {}
        Ok(Err(panic)) => resume_unwind(panic),
        Err(RecvTimeoutError::Disconnected) => panic!("the test ended without a result"),
        Err(RecvTimeoutError::Timeout) => {
            let transcripts: Vec<String> = shown
                .lock()
                .expect("unpoisoned")
                .iter()
                .map(|t| t.to_string())
                .collect();
            panic!("the test hangs\n{}", transcripts.join("\n"));
        }
    }
}

/// Runs a test in a process of its own, with these options (none: the defaults).
pub fn dialogue_with<F: FnOnce() + Send + 'static>(options: &str, body: F) {
    apart(TEST_LIMIT, &[(OPTIONS, options)], body);
}

/// The same for a test that needs more time than others.
pub fn dialogue_within<F: FnOnce() + Send + 'static>(limit: Duration, options: &str, body: F) {
    apart(limit, &[(OPTIONS, options)], body);
}

/// Runs a test in a process of its own, with these environment variables.
pub fn dialogue_in<F: FnOnce() + Send + 'static>(environment: &[(&str, &str)], body: F) {
    apart(TEST_LIMIT, environment, body);
}

/// This process runs one test alone.
fn is_apart() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// What concerns the whole process (its clock, its threads, its switches) is for tests that have one of their own.
#[track_caller]
pub fn assert_apart() {
    assert!(is_apart(), "other tests run in this process: dialogue_with");
}

fn apart<F: FnOnce() + Send + 'static>(limit: Duration, environment: &[(&str, &str)], body: F) {
    if is_apart() {
        return here(limit, body);
    }
    let name = test_name::<F>();
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child process");
    let id = child.id() as libc::pid_t;
    let (finished, done) = channel();
    std::thread::spawn(move || {
        let _ = finished.send(child.wait_with_output());
    });
    let output = done
        .recv_timeout(limit + Duration::from_secs(10))
        .unwrap_or_else(|_| {
            // SAFETY: a plain system call, on a child that nobody has waited for yet.
            unsafe { libc::kill(id, libc::SIGKILL) };
            done.recv().expect("the child that was killed")
        });
    let output = output.expect("the output of the child");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let passed = output.status.success() && out.contains("1 passed");
    assert!(
        passed,
        "{name} in {environment:?} ended with {}\n{out}\n{err}",
        output.status
    );
}

/// The name by which the test harness knows the test whose closure has type `F`.
fn test_name<F>() -> String {
    let path = std::any::type_name::<F>();
    let path = path.split_once("::").map_or(path, |(_, rest)| rest);
    path.split("::{{closure}}")
        .next()
        .unwrap_or(path)
        .to_owned()
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "the script panicked".into())
}
