//! What a connection is made of, decided without lock, clock, socket or thread: commands and events in, facts out.
//!
//! | file | owns |
//! | --- | --- |
//! | `outbox` | every send of a producer in the order of the calls, from the call to its outcome |
//! | `sender` | the sending links of a producer: which one a message takes, and what it is on the wire |
//! | `ready` | the messages that wait for the listeners of a session, in their order |
//! | `pool` | memory of encoded messages, to be used again |

pub mod outbox;
pub mod pool;
pub mod ready;
pub mod sender;

#[cfg(test)]
mod tests;
