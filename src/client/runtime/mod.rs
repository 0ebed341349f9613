//! What moves the model of a connection: the lock and the waiting, the threads, the socket.
//!
//! | file | owns |
//! | --- | --- |
//! | `monitor` | the lock, every wait, whom a step wakes |
//! | `driver` | what belongs to a connection beside its model; starts its threads |
//! | `io`, `output`, `reading` | the I/O thread, the socket, who writes and when, who reads |
//! | `dispatch`, `opened`, `handed` | the thread that calls message listeners; messages on their way to the program |
//! | `completion` | the thread that calls the callbacks of asynchronous sends |
//! | `closing` | the bounded waits of every close |
//! | `listener` | the thread that calls the exception listener |
//! | `recovery`, `connector`, `plan` | finding a server: who looks for one, the walk over the list, what it is made from |
//! | `attempt`, `candidate`, `rebuild` | one try, its socket, and everything of the connection on it |
//! | `context` | which callback a thread is inside of |
//! | `random`, `digests`, `trace_frames` | ids, cryptography for the engine's SCRAM, the trace of frames |

mod attempt;
mod candidate;
pub mod closing;
mod completion;
mod connector;
pub mod context;
mod digests;
mod dispatch;
pub mod driver;
pub mod handed;
mod io;
mod listener;
pub mod monitor;
pub mod opened;
mod output;
pub mod plan;
pub mod random;
mod reading;
mod rebuild;
mod recovery;
mod trace_frames;
