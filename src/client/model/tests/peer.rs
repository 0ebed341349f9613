//! A small AMQP server in memory: reads what the engine of a model writes, and says what the test wants it to say.
//!
//! It has the numbers of the client for its own: channels, handles. What it says collects in `out`. It notes each message
//! that it has whole, with the position of its last byte.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};

use super::attaches::Meaning;
use super::store::Store;
use super::subscriptions::Names;
use crate::amqp::codec::Value;
use crate::amqp::frame::{FrameDecoder, FrameHeader, HEADER_AMQP, encode_frame};
use crate::amqp::performative::*;

/// What a server does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Begins, attaches, detaches and ends are answered.
    AtOnce,
    /// Only detaches and ends are.
    OnDemand,
    /// Attaches are refused.
    Refuses,
}

/// What kind of server it is.
#[derive(Clone, Copy, Debug)]
pub struct Abilities {
    pub relay: bool,
    pub frame: u32,
    /// Transfers that a new session may send
    pub window: u32,
    /// Credit of a new link
    pub credit: u32,
    pub prefix: &'static str,
    pub answers: Answers,
    /// Drains are answered
    pub drains: bool,
    /// Outcomes and confirmations follow at once
    pub settles: bool,
}

impl Default for Abilities {
    fn default() -> Self {
        Abilities {
            relay: true,
            frame: 1 << 16,
            window: 1000,
            credit: 100,
            prefix: "",
            answers: Answers::AtOnce,
            drains: true,
            settles: false,
        }
    }
}

/// A message that is there to its last byte.
#[derive(Debug)]
pub struct Arrival {
    pub payload: Vec<u8>,
    /// Where its last byte stands in all that the client has written
    pub end: u64,
    /// Of the link: none = the relay
    pub address: Option<String>,
    pub settled: bool,
    /// It had taken the link away before
    pub ignored: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Asked,
    There,
    /// Our detach is sent
    Leaving,
}

/// A delivery of which not all is there.
#[derive(Debug)]
pub struct Coming {
    id: u32,
    settled: bool,
    txn: Option<Bytes>,
    data: Vec<u8>,
}

#[derive(Debug)]
pub struct Link {
    pub name: String,
    /// The client sends
    pub sends: bool,
    pub stage: Stage,
    /// It goes to the coordinator
    pub commands: bool,
    /// What the client receives is a copy
    pub copies: bool,
    pub address: Option<String>,
    /// What it stands for beyond an address
    pub meaning: Meaning,
    /// Deliveries begun
    pub count: u32,
    /// The client receives: how far its credit reaches, and whether it drains
    pub limit: u32,
    pub drains: bool,
    pub coming: Option<Coming>,
    /// It has begun to take a send that nobody waits for, and these of others without an outcome
    pub held: bool,
    pub waiting: Vec<u32>,
}

impl Link {
    /// A consumer's, with credit.
    pub fn is_hungry(&self) -> bool {
        !self.sends && self.stage == Stage::There && self.count < self.limit
    }
}

#[derive(Debug, Default)]
pub struct Session {
    pub begun: bool,
    pub ended: bool,
    /// Transfers received and sent, deliveries sent
    pub received: u32,
    pub sent: u32,
    pub deliveries: u32,
}

/// The server.
pub struct Peer {
    pub abilities: Abilities,
    pub input: BytesMut,
    pub fed: u64,
    pub header: bool,
    pub closed: bool,
    /// What it has said and the client has not read
    pub out: Vec<u8>,
    pub sessions: BTreeMap<u16, Session>,
    pub links: BTreeMap<(u16, u32), Link>,
    pub arrivals: Vec<Arrival>,
    /// Deliveries without outcome: channel, number, payload
    pub unsettled: Vec<(u16, u32, Vec<u8>)>,
    /// Deliveries that it sent settled: channel, number
    pub forgotten: BTreeSet<(u16, u32)>,
    /// Acknowledgements that wait for a confirmation
    pub unconfirmed: Vec<(u16, u32, u32)>,
    /// Transactions, and their answers that are not given
    pub store: Store,
    pub commands: Vec<(u16, u32, DeliveryState)>,
    /// The next command
    pub refuses: bool,
    /// Names of the links that it has refused, detached for good, or ended with their session
    pub doomed: Vec<String>,
    /// Consumers' links that it has detached
    pub forced: u32,
    /// Names of producers' links that it has detached as housekeeping
    pub housekept: Vec<String>,
    /// Names of producers' links on which it has found a message too large
    pub too_large: Vec<String>,
    /// Its number among the servers; what it has named, and what of that the client has deleted
    pub number: u32,
    pub named: u32,
    pub nodes: BTreeSet<String>,
    pub deleted: BTreeSet<String>,
    /// Durable subscriptions, which all servers share
    pub names: Names,
}

