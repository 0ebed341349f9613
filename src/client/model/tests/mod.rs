//! Random histories of a whole connection and of its outboxes, and the faults that they have found, each as a history of its
//! own.
//!
//! `peer` is the server and `says` what it says; `world` has the threads and the clock around one model, `socket` its
//! socket; `threads`, `sends`, `receives` and `closes` are the calls of the program; `checks` is what must be true after each
//! step; `histories` makes them, `ends` begins and ends them.

mod checks;
mod closes;
mod ends;
mod faults;
mod histories;
mod outbox;
mod peer;
mod receives;
mod says;
mod sends;
mod socket;
mod threads;
mod world;
