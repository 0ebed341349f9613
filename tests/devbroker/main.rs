//! The embedded development server, driven with raw frames: each test starts the built program on a
//! free port and ends it by its own process.

mod client;
mod engine;
mod handshake;
mod message;
mod nodes;
mod queues;
#[path = "../support/reading.rs"]
mod reading;
mod selectors;
mod server;
mod topics;
mod transactions;
mod violations;
