//! A link that the server detaches while the connection lives: who is told, and what comes back by itself
//! (spec 40 §3.6, D4).
//!
//! Forced and unexplained detaches are a server's housekeeping: a producer is attached again by its next send, a
//! consumer at once and then at growing intervals. Everything else closes the object and is reported once.
//! Called by the I/O thread; nothing here blocks.

use std::time::{Duration, Instant};

use super::condition::{Ended, Place};
use super::connection::Connection;
use super::links;
use super::model::outbox::Verdict;
use super::rebuild::check_filters;
use super::state::{ConsumerState, Core, Owner, ProducerState};
use crate::amqp::engine::LinkId;
use crate::status::{Error, Status};

/// Detaches of a consumer without a message in between after which it is closed.
const GIVE_UP: u32 = 5;

/// How long after the n-th detach in a row a consumer is attached again.
fn delay(detaches: u32) -> Duration {
    match detaches {
        0 | 1 => Duration::ZERO,
        n => Duration::from_secs((1 << (n - 2)).min(15)),
    }
}

/// What the condition of a detach means for the object.
enum Return {
    /// The link comes back by itself, silently.
    Always,
    /// Closed and reported; the next send tries one new attach.
    NextSend,
    Never,
}

fn returns(condition: &str) -> Return {
    match condition {
        "" | "amqp:link:detach-forced" => Return::Always,
        "amqp:internal-error" | "failed" => Return::NextSend,
        _ => Return::Never,
    }
}

impl ProducerState {
    /// The server closed a link: sends under way get the verdict. Later sends return `failed`, or attach again.
    fn detach(&mut self, index: usize, failed: Option<Error>, verdict: impl Fn() -> Verdict) {
        let comes_back = failed.is_none();
        if let Some(sender) = self.senders.at_mut(index) {
            sender.gone(failed);
        }
        self.outbox.detach(index, comes_back, verdict);
        self.cv.notify_all();
    }

    /// The server closed everything of this producer: every later send returns the error.
    pub fn fail(&mut self, error: &Error) {
        for (index, sender) in self.senders.iter_mut() {
            sender.gone(Some(error.clone()));
            let verdict = || Verdict::LinkFailed(error.clone());
            self.outbox.detach(index, false, verdict);
        }
        self.cv.notify_all();
    }
}

impl ConsumerState {
    /// The link is gone, with everything that came over it and was not handed out.
    fn unlink(&mut self) {
        self.link = None;
        self.buffer.clear();
        self.buffered_bytes = 0;
        self.draining = false;
    }

    /// The server closed the consumer: every later call but Close returns the error.
    pub fn fail(&mut self, error: &Error) {
        self.unlink();
        self.failed = Some(error.clone());
        self.cv.notify_all();
    }
}

impl Connection {
    /// The server detached a link of a producer or consumer.
    pub(super) fn detached(&self, core: &mut Core, owner: Owner, ended: Ended<'_>) {
        match owner {
            Owner::Producer(key, index) => self.producer_detached(core, key, index, ended),
            Owner::Consumer(key) | Owner::Again(key) => self.consumer_detached(core, key, ended),
            _ => {}
        }
        self.changed.notify_all();
    }

    fn producer_detached(&self, core: &mut Core, key: u32, index: usize, ended: Ended<'_>) {
        let error = ended.error(Place::DetachProducer);
        let Some(producer) = core.producers.get_mut(&key) else {
            return;
        };
        let queued = producer.outbox.queued_bytes();
        let failed = || Verdict::LinkFailed(error.clone());
        let back = returns(ended.condition());
        match back {
            Return::Always => producer.detach(index, None, || Verdict::Detached(error.clone())),
            Return::NextSend => producer.detach(index, None, failed),
            Return::Never => producer.detach(index, Some(error.clone()), failed),
        }
        core.queued_bytes += producer.outbox.queued_bytes() - queued;
        self.send_queued(core, key);
        if !matches!(back, Return::Always) {
            self.report(core, error.status, error.text.into_owned());
        }
    }

