//! Random histories of a whole connection: commands, servers, losses, recoveries, in any order and cut at any byte.
//!
//! The number of steps is `TIBEMS_MODEL_STEPS` (100,000 without it); a failing history is shrunk and printed by proptest,
//! which keeps its seed in `proptest-regressions`.

use std::time::Duration;

use proptest::prelude::*;

use super::checks::check;
use super::peer::{Abilities, Answers};
use super::steps::{NAMED, OF_EVERYTHING, OF_NAMES, OF_TRANSACTIONS, Step, What, step};
use super::threads::Thread;
use super::world::World;
use crate::amqp::performative::DeliveryState;
use crate::client::rules::gate::State;
use crate::client::rules::modes::AcknowledgeMode;

/// Steps of one history, on average.
pub const LENGTH: usize = 100;

pub fn pick<T: Copy>(of: &[T], at: u8) -> Option<T> {
    of.get(usize::from(at) % of.len().max(1)).copied()
}

/// A server by two numbers; zeros are a friendly one.
pub fn abilities(a: u8, b: u16) -> Abilities {
    Abilities {
        relay: a & 1 == 0,
        frame: if a & 2 == 0 { 1 << 16 } else { 512 },
        window: [1000, 1, 2, 0][usize::from(a >> 2 & 3)],
        credit: [100, 1, 3, 0][usize::from(a >> 4 & 3)],
        prefix: ["", "", "q.", "/queues/"][usize::from(a >> 6)],
        answers: [
            Answers::AtOnce,
            Answers::AtOnce,
            Answers::OnDemand,
            Answers::Refuses,
        ][usize::from(b & 3)],
        drains: b & 4 == 0,
        settles: b & 8 == 0,
    }
}

const CONDITIONS: [&str; 6] = [
    "amqp:link:detach-forced",
    "amqp:internal-error",
    "",
    "amqp:resource-deleted",
    "amqp:link:message-size-exceeded",
    "amqp:link:detach-forced",
];
const MODES: [AcknowledgeMode; 6] = [
    AcknowledgeMode::Auto,
    AcknowledgeMode::Client,
    AcknowledgeMode::DupsOk,
    AcknowledgeMode::Explicit,
    AcknowledgeMode::No,
    AcknowledgeMode::ExplicitDupsOk,
];

