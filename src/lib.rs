//! libtibemsufo: the EMS C client API with unshared-state failover, over AMQP 1.0.
//!
//! Layers, arrows point down only: `ffi` → `client` → {`message`, `amqp`, `transport`}, and
//! `message` → `amqp::codec`. `status` (numbers, texts, the error type) may be used by every layer.
//! See `docs/architecture.md`.

pub mod amqp;
pub mod client;
pub mod ffi;
pub mod guard;
pub mod status;
pub mod transport;
