//! Connections, sessions, producers, consumers and their recovery.

pub mod gate;
pub mod reconnect;
pub mod url;
