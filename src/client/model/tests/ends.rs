//! The beginning of a history, where most has been made already, and its end, where nothing may be left.

use std::time::Duration;

use super::checks::{check, nobody_starves};
use super::steps::What;
use super::threads::Thread;
use super::world::World;
use crate::client::rules::gate::State;

impl World {
    /// A session with two producers, a consumer and a browser, started.
    pub fn set_up(&mut self, mode: u16) {
        let create = [
            (What::Session, 0, mode >> 4),
            (What::Producer, 0, 1),
            (What::Producer, 0, 0),
            (What::Producer, 0, 2),
            (What::Consumer, 0, 2),
            (What::Browser, 0, 1),
            (What::Start, 0, 0),
        ];
        for step in create {
            self.happen(step);
            self.progress();
        }
    }

    /// Everything that can is written, read and answered.
    pub fn progress(&mut self) {
        for _ in 0..3 {
            self.write_all();
            if let Some(peer) = self.peer.as_mut() {
                peer.answer(0, false);
            }
            self.read(usize::MAX);
            for thread in self.ready() {
                self.run(thread, false);
            }
        }
    }

    /// Everything comes to its end: with a good server all sends are decided, and nothing is left of what was closed.
    pub fn finish(&mut self) {
        for _ in 0..4 {
            self.candidate = None;
            if self.model.state() == State::Recovering {
                let error = crate::status::Error::from(crate::status::Status::TIBEMS_EXCEPTION);
                self.model.recovery_failed(error, false);
            }
            self.connect_somewhere(0, 0);
            self.finish_connect(|_| {});
            self.settle_down();
        }
        self.finish_transactions(World::settle_down);
        let alive = self.model.server().is_some();
        if alive && !self.model.is_closed() {
            for (thread, waiting) in self.threads.values() {
                let rests = matches!(
                    thread,
                    Thread::Receive { .. } | Thread::Dispatch { .. } | Thread::Complete { .. }
                );
                let on = waiting.as_ref().map(|waiting| &waiting.wait);
                assert!(rests, "{thread:?} waits for ever on {on:?}");
            }
            for state in self.model.producers.values() {
                assert!(!state.outbox.waits(), "sends are queued for ever");
                assert!(
                    state.outbox.is_empty(),
                    "entries for ever: {:?}",
                    state.outbox
                );
            }
            assert!(self.held.is_empty());
            nobody_starves(self);
            self.check_idle();
        }
        self.close_all();
    }

    /// The server does what it is asked, everything is written and read, and every thread runs until it waits for ever.
    fn settle_down(&mut self) {
        let mut quiet = 0;
        for _ in 0..60 {
            if let Some(peer) = self.peer.as_mut() {
                peer.serve();
            }
            let before = self.written_bytes();
            self.read(usize::MAX);
            self.write_all();
            self.tick(Duration::from_secs(4));
            let ready = self.ready();
            quiet = match ready.is_empty() && before == self.written_bytes() {
                true => quiet + 1,
                false => 0,
            };
            for thread in ready {
                self.run(thread, false);
            }
            check(self);
            if quiet > 2 {
                break;
            }
        }
    }

    /// Nothing is under way: the server has what the program has.
    fn check_idle(&self) {
        super::temporaries::check_idle(self);
        super::subscriptions::check_idle(self);
    }

    fn close_all(&mut self) {
        for (session, key, _) in self.producers.clone() {
            self.start(Thread::CloseProducer {
                session,
                key,
                stage: 0,
            });
        }
        for (session, key) in self.consumers.clone() {
            self.start(Thread::CloseConsumer {
                session,
                key,
                stage: 0,
            });
        }
        for (session, key) in self.browsers.clone() {
            self.start(Thread::CloseBrowser {
                session,
                key,
                stage: 0,
            });
        }
        self.settle_down();
        for key in self.sessions.clone() {
            self.start(Thread::CloseSession { key, stage: 0 });
        }
        let transacted = self.book.sessions.iter().map(|of| of.session);
        for key in transacted.collect::<Vec<_>>() {
            self.close_transacted(key);
        }
        self.settle_down();
        for (thread, waiting) in self.threads.values() {
            let on = waiting.as_ref().map(|waiting| &waiting.wait);
            let state = self.model.state();
            let gate = matches!(
                state,
                State::Broken | State::Recovering | State::Reconnecting
            );
            assert!(gate, "{thread:?} waits on {on:?} for ever");
        }
        let model = &self.model;
        assert!(model.producers.is_empty() && model.consumers.is_empty());
        let own = model.temporaries.session();
        assert!(model.sessions.keys().all(|key| Some(*key) == own));
        assert!(model.browsers.is_empty() && model.unsubscribing.is_empty());
        if self.threads.is_empty() && model.server.is_some() {
            self.check_idle();
        }
        assert_eq!((model.queued_bytes, model.clamp.held()), (0, 0));
        assert!(model.confirming.is_empty());
        self.start(Thread::Close { stage: 0 });
        self.settle_down();
        assert!(self.threads.is_empty());
        let model = &self.model;
        assert!(
            model.room_waiters.is_empty() && model.held_back.is_empty() && model.server.is_none()
        );
        assert!(model.detached_receivers.is_empty());
        assert!(model.drains.is_empty());
        assert!(model.completers.is_empty() && model.window_waiters.is_empty());
        assert_eq!(model.promised_bytes, 0);
        for sent in &self.sent {
            assert_eq!(sent.owed, sent.told, "a callback is owed: {sent:?}");
        }
    }
}
