//! Dialogues of the library with a scripted AMQP peer, driven through the exported C functions.
//!
//! Tests are named after the cases of spec 40 Part 7 (`p_h1_…` is P-H1). Each ends with a close of the
//! connection that must be OK, and with the end of every script.

#[path = "../peer/mod.rs"]
mod peer;

mod acknowledges;
mod async_sends;
mod async_windows;
mod attach;
mod batches;
mod broken;
mod browser_ends;
mod browsers;
mod charsets;
mod clocks;
mod closes;
mod coordinator;
mod credit;
mod cuts;
mod detach;
mod dispositions;
mod doubts;
mod failed_commits;
mod fence;
mod framing;
mod hands;
mod headers;
mod heartbeats;
mod latecomers;
mod leaks;
mod leftovers;
mod lost_transactions;
mod odd_coordinators;
mod open;
mod outbox;
mod own_nodes;
mod poison;
mod process;
mod races;
mod readers;
mod recovery;
mod refusals;
mod renewals;
mod requestors;
mod sasl;
mod scene;
mod scram;
mod settled;
mod signals;
mod single;
mod starvation;
mod strangers;
mod subscriptions;
mod temporary;
mod temporary_losses;
mod too_large;
mod trace;
mod trace_bodies;
mod transactions;
mod transfers;
mod tries;
mod two_connections;
mod unsubscribe;
mod waits;
mod windows;