impl Peer {
    pub fn new(abilities: Abilities, number: u32, names: Names) -> Peer {
        Peer {
            abilities,
            input: BytesMut::new(),
            fed: 0,
            header: false,
            closed: false,
            out: Vec::new(),
            sessions: BTreeMap::new(),
            links: BTreeMap::new(),
            arrivals: Vec::new(),
            unsettled: Vec::new(),
            forgotten: BTreeSet::new(),
            unconfirmed: Vec::new(),
            store: Store::default(),
            commands: Vec::new(),
            refuses: false,
            doomed: Vec::new(),
            housekept: Vec::new(),
            too_large: Vec::new(),
            forced: 0,
            number,
            named: 0,
            nodes: BTreeSet::new(),
            deleted: BTreeSet::new(),
            names,
        }
    }

    /// What has arrived since the last look.
    pub fn take_arrivals(&mut self) -> Vec<Arrival> {
        std::mem::take(&mut self.arrivals)
    }

    pub fn say(&mut self, channel: u16, performative: impl Into<Performative>) {
        self.say_with(channel, performative, &[]);
    }

    pub fn say_with(&mut self, channel: u16, performative: impl Into<Performative>, data: &[u8]) {
        if !self.closed {
            encode_frame(channel, &performative.into(), data, &mut self.out);
        }
    }

    /// Reads what the client has written.
    pub fn read(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        self.fed += bytes.len() as u64;
        if !self.header && self.input.len() >= 8 {
            assert_eq!(self.input.split_to(8), &HEADER_AMQP[..]);
            self.header = true;
            self.out.extend_from_slice(&HEADER_AMQP);
        }
        let mut decoder = FrameDecoder::new(1 << 20);
        while self.header && FrameHeader::peek(&self.input, 1 << 20).unwrap().is_some() {
            let frame = decoder.next_frame(&mut self.input).unwrap().unwrap();
            let end = self.fed - self.input.len() as u64;
            if let Some(performative) = frame.performative {
                self.on(frame.channel, performative, &frame.payload, end);
            }
        }
    }

    fn on(&mut self, channel: u16, performative: Performative, payload: &[u8], end: u64) {
        let at_once = self.abilities.answers != Answers::OnDemand;
        match performative {
            Performative::Open(_) => self.open(),
            Performative::Begin(_) => {
                self.sessions.insert(channel, Session::default());
                self.forgotten.retain(|(of, _)| *of != channel);
                if at_once {
                    self.answer_begin(channel);
                }
            }
            Performative::Attach(attach) => self.on_attach(channel, *attach, at_once),
            Performative::Flow(flow) => self.on_flow(channel, &flow),
            Performative::Transfer(transfer) => self.on_transfer(channel, &transfer, payload, end),
            Performative::Disposition(disposition) => {
                let last = disposition.last.unwrap_or(disposition.first);
                let told = (channel, disposition.first)..=(channel, last);
                let forgotten = self.forgotten.range(told).next();
                assert!(
                    disposition.role == Role::Sender || forgotten.is_none(),
                    "{disposition:?} of what came settled"
                );
                if disposition.role == Role::Receiver && disposition.settled {
                    self.store.settle(channel, &disposition);
                }
                if disposition.role == Role::Receiver && !disposition.settled {
                    self.unconfirmed.push((channel, disposition.first, last));
                    if self.abilities.settles {
                        self.confirm(0);
                    }
                }
            }
            Performative::Detach(detach) => self.on_detach(channel, &detach),
            Performative::End(_) => {
                self.part(channel);
                self.links.retain(|(of, _), _| *of != channel);
                self.store.leave(|(of, _)| of == channel);
                self.commands.retain(|(of, ..)| *of != channel);
                self.unsettled.retain(|(of, ..)| *of != channel);
                self.unconfirmed.retain(|(of, ..)| *of != channel);
                if self
                    .sessions
                    .remove(&channel)
                    .is_some_and(|session| !session.ended)
                {
                    self.say(channel, End { error: None });
                }
            }
            Performative::Close(_) => {
                self.say(0, Close { error: None });
                self.closed = true;
            }
            other => panic!("{other:?}"),
        }
    }

