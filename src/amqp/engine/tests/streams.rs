//! Recorded streams: any split gives the same events, no damage makes the engine panic
//! (P-H6, P-F8).

use super::*;
use proptest::prelude::*;

/// A whole conversation of the peer: SASL, open, two sessions, links, messages in one and many
/// frames, outcomes, refusals, drain, detach, end, close.
fn recorded() -> Vec<u8> {
    let mut out = HEADER_SASL.to_vec();
    let put = |channel: u16, performative: Performative, payload: &[u8]| {
        let mut frame = Vec::new();
        encode_frame(channel, &performative, payload, &mut frame);
        frame
    };
    let mechanisms = SaslMechanisms {
        sasl_server_mechanisms: vec!["ANONYMOUS".into()],
    };
    out.extend(put(0, mechanisms.into(), &[]));
    out.extend(put(0, SaslOutcome::default().into(), &[]));
    out.extend_from_slice(&HEADER_AMQP);
    let open = Open {
        container_id: "broker".into(),
        max_frame_size: Some(512),
        idle_time_out: Some(1000),
        offered_capabilities: vec!["ANONYMOUS-RELAY".into()],
        ..Open::default()
    };
    out.extend(put(0, open.into(), &[]));
    for channel in 0..2 {
        let begin = Begin {
            remote_channel: Some(channel),
            next_outgoing_id: 0xffff_fffe,
            incoming_window: 3,
            outgoing_window: 100,
            ..Begin::default()
        };
        out.extend(put(channel, begin.into(), &[]));
    }
    let attach = |name: &str, handle, role| Attach {
        name: name.into(),
        handle,
        role,
        source: Some(Source::default()),
        target: Some(Target::default().into()),
        ..Attach::default()
    };
    out.extend(put(0, attach("r", 0, Role::Sender).into(), &[]));
    out.extend(put(0, attach("s", 1, Role::Receiver).into(), &[]));
    let mut refused = attach("n", 2, Role::Sender);
    refused.source = None;
    out.extend(put(0, refused.into(), &[]));
    let detach = |handle, condition: &str| Detach {
        handle,
        closed: true,
        error: Some(error(condition)),
    };
    out.extend(put(0, detach(2, "amqp:not-found").into(), &[]));
    let credit = Flow {
        incoming_window: 5,
        next_incoming_id: Some(2),
        next_outgoing_id: 0xffff_fffe,
        echo: true,
        ..flow(1, 3)
    };
    out.extend(put(0, credit.clone().into(), &[]));
    for id in 0..4 {
        out.extend(put(0, transfer(0, id).into(), b"a message"));
    }
    for n in 0..5 {
        let part = Transfer {
            more: n < 4,
            ..transfer(0, 4)
        };
        out.extend(put(0, part.into(), &[n; 30]));
    }
    out.extend_from_slice(&EMPTY_FRAME);
    let outcome = |settled, state| Disposition {
        role: Role::Receiver,
        first: 0,
        last: Some(1),
        settled,
        state: Some(state),
        batchable: true,
    };
    out.extend(put(0, outcome(false, DeliveryState::Accepted).into(), &[]));
    let rejected = DeliveryState::Rejected(Some(Box::new(error("amqp:not-allowed"))));
    out.extend(put(0, outcome(true, rejected).into(), &[]));
    let confirm = Disposition {
        role: Role::Sender,
        last: Some(9),
        settled: true,
        ..Disposition::default()
    };
    out.extend(put(0, confirm.into(), &[]));
    let drain = Flow {
        drain: true,
        ..credit
    };
    out.extend(put(0, drain.into(), &[]));
    out.extend(put(0, attach("uninvited", 7, Role::Sender).into(), &[]));
    out.extend(put(0, detach(7, "x").into(), &[]));
    out.extend(put(0, detach(0, "amqp:link:stolen").into(), &[]));
    let end = End {
        error: Some(error("amqp:internal-error")),
    };
    out.extend(put(0, end.into(), &[]));
    out.extend(put(9, Begin::default().into(), &[]));
    out.extend(put(9, End::default().into(), &[]));
    let close = Close {
        error: Some(error("amqp:connection:forced")),
    };
    out.extend(put(0, close.into(), &[]));
    out
}

/// What the application does when something happens. All of it is decided by the events, so that
/// it is the same for every split.
#[derive(Default)]
struct Application {
    sessions: Vec<SessionId>,
    links: Vec<LinkId>,
    sent: u64,
}

impl Application {
    fn react(&mut self, engine: &mut Engine, event: &Event) {
        match event {
            Event::Opened => {
                for _ in 0..2 {
                    self.sessions.extend(engine.begin());
                }
                let roles = [
                    ("r", Role::Receiver),
                    ("s", Role::Sender),
                    ("n", Role::Receiver),
                ];
                for (name, role) in roles {
                    let spec = AttachSpec {
                        name: name.into(),
                        role,
                        source: Some(Source::default()),
                        target: Some(Target::default().into()),
                        ..AttachSpec::default()
                    };
                    if let Some(session) = self.sessions.first() {
                        self.links.extend(engine.attach(*session, spec));
                    }
                }
                if let Some(link) = self.links.first() {
                    engine.set_credit(*link, 50, false);
                    engine.take_output(&mut Vec::new());
                }
            }
            Event::Credit { link } => {
                let send = Send {
                    payload: &[5; 900],
                    settled: false,
                    txn: None,
                    token: self.sent,
                };
                while engine.send(*link, send).is_ok() {
                    self.sent += 1;
                }
            }
            Event::Attached { link, .. } => {
                // The credit must be on the wire before the peer uses it.
                let _ = engine.link_credit(*link);
                engine.take_output(&mut Vec::new());
            }
            Event::Delivery { link, delivery } => {
                let id = delivery.delivery_id;
                engine.settle(*link, id, Settle::Accepted, !id.is_multiple_of(2), None);
            }
            _ => {}
        }
    }
}

