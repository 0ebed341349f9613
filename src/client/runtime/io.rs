//! The I/O thread of a connection: waits, reads, feeds the model, writes what others left, runs the timeouts. While calls that
//! wait read the socket themselves (`reading.rs`), the rest of it.
//!
//! One per connection, from its first server on. After a loss that automatic reconnect may repair it is also
//! the connector (spec 10 §4). While the connection is broken it waits for the next server. It never calls application
//! code and never waits for an object.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use super::driver::Driver;
use super::reading::Received;
use crate::client::model::Wait;
use crate::client::rules::gate::State;
use crate::client::rules::outage::{Loss, Witness};
use crate::trace::{self, Topic};
use crate::transport::{Stream, wait};

/// How long a broken connection may wait for RecoverConnection before the trace says so.
const NOTICE: Duration = Duration::from_secs(1);
/// Bytes read before the other duties of the thread have their turn.
const FAIRNESS: usize = 256 * 1024;

/// The thread: serves incarnation after incarnation, until none can come any more.
pub fn run(driver: &Arc<Driver>) {
    let mut last = 0;
    loop {
        let mut hold = driver.lock();
        hold.until(&Wait::Incarnation(last), None);
        if hold.in_service() == last {
            hold.guard.served = false;
            return;
        }
        last = hold.in_service();
        drop(hold);
        serve(driver, last);
        driver.reconnect_automatically(last);
        notice(driver);
    }
}

/// A connection that stays broken waits for its program: a trace that is on says so.
fn notice(driver: &Arc<Driver>) {
    if !trace::is_on(Topic::Recovery) {
        return;
    }
    let mut hold = driver.lock();
    if hold.state() == State::Broken && !hold.until(&Wait::Noticed, Some(Instant::now() + NOTICE)) {
        let text = hold.outage().unwrap_or_default();
        hold.note(Topic::Recovery, format_args!("{text}"));
    }
}

/// Serves one incarnation until it is over.
fn serve(driver: &Arc<Driver>, epoch: u32) {
    let Some((stream, waker)) = driver.lock().pipe(epoch).map(|pipe| pipe.ends()) else {
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
        let Some(sleep) = pipe.sleep(timer, now) else {
            continue;
        };
        drop(hold);
        let socket = sleep.at_socket.then(|| stream.fd());
        let ready = wait(socket, sleep.write, &waker, sleep.until);
        let mut hold = driver.lock();
        let Some(pipe) = hold.pipe(epoch) else { return };
        pipe.awake(ready.as_ref().is_ok_and(|ready| ready.writable));
        let ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                let text = format!("waiting for the server failed: {error}");
                return hold.lost(epoch, Loss::not_connected(Witness::Library, text));
            }
        };
        // a call may have the role meanwhile
        let input = (ready.readable && pipe.reading.is_io()).then(|| mem::take(&mut pipe.input));
        drop(hold);
        if let Some(input) = input
            && !read(driver, epoch, &stream, input)
        {
            return;
        }
    }
}

/// Reads what is there, to what was read before; false when the incarnation is over.
fn read(driver: &Driver, epoch: u32, stream: &Stream, mut input: BytesMut) -> bool {
    let mut total = 0;
    loop {
        let result = stream.read(&mut input);
        let mut hold = driver.lock();
        match hold.received(epoch, &mut input, result) {
            Received::Over => return false,
            Received::More(count) if total + count < FAIRNESS => total += count,
            // poll tells when there is more
            Received::More(_) | Received::All => {
                if let Some(pipe) = hold.pipe(epoch) {
                    pipe.input = input;
                }
                return true;
            }
        }
    }
}
