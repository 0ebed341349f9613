//! Connections, sessions, producers, consumers and their recovery.
//!
//! Split as quinn splits quinn-proto from quinn: what is decided is apart from who waits and who writes.
//!
//! | room | owns | may use |
//! | --- | --- | --- |
//! | the nouns: `factory`, `connection`, `session`, `producer`, `send`, `consumer`, `receive` | what handles stand for | all |
//! | `runtime` | the lock, the waiting, the threads, the socket | `model`, `rules` |
//! | `model` | one connection as a state machine | `rules` |
//! | `rules` | tables and pure functions | – |

pub mod connection;
pub mod consumer;
pub mod factory;
mod model;
pub mod producer;
mod receive;
mod rules;
mod runtime;
mod send;
pub mod session;

pub use model::{ExceptionListener, MessageListener};
pub use rules::modes::AcknowledgeMode;
pub use rules::options::relax_names;
pub use rules::url;
pub use runtime::plan;
