//! The loss of a server: the only way out of an incarnation, processed once per epoch, whoever observes it first.
//!
//! Decides the fate of every send under way, drops what only the lost server could settle, and tells the
//! exception listener where no automatic reconnect is left (spec 40 §3.4, §3.5).

use super::Model;
use super::server::Server;
use super::subscription::Unsubscribing;
use crate::client::rules::gate::State;
use crate::client::rules::outage::Loss;
use crate::clock::Stamp;
use crate::settings;
use crate::status::Status;

impl Model {
    /// The incarnation `epoch` is over. The first observer decides; later ones find another epoch.
    pub fn lost(&mut self, epoch: u32, loss: Loss, at: Stamp) {
        if self.server.as_ref().is_none_or(|s| s.epoch() != epoch) {
            return;
        }
        self.note_loss(epoch, &loss);
        let Some(server) = self.server.take() else {
            return;
        };
        self.set_cause(loss.cause);
        self.set_lost_at(at);
        self.drop_incarnation(&server);
        if self.state() == State::Connected {
            let (group, member) = self.active();
            let urls = &self.basis.groups[group];
            if urls.len() > 1 {
                let url = urls[member].to_string();
                self.begin_reconnect();
                if settings::EXCEPTION_ON_FT_EVENTS.is_on() {
                    self.report(
                        Status::TIBEMS_SERVER_DISCONNECTED,
                        format!("FT-SWITCH: disconnected from {url}"),
                    );
                }
            } else {
                self.lost_for_good();
            }
        }
        self.effects.wake_everyone();
    }

    /// Clears what belonged to the incarnation and decides the fate of the sends under way.
    fn drop_incarnation(&mut self, server: &Server) {
        let (reached, cause) = (server.reached(), self.cause().text.to_string());
        for state in self.sessions.values_mut() {
            state.lose(reached, &cause);
        }
        let closed = |state: &super::consumer::ConsumerState| state.is_kept();
        self.consumers.retain(|_, state| {
            state.inbox.lose(&mut self.clamp);
            let goes = closed(state);
            state.link.lose(true);
            !goes // nothing of it is in the program's hands any more
        });
        self.lose_browsers();
        self.temporaries.lose();
        self.clamp.is_relieved();
        self.unsubscribing
            .values_mut()
            .for_each(Unsubscribing::lose);
        self.confirming.clear();
        self.queued_bytes = 0;
        for state in self.producers.values_mut() {
            state.outbox.lose(reached, server.profile());
            state.senders.lose();
            self.queued_bytes += state.outbox.queued_bytes();
        }
        for key in self.producers_of(None) {
            self.complete(key); // what was lost too often
        }
        self.room_waiters.clear();
        self.detached_receivers.clear();
        self.window_waiters.clear();
        self.waiting_for_names.clear();
        self.subscriptions.clear();
        self.drains.clear();
        self.held_back.clear();
    }

    /// The `close` with which the engine has ended, and what stands before it.
    pub fn last_words(&mut self) -> Vec<u8> {
        let server = self.server.as_mut();
        server.map(|server| server.last_words()).unwrap_or_default()
    }

    /// The present incarnation goes because another one replaces it (SetClientId).
    pub fn drop_server(&mut self) {
        if let Some(server) = self.server.take() {
            self.drop_incarnation(&server); // a session may be under way
        }
        self.effects.wake_everyone();
    }

    /// Closes the AMQP connection: the close is in the output, the peer's ends the incarnation.
    pub fn close_server(&mut self) {
        if let Some(server) = self.server.as_mut() {
            server.engine.close(None);
        }
    }

    /// The output of the present incarnation in bytes that nobody has begun to write.
    pub fn output_len(&self) -> usize {
        let server = self.server.as_ref();
        server.map_or(0, |server| server.engine.output_len())
    }

    /// Something is to be written now: output, or acknowledgements that are due.
    pub fn is_output_due(&self) -> bool {
        self.server.as_ref().is_some_and(|server| server.is_due())
    }

    /// Everything that is to be written.
    pub fn take_output(&mut self, into: &mut Vec<u8>) {
        if let Some(server) = self.server.as_mut() {
            server.take_output(into);
        }
    }
}
