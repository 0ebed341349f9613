//! Random histories of a whole connection and of its outboxes, and the faults that they have found, each as a history of its
//! own.
//!
//! `peer` is the server and `says` what it says; `world` has the threads and the clock around one model, `socket` its
//! socket; `store` is what the server keeps of transactions;
//! `threads`, `sends`, `receives`, `browsers`, `closes` and `transacted` are the calls of the program; `checks` is what must be true after each
//! step; `arrivals` and `book` hold what comes of it against what was said. `histories` makes them, of what `program` begins; `ends` begins and ends them.

mod arrivals;
mod book;
mod browsers;
mod checks;
mod closes;
mod ends;
mod faults;
mod histories;
mod outbox;
mod peer;
mod program;
mod receives;
mod says;
mod sends;
mod socket;
mod store;
mod threads;
mod transacted;
mod world;
