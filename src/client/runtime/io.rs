//! The I/O thread of a connection: waits, reads, feeds the model, writes what others left, runs the timeouts.
//!
//! One per connection while it has a server. After a loss that automatic reconnect may repair it is also
//! the connector (spec 10 §4). It never calls application code and never waits for an object.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;

use super::driver::Driver;
use crate::status::{Error, Status};
use crate::transport::{READ_CHUNK, Stream, wait};

/// Bytes read before the other duties of the thread have their turn.
const FAIRNESS: usize = 256 * 1024;

/// The thread: serves incarnation after incarnation while automatic reconnect brings new ones.
pub fn run(driver: &Arc<Driver>, epoch: u32, input: BytesMut) {
    let mut incarnation = Some((epoch, input));
    while let Some((epoch, mut input)) = incarnation {
        serve(driver, epoch, &mut input);
        incarnation = driver.reconnect_automatically(epoch);
    }
}

/// Serves one incarnation until it is over.
fn serve(driver: &Arc<Driver>, epoch: u32, input: &mut BytesMut) {
    let ends = |pipe: &mut super::output::Pipe| (pipe.stream.clone(), pipe.waker.clone());
    let Some((stream, waker)) = driver.lock().pipe(epoch).map(ends) else {
        return;
    };
    loop {
        let mut hold = driver.lock();
        let now = Instant::now();
        hold.take_events(now);
        let timer = hold.tick(now);
        hold.take_events(now);
        hold.carry_out();
        hold.flush_due();
        hold.carry_out();
        let Some(pipe) = hold.pipe(epoch) else { return };
        let Some(write) = pipe.sleep(timer) else {
            continue;
        };
        drop(hold);
        let ready = wait(Some(stream.fd()), write, &waker, timer);
        let mut hold = driver.lock();
        let Some(pipe) = hold.pipe(epoch) else { return };
        pipe.awake(ready.as_ref().is_ok_and(|ready| ready.writable));
        let ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                let text = format!("waiting for the server failed: {error}");
                return hold.lost(epoch, not_connected(text));
            }
        };
        drop(hold);
        if ready.readable && !read(driver, epoch, &stream, input) {
            return;
        }
    }
}

/// Reads what is there; false when the incarnation is over.
fn read(driver: &Driver, epoch: u32, stream: &Stream, input: &mut BytesMut) -> bool {
    let mut total = 0;
    while total < FAIRNESS {
        let result = stream.read(input);
        let mut hold = driver.lock();
        let Some(pipe) = hold.pipe(epoch) else {
            return false;
        };
        let cause = match result {
            Ok(0) => (pipe.take_write_failure())
                .unwrap_or_else(|| "the server closed the socket".to_owned()),
            Ok(count) => {
                total += count;
                if let Some(trace) = &mut pipe.trace {
                    trace.read(&input[input.len() - count..]);
                }
                hold.input(input, Instant::now());
                if count < READ_CHUNK {
                    return true; // the socket is empty: poll tells when there is more
                }
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(error) => format!("reading from the server failed: {error}"),
        };
        hold.lost(epoch, not_connected(cause));
        return false;
    }
    true
}

fn not_connected(text: String) -> Error {
    Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, text)
}
