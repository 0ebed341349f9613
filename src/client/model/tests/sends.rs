//! A send of the program between two waits, as `send.rs` does it; what becomes of it is held against the book.

use super::threads::{APP, Next, Thread};
use super::world::{World, payload};
use crate::client::model::*;
use crate::client::rules::gate::{Call, Caller};
use crate::client::rules::verdict::is_of_destination;
use crate::message::{Addresses, DestinationKind, Message, MessageObject};

/// Where a send stands.
#[derive(Debug)]
pub enum At {
    Gate,
    Link,
    Answer(Ticket),
}

/// One send.
#[derive(Debug)]
pub struct Send {
    id: usize,
    session: u32,
    producer: u32,
    sending: Sending,
    payload: Vec<u8>,
    encoded: Option<u32>,
    at: At,
    begun: bool,
    repeated: bool,
    closing: bool,
    /// Repeated after a loss, whatever kind of connection it is (ufo_resend)
    resends: bool,
}

impl Send {
    /// Of a message, to a destination of its own if `other`.
    pub fn new(world: &World, id: usize, session: u32, other: bool, resends: bool) -> Send {
        let sent = &world.sent[id];
        let to = other.then(|| world.to(sent.to));
        let mut sending = Sending::new(session, sent.producer, to, sent.held);
        if sent.promised {
            let listener = CompletionListener {
                message: id,
                callback: 0,
                closure: 0,
                call: |_, _| {},
            };
            let message = MessageObject::new(Message::plain()).pend();
            let silent = sent.held && other;
            let promise = Promise::new(message, DestinationKind::Queue, silent, listener);
            let caller = match sent.patient {
                true => Caller::CompletionListener,
                false => APP,
            };
            sending = sending.promising(promise, caller);
        }
        Send {
            id,
            session,
            producer: sent.producer,
            sending,
            payload: Vec::new(),
            encoded: None,
            at: At::Gate,
            begun: false,
            repeated: false,
            closing: false,
            resends,
        }
    }

    /// Inside the send of this producer.
    pub fn inside(&self) -> Option<u32> {
        (!matches!(self.at, At::Gate)).then_some(self.producer)
    }

    fn object(&self) -> Object {
        Object::Producer(self.session, self.producer)
    }

    /// Until the next wait.
    pub fn step(&mut self, world: &mut World, in_time: bool) -> Next {
        let next = match self.at {
            At::Gate => self.gate(world, in_time),
            At::Link => self.link(world, in_time),
            At::Answer(ticket) => self.answer(world, ticket, in_time),
        };
        if let (Next::Done, At::Link | At::Answer(_)) = (&next, &self.at) {
            self.leave(world);
        }
        let sent = &mut world.sent[self.id];
        if matches!(next, Next::Done) && !sent.held && !sent.owed {
            sent.over = true;
        }
        next
    }

    fn leave(&mut self, world: &mut World) {
        self.at = At::Gate;
        world.model.end_sending(self.producer);
    }

    fn gate(&mut self, world: &mut World, in_time: bool) -> Next {
        let broken = world.model.breaks() != self.sending.breaks();
        if self.begun && broken && !self.resends && !world.model.is_closed() {
            return Next::Done; // outcome unknown
        }
        let entry = Entry {
            caller: APP,
            call: Call::Server,
            object: self.object(),
        };
        match world.model.admit(&entry) {
            Some(Ok(())) => {}
            Some(Err(_)) => return Next::Done,
            None if in_time => return Next::Wait(Wait::Gate(entry), true),
            None => return Next::Done,
        }
        if world.to(world.sent[self.id].to).is_deleted() {
            return Next::Done;
        }
        let Some((epoch, profile)) = world.model.server() else {
            panic!("the gate is open and there is no server");
        };
        if self.encoded != Some(epoch) {
            let sent = &world.sent[self.id];
            let to = world.to(sent.to);
            let reply = sent.reply.map(|of| world.to(of));
            let reply = reply.as_ref().map(|of| profile.to_wire(of));
            let to = profile.to_wire(&to);
            self.payload = payload(self.id, sent.size, &to, reply.as_deref());
            self.encoded = Some(epoch);
            return Next::Unlocked;
        }
        if world.sent[self.id].promised && world.model.claim_completer(self.session) {
            world.start(Thread::Complete {
                session: self.session,
                batch: Vec::new(),
            });
        }
        world.model.begin_sending(self.producer);
        self.at = At::Link;
        Next::Again
    }

