//! The engine against a strict peer that does everything at random: credit, windows, outcomes,
//! messages in both directions, drains (P-W4, P-C, P-D9). The peer checks every number on the wire.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A small generator, so that a case is its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// A link on which the engine sends.
#[derive(Default)]
struct Inbound {
    id: Option<LinkId>,
    handle: u32,
    delivery_count: u32,
    limit: u32,
    tags: BTreeSet<Bytes>,
    /// The delivery whose frames are arriving
    current: Option<(u32, Vec<u8>)>,
    /// Payloads that the application sent
    sent: VecDeque<Vec<u8>>,
    draining: bool,
}

/// A link on which the engine receives.
#[derive(Default)]
struct Outbound {
    id: Option<LinkId>,
    handle: u32,
    delivery_count: u32,
    limit: u32,
    /// Frames of a delivery not yet sent
    rest: Option<(u32, Vec<u8>)>,
    /// Payloads that the application is to get
    expected: VecDeque<(u32, Vec<u8>)>,
    draining: bool,
}

struct Model {
    wire: Wire,
    channel: u16,
    random: Random,
    first: u32,
    inbound: Vec<Inbound>,
    outbound: Vec<Outbound>,
    /// Transfer frames received, and the window that they must respect
    received: u32,
    window_end: u32,
    next_delivery: u32,
    /// Sends without outcome: tag and link by id
    unsettled: BTreeMap<u32, (usize, Bytes)>,
    /// Tokens of sends whose outcome the application waits for, by delivery-id
    waiting: BTreeMap<u32, u64>,
    /// The send that the window has cut
    cut: Option<(LinkId, u64)>,
    /// Outcomes that were written by the peer
    decided: BTreeSet<u32>,
    token: u64,
    /// Transfer frames sent
    sent: u32,
    next_outgoing_delivery: u32,
    /// Deliveries that the application holds, and those whose acknowledge is due on the wire
    held: Vec<(LinkId, u32)>,
    acknowledged: BTreeSet<u32>,
}

const LINKS: usize = 3;

impl Model {
    fn new(seed: u64, first: u32) -> Model {
        let mut wire = Wire::open(
            EngineConfig {
                first_outgoing_id: first,
                ..config()
            },
            Open {
                max_frame_size: Some(512),
                ..Open::default()
            },
        );
        let session = wire.session_with(Begin {
            next_outgoing_id: first,
            ..Begin::default()
        });
        let mut model = Model {
            channel: session.1,
            random: Random(seed | 1),
            first,
            inbound: Vec::new(),
            outbound: Vec::new(),
            received: 0,
            window_end: 0,
            next_delivery: first,
            unsettled: BTreeMap::new(),
            waiting: BTreeMap::new(),
            cut: None,
            decided: BTreeSet::new(),
            token: 0,
            sent: 0,
            next_outgoing_delivery: first,
            held: Vec::new(),
            acknowledged: BTreeSet::new(),
            wire,
        };
        for n in 0..LINKS {
            let (id, handle) = model.wire.link(session, &format!("in{n}"), Role::Sender);
            model.inbound.push(Inbound {
                id: Some(id),
                handle,
                ..Inbound::default()
            });
            let (id, handle) = model.wire.link(session, &format!("out{n}"), Role::Receiver);
            model.outbound.push(Outbound {
                id: Some(id),
                handle,
                ..Outbound::default()
            });
        }
        model
    }

    /// The session part of a flow of the peer, with a new window.
    fn peer_flow(&mut self) -> Flow {
        let window = self.random.below(8) as u32;
        self.window_end = self.window_end.max(self.received + window);
        Flow {
            next_incoming_id: Some(self.first.wrapping_add(self.received)),
            incoming_window: self.window_end - self.received,
            next_outgoing_id: self.first.wrapping_add(self.sent),
            outgoing_window: 1000,
            ..Flow::default()
        }
    }

