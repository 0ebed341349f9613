//! One model with everything around it: the threads of the program, a socket that takes bytes at random, a clock, and a
//! server that is lost and found. It does what `runtime` does and keeps a book of every message.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::BytesMut;

use super::book::Book;
use super::peer::{Abilities, Peer};
use super::store::Store;
use super::subscriptions::Names;
use super::temporaries::Temporary;
use super::threads::{Next, Thread};
use crate::amqp::codec::Encoder;
use crate::amqp::engine::{Engine, EngineConfig};
use crate::client::model::{Basis, Draft, Model, Object, Wait};
use crate::client::rules::gate::State;
use crate::client::rules::options::{self, Options};
use crate::client::rules::prefetch::PrefetchList;
use crate::client::rules::profile::Profile;
use crate::client::rules::url::UrlList;
use crate::message::Destination;
use crate::status::{Error, Status};

/// Names of the destinations.
pub const NAMES: [&str; 3] = ["a", "b", "c"];
/// Limit of a begin or attach.
pub const REQUEST: Duration = Duration::from_secs(60);

/// What is known of one message without the model.
#[derive(Debug)]
pub struct Sent {
    pub producer: u32,
    pub held: bool,
    pub to: usize,
    /// The temporary destination of the reply
    pub reply: Option<usize>,
    pub size: usize,
    /// How often its last byte may have left, and whether that was since it was last put into an output
    pub gone: u32,
    pub gone_now: bool,
    /// Its last byte was on its way when the server had taken the link away
    pub ignored: bool,
    /// How often its thread has decided to send it again although it may have left
    pub again: u32,
    /// Its place among the sends of its producer
    pub order: u64,
    /// It is in an output, or was
    pub begun: bool,
    /// Nothing more can happen to it
    pub over: bool,
    /// Its outcome goes to a callback, that is owed, and has come
    pub promised: bool,
    pub owed: bool,
    pub told: bool,
    /// Told that it was not sent
    pub denied: bool,
    /// It waits only for room
    pub patient: bool,
}

/// A wait of a thread.
pub struct Waiting {
    pub wait: Wait,
    pub woken: bool,
    /// It has a deadline
    pub limited: bool,
}

/// A server that is not anybody's yet.
pub struct Candidate {
    pub engine: Engine,
    pub peer: Peer,
    pub draft: Option<Draft>,
    pub written: u64,
    pub at: (usize, usize),
}

/// The world.
pub struct World {
    pub model: Model,
    pub now: Instant,
    pub peer: Option<Peer>,
    pub candidate: Option<Candidate>,
    pub input: BytesMut,
    /// Taken from the engine and not with the system; how much of it a thread has in hand
    pub unsent: Vec<u8>,
    pub writing: bool,
    pub blocked: bool,
    /// Bytes with the system
    pub written: u64,
    pub threads: BTreeMap<u32, (Thread, Option<Waiting>)>,
    next_thread: u32,
    pub sent: Vec<Sent>,
    /// Held sends of which something may still happen
    pub held: Vec<usize>,
    /// By producer, and by producer and destination
    pub last_order: HashMap<(u32, Option<usize>), u64>,
    /// Of the callbacks, by producer
    pub last_told: HashMap<u32, u64>,
    /// Producers of which the server has taken something away for good
    pub doomed: HashSet<u32>,
    /// Producers of which the server has found a message too large
    pub too_large: HashSet<u32>,
    /// Producers of which the server has taken a link away that came back
    pub parted: HashSet<u32>,
    pub sessions: Vec<u32>,
    /// Session, key, index of the own destination
    pub producers: Vec<(u32, u32, Option<usize>)>,
    pub consumers: Vec<(u32, u32)>,
    pub browsers: Vec<(u32, u32)>,
    /// In the program's hands: session, epoch, number, consumer
    pub handed: Vec<(u32, u32, u64, u32)>,
    /// What transacted sessions were told, and what the server keeps while there is none
    pub book: Book,
    pub store: Store,
    /// Every one that the program was given, and the subscriptions that servers keep
    pub temporaries: Vec<Temporary>,
    pub names: Names,
    engines: u32,
    pub dice: u64,
    /// A try that fails is the last one
    pub last_try: bool,
    /// Something was given up because its time was over
    pub impatient: bool,
}

fn options(small: bool, prefetch: usize) -> &'static Options {
    static ALL: OnceLock<Vec<Options>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let make = |n: usize| Options {
            buffer_limit: if n & 1 == 0 { 32 << 20 } else { 1500 },
            prefetch_queue: PrefetchList::parse(["3", "0", "1"][n / 2]).unwrap(),
            ..Options::default()
        };
        (0..6).map(make).collect()
    });
    &all[usize::from(small) + 2 * prefetch]
}

