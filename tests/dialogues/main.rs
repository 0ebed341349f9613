//! Dialogues of the library with a scripted AMQP peer, driven through the exported C functions.
//!
//! Tests are named after the cases of spec 40 Part 7 (`p_h1_…` is P-H1). Each ends with a close of the
//! connection that must be OK, and with the end of every script.

#[path = "../peer/mod.rs"]
mod peer;

mod acknowledges;
mod attach;
mod batches;
mod broken;
mod clocks;
mod closes;
mod credit;
mod cuts;
mod detach;
mod dispositions;
mod fence;
mod framing;
mod hands;
mod headers;
mod heartbeats;
mod latecomers;
mod leaks;
mod leftovers;
mod open;
mod outbox;
mod process;
mod races;
mod recovery;
mod refusals;
mod renewals;
mod sasl;
mod scene;
mod scram;
mod signals;
mod starvation;
mod transfers;
mod waits;
mod windows;
