//! Which callback the current thread is inside of.
//!
//! A callback of the library is bracketed by a frame on a thread-local stack (callbacks nest when
//! the program calls across connections). The gate and the close rules ask it who calls.

use std::cell::RefCell;

use crate::client::rules::gate::Caller;
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
}

thread_local! {
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

fn with<R: Default>(f: impl FnOnce(&mut Vec<Frame>) -> R) -> R {
    // a thread that is ending has no frames any more
    FRAMES
        .try_with(|frames| frames.try_borrow_mut().map(|mut frames| f(&mut frames)))
        .ok()
        .and_then(std::result::Result::ok)
        .unwrap_or_default()
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        with(|frames| {
            frames.pop();
        });
    }
}

fn run(frame: Frame, body: impl FnOnce()) {
    with(|frames| frames.push(frame));
    let _guard = Guard;
    body();
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

/// Who calls `connection` from this thread.
pub fn caller(connection: u64) -> Caller {
    with(|frames| {
        frames.iter().rev().find_map(|frame| match *frame {
            Frame::Message { connection: of, .. } if of == connection => {
                Some(Caller::MessageListener)
            }
            Frame::Exception {
                connection: of,
                status,
            } if of == connection => Some(Caller::ExceptionListener(status)),
            _ => None,
        })
    })
    .unwrap_or(Caller::Application)
}

/// True inside a message listener of this session; `None` = of any session of the connection.
pub fn inside_listener(connection: u64, session: Option<u32>) -> bool {
    with(|frames| {
        frames.iter().any(|frame| {
            matches!(*frame, Frame::Message { connection: c, session: s, .. }
                if c == connection && session.is_none_or(|wanted| wanted == s))
        })
    })
}

/// True inside a message listener of this very consumer.
pub fn inside_consumer(connection: u64, consumer: u32) -> bool {
    with(|frames| {
        frames.iter().any(|frame| {
            matches!(*frame, Frame::Message { connection: c, consumer: k, .. }
                if c == connection && k == consumer)
        })
    })
}

/// Session and consumer of the message listener of this connection that this thread is inside of.
pub fn callback(connection: u64) -> Option<(u32, u32)> {
    with(|frames| {
        frames.iter().rev().find_map(|frame| match *frame {
            Frame::Message {
                connection: of,
                session,
                consumer,
            } if of == connection => Some((session, consumer)),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_nest_and_end() {
        assert_eq!(caller(1), Caller::Application);
        in_message_listener(1, 7, 9, || {
            assert_eq!(caller(1), Caller::MessageListener);
            assert_eq!(caller(2), Caller::Application);
            assert!(inside_listener(1, Some(7)) && !inside_listener(1, Some(8)));
            assert!(inside_consumer(1, 9));
            assert_eq!((callback(1), callback(2)), (Some((7, 9)), None));
            in_exception_listener(2, Status::TIBEMS_SERVER_NOT_CONNECTED, || {
                assert_eq!(caller(1), Caller::MessageListener);
                assert_eq!(
                    caller(2),
                    Caller::ExceptionListener(Status::TIBEMS_SERVER_NOT_CONNECTED)
                );
            });
        });
        assert_eq!(caller(1), Caller::Application);
        assert!(!inside_listener(1, None));
    }
}
