//! Receive calls (spec 20 §4.3).
//!
//! A consumer takes what is ready for its receives in batches (`model/handing.rs`): the usual receive claims the next message
//! of the batch in hand and takes no lock of the connection. Without one it waits at its consumer's place; the gate decides
//! at every wake what the connection's state means for it. Decoding happens outside the lock; the acknowledgement of the
//! automatic modes belongs to the call that returns the message.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::consumer::Consumer;
use super::model::{Batch, Buffered, Handed, Turn, Wait};
use super::rules::gate::{Call, Caller};
use super::runtime::context::{self, Below, Calling};
use super::runtime::handed::HandedDelivery;
use super::runtime::monitor::Hold;
use super::runtime::opened::{Opened, now_ms, open};
use crate::message::{Delivery, Message, MessageDecoder};
use crate::status::{Result, Status};

/// What a hand-out gives: the message and, in the modes in which the program acknowledges, its delivery.
pub type HandedOut = (Message, Option<Arc<dyn Delivery>>);

/// How long ReceiveNoWait waits for the server to say that there is nothing (spec 20 §4.3).
const PROBE: Duration = Duration::from_secs(1);

/// What a consumer keeps from receive to receive.
#[derive(Default)]
pub(super) struct Hand {
    batch: Option<Batch>,
    /// The message that is next
    next: usize,
    decoder: MessageDecoder,
    /// For the next batch
    memory: Vec<Buffered>,
}

impl Hand {
    /// Ends the batch: its messages from `next` on go back where they came from.
    fn end_batch(&mut self, hold: &mut Hold<'_>) {
        if let Some(batch) = self.batch.take() {
            self.memory = hold.end_batch(batch, self.next);
        }
    }

    /// Every message of the batch is with the program, or nobody wants it to go on.
    fn is_over(&self) -> bool {
        let batch = self.batch.as_ref();
        batch.is_some_and(|batch| batch.is_stopped() || self.next >= batch.messages.len())
    }
}

impl Consumer {
    /// Waits for the next message: none = without limit.
    pub fn receive(&self, limit: Option<Duration>) -> Result<HandedOut> {
        if let Some(message) = self.receive_from_hand() {
            return Ok((message, None));
        }
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let driver = self.session().driver();
        let caller = context::caller(driver.id());
        let mut hold = driver.lock();
        let mut waiting = false;
        loop {
            match self.turn(&hold, caller, Call::Receive { waiting }, waiting) {
                Turn::Fail(error) => return Err(error),
                Turn::Wait => {}
                Turn::Go => {
                    if let Some(handed) = self.hand_out(&mut hold) {
                        return Ok(handed);
                    }
                }
            }
            waiting = true;
            let call = Call::Receive { waiting };
            if !self.await_message(&mut hold, caller, call, false, deadline) {
                hold.take_credit_back(self.key(), Instant::now());
                return Err(hold.nothing_received(Status::TIBEMS_TIMEOUT));
            }
        }
    }

    /// The message that is ready now, else `TIBEMS_NOT_FOUND`; asks the server when nothing is buffered, and again as long as
    /// its answer tells nothing.
    pub fn receive_no_wait(&self) -> Result<HandedOut> {
        if let Some(message) = self.receive_from_hand() {
            return Ok((message, None));
        }
        let driver = self.session().driver();
        let caller = context::caller(driver.id());
        let mut hold = driver.lock();
        let nothing = |hold: &Hold<'_>| Err(hold.nothing_received(Status::TIBEMS_NOT_FOUND));
        let mut limit = None;
        loop {
            match self.turn(&hold, caller, Call::ReceiveNoWait, limit.is_some()) {
                Turn::Fail(error) => return Err(error),
                Turn::Wait => return nothing(&hold),
                Turn::Go => {}
            }
            if let Some(handed) = self.hand_out(&mut hold) {
                return Ok(handed);
            }
            let answered = limit.is_some() && !hold.is_end_doubtful(self.key());
            let now = Instant::now();
            let deadline = *limit.get_or_insert(now + PROBE);
            if answered || now >= deadline || !hold.is_started() {
                return nothing(&hold);
            }
            hold.probe(self.key(), now);
            let call = Call::ReceiveNoWait;
            if !self.await_message(&mut hold, caller, call, true, Some(deadline)) {
                return nothing(&hold);
            }
        }
    }

    /// Waits for a message of one incarnation of the connection. None: that is lost.
    pub(super) fn receive_from(&self, epoch: Option<u32>) -> Result<Option<Message>> {
        let driver = self.session().driver();
        let caller = context::caller(driver.id());
        let call = Call::Receive { waiting: true };
        let mut hold = driver.lock();
        loop {
            let turn = self.turn(&hold, caller, call, true);
            if let Turn::Fail(error) = turn {
                return Err(error);
            }
            if hold.present() != epoch {
                return Ok(None);
            }
            if let Some((message, _)) = self.hand_out(&mut hold) {
                return Ok(Some(message));
            }
            let _receiving = Calling::new(driver.id(), Below::Receive(self.key()));
            hold.begin_receiving(self.key());
            hold.flush();
            let wait = Wait::Reply {
                session: self.session().key(),
                consumer: self.key(),
                caller,
                epoch,
            };
            hold.until(&wait, None);
            hold.end_receiving(self.key(), Instant::now());
        }
    }

    /// Takes what has arrived, which nobody wants.
    pub(super) fn throw_away(&self) {
        let driver = self.session().driver();
        let caller = context::caller(driver.id());
        let mut hold = driver.lock();
        while matches!(
            self.turn(&hold, caller, Call::ReceiveNoWait, false),
            Turn::Go
        ) && self.hand_out(&mut hold).is_some()
        {}
    }