/// The message with this number, for a server with such addresses: of the destination, and of the reply, which is told to be
/// a temporary queue.
pub fn payload(id: usize, size: usize, address: &str, reply: Option<&str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Encoder::new(&mut bytes);
    if reply.is_some() {
        out.descriptor(0x72);
        let map = out.begin_map();
        out.symbol("x-opt-jms-reply-to");
        out.byte(2);
        out.end_map(map, 2);
    }
    out.descriptor(0x73);
    let list = out.begin_list();
    out.null();
    out.null();
    out.string(address);
    if let Some(reply) = reply {
        out.null();
        out.string(reply);
    }
    out.end_list(list, if reply.is_some() { 5 } else { 3 });
    let mut body = vec![id as u8; size];
    body.extend_from_slice(&(id as u32).to_be_bytes());
    out.descriptor(0x75);
    out.binary(&body);
    bytes
}

/// The number of a message.
pub fn id(payload: &[u8]) -> usize {
    let tail = payload.last_chunk::<4>().expect("a number");
    u32::from_be_bytes(*tail) as usize
}

impl World {
    /// A connection on a first server; `kind` says what it was made from.
    pub fn new(kind: u8, abilities: Abilities) -> World {
        World::of_client(kind, abilities, None)
    }

    /// The same with a client ID.
    pub fn of_client(kind: u8, abilities: Abilities, client_id: Option<String>) -> World {
        let url = ["x:1,y:1", "x:1+y:1", "x:1,y:1+z:1", "x:1,y:1"][usize::from(kind & 3)];
        let now = crate::clock::test_origin();
        let basis = Basis {
            id: 1,
            groups: UrlList::parse(url).unwrap().groups,
            unshared: url.contains('+'),
            options: options(kind & 4 != 0, usize::from(kind >> 3) % 3),
        };
        let mut world = World {
            model: Model::new(basis, client_id, "C".into(), now),
            now,
            peer: None,
            candidate: None,
            input: BytesMut::new(),
            unsent: Vec::new(),
            writing: false,
            blocked: false,
            written: 0,
            threads: BTreeMap::new(),
            next_thread: 0,
            sent: Vec::new(),
            held: Vec::new(),
            last_order: HashMap::new(),
            last_told: HashMap::new(),
            doomed: HashSet::new(),
            too_large: HashSet::new(),
            parted: HashSet::new(),
            sessions: Vec::new(),
            producers: Vec::new(),
            consumers: Vec::new(),
            browsers: Vec::new(),
            handed: Vec::new(),
            book: Book::default(),
            store: Store::default(),
            temporaries: Vec::new(),
            names: Names::default(),
            engines: 0,
            dice: 1,
            last_try: false,
            impatient: false,
        };
        world.connect(abilities, (0, 0));
        assert!(world.finish_connect(|_| {}));
        world
    }

    /// A number from outside the program, below `bound`.
    pub fn roll(&mut self, bound: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % bound
    }

    /// A destination.
    pub fn destination(index: usize) -> Destination {
        Destination::queue(NAMES[index % NAMES.len()])
    }

    /// Somebody connects: the candidate is open and has been asked for everything.
    pub fn connect(&mut self, abilities: Abilities, at: (usize, usize)) {
        self.engines += 1;
        let config = EngineConfig {
            number: self.engines,
            container_id: "C".into(),
            sasl: None,
            idle_timeout: None,
            ..EngineConfig::default()
        };
        let mut engine = Engine::new(config, self.now);
        let mut peer = Peer::new(abilities, self.engines, self.names.clone());
        let mut written = 0;
        Self::exchange(&mut engine, &mut peer, &mut written, self.now);
        while engine.poll_event().is_some() {}
        let profile = Arc::new(Profile::detect(engine.peer(), options::general(), 1));
        let draft = Draft::new(self.model.blueprint(), &mut engine, profile).ok();
        self.candidate = Some(Candidate {
            engine,
            peer,
            draft,
            written,
            at,
        });
    }

    fn exchange(engine: &mut Engine, peer: &mut Peer, written: &mut u64, now: Instant) {
        for _ in 0..3 {
            let mut out = Vec::new();
            engine.take_output(&mut out);
            *written += out.len() as u64;
            peer.read(&out);
            let mut input = BytesMut::from(&std::mem::take(&mut peer.out)[..]);
            engine.input(&mut input, now);
        }
    }

