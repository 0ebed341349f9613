//! Connections, sessions, producers, consumers and their recovery.
//!
//! | file | owns |
//! | --- | --- |
//! | `url`, `attempts`, `reconnect`, `gate`, `condition`, `options` | pure rules: no clock, no socket, no lock |
//! | `state` | what a connection's lock guards: definitions and incarnations |
//! | `factory`, `plan`, `connection`, `session`, `producer`, `consumer` | the objects behind handles |
//! | `model` | what those consist of, without lock, clock, socket or thread |
//! | `send`, `sending`, `outcome`, `receive`, `dispatch`, `acknowledge` | the paths of a message |
//! | `request`, `links`, `profile`, `wire`, `io` | the wire: requests and answers, attaches, output, the I/O thread |
//! | `connector`, `loss`, `rebuild`, `recovery`, `reattach`, `listener`, `context` | losing a server and finding the next one |
//! | `digests` | OpenSSL for the engine's SCRAM |
//! | `trace_frames` | the trace of frames, when it is asked for |

mod acknowledge;
pub mod attempts;
mod condition;
pub mod connection;
mod connector;
pub mod consumer;
mod context;
mod digests;
mod dispatch;
pub mod factory;
pub mod gate;
mod io;
mod links;
mod listener;
mod loss;
mod model;
mod options;
mod outcome;
pub mod plan;
pub mod producer;
mod profile;
mod random;
mod reattach;
mod rebuild;
mod receive;
pub mod reconnect;
mod recovery;
mod request;
mod send;
mod sending;
pub mod session;
pub mod state;
mod trace_frames;
pub mod url;
mod wire;

pub use options::relax_names;