/// Plays a stream in pieces and gives the events.
fn play(stream: &[u8], pieces: impl IntoIterator<Item = usize>) -> (Vec<Event>, u64) {
    let now = Instant::now();
    let mut engine = Engine::new(
        EngineConfig {
            sasl: Some(SaslConfig::default()),
            ..config()
        },
        now,
    );
    let mut application = Application::default();
    let mut events = Vec::new();
    let mut buf = BytesMut::new();
    let mut rest = stream;
    let mut pieces = pieces.into_iter();
    while !rest.is_empty() {
        let size = pieces.next().unwrap_or(usize::MAX).clamp(1, rest.len());
        let (piece, left) = rest.split_at(size);
        rest = left;
        buf.extend_from_slice(piece);
        engine.input(&mut buf, now);
        while let Some(event) = engine.poll_event() {
            application.react(&mut engine, &event);
            events.push(event);
        }
    }
    engine.tick(now + Duration::from_secs(1));
    engine.take_output(&mut Vec::new());
    (events, engine.queued_bytes())
}

/// The recorded stream cut so that the application has reacted before the peer goes on.
fn frame_sizes(stream: &[u8]) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        let size = if stream[at..].starts_with(b"AMQP") {
            8
        } else {
            u32::from_be_bytes(stream[at..at + 4].try_into().unwrap()) as usize
        };
        sizes.push(size);
        at += size;
    }
    sizes
}

#[test]
fn the_recorded_stream_does_what_it_should() {
    let stream = recorded();
    let (events, _) = play(&stream, frame_sizes(&stream));
    let count = |is: &dyn Fn(&Event) -> bool| events.iter().filter(|e| is(e)).count();
    assert_eq!(count(&|e| matches!(e, Event::Delivery { .. })), 5);
    assert_eq!(count(&|e| matches!(e, Event::Attached { .. })), 2);
    assert_eq!(count(&|e| matches!(e, Event::AttachRefused { .. })), 1);
    assert_eq!(count(&|e| matches!(e, Event::Outcome { .. })), 2);
    assert_eq!(count(&|e| matches!(e, Event::AckSettled { .. })), 3);
    assert_eq!(count(&|e| matches!(e, Event::SessionEnded { .. })), 1);
    assert!(matches!(events.last(), Some(Event::Closed { .. })));
}

#[test]
fn one_byte_at_a_time_gives_the_same() {
    let stream = recorded();
    let whole = play(&stream, frame_sizes(&stream));
    for size in [1, 2, 3, 7] {
        let ones = frame_sizes(&stream).into_iter().flat_map(|frame| {
            let full = std::iter::repeat_n(size, frame / size);
            full.chain((frame % size > 0).then_some(frame % size))
        });
        let pieces: Vec<usize> = ones.collect();
        let got = play(&stream, pieces);
        assert_eq!(got, whole, "pieces of {size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        cases: 300,
        ..ProptestConfig::default()
    })]

    /// Cuts within the frames of the stream, at random places.
    #[test]
    fn any_split_gives_the_same(cuts in proptest::collection::vec(1..40usize, 60)) {
        let stream = recorded();
        let whole = play(&stream, frame_sizes(&stream));
        let mut cuts = cuts.into_iter().cycle();
        let mut pieces = Vec::new();
        for mut frame in frame_sizes(&stream) {
            while frame > 0 {
                let piece = cuts.next().unwrap_or(1).min(frame);
                pieces.push(piece);
                frame -= piece;
            }
        }
        prop_assert_eq!(play(&stream, pieces), whole);
    }

    /// Bytes changed, removed, doubled: anything may come out but a panic or a flood.
    #[test]
    fn damage_never_panics(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..8)
    ) {
        let mut stream = recorded();
        for (place, byte, kind) in changes {
            // Most damage behind the handshake, where there is more to break.
            let at = place.index(stream.len() * 2).saturating_sub(stream.len() - 200).min(stream.len() - 1);
            match kind {
                0 => stream[at] = byte,
                1 => stream[at] ^= 1 << (byte % 8),
                2 => { stream.remove(at); }
                _ => stream.insert(at, byte),
            }
        }
        let (events, queued) = play(&stream, [1000, 3, 1].into_iter().cycle());
        prop_assert!(events.len() < 2000);
        prop_assert!(queued < 1_000_000);
    }

    /// Whole frames left out, doubled or exchanged.
    #[test]
    fn disorder_never_panics(
        changes in proptest::collection::vec((5..40usize, 5..40usize, 0..3u8), 1..6)
    ) {
        let stream = recorded();
        let mut frames = Vec::new();
        let mut rest = &stream[..];
        for size in frame_sizes(&stream) {
            let (frame, left) = rest.split_at(size);
            frames.push(frame);
            rest = left;
        }
        for (a, b, kind) in changes {
            let (a, b) = (a % frames.len(), b % frames.len());
            match kind {
                0 => { frames.remove(a); }
                1 => frames.insert(a, frames[b]),
                _ => frames.swap(a, b),
            }
        }
        let sizes: Vec<usize> = frames.iter().map(|frame| frame.len()).collect();
        let (events, queued) = play(&frames.concat(), sizes);
        prop_assert!(events.len() < 2000);
        prop_assert!(queued < 1_000_000);
    }
}
