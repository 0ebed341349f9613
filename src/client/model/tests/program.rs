//! What the program begins in a step of a history: sends, receives, listeners and acknowledgements, as two numbers choose.

use super::histories::pick;
use super::steps::What;
use super::threads::{Thread, listener};
use super::world::{Sent, World};
use crate::client::model::Object;
use crate::client::rules::modes::AcknowledgeMode;
use crate::message::DestinationKind;

impl World {
    pub fn send(&mut self, a: u8, b: u16) {
        let open = self.producers.iter().copied();
        let open = open.filter(|(of, key, _)| self.is_open(Object::Producer(*of, *key)));
        let Some((session, producer, own)) = pick(&open.collect::<Vec<_>>(), a) else {
            return;
        };
        let other = own.is_none() || b & 3 == 0;
        let to = if other {
            usize::from(b >> 2) % 3
        } else {
            own.unwrap()
        };
        let temporary = self.some_temporary(usize::from(b >> 2));
        let to = match temporary.filter(|_| b & 0x4000 != 0) {
            Some(temporary) if other => temporary,
            _ => to,
        };
        let other = other && own != Some(to);
        // the annotation of a test's message tells of a queue
        let reply =
            temporary.filter(|of| b & 0x8000 != 0 && self.to(*of).kind() == DestinationKind::Queue);
        let size = [1, 50, 600, 1700][usize::from(b >> 5 & 3)];
        self.sent.push(Sent {
            producer,
            held: b & 16 == 0,
            to,
            reply,
            size,
            gone: 0,
            gone_now: false,
            ignored: false,
            again: 0,
            order: 0,
            begun: false,
            over: false,
            promised: b & 0x0800 != 0,
            owed: false,
            told: false,
            denied: false,
            patient: b & 0x0400 != 0,
        });
        let id = self.sent.len() - 1;
        let thread = Thread::send(self, id, session, other, b & 0x80 != 0);
        let thread = self.start(thread);
        if b & 0x2000 == 0 {
            self.run(thread, false); // it is encoded
        }
    }

    pub fn consume(&mut self, what: What, a: u8, b: u16) {
        let Some((session, key)) = pick(&self.consumers, a) else {
            return;
        };
        if what == What::Receive {
            let no_wait = b & 1 == 1;
            let (inside, asked, taken) = (false, false, None);
            self.start(Thread::Receive {
                session,
                key,
                no_wait,
                inside,
                asked,
                taken,
            });
            return;
        }
        let model = &mut self.model;
        if model.check(Object::Consumer(session, key)).is_err()
            || model.is_closed()
            || model.check_consumer(key).is_err()
        {
            return;
        }
        if b & 3 == 3 {
            return model.listen(key, None);
        }
        if !model.is_receiving(key) {
            model.listen(key, Some(listener()));
            if model.claim_dispatcher(session) {
                self.start(Thread::Dispatch {
                    session,
                    batch: None,
                });
            }
        }
    }

    pub fn acknowledge(&mut self, a: u8, b: u16) {
        let Some((session, epoch, number, consumer)) = pick(&self.handed, a) else {
            return;
        };
        self.handed
            .retain(|(_, _, of, key)| (*of, *key) != (number, consumer));
        let model = &mut self.model;
        if model.server().is_none_or(|(now, _)| now != epoch)
            || model.is_closing(Object::Consumer(session, consumer))
        {
            return;
        }
        let handed = match model.mode(session) {
            Some(AcknowledgeMode::Client) => model.take_handed(session),
            _ => model.take_one_handed(session, number).into_iter().collect(),
        };
        if b & 7 == 7 && model.mode(session) != Some(AcknowledgeMode::Client) {
            return handed
                .iter()
                .for_each(|handed| model.recover_handed(*handed));
        }
        let confirm = b & 1 == 1;
        self.start(Thread::Acknowledge {
            session,
            epoch,
            handed,
            confirm,
            waits: false,
        });
    }
}
