//! libtibemsufo: the EMS C client API with unshared-state failover, over AMQP 1.0.
//!
//! Layers, arrows point down only: `ffi` → `client` → {`message`, `amqp`, `transport`}, and
//! `message` → `amqp::codec`. `status` (numbers, texts, the error type), `settings` (process-wide
//! values), `trace`, `clock`, `guard` (panics), `thread_end` (memory of threads), `descriptor` (their
//! numbers), `cancellation` (of threads), `sync` (locks) and `process` (what all of a process shares, and its forks) may be
//! used by every layer, of these `sync` alone by `amqp`.
//! See `docs/architecture.md`.

pub mod amqp;
pub mod cancellation;
pub mod client;
pub mod clock;
pub mod descriptor;
pub mod ffi;
pub mod guard;
pub mod message;
pub mod process;
pub mod settings;
pub mod status;
pub mod sync;
pub mod thread_end;
pub mod trace;
pub mod transport;
