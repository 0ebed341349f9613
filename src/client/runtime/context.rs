//! Which callback the current thread is inside of, and which call.
//!
//! Callbacks run on threads of the library only, each of which runs one at a time: one thread-local value, set around the
//! call. It has no destructor, so it is still true when the callback calls `exit` and an `atexit` handler closes what the
//! callback belongs to (D32). The gate and the close rules ask it who calls.
//!
//! A receive or a send that waits can be interrupted by a signal handler of the program, which may close consumer or producer:
//! the call is below it on the same thread and cannot return before it.
//!
//! A callback that has forked returns twice. In the child the thread behind it must not go on: its connection, the socket
//! and the locks that it would take are those of the parent. It ends there and then.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Weak};

use super::driver::Driver;
use crate::client::rules::gate::Caller;
use crate::process;
use crate::status::Status;

/// One callback under way on this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Message {
        connection: u64,
        session: u32,
        consumer: u32,
    },
    Exception {
        connection: u64,
        status: Status,
    },
    Completion {
        connection: u64,
        session: u32,
        /// The address of the message object
        message: usize,
    },
}

thread_local! {
    /// With the process in which it began
    static FRAME: Cell<Option<(Frame, u32)>> = const { Cell::new(None) };
}

/// The callback that this thread is inside of, in a child of it, too.
fn frame() -> Option<Frame> {
    FRAME.get().map(|(frame, _)| frame)
}

/// The same, if nobody has forked inside of it: for a child it is a callback of nobody, and its connection a parent's, whose
/// lock any thread may have held.
fn own_frame() -> Option<Frame> {
    let own = |(frame, process)| (process == process::epoch()).then_some(frame);
    FRAME.get().and_then(own)
}

thread_local! {
    /// The connection whose thread this is. Its owner takes it away, so that no destructor is needed.
    static HOME: Cell<Option<ManuallyDrop<Weak<Driver>>>> = const { Cell::new(None) };
}

/// This thread is one of a connection's, from its making to its end.
pub struct Home;

impl Home {
    /// Of this connection.
    pub fn new(connection: &Arc<Driver>) -> Home {
        HOME.set(Some(ManuallyDrop::new(Arc::downgrade(connection))));
        Home
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(HOME.take().map(ManuallyDrop::into_inner));
    }
}

/// The connection whose message listener or completion callback this thread is inside of, if it is another one than this.
pub fn calls_back_for(other_than: u64) -> Option<Arc<Driver>> {
    match own_frame() {
        Some(Frame::Message { connection, .. } | Frame::Completion { connection, .. })
            if connection != other_than =>
        {
            let home = HOME.take();
            let found = home.as_ref().and_then(|home| home.upgrade());
            HOME.set(home);
            found
        }
        _ => None,
    }
}

/// A call that a signal handler of the program may have interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// A receive from this consumer waits
    Receive(u32),
    /// A send of this producer is under way
    Send(u32),
}

thread_local! {
    static BELOW: Cell<Option<(u64, Below)>> = const { Cell::new(None) };
}

/// A call of this thread, from its making to its end.
pub struct Calling(Option<(u64, Below)>);

impl Calling {
    /// On this connection.
    pub fn new(connection: u64, below: Below) -> Self {
        Calling(BELOW.replace(Some((connection, below))))
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        BELOW.set(self.0);
    }
}

/// True in a signal handler that has interrupted this call, and behind its call of `exit`.
pub fn interrupts(connection: u64, below: Below) -> bool {
    BELOW.get() == Some((connection, below))
}

/// Takes the frame away at the end of the callback, also when a panic ends it.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        FRAME.set(None);
    }
}

fn run(frame: Frame, body: impl FnOnce()) {
    let began_in = process::epoch();
    FRAME.set(Some((frame, began_in)));
    let _guard = Guard;
    body();
    if process::epoch() != began_in {
        process::end_thread();
    }
}

/// Runs a message listener.
pub fn in_message_listener(connection: u64, session: u32, consumer: u32, body: impl FnOnce()) {
    run(
        Frame::Message {
            connection,
            session,
            consumer,
        },
        body,
    );
}

/// Runs an exception listener.
pub fn in_exception_listener(connection: u64, status: Status, body: impl FnOnce()) {
    run(Frame::Exception { connection, status }, body);
}

/// Runs the callback of an asynchronous send of this message.
pub fn in_completion(connection: u64, session: u32, message: usize, body: impl FnOnce()) {
    run(
        Frame::Completion {
            connection,
            session,
            message,
        },
        body,
    );
}