    fn turn(&self, hold: &Hold<'_>, caller: Caller, call: Call, waiting: bool) -> Turn {
        hold.receive_turn((self.session().key(), self.key()), caller, call, waiting)
    }

    /// Waits for a message, or for the end of a drain; false at the deadline.
    fn await_message(
        &self,
        hold: &mut Hold<'_>,
        caller: Caller,
        call: Call,
        drain: bool,
        deadline: Option<Instant>,
    ) -> bool {
        let _receiving = Calling::new(self.session().driver().id(), Below::Receive(self.key()));
        hold.begin_receiving(self.key());
        // acknowledgements of the messages before go out while nothing else is to do
        hold.flush();
        let wait = Wait::Message {
            session: self.session().key(),
            consumer: self.key(),
            caller,
            call,
            drain,
        };
        let in_time = hold.until(&wait, deadline);
        hold.end_receiving(self.key(), Instant::now());
        in_time
    }

    /// The next message of the batch in hand, unless it is the last: that one renews credit and is acknowledged under the
    /// lock, as one that is not to be shown. None: the lock is needed.
    fn receive_from_hand(&self) -> Option<Message> {
        let mut hand = self.hand().try_lock()?;
        let Hand {
            batch,
            next,
            decoder,
            ..
        } = &mut *hand;
        let batch = batch.as_ref()?;
        if *next + 1 >= batch.messages.len() || batch.is_stopped() {
            return None;
        }
        let message = batch.messages.get(*next)?;
        let Opened::Message(message) = open(decoder, &message.payload, &batch.reading, now_ms())
        else {
            return None;
        };
        if !batch.claim() {
            return None;
        }
        batch.handle();
        *next += 1;
        Some(message)
    }

    /// What is in hand goes back where it came from.
    pub(super) fn put_hand_back(&self, hold: &mut Hold<'_>) {
        let mut hand = hold.unlocked(|| std::mem::take(&mut *self.hand().lock()));
        hand.end_batch(hold);
    }

    /// Takes the next message and gives it to the caller with its acknowledgement. The hand is taken as a whole. Where another
    /// thread is taking from it just now, its rest goes back, for whoever comes next: nobody may wait for what is in a hand
    /// whose owner never receives again.
    fn hand_out(&self, hold: &mut Hold<'_>) -> Option<HandedOut> {
        let taken = self
            .hand()
            .try_lock()
            .map(|mut hand| std::mem::take(&mut *hand));
        let Some(mut hand) = taken else {
            self.put_hand_back(hold);
            return None;
        };
        let handed = self.hand_out_from(hold, &mut hand);
        if let Some(batch) = hand
            .batch
            .take_if(|batch| hand.next >= batch.messages.len())
        {
            hold.end_batch(batch, hand.next);
        }
        if handed.is_some() {
            let waits = hand.batch.is_some() || hold.has_backlog(self.key());
            hold.write_acknowledgements(self.session().key(), Some(self.key()), waits);
        }
        match self.hand().try_lock() {
            // nothing stays in hand while another thread waits for it
            Some(mut place) if place.batch.is_none() && !hold.is_receiving(self.key()) => {
                *place = hand;
            }
            _ => hand.end_batch(hold),
        }
        handed
    }

    fn hand_out_from(&self, hold: &mut Hold<'_>, hand: &mut Hand) -> Option<HandedOut> {
        let session = self.session();
        loop {
            if hand.is_over() {
                hand.end_batch(hold);
            }
            if hand.batch.is_none() {
                let memory = std::mem::take(&mut hand.memory);
                let batch = hold.take_for_receives(self.key(), memory, Instant::now());
                hand.batch = Some(batch.ok()?);
                hand.next = 0;
            } else {
                hold.begin_running(session.key(), self.key());
            }
            let handed = self.open_next(hold, hand);
            hold.end_running(session.key(), self.key());
            match handed {
                Next::Message(message) => return Some(message),
                Next::Skipped => {}
                Next::Stopped => return None,
            }
        }
    }

    /// Opens the next message of the batch in hand.
    fn open_next(&self, hold: &mut Hold<'_>, hand: &mut Hand) -> Next {
        let Hand {
            batch,
            next,
            decoder,
            ..
        } = hand;
        let Some(batch) = batch else {
            return Next::Stopped;
        };
        let Some(message) = batch.messages.get(*next) else {
            return Next::Stopped;
        };
        let opened = hold.unlocked(|| open(decoder, &message.payload, &batch.reading, now_ms()));
        if !batch.claim() {
            return match hold.server() {
                // slow, and nothing else: the message is taken again
                Some((epoch, _)) if epoch == batch.epoch => Next::Skipped,
                _ => Next::Stopped,
            };
        }
        *next += 1;
        let opened = match opened {
            Opened::Message(message) => message,
            Opened::Skip(settle) => {
                hold.settle_unhandled(batch, settle);
                return Next::Skipped;
            }
        };
        batch.handle();
        let session = self.session();
        if !session.mode().remembers() {
            hold.settle_handled(self.key());
            return Next::Message((opened, None));
        }
        let handed = Handed::new(self.key(), batch.link, message);
        let number = handed.map(|handed| hold.remember(session.key(), handed));
        if !session.mode().by_program() {
            return Next::Message((opened, None));
        }
        let of = (session.key(), session.mode());
        let delivery = HandedDelivery::new(session.driver(), of, batch.epoch, number, self.key());
        Next::Message((opened, Some(Arc::new(delivery))))
    }
}

/// What became of the next message of a batch.
#[allow(clippy::large_enum_variant)]
enum Next {
    Message(HandedOut),
    /// Not to be shown, or to be taken again.
    Skipped,
    /// The batch is stopped.
    Stopped,
}
