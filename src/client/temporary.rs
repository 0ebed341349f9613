//! Temporary destinations as sessions make and delete them (spec 20 §2.6).
//!
//! They belong to the connection: what they are on the wire lives in its model (`model/temporary.rs`). Both calls block
//! until the server has answered.

use std::time::Instant;

use super::model::{Owner, Wait};
use super::session::Session;
use crate::message::{Destination, DestinationKind};
use crate::status::{Error, Result, Status};

impl Session {
    /// Makes a temporary destination of the session's connection.
    pub fn create_temporary(&self, kind: DestinationKind) -> Result<Destination> {
        self.ensure_open()?;
        let mut hold = self.driver().lock();
        let key = hold.new_temporary(kind);
        let made = self.attach(&mut hold, Owner::Temporary(key), |_| Ok(()));
        let destination = hold.temporary(key).cloned();
        match (made, destination) {
            (Ok(()), Some(destination)) => Ok(destination),
            (made, _) => {
                let _ = hold.drop_temporary(key);
                hold.flush();
                made?;
                Err(hold.refusal(Status::TIBEMS_ILLEGAL_STATE)) // closed just now
            }
        }
    }

    /// Deletes what the library itself has made and read, as a close does: until `deadline` for all of them, and without a
    /// server at once. What it reads is closed, or goes with its session.
    pub(super) fn forget_temporaries(&self, destinations: &[&Destination], deadline: Instant) {
        let mut hold = self.driver().lock();
        let keys: Vec<u32> = destinations
            .iter() // one that is not found went with the connection
            .filter_map(|destination| hold.deletable(destination, destination.kind()).ok())
            .collect();
        let asked = keys.iter().copied();
        let asked: Vec<u32> = asked
            .filter(|key| hold.delete_temporary(*key).is_ok())
            .collect();
        hold.flush();
        for key in asked {
            hold.until(&Wait::Detached(Owner::Temporary(key)), Some(deadline));
        }
        for key in keys {
            let _ = hold.drop_temporary(key);
        }
        hold.flush();
    }

    /// Deletes a temporary destination of the session's connection, whichever session has made it.
    pub fn delete_temporary(&self, destination: &Destination, kind: DestinationKind) -> Result<()> {
        self.ensure_open()?;
        let mut hold = self.driver().lock();
        hold.deletable(destination, kind)?;
        self.enter(&mut hold)?;
        let key = hold.deletable(destination, kind)?; // another thread may have done it meanwhile
        hold.delete_temporary(key)?;
        hold.flush();
        let limit = Instant::now().checked_add(hold.request_timeout());
        let answered = hold.until(&Wait::Detached(Owner::Temporary(key)), limit);
        hold.drop_temporary(key)?;
        if answered {
            return Ok(());
        }
        Err(Error::new(
            Status::TIBEMS_TIMEOUT,
            "the server did not answer within the request timeout",
        ))
    }
}