    /// The candidate answers, and `also` says more in the same breath. It becomes the connection's, or not: then it is
    /// gone. True when it did.
    pub fn finish_connect(&mut self, also: impl FnOnce(&mut Peer)) -> bool {
        let Some(mut candidate) = self.candidate.take() else {
            return false;
        };
        let Some(mut draft) = candidate.draft.take() else {
            return self.fail_connect();
        };
        // what is on temporary destinations is asked for when those have their names
        let mut also = Some(also);
        for round in 0.. {
            let mut out = Vec::new();
            candidate.engine.take_output(&mut out);
            candidate.written += out.len() as u64;
            candidate.peer.read(&out);
            if round > 0 || self.temporaries.is_empty() || self.roll(2) == 0 {
                also.take()
                    .into_iter()
                    .for_each(|also| also(&mut candidate.peer));
            }
            let mut input = BytesMut::from(&std::mem::take(&mut candidate.peer.out)[..]);
            let idle = out.is_empty() && input.is_empty();
            candidate.engine.input(&mut input, self.now);
            while !draft.is_complete() {
                let Some(event) = candidate.engine.poll_event() else {
                    break;
                };
                use crate::amqp::engine::Event;
                let over = matches!(event, Event::Closed { .. } | Event::Failed { .. });
                if over || draft.on_event(&mut candidate.engine, event).is_err() {
                    return self.fail_connect();
                }
            }
            if draft.is_complete() {
                break;
            }
            if idle && also.is_none() {
                return self.fail_connect();
            }
        }
        let waits = match self.model.state() {
            State::Reconnecting | State::Recovering => true,
            State::Connected => self.model.server().is_none(),
            _ => false,
        };
        if !waits {
            return false; // closed meanwhile
        }
        if self.model.state() == State::Recovering {
            self.model.recovery_succeeded();
        }
        let Candidate {
            engine,
            mut peer,
            written,
            at,
            ..
        } = candidate;
        self.model
            .install(engine, written, draft, at, REQUEST, self.now);
        (self.written, self.writing, self.blocked) = (written, false, false);
        (self.unsent, self.input) = (Vec::new(), BytesMut::new());
        self.doom(&peer);
        peer.store = std::mem::take(&mut self.store);
        self.peer = Some(peer);
        self.flush();
        self.carry_out();
        true
    }

    fn fail_connect(&mut self) -> bool {
        if !self.last_try {
            return false;
        }
        let error = Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, "no");
        match self.model.state() {
            State::Reconnecting => self.model.reconnect_failed(error),
            State::Recovering => self.model.recovery_failed(error, false),
            _ => {}
        }
        self.carry_out();
        false
    }

    /// What the end of a hold of the lock does.
    pub fn carry_out(&mut self) {
        self.note_names();
        while let Some(loss) = self.model.effects().take_ended() {
            let bytes = self.roll(64) as usize;
            self.lose(loss.cause, bytes);
        }
        self.model.effects().take_notes();
        self.model.effects().take_rearm();
        let everyone = self.model.effects().take_everyone();
        let keys = self.model.effects().take_woken();
        for (_, waiting) in self.threads.values_mut() {
            if let Some(waiting) = waiting {
                waiting.woken |= everyone || keys.contains(&waiting.wait.key());
            }
        }
        self.model.effects().recycle(keys);
        for (thread, waiting) in self.threads.values() {
            let Some(waiting) = waiting else { continue };
            let lost = !waiting.woken && self.model.is_over(&waiting.wait);
            assert!(!lost, "nobody wakes {:?} of {thread:?}", waiting.wait);
        }
    }

    /// Places where somebody waits.
    pub fn start(&mut self, thread: Thread) -> u32 {
        self.next_thread += 1;
        self.threads.insert(self.next_thread, (thread, None));
        self.run(self.next_thread, false);
        self.next_thread
    }

    /// A thread goes on if it can; `late`: its deadline has come.
    pub fn run(&mut self, number: u32, late: bool) {
        let Some((mut thread, waiting)) = self.threads.remove(&number) else {
            return;
        };
        let mut in_time = true;
        if let Some(mut waiting) = waiting {
            let over = self.model.is_over(&waiting.wait);
            if late && waiting.limited {
                in_time = over;
                self.impatient |= !over;
            } else if !over {
                waiting.woken = false;
                self.threads.insert(number, (thread, Some(waiting)));
                return;
            }
        }
        for spins in 0.. {
            assert!(spins < 50, "{thread:?} turns in a circle");
            match thread.step(self, in_time) {
                Next::Again => in_time = true,
                Next::Wait(wait, limited) => {
                    in_time = true;
                    if self.model.is_over(&wait) {
                        continue;
                    }
                    self.carry_out();
                    if self.model.is_over(&wait) {
                        continue;
                    }
                    let waiting = Waiting {
                        wait,
                        woken: false,
                        limited,
                    };
                    self.threads.insert(number, (thread, Some(waiting)));
                    return;
                }
                Next::Unlocked => {
                    self.threads.insert(number, (thread, None));
                    return self.carry_out();
                }
                Next::Done => return self.carry_out(),
            }
        }
    }

    /// Threads that can go on, or have a deadline.
    pub fn ready(&self) -> Vec<u32> {
        let ready = self
            .threads
            .iter()
            .filter(|(_, (_, waiting))| waiting.as_ref().is_none_or(|waiting| waiting.woken));
        ready.map(|(number, _)| *number).collect()
    }

    /// The object is open, as far as the program knows.
    pub fn is_open(&self, object: Object) -> bool {
        !self.model.is_closing(object)
    }
}
