//! libtibemsufo: the EMS C client API with unshared-state failover, over AMQP 1.0.
//!
//! Layers, arrows point down only: `ffi` → `client` → {`message`, `amqp`, `transport`}, and
//! `message` → `amqp::codec`. `status` (numbers, texts, the error type), `settings` (process-wide
//! values), `trace`, `clock` and `guard` (panics) may be used by every layer but `amqp`.
//! See `docs/architecture.md`.

pub mod amqp;
pub mod client;
pub mod clock;
pub mod ffi;
pub mod guard;
pub mod message;
pub mod settings;
pub mod status;
pub mod trace;
pub mod transport;
