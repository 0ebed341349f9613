//! Dispositions: our acknowledges, gathered into runs, and the peer's outcomes for our sends
//! (spec 40 §1.14, §6.3).

use super::Engine;
use super::connection::Phase;
use super::link::LinkState;
use super::serial::within;
use super::session::{Run, SessionState};
use super::types::{Event, FailureKind, LinkId, Outcome, Settle, condition};
use crate::amqp::performative::{AmqpError, DeliveryState, Disposition, Role};

impl Engine {
    /// Settles a received delivery. Neighbours with equal state travel in one frame, which is
    /// written by `take_output`, or before a discharge, detach, end or close. With `settled` false
    /// the peer is to confirm: `Event::AckSettled`.
    pub fn settle(
        &mut self,
        id: LinkId,
        delivery_id: u32,
        state: Settle,
        settled: bool,
        txn: Option<&[u8]>,
    ) {
        let Some(link) = self.links.get(id.0) else {
            return;
        };
        if link.role != Role::Receiver || link.state != LinkState::Attached {
            return;
        }
        let (index, batchable) = (link.session, link.batchable);
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        if !settled {
            session.confirms.push_back((delivery_id, id));
        }
        if let Some(run) = session.run.as_mut()
            && run.last.wrapping_add(1) == delivery_id
            && run.state == state
            && run.settled == settled
            && run.batchable == batchable
            && run.transacted == txn.is_some()
            && txn.is_none_or(|txn| session.run_txn == txn)
        {
            run.last = delivery_id;
            return;
        }
        self.write_run(index);
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        session.run = Some(Run {
            first: delivery_id,
            last: delivery_id,
            state,
            settled,
            batchable,
            transacted: txn.is_some(),
        });
        session.run_txn.clear();
        session.run_txn.extend_from_slice(txn.unwrap_or_default());
        self.mark_dirty(index);
    }

    /// Writes the acknowledges of a session that wait.
    pub(super) fn write_run(&mut self, index: u32) {
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        let Some(run) = session.run.take() else {
            return;
        };
        if session.state != SessionState::Mapped || !matches!(self.phase, Phase::Open) {
            return;
        }
        self.out.acknowledge(
            session.channel,
            run.first,
            run.last,
            run.state,
            run.settled,
            run.transacted.then_some(&session.run_txn[..]),
            run.batchable,
        );
    }

    pub(super) fn on_disposition(&mut self, channel: u16, disposition: Disposition) {
        let Some(index) = self.session_of(channel) else {
            return self.fail_framing("disposition on an unknown channel");
        };
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        if session.state != SessionState::Mapped {
            return;
        }
        let first = disposition.first;
        let last = disposition.last.unwrap_or(first);
        if last.wrapping_sub(first) > 1 << 31 {
            return self.fail(
                condition::NOT_ALLOWED,
                "disposition whose last is before its first",
                FailureKind::NotAllowed,
            );
        }
        if disposition.role == Role::Sender {
            if disposition.settled {
                let events = &mut self.events;
                session.confirms.retain(|(delivery_id, link)| {
                    let confirmed = within(*delivery_id, first, last);
                    if confirmed {
                        events.push_back(Event::AckSettled {
                            link: *link,
                            delivery_id: *delivery_id,
                        });
                    }
                    !confirmed
                });
            }
            return;
        }
        let Some(outcome) = outcome_of(disposition.state.as_ref(), disposition.settled) else {
            return;
        };
        let mut applied: Option<(u32, u32)> = None;
        let mut run: Option<(LinkId, u64, u64)> = None;
        let events = &mut self.events;
        let mut tell = |(link, first, last)| {
            events.push_back(Event::Outcome {
                link,
                first,
                last,
                outcome: outcome.clone(),
            });
        };
        session.unsettled.settle(first, last, |entry| {
            applied = Some((applied.map_or(entry.id, |(from, _)| from), entry.id));
            match &mut run {
                Some((link, _, last))
                    if *link == entry.link && last.checked_add(1) == Some(entry.token) =>
                {
                    *last = entry.token;
                }
                _ => {
                    let before = run.replace((entry.link, entry.token, entry.token));
                    before.into_iter().for_each(&mut tell);
                }
            }
        });
        run.into_iter().for_each(tell);
        if let (false, Some((from, to))) = (disposition.settled, applied) {
            // The peer wants to hear that we have settled too.
            let answer = Disposition {
                role: Role::Sender,
                first: from,
                last: (to != from).then_some(to),
                settled: true,
                state: disposition.state,
                batchable: false,
            };
            self.out.frame(session.channel, |enc| answer.encode(enc));
        }
    }
}

/// The outcome that a state means; `None`: the delivery stays as it is.
fn outcome_of(state: Option<&DeliveryState>, settled: bool) -> Option<Outcome> {
    let outcome = match state {
        Some(DeliveryState::Transactional { outcome, .. }) => {
            return outcome_of(outcome.as_deref(), settled);
        }
        Some(DeliveryState::Accepted) => Outcome::Accepted,
        Some(DeliveryState::Rejected(error)) => Outcome::Rejected(error.clone()),
        Some(DeliveryState::Released) => Outcome::Released,
        Some(DeliveryState::Modified {
            delivery_failed,
            undeliverable_here,
            ..
        }) => Outcome::Modified {
            delivery_failed: *delivery_failed,
            undeliverable_here: *undeliverable_here,
        },
        Some(DeliveryState::Declared(Some(txn_id))) if !txn_id.is_empty() => {
            Outcome::Declared(txn_id.clone())
        }
        // A transaction without a name cannot be used.
        Some(DeliveryState::Declared(_)) => Outcome::Rejected(Some(Box::new(AmqpError::new(
            condition::DECODE_ERROR,
            "declared without a transaction id",
        )))),
        Some(DeliveryState::Received { .. } | DeliveryState::Unknown(_)) | None => {
            return settled.then_some(Outcome::None);
        }
    };
    Some(outcome)
}
