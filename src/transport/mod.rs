//! Sockets for the client: name lookup, connecting with a deadline, non-blocking reads and writes,
//! the wake-up descriptor, threads that are good guests in a foreign process (spec 40 §6.7), and the
//! cryptography of OpenSSL.
//!
//! Knows nothing of AMQP. Nothing here raises SIGPIPE, leaks a descriptor into a child, or lets a
//! signal of the program run on a library thread. TLS joins as a second kind of `Stream`.

pub mod credentials;
pub mod digests;
mod poll;
mod resolve;
mod stream;
mod thread;
mod waker;

pub use poll::{Ready, wait};
pub use resolve::resolve;
pub use stream::{Buffers, READ_CHUNK, Stream};
pub use thread::{Runs, spawn};
pub use waker::Waker;