impl World {
    /// One step of a history.
    pub fn happen(&mut self, (what, a, b): Step) {
        let wide = usize::from(b);
        match what {
            What::Session => {
                let mode = MODES[wide % MODES.len()];
                self.start(Thread::Begin { mode, key: None });
            }
            What::Producer => {
                if let Some(session) = pick(&self.sessions, a) {
                    let to = (b & 3 != 0).then_some(wide & 3).filter(|to| *to < 3);
                    self.start(Thread::Produce {
                        session,
                        to,
                        key: None,
                    });
                }
            }
            What::Consumer => {
                if let Some(session) = pick(&self.sessions, a) {
                    self.start(Thread::Consume {
                        session,
                        to: wide % 3,
                        key: None,
                    });
                }
            }
            What::Browser => {
                if let Some(session) = pick(&self.sessions, a) {
                    self.start(Thread::Browse {
                        session,
                        to: wide % 3,
                        key: None,
                    });
                }
            }
            What::Look => {
                if let Some((session, key)) = pick(&self.browsers, a) {
                    let asked = None;
                    self.start(Thread::Look {
                        session,
                        key,
                        asked,
                    });
                }
            }
            What::Send => self.send(a, b),
            What::Burst => {
                for n in 0..=a % 5 {
                    self.send(a, b.rotate_left(u32::from(n)) & !16);
                }
            }
            What::Storm => {
                for n in 0..=a % 6 {
                    self.send(a >> 3, b.rotate_left(u32::from(n) * 3) & !16);
                }
                self.writable();
                self.written(wide % 3000);
                if a & 1 == 0 {
                    self.writable();
                }
                self.cut();
            }
            What::Receive | What::Listen => self.consume(what, a, b),
            What::Start => {
                if matches!(self.model.state(), State::Connected | State::Reconnecting) {
                    self.model.start();
                }
            }
            What::Stop => drop(self.start(Thread::Stop { waits: false })),
            What::Acknowledge => self.acknowledge(a, b),
            What::Recover => {
                let by_program = |key: &u32| {
                    self.model
                        .mode(*key)
                        .is_some_and(AcknowledgeMode::by_program)
                };
                let sessions: Vec<u32> = self.sessions.iter().copied().filter(by_program).collect();
                if let Some(session) = pick(&sessions, a) {
                    self.start(Thread::Recover {
                        session,
                        epoch: 0,
                        waits: false,
                    });
                }
            }
            What::CloseProducer
            | What::CloseConsumer
            | What::CloseBrowser
            | What::CloseSession
            | What::Close
                if b & 3 != 0 => {}
            What::CloseBrowser => {
                if let Some((session, key)) = pick(&self.browsers, a) {
                    self.start(Thread::CloseBrowser {
                        session,
                        key,
                        stage: 0,
                    });
                }
            }
            What::CloseProducer => {
                if let Some((session, key, _)) = pick(&self.producers, a) {
                    self.start(Thread::CloseProducer {
                        session,
                        key,
                        stage: 0,
                    });
                }
            }
            What::CloseConsumer => {
                if let Some((session, key)) = pick(&self.consumers, a) {
                    self.start(Thread::CloseConsumer {
                        session,
                        key,
                        stage: 0,
                    });
                }
            }
            What::CloseSession => {
                if let Some(key) = pick(&self.sessions, a) {
                    self.start(Thread::CloseSession { key, stage: 0 });
                }
            }
            What::Close if b & 0x1f == 0 => drop(self.start(Thread::Close { stage: 0 })),
            What::Close => {}
            What::Run => {
                if let Some(thread) = pick(&self.ready(), a) {
                    self.dice = u64::from(b) << 1 | 1;
                    self.run(thread, false);
                }
            }
            What::Late => {
                let threads: Vec<u32> = self.threads.keys().copied().collect();
                if let Some(thread) = pick(&threads, a) {
                    self.run(thread, true);
                }
            }
            What::Flush => self.flush(),
            What::Written if a & 3 == 0 => self.written(wide % 700),
            What::Written => self.written(usize::MAX),
            What::Writable => self.writable(),
            What::Read if a & 3 == 0 => self.read(wide % 100),
            What::Read => self.read(usize::MAX),
            What::Tick => {
                let millis = [0, 1, 3, 100, 2000, 30_000][usize::from(a % 6)];
                self.tick(Duration::from_millis(millis));
                if a % 6 == 5 {
                    self.doom_all(); // answers come too late
                }
            }
            What::Temporary
            | What::Delete
            | What::OnTemporary
            | What::Subscribe
            | What::Unsubscribe => {
                self.name(what, a, b);
                if b & 0x3000 != 0 {
                    self.progress(); // mostly the server does at once what it is asked for
                }
            }
            What::Elsewhere => self.elsewhere(a, b),
            What::Transacted => self.open_transacted(),
            What::Work | What::Commit | What::Rollback | What::CloseTransacted => {
                self.transact(what, a, b);
            }
            What::Connect => self.connect_somewhere(a, b),
            What::Connected => self.connected(a, b),
            What::Again => {
                self.connect_somewhere(a, b);
                self.connected(a, b >> 8);
            }
            _ => self.serve(what, a, b),
        }
        self.carry_out();
    }

    fn name(&mut self, what: What, a: u8, b: u16) {
        match what {
            What::Temporary => self.make_temporary(a, b),
            What::Delete => self.delete_temporary(a, b),
            What::OnTemporary => self.use_temporary(a, b),
            What::Subscribe => self.subscribe(a, b),
            _ => self.unsubscribe(a, b),
        }
    }

    /// Somebody looks for a server.
    pub fn connect_somewhere(&mut self, a: u8, b: u16) {
        if self.candidate.is_some() {
            return;
        }
        let (group, member) = self.model.active();
        let groups = self.model.basis.groups.len();
        let at = match self.model.state() {
            State::Reconnecting => (group, (member + 1) % self.model.basis.groups[group].len()),
            State::Broken | State::GivenUp => {
                self.model.begin_recovery();
                ((group + 1) % groups, 0)
            }
            State::Recovering => ((group + 1) % groups, 0),
            _ => return,
        };
        self.connect(abilities(a, b), at);
    }