    fn link(&mut self, world: &mut World, in_time: bool) -> Next {
        if !in_time || world.model.is_closed() || world.model.check(self.object()).is_err() {
            return Next::Done;
        }
        if world
            .model
            .server()
            .is_none_or(|(epoch, _)| Some(epoch) != self.encoded)
        {
            self.leave(world);
            return Next::Again;
        }
        let now = world.now;
        let ticket = world.model.producers[&self.producer].outbox.next();
        let step = world.model.try_send(&mut self.sending, &mut self.payload);
        let step = match step {
            Ok(Sent::Attach(owner)) => world
                .model
                .attach_for(&mut self.sending, owner, now)
                .map(Sent::Wait),
            step => step,
        };
        match step {
            Ok(Sent::Awaited(found)) => {
                assert_eq!(found, ticket);
                self.put(world, ticket);
                world.flush();
                self.at = At::Answer(ticket);
                Next::Again
            }
            Ok(Sent::Held) => {
                self.put(world, ticket);
                world.held.push(self.id);
                Next::Done
            }
            Ok(Sent::Promised) => {
                self.owe(world, ticket);
                Next::Done
            }
            Ok(Sent::Lost | Sent::Attach(_)) => {
                self.leave(world);
                Next::Again
            }
            Ok(Sent::Wait(wait)) => {
                world.flush();
                Next::Wait(wait, true)
            }
            // nobody hears of the destination
            Err(error)
                if world.sent[self.id].held
                    && !self.sending.is_bound()
                    && is_of_destination(error.status) =>
            {
                if world.sent[self.id].promised {
                    self.owe(world, ticket);
                    let accepted = Verdict::Outcome(crate::amqp::engine::Outcome::Accepted);
                    let size = self.payload.len();
                    world.model.keep_promise(&mut self.sending, accepted, size);
                }
                Next::Done
            }
            Err(_) => Next::Done,
        }
    }

    fn owe(&mut self, world: &mut World, ticket: Ticket) {
        let sent = &mut world.sent[self.id];
        (sent.begun, sent.owed, sent.order) = (true, true, ticket);
    }

    fn put(&mut self, world: &mut World, ticket: Ticket) {
        let sent = &mut world.sent[self.id];
        if sent.gone > 0 {
            assert!(self.begun, "nobody has doubted {sent:?}");
            sent.again += 1;
        }
        (sent.begun, sent.gone_now, sent.order) = (true, false, ticket);
    }

    fn answer(&mut self, world: &mut World, ticket: Ticket, in_time: bool) -> Next {
        if !world.model.has_producer(self.producer) {
            return Next::Done;
        }
        let sent = &world.sent[self.id];
        match world.model.take_verdict(self.producer, ticket) {
            None if !in_time => {
                world.model.abandon(self.producer, ticket);
                return Next::Done;
            }
            None => {}
            Some(Verdict::Lost { sent: gone }) => {
                assert!(gone == sent.gone_now || sent.ignored, "{sent:?}");
                self.begun |= gone;
                self.leave(world);
                return Next::Again;
            }
            Some(Verdict::Outcome(_)) => {
                assert!(sent.gone_now, "an outcome of what was not sent: {sent:?}");
                return Next::Done;
            }
            Some(Verdict::Detached(_)) if !self.repeated => {
                (self.begun, self.repeated) = (true, true);
                self.leave(world);
                return Next::Again;
            }
            Some(Verdict::Detached(_) | Verdict::LinkFailed(_)) => return Next::Done,
        }
        self.closing |= world.model.is_closing(self.object());
        let wait = Wait::Verdict {
            session: self.session,
            producer: self.producer,
            ticket,
            closing: world.model.is_closing(self.object()),
        };
        Next::Wait(wait, true)
    }
}
