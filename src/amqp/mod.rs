//! The AMQP 1.0 engine: bytes and commands in, bytes and events out. No clock, no thread, no socket.
#![forbid(unsafe_code)]

pub mod codec;
pub mod engine;
pub mod frame;
pub mod performative;
