//! What the program begins in its transacted sessions: sends, receives, ends, as two numbers choose.

use super::book::Transacted;
use super::steps::What;
use super::threads::Thread;
use super::transacted::{End, FIRST, Work};
use super::world::World;
use crate::client::model::*;
use crate::message::DestinationKind;

impl World {
    /// Somebody works on a session.
    pub fn is_busy(&self, session: u32) -> bool {
        let mut threads = self.threads.values();
        threads.any(|(thread, _)| match thread {
            Thread::Work(work) => work.session() == Some(session),
            Thread::Receive { session: of, .. } => *of == session,
            _ => false,
        })
    }

    /// A step of a transacted session.
    pub fn transact(&mut self, what: What, a: u8, b: u16) {
        let open = |of: &&Transacted| !of.closed && !self.is_busy(of.session);
        let idle: Vec<(u32, u32, u32)> = (self.book.sessions.iter().filter(open))
            .map(|of| (of.session, of.producer, of.consumer))
            .collect();
        let Some((session, producer, key)) = idle.get(usize::from(a) % idle.len().max(1)).copied()
        else {
            return;
        };
        if what == What::Work && b & 3 < 2 {
            let (inside, asked, taken) = (false, false, None);
            self.start(Thread::Receive {
                session,
                key,
                no_wait: b & 4 == 0,
                inside,
                asked,
                taken,
            });
            return self.hurry(b);
        }
        let work = match what {
            What::Work => {
                self.book.sent += 1;
                let mut sending = Sending::new(session, producer, None, false);
                sending.enroll(DestinationKind::Queue);
                Work::Send {
                    session,
                    producer,
                    sending: Box::new(sending),
                    number: FIRST + self.book.sent,
                    inside: false,
                }
            }
            What::Commit | What::Rollback => Work::End(End::of(session, what == What::Commit)),
            _ if b & 7 == 0 => return self.close_transacted(session),
            _ => return,
        };
        self.start(Thread::Work(Box::new(work)));
        self.hurry(b);
    }

    /// Mostly the server does at once what it is asked for, and the call goes on.
    fn hurry(&mut self, b: u16) {
        for _ in 0..(b >> 8) % 4 {
            self.write_all();
            if let Some(peer) = self.peer.as_mut() {
                peer.serve_transactions();
            }
            self.read(usize::MAX);
            for thread in self.ready() {
                self.run(thread, false);
            }
        }
    }

    /// Opens another transacted session.
    pub fn open_transacted(&mut self) {
        self.start(Thread::Work(Box::new(Work::Create {
            session: None,
            producer: None,
            produced: false,
            consumer: None,
        })));
        self.hurry(3 << 8);
    }

    /// Closes one, whatever it does.
    pub fn close_transacted(&mut self, session: u32) {
        self.book.of(session).closed = true;
        self.start(Thread::CloseSession {
            key: session,
            stage: 0,
        });
    }

    /// With a good server: a transaction comes to an end, and the next one works.
    pub fn finish_transactions(&mut self, settle: impl Fn(&mut World)) {
        let open = self.book.sessions.iter().filter(|of| !of.closed);
        let open: Vec<u32> = open.map(|of| of.session).collect();
        for session in open {
            let at = |world: &World| {
                let mut idle = world
                    .book
                    .sessions
                    .iter()
                    .filter(|of| !of.closed && !world.is_busy(of.session));
                idle.position(|of| of.session == session)
            };
            for what in [What::Commit, What::Work, What::Commit] {
                settle(self);
                if let Some(at) = at(self) {
                    self.book.succeeded = None;
                    self.transact(what, at as u8, 2);
                }
            }
            settle(self);
            let works = self.model.check_ending(session).is_ok() && self.model.server().is_some();
            let idle = at(self).is_some();
            assert!(
                !works || !idle || self.book.succeeded == Some(session),
                "the next transaction of {session} does not work"
            );
        }
    }
}