    fn consumer_detached(&self, core: &mut Core, key: u32, ended: Ended<'_>) {
        let Some(consumer) = core.consumers.get_mut(&key) else {
            return;
        };
        core.buffered_bytes = core.buffered_bytes.saturating_sub(consumer.buffered_bytes);
        consumer.unlink();
        consumer.detaches += 1;
        let (session, detaches) = (consumer.session, consumer.detaches);
        self.relieve(core);
        if let Some(session) = core.sessions.get_mut(&session) {
            session
                .unacknowledged
                .retain(|_, handed| handed.consumer != key);
            session.cv.notify_all();
        }
        let back = matches!(returns(ended.condition()), Return::Always);
        if back && detaches < GIVE_UP {
            core.reattach.push((Instant::now() + delay(detaches), key));
            return self.attach_again(core, Instant::now());
        }
        let error = match back {
            true => Error::new(
                Status::TIBEMS_INVALID_CONSUMER,
                format!("detached {detaches} times: {}", ended.text()),
            ),
            false => ended.error(Place::DetachConsumer),
        };
        if let Some(consumer) = core.consumers.get_mut(&key) {
            consumer.fail(&error);
        }
        self.report(core, error.status, error.text.into_owned());
    }

    /// The server left a drain of this consumer unanswered: nobody knows what still comes over the link, so another
    /// one takes its place (spec 40 §1.12).
    pub(super) fn attach_anew(&self, core: &mut Core, key: u32) {
        let Some(consumer) = core.consumers.get_mut(&key) else {
            return;
        };
        core.buffered_bytes = core.buffered_bytes.saturating_sub(consumer.buffered_bytes);
        let link = consumer.link;
        consumer.unlink();
        if let Some(link) = link {
            self.close_link(core, link);
            core.reattach.push((Instant::now(), key));
            self.attach_again(core, Instant::now());
        }
    }

    /// Attaches the consumers whose time has come; the answers come as events.
    pub(super) fn attach_again(&self, core: &mut Core, now: Instant) {
        let due: Vec<u32> = core
            .reattach
            .iter()
            .filter(|(at, _)| *at <= now)
            .map(|(_, key)| *key)
            .collect();
        core.reattach.retain(|(at, _)| *at > now);
        for key in due {
            let Some(consumer) = core.consumers.get(&key).filter(|consumer| !consumer.closed)
            else {
                continue;
            };
            let Ok((session, profile)) = self.session_wire(core, consumer.session) else {
                continue;
            };
            let spec = links::receiver(&consumer.definition, &profile);
            if let Some(wire) = core.wire.as_mut()
                && let Ok(link) = wire.engine.attach(session, spec)
            {
                wire.own(link, Owner::Again(key));
                wire.urgent = true;
            }
        }
    }

    /// The server answered the new attach of a consumer.
    pub(super) fn attached_again(
        &self,
        core: &mut Core,
        link: LinkId,
        key: u32,
        filters: &[String],
    ) {
        let profile = core.wire.as_ref().map(|wire| wire.profile.clone());
        let open = core
            .consumers
            .get_mut(&key)
            .filter(|consumer| !consumer.closed);
        let (Some(profile), Some(consumer)) = (profile, open) else {
            return self.close_link(core, link);
        };
        match check_filters(&profile, &consumer.definition, filters) {
            Ok(filter_local) => {
                consumer.filter_local = filter_local;
                consumer.link = Some(link);
                consumer.cv.notify_all();
                if let Some(wire) = core.wire.as_mut() {
                    wire.own(link, Owner::Consumer(key));
                }
                self.grant(core, key);
            }
            Err(failure) => {
                consumer.fail(&failure.error);
                self.close_link(core, link);
                self.report(core, failure.error.status, failure.error.text.into_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_comes_back_at_growing_intervals() {
        let seconds: Vec<u64> = (1..=7).map(|detaches| delay(detaches).as_secs()).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 15, 15]);
    }
}