    fn step(&mut self) {
        let link = self.random.below(LINKS as u64) as usize;
        match self.random.below(12) {
            0..=2 => self.application_sends(link),
            3 => self.peer_grants(link),
            4 => {
                let flow = self.peer_flow();
                self.wire.frame(self.channel, flow);
            }
            5 => self.peer_settles(),
            6..=7 => self.peer_sends(link),
            8 => self.application_settles(),
            9 => self.application_grants(link),
            10 => self.peer_reads(),
            _ => self.peer_skips_credit(link),
        }
        self.events();
    }

    fn application_sends(&mut self, link: usize) {
        let id = self.inbound[link].id.unwrap();
        let size = self.random.below(1500) as usize;
        let payload = vec![self.token as u8; size];
        let credit = self.wire.engine.credit(id);
        match self.wire.send(id, &payload, self.token) {
            Ok(delivery_id) => {
                assert!(credit > 0);
                self.waiting.insert(delivery_id, self.token);
                if self.wire.engine.is_cut(id) {
                    assert_eq!(self.cut.replace((id, self.token)), None);
                }
                self.inbound[link].sent.push_back(payload);
            }
            Err(error) => {
                assert_eq!((credit, error), (0, SendError::NoCredit));
            }
        }
        self.token += 1;
    }

    fn peer_grants(&mut self, link: usize) {
        let mut flow = self.peer_flow();
        let credit = self.random.below(6) as u32;
        let drain = self.random.one_in(4);
        // Until the engine's frames are read, the peer's picture may be old; both are in order.
        self.peer_reads();
        flow.next_incoming_id = Some(self.first.wrapping_add(self.received));
        flow.incoming_window = self.window_end.saturating_sub(self.received);
        let inbound = &mut self.inbound[link];
        inbound.limit = inbound.delivery_count.wrapping_add(credit);
        inbound.draining = drain;
        flow.handle = Some(inbound.handle);
        flow.delivery_count = Some(inbound.delivery_count);
        flow.link_credit = Some(credit);
        flow.drain = drain;
        flow.echo = self.random.one_in(5);
        self.wire.frame(self.channel, flow);
    }

    /// Outcomes for a range that may reach over settled and unknown ids.
    fn peer_settles(&mut self) {
        let span = self.next_delivery.wrapping_sub(self.first).max(1);
        let from = self.random.below(u64::from(span)) as u32;
        let count = self.random.below(5) as u32;
        let first = self.first.wrapping_add(from);
        let last = first.wrapping_add(count);
        let complete = |id: u32| {
            self.inbound
                .iter()
                .all(|i| i.current.as_ref().is_none_or(|(c, _)| *c != id))
        };
        let range: Vec<u32> = (0..=count).map(|n| first.wrapping_add(n)).collect();
        if !range.iter().all(|id| complete(*id)) {
            return;
        }
        for id in range {
            if let Some((link, tag)) = self.unsettled.remove(&id) {
                self.inbound[link].tags.remove(&tag);
                self.decided.insert(id);
            }
        }
        self.wire.frame(
            self.channel,
            Disposition {
                role: Role::Receiver,
                first,
                last: Some(last),
                settled: true,
                state: Some(DeliveryState::Accepted),
                batchable: false,
            },
        );
        // Ids that the peer has not seen yet stay as they are.
        for id in self.decided.clone() {
            assert!(!self.unsettled.contains_key(&id));
        }
    }

    fn peer_sends(&mut self, link: usize) {
        let whole = self.random.one_in(2);
        let outbound = &mut self.outbound[link];
        let mut first_frame = false;
        if outbound.rest.is_none() {
            if outbound.delivery_count == outbound.limit {
                return;
            }
            outbound.delivery_count = outbound.delivery_count.wrapping_add(1);
            let id = self.next_outgoing_delivery;
            self.next_outgoing_delivery = id.wrapping_add(1);
            let size = self.random.below(40) as usize + 1;
            let payload = vec![id as u8; size];
            outbound.expected.push_back((id, payload.clone()));
            outbound.rest = Some((id, payload));
            first_frame = true;
        }
        let Some((id, mut payload)) = outbound.rest.take() else {
            return;
        };
        let mut frame = transfer(outbound.handle, id);
        if !first_frame {
            frame.delivery_id = None;
            frame.delivery_tag = None;
        }
        let part = if whole {
            std::mem::take(&mut payload)
        } else {
            let rest = payload.split_off(payload.len() / 2);
            std::mem::replace(&mut payload, rest)
        };
        frame.more = !payload.is_empty();
        if frame.more {
            outbound.rest = Some((id, payload));
        }
        self.sent += 1;
        self.wire.payload(self.channel, frame, &part);
    }

