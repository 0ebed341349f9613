//! Random histories of a whole connection and of its outboxes, and the faults that they have found, each as a history of its
//! own.
//!
//! `peer` is the server, `attaches` its links and `says` what it says; `world` has the threads and the clock around one model, `socket` its
//! socket; `store` is what the server keeps of transactions;
//! `threads`, `sends`, `receives`, `browsers`, `temporaries`, `subscriptions`, `closes` and `transacted` are the calls of
//! the program; `checks` is what must be true after each step; `arrivals` and `book` hold what comes of it against what was said. `histories` makes them of `steps`, and of what `program` and
//! `transacting` begin; `ends` begins and ends them.

mod arrivals;
mod attaches;
mod book;
mod browsers;
mod checks;
mod closes;
mod ends;
mod faults;
mod faults_of_names;
mod histories;
mod outbox;
mod peer;
mod program;
mod receives;
mod says;
mod sends;
mod socket;
mod steps;
mod store;
mod subscriptions;
mod temporaries;
mod threads;
mod transacted;
mod transacting;
mod world;
