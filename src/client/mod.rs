//! Connections, sessions, producers, consumers and their recovery.
//!
//! Split as quinn splits quinn-proto from quinn: what is decided is apart from who waits and who writes.
//!
//! | room | owns | may use |
//! | --- | --- | --- |
//! | the nouns: `factory`, `tls`, `connection`, `session`, `transaction`, `producer`, `send`, `consumer`, `receive`, `browser`, `temporary`, `requestor` | what handles stand for | all |
//! | `runtime` | the lock, the waiting, the threads, the socket | `model`, `rules` |
//! | `model` | one connection as a state machine | `rules` |
//! | `rules` | tables and pure functions | – |

pub mod browser;
pub mod connection;
pub mod consumer;
pub mod factory;
mod model;
pub mod producer;
mod receive;
pub mod requestor;
mod rules;
mod runtime;
mod send;
pub mod session;
mod temporary;
pub mod tls;
mod transaction;

pub use model::{CompletionListener, ExceptionListener, MessageListener};
pub use rules::modes::AcknowledgeMode;
pub use rules::options::{message_limit, relax_names};
pub use rules::url;
pub use runtime::plan;