    fn application_settles(&mut self) {
        for _ in 0..self.random.below(5) {
            if self.held.is_empty() {
                return;
            }
            let at = self.random.below(self.held.len() as u64) as usize;
            let (link, id) = if self.random.one_in(3) {
                self.held.swap_remove(at)
            } else {
                self.held.remove(0)
            };
            self.acknowledged.insert(id);
            self.wire
                .engine
                .settle(link, id, Settle::Accepted, true, None);
        }
    }

    fn application_grants(&mut self, link: usize) {
        let id = self.outbound[link].id.unwrap();
        if self.random.one_in(3) {
            self.wire.engine.drain(id, 0);
        } else {
            let credit = self.wire.engine.link_credit(id) + self.random.below(4) as u32;
            self.wire.engine.set_credit(id, credit, false);
        }
    }

    /// The peer drains: it gives back credit that it does not use.
    fn peer_skips_credit(&mut self, link: usize) {
        self.peer_reads();
        let mut flow = self.peer_flow();
        let outbound = &mut self.outbound[link];
        if !outbound.draining || outbound.rest.is_some() {
            return;
        }
        outbound.draining = false;
        outbound.delivery_count = outbound.limit;
        flow.handle = Some(outbound.handle);
        flow.delivery_count = Some(outbound.delivery_count);
        flow.link_credit = Some(0);
        self.wire.frame(self.channel, flow);
    }

