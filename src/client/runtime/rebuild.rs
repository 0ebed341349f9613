//! A candidate on which everything of the connection exists: the begins and attaches of all definitions in one pipelined
//! write (spec 40 §3.3). Runs in the thread that connects and blocks within the limits of its try.

use std::time::Instant;

use super::candidate::Candidate;
use super::driver::Driver;
use crate::client::model::Draft;
use crate::client::rules::tries::Failure;
use crate::status::Error;

/// A candidate on which everything exists.
pub struct Built {
    pub candidate: Candidate,
    pub draft: Draft,
    pub at: (usize, usize),
}

fn failed(error: Error) -> Failure {
    Failure::retry(error.status, error.text)
}

impl Driver {
    /// Creates everything of this connection on the candidate; a refusal fails the whole try (U6).
    pub(super) fn rebuild(
        &self,
        mut candidate: Candidate,
        at: (usize, usize),
        until: Option<Instant>,
    ) -> std::result::Result<Built, Failure> {
        let blueprint = self.lock().blueprint();
        let profile = candidate.profile.clone();
        let mut draft = Draft::new(blueprint, &mut candidate.engine, profile).map_err(failed)?;
        if !draft.is_complete() {
            candidate.drive(self, until, &mut |engine, event| {
                draft.on_event(engine, event).map_err(failed)?;
                Ok(draft.is_complete())
            })?;
        }
        Ok(Built {
            candidate,
            draft,
            at,
        })
    }
}
