//! Tables and pure functions of the client: no state, no clock, no lock.
//!
//! | file | rule |
//! | --- | --- |
//! | `gate` | who goes on, who waits, who fails at once |
//! | `modes` | how a session acknowledges, how a producer sends |
//! | `attach` | the attach of every kind of link, and what its answer must confirm |
//! | `condition`, `verdict` | what a server's errors and outcomes mean for the program |
//! | `profile` | what kind of server it is and what it can do |
//! | `url`, `reconnect`, `attempts` | lists of servers, the walk over them, the attempt settings |
//! | `options` | settings that the API does not have |

pub mod attach;
pub mod attempts;
pub mod condition;
pub mod gate;
pub mod modes;
pub mod options;
pub mod profile;
pub mod reconnect;
pub mod url;
pub mod verdict;
