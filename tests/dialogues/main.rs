//! Dialogues of the library with a scripted AMQP peer, driven through the exported C functions.
//!
//! Tests are named after the cases of spec 40 Part 7 (`p_h1_…` is P-H1).

#[path = "../peer/mod.rs"]
mod peer;