    /// Reads everything that the engine wrote, and checks it.
    fn peer_reads(&mut self) {
        while let Some(frame) = self.wire.next_frame() {
            assert_eq!(frame.channel, self.channel);
            match frame.performative {
                Some(Performative::Transfer(transfer)) => {
                    self.on_transfer(&transfer, &frame.payload)
                }
                Some(Performative::Flow(flow)) => self.on_flow(&flow),
                Some(Performative::Disposition(d)) => {
                    assert_eq!(d.role, Role::Receiver);
                    assert!(d.settled);
                    let last = d.last.unwrap_or(d.first);
                    let count = last.wrapping_sub(d.first);
                    for id in (0..=count).map(|n| d.first.wrapping_add(n)) {
                        assert!(self.acknowledged.remove(&id), "acknowledge of {id}");
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(self.acknowledged.is_empty());
    }

    fn on_transfer(&mut self, transfer: &Transfer, payload: &[u8]) {
        assert!(self.received < self.window_end, "beyond the window");
        self.received += 1;
        // Our handles are the engine's in this direction.
        let link = self
            .inbound
            .iter()
            .position(|i| i.handle == transfer.handle + 10)
            .expect("a known handle");
        for (n, other) in self.inbound.iter().enumerate() {
            assert!(n == link || other.current.is_none(), "interleaved");
        }
        let inbound = &mut self.inbound[link];
        if inbound.current.is_none() {
            let id = transfer.delivery_id.expect("a delivery-id");
            let tag = transfer.delivery_tag.clone().expect("a tag");
            assert_eq!(id, self.next_delivery);
            self.next_delivery = id.wrapping_add(1);
            assert_ne!(inbound.delivery_count, inbound.limit, "beyond the credit");
            inbound.delivery_count = inbound.delivery_count.wrapping_add(1);
            assert!(inbound.tags.insert(tag.clone()), "a tag twice");
            self.unsettled.insert(id, (link, tag));
            inbound.current = Some((id, Vec::new()));
        }
        let (id, mut data) = inbound.current.take().unwrap();
        assert!(transfer.delivery_id.is_none_or(|given| given == id));
        data.extend_from_slice(payload);
        if transfer.more {
            inbound.current = Some((id, data));
        } else {
            assert_eq!(inbound.sent.pop_front(), Some(data));
        }
    }

    fn on_flow(&mut self, flow: &Flow) {
        assert_eq!(
            flow.next_outgoing_id,
            self.first.wrapping_add(self.received)
        );
        assert_eq!(
            flow.next_incoming_id,
            Some(self.first.wrapping_add(self.sent))
        );
        let Some(handle) = flow.handle else {
            return;
        };
        let (count, credit) = (flow.delivery_count.unwrap(), flow.link_credit.unwrap());
        if let Some(inbound) = self.inbound.iter_mut().find(|i| i.handle == handle + 10) {
            if flow.drain {
                assert_eq!((count, credit), (inbound.limit, 0));
                inbound.delivery_count = count;
            }
            assert_eq!(count, inbound.delivery_count);
            return;
        }
        let outbound = self
            .outbound
            .iter_mut()
            .find(|o| o.handle == handle + 10)
            .expect("a known handle");
        assert_eq!(count, outbound.delivery_count);
        outbound.limit = count.wrapping_add(credit);
        outbound.draining = flow.drain;
    }

    fn events(&mut self) {
        while let Some(event) = self.wire.engine.poll_event() {
            match event {
                Event::Outcome {
                    first,
                    last,
                    outcome,
                    ..
                } => {
                    assert_eq!(outcome, Outcome::Accepted);
                    for token in first..=last {
                        let id = *self
                            .waiting
                            .iter()
                            .find(|(_, waiting)| **waiting == token)
                            .expect("a waiting send")
                            .0;
                        self.waiting.remove(&id);
                    }
                }
                Event::Delivery { link, delivery } => {
                    let outbound = self
                        .outbound
                        .iter_mut()
                        .find(|o| o.id == Some(link))
                        .expect("a known link");
                    let (id, payload) = outbound.expected.pop_front().expect("a message");
                    assert_eq!(
                        (delivery.delivery_id, &delivery.payload[..]),
                        (id, &payload[..])
                    );
                    self.held.push((link, id));
                }
                Event::Credit { link } => assert!(self.wire.engine.credit(link) > 0),
                Event::Drained { link } => assert_eq!(self.wire.engine.link_credit(link), 0),
                Event::CreditUsed { .. } => {}
                Event::Whole { link, token, .. } => {
                    assert_eq!(self.cut.take(), Some((link, token)));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        cases: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_strict_peer_finds_nothing(seed in any::<u64>(), wrap in any::<bool>()) {
        let first = if wrap { 0xffff_ffe0 } else { 0 };
        let mut model = Model::new(seed, first);
        for _ in 0..400 {
            model.step();
        }
        // In the end everything gets through: window and credit for all, outcomes for all.
        for round in 0..50 {
            model.peer_reads();
            model.window_end = model.window_end.max(model.received + 20);
            let flow = Flow {
                next_incoming_id: Some(first.wrapping_add(model.received)),
                incoming_window: model.window_end - model.received,
                next_outgoing_id: first.wrapping_add(model.sent),
                outgoing_window: 1000,
                echo: round % 7 == 0,
                ..Flow::default()
            };
            model.wire.frame(model.channel, flow);
            model.events();
        }
        model.peer_reads();
        prop_assert!(model.inbound.iter().all(|i| i.sent.is_empty() && i.current.is_none()));
        model.wire.frame(model.channel, Disposition {
            role: Role::Receiver,
            first,
            last: Some(model.next_delivery),
            settled: true,
            state: Some(DeliveryState::Accepted),
            batchable: false,
        });
        model.events();
        prop_assert!(model.waiting.is_empty());
        prop_assert!(model.token > 50 && model.received > 0 && model.sent > 0);
    }
}
