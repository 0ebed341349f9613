//! Tables and pure functions of the client: no state, no clock, no lock.
//!
//! | file | rule |
//! | --- | --- |
//! | `gate` | who goes on, who waits, who fails at once |
//! | `modes` | how a session acknowledges, how a producer sends |
//! | `attach` | the attach of every kind of link, and what its answer must confirm |
//! | `subscription` | names, links and clashes of named subscriptions, and what a server must offer for them |
//! | `condition`, `verdict` | what a server's errors and outcomes mean for the program |
//! | `transaction` | what becomes of a transaction: statuses of commit and rollback |
//! | `detach` | what a detach by the server ends: the link, one message, or the object |
//! | `reason` | why something ended, and who says so |
//! | `prefetch` | how many messages may come in advance, by destination |
//! | `profile` | what kind of server it is and what it can do |
//! | `url`, `attempts`, `reconnect` | lists of servers, the attempt settings, the order of tries |
//! | `walk` | one walk over the list, and what of it lasts over connections that die at once |
//! | `answers` | what a server's conduct in a try is called |
//! | `tries` | what servers have answered, and what the call that found none returns |
//! | `outage` | the words for a connection without a server |
//! | `reading` | who reads the socket: the I/O thread, or the call that waits |
//! | `repeats` | how often a request is repeated over losses |
//! | `options` | settings that the API does not have |

pub mod answers;
pub mod attach;
pub mod attempts;
pub mod condition;
pub mod detach;
pub mod gate;
pub mod modes;
pub mod options;
pub mod outage;
pub mod prefetch;
pub mod profile;
pub mod reading;
pub mod reason;
pub mod reconnect;
pub mod repeats;
pub mod subscription;
pub mod transaction;
pub mod tries;
pub mod url;
pub mod verdict;
pub mod walk;
