//! Commit and Rollback (spec 20 §1.6, spec 40 §1.15).
//!
//! Both pass the gate and block. Commit waits until the server has answered every send of the transaction, writes the
//! acknowledgements and the end of the transaction together, and waits for one answer; the next transaction is asked for in
//! the same write. Rollback first has the server stop, so that everything comes again in its order.

use std::time::Instant;

use super::model::{Discharged, Ending, Entry, Object, Wait};
use super::rules::gate::State;
use super::rules::transaction;
use super::rules::verdict::{doubted, in_doubt, unknown};
use super::runtime::monitor::Hold;
use super::session::Session;
use crate::status::{Error, Result, Status};

/// How the end of a transaction came out.
enum End {
    Known(Discharged),
    /// Closed meanwhile.
    Closed,
}

/// What `Ending` a thread has waited for in vain.
const NO_ANSWER: &str = "the server did not answer within the request timeout";

impl Session {
    /// Commits the open transaction; the next one begins, however it ends.
    pub fn commit(&self) -> Result<()> {
        let mut hold = self.transacted()?;
        self.await_promises(&mut hold);
        let entry = self.entry();
        let deadline = Instant::now() + hold.request_timeout();
        loop {
            hold.enter(entry, None)?;
            if hold.server().is_none() {
                continue;
            }
            let wait = match hold.commit(self.key(), Instant::now())? {
                Ending::Done => return Ok(()),
                Ending::Failed(error) => {
                    let _ = self.undo(&mut hold, None); // the commit has its own error
                    return Err(error);
                }
                Ending::Written => return self.await_commit(&mut hold, &entry),
                Ending::Wait(wait) => wait,
                Ending::Attach(owner) => match hold.attach(owner, Instant::now()) {
                    Some(_) => continue,
                    None => Wait::Attached(self.key(), owner),
                },
            };
            hold.flush();
            if !hold.await_answer(&wait, Some(deadline)) {
                let _ = self.undo(&mut hold, Some(deadline));
                let text = format!("the transaction was rolled back: {NO_ANSWER}");
                return Err(Error::new(Status::TIBEMS_TRANSACTION_FAILED, text));
            }
        }
    }

    /// Undoes the open transaction; the next one begins.
    pub fn rollback(&self) -> Result<()> {
        let mut hold = self.transacted()?;
        self.await_promises(&mut hold);
        hold.enter(self.entry(), None)?;
        hold.check_ending(self.key())?;
        self.undo(&mut hold, None)
    }

    /// Waits for the outcomes of asynchronous sends and for their callbacks (spec 20 §1.6), no longer than for an answer.
    fn await_promises(&self, hold: &mut Hold<'_>) {
        let producers = hold.producers_of(Some(self.key()));
        let deadline = Instant::now() + hold.request_timeout();
        hold.flush();
        hold.until(&Wait::Promises(producers.clone()), Some(deadline));
        hold.await_called(&producers, deadline);
    }

