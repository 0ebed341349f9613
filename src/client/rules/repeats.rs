//! How often a request is repeated that the server answers with the end of the connection (D22).
//!
//! Pure. A call that a loss sends back to the gate would write its request to the next server for ever, if the request
//! is what the servers die of.

use crate::status::{Error, Result, Status};

/// Losses in a row after which a request is given back.
const MOST: u32 = 3;

/// The losses that one call has seen its request on the wire at.
#[derive(Debug, Default)]
pub struct Repeats {
    /// The last incarnation that the request was written to
    last: Option<u32>,
    /// Incarnations in a row that it was written to
    row: u32,
}

impl Repeats {
    /// The request is in the output of the present incarnation, if there is one.
    pub fn wrote(&mut self, epoch: Option<u32>) {
        let Some(epoch) = epoch.filter(|epoch| self.last != Some(*epoch)) else {
            return;
        };
        let again = self.last.is_some_and(|last| last.wrapping_add(1) == epoch);
        self.row = if again { self.row + 1 } else { 1 };
        self.last = Some(epoch);
    }

    /// The incarnation that the request was last written to.
    pub fn last(&self) -> Option<u32> {
        self.last
    }

    /// Before it is written again: the error that gives it back when it has been lost too often. `epoch` is the
    /// present incarnation, if there is one.
    pub fn check(&self, epoch: Option<u32>) -> Result<()> {
        if self.row < MOST || epoch == self.last {
            return Ok(());
        }
        Err(Error::new(
            Status::TIBEMS_SERVER_NOT_CONNECTED,
            "the connection was lost each time the server got this request",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_given_back_at_its_third_loss_in_a_row() {
        let mut repeats = Repeats::default();
        for epoch in 7..10 {
            assert!(repeats.check(Some(epoch)).is_ok());
            repeats.wrote(Some(epoch));
            repeats.wrote(Some(epoch)); // once for each incarnation
            assert!(repeats.check(Some(epoch)).is_ok(), "it is still there");
        }
        assert!(repeats.check(None).is_err());
        assert!(repeats.check(Some(10)).is_err());
    }

    #[test]
    fn a_loss_at_which_it_was_not_on_the_wire_begins_a_new_row() {
        let mut repeats = Repeats::default();
        for epoch in [1, 2, 4, 5, 7, 9] {
            repeats.wrote(Some(epoch));
            repeats.wrote(None);
            assert!(repeats.check(None).is_ok(), "at {epoch}");
        }
    }
}
