//! The promise of an asynchronous send: its completion callback is called once, with the truth (spec 20 §3.8, D13).
//!
//! A promise travels with its send through the [`Outbox`](super::outbox::Outbox) and leaves it with a verdict. It holds the
//! message, so that its handle stays good until the callback has returned. Nothing here blocks or calls out.

use std::fmt;
use std::sync::Arc;

use super::outbox::Verdict;
use crate::amqp::engine::Outcome;
use crate::client::rules::profile::Profile;
use crate::client::rules::repeats::Repeats;
use crate::client::rules::verdict::{doubted, is_of_destination, judge};
use crate::message::{DestinationKind, MessageObject, PendingSend};
use crate::status::{Error, Result, Status};

/// What a completion costs beside its message, in the bytes that bound what is pending (D21).
const OVERHEAD: usize = 512;

/// What calls the program: with the numbers that it has given, and the result.
pub type CompletionCall = fn(&CompletionListener, &Result<()>);

/// Whom the outcome of an asynchronous send is told.
#[derive(Clone, Copy, Debug)]
pub struct CompletionListener {
    /// The handle of the message
    pub message: usize,
    pub callback: usize,
    pub closure: usize,
    pub call: CompletionCall,
}

/// A callback that is owed.
pub struct Promise {
    message: PendingSend,
    listener: CompletionListener,
    kind: DestinationKind,
    /// It hears nothing of an unknown or forbidden destination (20 §3.3)
    silent: bool,
    /// All of it may have left by a server or link that is gone
    begun: bool,
    /// It was repeated on a new link
    repeated: bool,
    /// Losses at which it was on the wire
    repeats: Repeats,
    cost: usize,
}

impl Promise {
    /// To call `listener` when it is known what became of a message for a destination of this kind.
    pub fn new(
        message: PendingSend,
        kind: DestinationKind,
        silent: bool,
        listener: CompletionListener,
    ) -> Promise {
        Promise {
            message,
            listener,
            kind,
            silent,
            begun: false,
            repeated: false,
            repeats: Repeats::default(),
            cost: OVERHEAD,
        }
    }

    /// What it costs until its callback has returned, with a message of this size.
    pub(super) fn weigh(&mut self, size: usize) -> usize {
        self.cost = OVERHEAD + size;
        self.cost
    }

    /// It is in the output of this incarnation.
    pub(super) fn wrote(&mut self, epoch: u32) {
        self.repeats.wrote(Some(epoch));
    }

    /// Its server or link is gone; `sent`: all of it may have left.
    pub(super) fn cut_off(&mut self, sent: bool) {
        self.begun |= sent;
    }

    /// After a loss: the error that gives it back when it has been lost too often (D22).
    pub(super) fn may_repeat(&self) -> Result<()> {
        self.repeats.check(None)
    }

    /// The server took its link away without a reason: it may be repeated, once (spec 40 §3.6).
    pub(super) fn repeat(&mut self) -> bool {
        !std::mem::replace(&mut self.repeated, true)
    }

    /// What the verdict means for the program, as for a send that waits.
    pub(super) fn result(&self, verdict: Verdict, server: Option<&Profile>) -> Result<()> {
        let result = match verdict {
            Verdict::Outcome(Outcome::Accepted) => return Ok(()),
            Verdict::Outcome(outcome) => judge(outcome, self.kind, server),
            Verdict::LinkFailed(error) => doubted(Err(error), self.begun),
            Verdict::Detached(error) => doubted(Err(error), true),
            // only of a send in a transaction, which went with it
            Verdict::Lost { .. } => Err(Error::new(
                Status::TIBEMS_SERVER_NOT_CONNECTED,
                "the transaction of the send was lost with the connection and is rolled back",
            )),
        };
        match result {
            Err(error) if self.silent && is_of_destination(error.status) => Ok(()),
            other => other,
        }
    }
}

impl fmt::Debug for Promise {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Promise({:#x})", self.listener.message)
    }
}

/// A callback that is due.
#[derive(Debug)]
pub struct Completion {
    pub(super) producer: u32,
    pub(super) cost: usize,
    promise: Option<Promise>,
    result: Result<()>,
}

impl Completion {
    pub(super) fn new(producer: u32, promise: Promise, result: Result<()>) -> Completion {
        Completion {
            producer,
            cost: promise.cost,
            promise: Some(promise),
            result,
        }
    }

    /// The message.
    pub fn message(&self) -> Option<&Arc<MessageObject>> {
        self.promise
            .as_ref()
            .map(|promise| promise.message.object())
    }

    /// Calls the program.
    pub fn call(&self) {
        if let Some(promise) = &self.promise {
            (promise.listener.call)(&promise.listener, &self.result);
        }
    }

    /// The callback has returned: the message is the program's alone again.
    pub fn release(&mut self) {
        self.promise = None;
    }

    /// What the callback is told.
    #[cfg(test)]
    pub fn result(&self) -> &Result<()> {
        &self.result
    }

    /// Who is told.
    #[cfg(test)]
    pub fn listener(&self) -> Option<CompletionListener> {
        self.promise.as_ref().map(|promise| promise.listener)
    }
}

/// What a send is told that a close gives up.
pub(super) fn given_up() -> Error {
    Error::new(
        Status::TIBEMS_SERVER_NOT_CONNECTED,
        "closed before the server had answered the send",
    )
}