    fn connected(&mut self, a: u8, b: u16) {
        self.last_try = b & 0x30 == 0;
        self.finish_connect(|peer| {
            // more of the same read as the last answer
            match b & 15 {
                0 => peer.detach(a.into(), CONDITIONS[usize::from(a) % CONDITIONS.len()]),
                1 => peer.grant(a.into(), 5),
                2 => peer.close(),
                3 => peer.open_window(a.into(), 5),
                _ => {}
            }
        });
    }

    fn serve(&mut self, what: What, a: u8, b: u16) {
        let at = usize::from(a);
        if what == What::End && b & 7 == 0 && self.peer.is_some() {
            self.doom_all();
        }
        let Some(peer) = self.peer.as_mut() else {
            return;
        };
        let wide = usize::from(b);
        match what {
            What::Answer => peer.answer(at, b & 7 == 7),
            What::Credit => peer.grant(at, u32::from(b % 5)),
            What::Window => peer.open_window(at, [0, 1, 2, 100][wide % 4]),
            What::Settle => {
                let state = match b % 4 {
                    0 | 1 => DeliveryState::Accepted,
                    2 => DeliveryState::Rejected(None),
                    _ => DeliveryState::Released,
                };
                peer.settle(at, state);
            }
            What::Command => peer.answer_command(),
            What::Refuse => peer.refuses = true,
            What::Confirm => peer.confirm(at),
            What::Drain => peer.drain(at),
            What::Deliver => peer.deliver(at, [10, 300, 900][wide % 3], b & 0x80 != 0),
            What::Detach => peer.detach(at, CONDITIONS[wide % CONDITIONS.len()]),
            What::End if b & 7 == 0 => peer.end(at),
            What::ServerClose if b & 3 == 0 => peer.close(),
            What::Garbage if b & 7 == 0 => peer.out.extend_from_slice(b"\0\0\0\x01garbage"),
            What::Cut => self.cut(),
            _ => {}
        }
    }
}

fn histories() -> u32 {
    let steps = std::env::var("TIBEMS_MODEL_STEPS").ok();
    let steps = steps
        .and_then(|steps| steps.parse().ok())
        .unwrap_or(100_000);
    u32::try_from(steps / LENGTH).unwrap_or(u32::MAX).max(1)
}

/// A history from its first step to its last.
pub fn run(kind: u8, first: (u8, u16), steps: &[Step]) {
    run_of(kind, first, None, steps);
}

/// The same of a connection with this client ID.
pub fn run_of(kind: u8, first: (u8, u16), client_id: Option<&str>, steps: &[Step]) {
    let kind = if kind & 64 == 0 { kind & !4 } else { kind }; // little room is rare
    let mut world = World::of_client(
        kind,
        Abilities {
            answers: Answers::AtOnce,
            ..abilities(first.0, first.1)
        },
        client_id.map(str::to_owned),
    );
    if kind & 48 != 0 {
        world.set_up(first.1);
    }
    if kind & 128 == 0 {
        world.happen((What::Transacted, 0, 0));
        world.progress();
    }
    for step in steps {
        world.happen(*step);
        check(&mut world);
    }
    world.finish();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(histories()))]

    #[test]
    fn nothing_is_lost_doubled_or_forgotten(
        kind in any::<u8>(),
        first in any::<(u8, u16)>(),
        steps in prop::collection::vec(step(OF_EVERYTHING), 0..=2 * LENGTH),
    ) {
        run(kind, first, &steps);
    }

    /// The same, with most of it in transactions: all or nothing, each once, in the order of the queue.
    #[test]
    fn transactions_are_whole(
        kind in any::<u8>(),
        first in any::<(u8, u16)>(),
        steps in prop::collection::vec(step(OF_TRANSACTIONS), 0..=2 * LENGTH),
    ) {
        run(kind & !128 | 16, first, &steps);
    }

    /// The same, with most of it about temporary destinations and subscriptions: what exists on a server is what the
    /// program has.
    #[test]
    fn names_come_back_and_go(
        kind in any::<u8>(),
        first in any::<(u8, u16)>(),
        identified in any::<bool>(),
        steps in prop::collection::vec(step(OF_NAMES), 0..=2 * LENGTH),
    ) {
        let steps = [NAMED, &steps].concat();
        run_of(kind | 144, first, identified.then_some("id"), &steps);
    }
}