    fn open(&mut self) {
        let prefix = Value::string(self.abilities.prefix);
        let relay = self.abilities.relay.then(|| "ANONYMOUS-RELAY".to_owned());
        let shared = Some("SHARED-SUBS".to_owned());
        let open = Open {
            max_frame_size: Some(self.abilities.frame),
            offered_capabilities: relay.into_iter().chain(shared).collect(),
            properties: vec![("queue-prefix".to_owned(), prefix)],
            ..Open::default()
        };
        self.say(0, open);
    }

    pub fn answer_begin(&mut self, channel: u16) {
        let window = self.abilities.window;
        if let Some(session) = self.sessions.get_mut(&channel)
            && !std::mem::replace(&mut session.begun, true)
        {
            let begin = Begin {
                remote_channel: Some(channel),
                incoming_window: window,
                outgoing_window: 1000,
                ..Begin::default()
            };
            self.say(channel, begin);
        }
    }

    pub fn flow(&self, channel: u16, window: u32) -> Flow {
        let session = &self.sessions[&channel];
        Flow {
            next_incoming_id: Some(session.received),
            incoming_window: window,
            next_outgoing_id: session.sent,
            outgoing_window: 1000,
            ..Flow::default()
        }
    }

    pub fn grant_at(&mut self, at: (u16, u32), credit: u32) {
        let there = |link: &&Link| link.stage == Stage::There;
        let Some(link) = self.links.get(&at).filter(there) else {
            return;
        };
        let flow = Flow {
            handle: Some(at.1),
            delivery_count: Some(link.count),
            link_credit: Some(credit),
            ..self.flow(at.0, self.abilities.window)
        };
        self.say(at.0, flow);
    }

    fn on_flow(&mut self, channel: u16, flow: &Flow) {
        let Some(handle) = flow.handle else { return };
        let Some(link) = self.links.get_mut(&(channel, handle)) else {
            return;
        };
        if !link.sends {
            let count = flow.delivery_count.unwrap_or(0);
            link.limit = count.wrapping_add(flow.link_credit.unwrap_or(0));
            link.drains = flow.drain;
            if flow.drain && self.abilities.drains {
                self.answer_drain((channel, handle));
            }
        }
    }

    pub fn answer_drain(&mut self, at: (u16, u32)) {
        let Some(link) = self.links.get_mut(&at).filter(|link| link.drains) else {
            return;
        };
        link.drains = false;
        link.count = link.limit;
        self.grant_at(at, 0);
    }

    fn on_transfer(&mut self, channel: u16, transfer: &Transfer, payload: &[u8], end: u64) {
        let settles = self.abilities.settles;
        if let Some(session) = self.sessions.get_mut(&channel) {
            session.received += 1;
        }
        let Some(link) = self.links.get_mut(&(channel, transfer.handle)) else {
            panic!("transfer on unknown handle {}", transfer.handle);
        };
        if link.coming.is_none() {
            link.count += 1;
            let (id, settled) = (
                transfer.delivery_id.unwrap(),
                transfer.settled.unwrap_or(false),
            );
            match settled {
                true => link.held = true,
                false => link.waiting.push(id),
            }
            let txn = match &transfer.state {
                Some(DeliveryState::Transactional { txn_id, .. }) => Some(txn_id.clone()),
                _ => None,
            };
            let data = Vec::new();
            link.coming = Some(Coming {
                id,
                settled,
                txn,
                data,
            });
        }
        let mut coming = link.coming.take().unwrap();
        coming.data.extend_from_slice(payload);
        if transfer.more {
            link.coming = Some(coming);
            return;
        }
        let Coming {
            id,
            settled,
            txn,
            data,
        } = coming;
        if link.commands || txn.is_some() {
            if link.stage == Stage::There {
                self.on_transacted((channel, transfer.handle), id, txn, data);
            }
            return;
        }
        let address = link.address.clone();
        let ignored = link.stage != Stage::There;
        if !settled && !ignored {
            self.unsettled.push((channel, id, data.clone()));
        }
        self.arrivals.push(Arrival {
            payload: data,
            end,
            address,
            settled,
            ignored,
        });
        if settles && !ignored {
            self.settle(0, DeliveryState::Accepted);
        }
    }

    /// A command, or a message in a transaction.
    fn on_transacted(&mut self, at: (u16, u32), id: u32, txn: Option<Bytes>, data: Vec<u8>) {
        let Some(txn) = txn else {
            return self.command(at, id, &data);
        };
        let known = self.store.send(&txn, super::world::id(&data));
        self.unsettled.push((at.0, id, data));
        if !known {
            self.settle(self.unsettled.len() - 1, DeliveryState::Rejected(None));
        } else if self.abilities.settles {
            self.settle(0, DeliveryState::Accepted);
        }
    }
}