    /// Refuses sessions that are closed or not transacted.
    fn transacted(&self) -> Result<Hold<'_>> {
        let hold = self.driver().lock();
        hold.check_open()?;
        hold.check(Object::Session(self.key()))?;
        match self.is_transacted() {
            true => {
                self.refuse_completing("a transaction cannot be ended")?;
                Ok(hold)
            }
            false => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the session is not transacted",
            )),
        }
    }

    /// The commit is written: waits for the answer.
    fn await_commit(&self, hold: &mut Hold<'_>, entry: &Entry) -> Result<()> {
        let breaks = hold.breaks();
        match self.await_end(hold) {
            End::Known(Discharged::Answered(outcome)) => {
                let committed = transaction::committed(&outcome);
                match &committed {
                    Ok(()) => hold.drop_kept_consumers(self.key()),
                    Err(_) => self.start_over(hold),
                }
                committed
            }
            End::Known(Discharged::Gone(error)) => {
                self.start_over(hold);
                Err(error)
            }
            End::Known(Discharged::Lost { sent }) => {
                let cause = hold.cause().text.to_string();
                // not every gate has to be waited for: what is recovered after a break is another connection
                let passed = match sent && hold.breaks() != breaks && hold.state() != State::Over {
                    true => Ok(()),
                    false => hold.enter(*entry, None),
                };
                doubted(passed, sent)?;
                Err(match sent {
                    true => in_doubt(Status::TIBEMS_TRANSACTION_ROLLBACK, &cause),
                    false => transaction::Doom::Lost(cause).of_commit(),
                })
            }
            End::Known(Discharged::Unanswered) => {
                self.start_over(hold);
                Err(in_doubt(Status::TIBEMS_TRANSACTION_FAILED, NO_ANSWER))
            }
            End::Closed => Err(unknown("closed while the answer to the commit was awaited")),
        }
    }

    /// A commit has failed, so that the server sends again what was acknowledged with it: what came in advance goes back, or
    /// the program would be handed that first.
    fn start_over(&self, hold: &mut Hold<'_>) {
        // the commit has its own error
        let _ = self.take_back(hold, |hold, _| {
            hold.release_buffered(self.key());
            Ok(())
        });
    }

    /// Rolls back what is in the open transaction and begins the next one. The server's refusals roll back as well. The server
    /// is to take the command until `limit`; none = as long as any.
    fn undo(&self, hold: &mut Hold<'_>, limit: Option<Instant>) -> Result<()> {
        if !hold.is_to_be_rolled_back(self.key()) {
            return Ok(());
        }
        let undone = match hold.is_known(self.key()) {
            true => self.take_back(hold, |hold, epoch| self.put_all_back(hold, epoch, limit)),
            false => Ok(()),
        };
        if hold.server().is_none() && matches!(hold.state(), State::Over | State::Closed) {
            // the server rolls back on its own when it notices
            return Err(hold.refusal(match hold.state() {
                State::Closed => Status::TIBEMS_ILLEGAL_STATE,
                _ => Status::TIBEMS_SERVER_NOT_CONNECTED,
            }));
        }
        if hold.is_to_be_rolled_back(self.key()) {
            hold.begin_transaction(self.key(), Instant::now()); // a loss has rolled it back
        }
        undone
    }

    /// Nothing comes any more: gives everything back and ends the transaction.
    fn put_all_back(&self, hold: &mut Hold<'_>, epoch: u32, limit: Option<Instant>) -> Result<()> {
        let deadline = limit.unwrap_or_else(|| Instant::now() + hold.request_timeout());
        loop {
            if hold.is_closing(Object::Session(self.key())) {
                return Err(closed());
            }
            match hold.roll_back(self.key(), epoch, Instant::now()) {
                Ending::Done => return Ok(()),
                Ending::Wait(wait) if hold.server().is_some() => {
                    hold.flush();
                    if !hold.until(&wait, Some(deadline)) {
                        return self.silent(hold);
                    }
                }
                Ending::Written => break,
                Ending::Failed(error) => return Err(error),
                Ending::Wait(_) | Ending::Attach(_) => return Ok(()), // lost
            }
        }
        match self.await_end(hold) {
            End::Known(Discharged::Unanswered) => self.silent(hold),
            End::Known(_) => Ok(()), // whatever the answer is, nothing is committed
            End::Closed => Err(closed()),
        }
    }

    /// The server does not answer a rollback: what it still has of it goes with the coordinator link.
    fn silent(&self, hold: &mut Hold<'_>) -> Result<()> {
        hold.put_back(self.key());
        hold.give_up_discharge(self.key(), Instant::now());
        hold.begin_transaction(self.key(), Instant::now());
        Err(Error::new(Status::TIBEMS_TIMEOUT, NO_ANSWER))
    }

    /// Waits for the answer to the end of a transaction.
    fn await_end(&self, hold: &mut Hold<'_>) -> End {
        let deadline = Instant::now() + hold.request_timeout();
        hold.flush();
        let in_time = hold.until(&Wait::Discharged(self.key()), Some(deadline));
        match hold.take_discharged(self.key()) {
            None if in_time => return End::Closed,
            Some(Discharged::Unanswered) | None => {}
            Some(discharged) => return End::Known(discharged),
        }
        hold.give_up_discharge(self.key(), Instant::now());
        hold.flush();
        End::Known(Discharged::Unanswered)
    }
}

/// A rollback whose session was closed meanwhile, which rolls back, too.
fn closed() -> Error {
    Error::new(
        Status::TIBEMS_ILLEGAL_STATE,
        "closed while the answer to the rollback was awaited",
    )
}
