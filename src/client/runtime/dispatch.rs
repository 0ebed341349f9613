//! The dispatcher of a session: calls its message listeners, one at a time, in order of arrival over
//! all its consumers (spec 20 §1.7, §4.4).
//!
//! One thread per session with a listener; it ends with the last listener or the session. It takes batches
//! (`model/handing.rs`) and calls without any lock of the library; before each call it claims the message, which fails when
//! a stop, close, recover, loss or other listener wants the rest of the batch back.

use std::sync::Arc;
use std::time::Instant;

use super::closing;
use super::context;
use super::driver::{Driver, Thread};
use super::handed::HandedDelivery;
use super::monitor::Hold;
use super::opened::{Opened, now_ms, open};
use crate::amqp::engine::Settle;
use crate::client::model::{Batch, Buffered, FAILED, Handed, MessageListener, Wait};
use crate::client::rules::modes::AcknowledgeMode;
use crate::message::{Delivery, Message, MessageDecoder};
use crate::status::{Error, Result, Status};

impl Hold<'_> {
    /// Starts the dispatcher of a session unless it runs.
    pub fn start_dispatcher(&mut self, session: u32) -> Result<()> {
        let Some(mode) = self.mode(session) else {
            return Ok(());
        };
        if !self.claim_dispatcher(session) {
            return Ok(());
        }
        let started = self.driver.spawn(Thread::Dispatch(session), move |driver| {
            Dispatcher {
                driver,
                session,
                mode,
            }
            .run();
        });
        started.map_err(|error| {
            self.drop_dispatcher(session);
            Error::new(
                Status::TIBEMS_NO_MEMORY,
                format!("no thread for the message listener: {error}"),
            )
        })
    }
}

struct Dispatcher<'a> {
    driver: &'a Arc<Driver>,
    session: u32,
    mode: AcknowledgeMode,
}

impl Dispatcher<'_> {
    /// Dispatches until there is no listener any more.
    fn run(&self) {
        let mut hold = self.driver.lock();
        let mut memory = Vec::new();
        let mut decoder = MessageDecoder::default();
        while let Some(batch) = self.next(&mut hold, memory) {
            memory = self.deliver(&mut hold, &mut decoder, &batch.1, batch.0);
        }
        hold.drop_dispatcher(self.session);
        if hold.is_session_closed_inside(self.session) && !hold.is_closed() {
            // closed inside its own listener: the rest of the close is ours
            hold.finish_session(self.session, closing::deadline(false));
        }
        if hold.take_goodbye(self.session) {
            hold.say_goodbye(closing::deadline(false));
        }
    }

    /// Waits for messages for a listener; none ends the dispatcher.
    fn next(
        &self,
        hold: &mut Hold<'_>,
        mut memory: Vec<Buffered>,
    ) -> Option<(Batch, MessageListener)> {
        loop {
            if !hold.wants_dispatcher(self.session) {
                return None;
            }
            match hold.take_batch(self.session, memory, Instant::now()) {
                Ok(batch) => return Some(batch),
                Err(unused) => memory = unused,
            }
            hold.grant_waiting(self.session);
            if !hold.flush() {
                hold.until(&Wait::Listener(self.session), None);
            }
        }
    }

    /// Calls the listener with the messages of a batch, until it is done or the signal has changed.
    fn deliver(
        &self,
        hold: &mut Hold<'_>,
        decoder: &mut MessageDecoder,
        listener: &MessageListener,
        batch: Batch,
    ) -> Vec<Buffered> {
        let mut next = 0;
        while next < batch.messages.len() {
            let (handled, pause) = match self.mode.remembers() {
                true => self.call_one(hold, (decoder, listener), &batch, next),
                false => hold.unlocked(|| self.call((decoder, listener), &batch, next)),
            };
            next += handled;
            match pause {
                Pause::Done | Pause::Stopped => {}
                Pause::Skipped(settle) => hold.settle_unhandled(&batch, settle),
                Pause::Called if hold.take_recovered(self.session) => {
                    hold.settle_unhandled(&batch, FAILED);
                }
                Pause::Called => batch.handle(),
            }
            if batch.is_stopped() {
                break;
            }
        }
        let consumer = batch.consumer;
        let memory = hold.end_batch(batch, next);
        hold.end_running(self.session, consumer);
        let waits = hold.has_backlog(consumer);
        hold.write_acknowledgements(self.session, Some(consumer), waits);
        if hold.is_consumer_closed_inside(consumer) {
            // closed inside its own listener: the rest of the close is ours
            hold.finish_consumer(consumer, closing::deadline(false));
        }
        memory
    }

    /// Without the lock: calls the listener from message `first` on. How many messages are done with, and why it pauses.
    fn call(
        &self,
        (decoder, listener): (&mut MessageDecoder, &MessageListener),
        batch: &Batch,
        first: usize,
    ) -> (usize, Pause) {
        let now = now_ms();
        let mut done = 0;
        for message in &batch.messages[first..] {
            let opened = open(decoder, &message.payload, &batch.reading, now);
            if !batch.claim() {
                return (done, Pause::Stopped);
            }
            done += 1;
            match opened {
                Opened::Skip(settle) => return (done, Pause::Skipped(settle)),
                Opened::Message(message) => self.tell(batch.consumer, listener, message, None),
            }
            if batch.is_stopped() {
                return (done, Pause::Called);
            }
            batch.handle();
        }
        (done, Pause::Done)
    }

    /// The same for one message in the modes that remember it: it is in the program's hands before the call.
    fn call_one(
        &self,
        hold: &mut Hold<'_>,
        (decoder, listener): (&mut MessageDecoder, &MessageListener),
        batch: &Batch,
        index: usize,
    ) -> (usize, Pause) {
        let message = &batch.messages[index];
        let opened = hold.unlocked(|| open(decoder, &message.payload, &batch.reading, now_ms()));
        if !batch.claim() {
            return (0, Pause::Stopped);
        }
        let message = match opened {
            Opened::Skip(settle) => return (1, Pause::Skipped(settle)),
            Opened::Message(opened) => opened,
        };
        let handed = Handed::new(batch.consumer, batch.link, &batch.messages[index]);
        let number = handed.map(|handed| hold.remember(self.session, handed));
        let delivery = self.mode.by_program().then(|| {
            let of = (self.session, self.mode);
            HandedDelivery::new(self.driver, of, batch.epoch, number, batch.consumer)
        });
        let delivery = delivery.map(|delivery| Arc::new(delivery) as Arc<dyn Delivery>);
        hold.unlocked(|| self.tell(batch.consumer, listener, message, delivery));
        (1, Pause::Called)
    }

    /// The callback itself.
    fn tell(
        &self,
        consumer: u32,
        listener: &MessageListener,
        message: Message,
        delivery: Option<Arc<dyn Delivery>>,
    ) {
        context::in_message_listener(self.driver.id(), self.session, consumer, || {
            (listener.call)(message, delivery);
        });
    }
}

/// Why the calls of a batch pause.
enum Pause {
    /// Every message is handled.
    Done,
    /// The signal changed before the next call.
    Stopped,
    /// The last message is not to be shown and settled like this.
    Skipped(Settle),
    /// The last message was shown, and it is to be seen what became of it.
    Called,
}