/// Who calls `connection` from this thread.
pub fn caller(connection: u64) -> Caller {
    match frame() {
        Some(Frame::Message { connection: of, .. }) if of == connection => Caller::MessageListener,
        Some(Frame::Exception {
            connection: of,
            status,
        }) if of == connection => Caller::ExceptionListener(status),
        Some(Frame::Completion { connection: of, .. }) if of == connection => {
            Caller::CompletionListener
        }
        _ => Caller::Application,
    }
}

/// True inside a message listener of this session; `None` = of any session of the connection.
pub fn inside_listener(connection: u64, session: Option<u32>) -> bool {
    let found = callback(connection);
    found.is_some_and(|(of, _)| session.is_none_or(|wanted| wanted == of))
}

/// True inside a message listener of this very consumer.
pub fn inside_consumer(connection: u64, consumer: u32) -> bool {
    callback(connection).is_some_and(|(_, of)| of == consumer)
}

/// The session of the completion callback of this connection that this thread is inside of.
pub fn completing(connection: u64) -> Option<u32> {
    match frame() {
        Some(Frame::Completion {
            connection: of,
            session,
            ..
        }) if of == connection => Some(session),
        _ => None,
    }
}

/// The callback that this thread is inside of and that others may wait for, of whatever connection.
pub fn calling_back() -> Option<Caller> {
    match own_frame()? {
        Frame::Message { .. } => Some(Caller::MessageListener),
        Frame::Completion { .. } => Some(Caller::CompletionListener),
        Frame::Exception { .. } => None,
    }
}

/// True inside the completion callback of this message object.
pub fn completes(object: usize) -> bool {
    matches!(frame(), Some(Frame::Completion { message, .. }) if message == object)
}

/// Session and consumer of the message listener of this connection that this thread is inside of.
pub fn callback(connection: u64) -> Option<(u32, u32)> {
    match frame() {
        Some(Frame::Message {
            connection: of,
            session,
            consumer,
        }) if of == connection => Some((session, consumer)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_to_the_handler_above_it() {
        let of = |connection, consumer| interrupts(connection, Below::Receive(consumer));
        assert!(!of(1, 9));
        let below = Calling::new(1, Below::Receive(9));
        assert!(of(1, 9) && !of(2, 9) && !of(1, 8) && !interrupts(1, Below::Send(9)));
        let above = Calling::new(1, Below::Send(8));
        assert!(interrupts(1, Below::Send(8)));
        drop(above);
        assert!(of(1, 9));
        drop(below);
        assert!(!of(1, 9));
    }

    #[test]
    fn a_frame_lasts_as_long_as_its_callback() {
        assert_eq!(caller(1), Caller::Application);
        in_message_listener(1, 7, 9, || {
            assert_eq!(caller(1), Caller::MessageListener);
            assert_eq!(caller(2), Caller::Application);
            assert!(inside_listener(1, Some(7)) && !inside_listener(1, Some(8)));
            assert!(inside_listener(1, None) && !inside_listener(2, None));
            assert!(inside_consumer(1, 9) && !inside_consumer(1, 7));
            assert_eq!((callback(1), callback(2)), (Some((7, 9)), None));
        });
        assert!(!inside_listener(1, None));
        let status = Status::TIBEMS_SERVER_NOT_CONNECTED;
        in_exception_listener(2, status, || {
            assert_eq!(caller(1), Caller::Application);
            assert_eq!(caller(2), Caller::ExceptionListener(status));
            assert!(!inside_listener(2, None));
        });
        assert_eq!(caller(2), Caller::Application);
        in_completion(3, 5, 77, || {
            assert_eq!(caller(3), Caller::CompletionListener);
            assert_eq!((completing(3), completing(2)), (Some(5), None));
            assert!(completes(77) && !completes(78));
            assert_eq!(calling_back(), Some(Caller::CompletionListener));
            assert!(!inside_listener(3, None) && callback(3).is_none());
        });
        assert!(completing(3).is_none() && calling_back().is_none());
    }

    #[test]
    fn a_child_is_inside_no_callback_of_its_parent() {
        process::watch();
        in_message_listener(1, 7, 9, || {
            // SAFETY: the child asks two questions, which take no lock, and ends.
            let child = unsafe { libc::fork() };
            if child == 0 {
                let inside = calling_back().is_some() || calls_back_for(2).is_some();
                // SAFETY: ends this process at once.
                unsafe { libc::_exit(i32::from(inside)) };
            }
            let mut status = -1;
            // SAFETY: the child that was just made.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0);
            assert!(calling_back().is_some());
        });
    }
}
