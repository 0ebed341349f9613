//! The loss of a server: the only way out of an incarnation, processed once per epoch, whoever observes it first.
//!
//! Decides the fate of every send under way, drops what only the lost server could settle, and tells the
//! exception listener where no automatic reconnect is left (spec 40 §3.4, §3.5). Nothing here blocks.

use parking_lot::MutexGuard;

use super::connection::Connection;
use super::gate::State;
use super::state::{Core, Wire};
use crate::settings;
use crate::status::{Error, Status};
use crate::trace::{self, Topic};

impl Connection {
    /// The incarnation `epoch` is over. The first observer decides; later ones find another epoch.
    pub(super) fn lost(&self, core: &mut MutexGuard<'_, Core>, epoch: u32, cause: Error) {
        if core.wire.as_ref().is_none_or(|wire| wire.epoch != epoch) {
            return;
        }
        let Some(mut wire) = core.wire.take() else {
            return;
        };
        core.farewell = wire.retire();
        trace::line(
            Topic::State,
            format_args!(
                "connection {}: lost epoch {epoch}: {}",
                self.id(),
                cause.text
            ),
        );
        core.cause = cause;
        self.drop_incarnation(core, wire);
        if core.state == State::Connected {
            let group = &self.plan.groups[core.active.0];
            if group.len() > 1 {
                core.state = State::Reconnecting;
                if settings::EXCEPTION_ON_FT_EVENTS.is_on() {
                    let url = group[core.active.1].to_string();
                    self.report(
                        core,
                        Status::TIBEMS_SERVER_DISCONNECTED,
                        format!("FT-SWITCH: disconnected from {url}"),
                    );
                }
            } else {
                self.lost_for_good(core);
            }
        }
        self.changed.notify_all();
        core.wake_all();
    }

    /// No automatic reconnect is left: an unshared connection is broken, any other is over.
    pub(super) fn lost_for_good(&self, core: &mut Core) {
        core.state = if self.plan.unshared.is_some() {
            State::Broken
        } else {
            State::Over
        };
        core.breaks += 1;
        let text = core.cause.text.clone().into_owned();
        self.report(core, Status::TIBEMS_SERVER_NOT_CONNECTED, text);
        self.changed.notify_all();
        core.wake_all();
    }

    /// Clears what belonged to the incarnation and decides the fate of the sends under way.
    fn drop_incarnation(&self, core: &mut Core, wire: Wire) {
        for session in core.sessions.values_mut() {
            session.wire = None;
            session.unacknowledged.clear();
            session.ready.clear();
            session.lazy = 0;
            session.recovering = false;
        }
        for consumer in core.consumers.values_mut() {
            consumer.link = None;
            consumer.buffer.clear();
            consumer.buffered_bytes = 0;
            consumer.draining = false;
            consumer.detaches = 0;
            consumer.filter_local = false;
        }
        core.buffered_bytes = 0;
        core.confirming.clear();
        let reached = wire.reached();
        core.queued_bytes = 0;
        for producer in core.producers.values_mut() {
            producer.senders.lose();
            producer.outbox.lose(reached, &wire.profile);
            core.queued_bytes += producer.outbox.queued_bytes();
        }
        core.room_waiters.clear();
        core.reattach.clear();
        core.throttled = false;
        // also what was answered and not fetched yet: its session or link is gone
        for answer in core.answers.values_mut() {
            *answer = Some(super::state::Answer::Lost);
        }
    }

    /// Takes the present incarnation out of use because another one replaces it (SetClientId).
    pub(super) fn retire_wire(&self, core: &mut MutexGuard<'_, Core>) {
        if let Some(mut wire) = core.wire.take() {
            wire.engine.close(None);
            core.farewell = wire.retire();
        }
    }
}
