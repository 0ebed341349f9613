//! Credit in both directions, and drains (spec 40 §1.12).

use super::Engine;
use super::link::{Link, LinkState};
use super::serial::ahead;
use super::types::{Event, LinkId};
use crate::amqp::performative::{Flow, Role};

impl Link {
    /// Deliveries that may still be started.
    #[inline]
    pub fn remaining_credit(&self) -> u32 {
        match self.state {
            LinkState::Attached => ahead(self.delivery_count, self.limit),
            _ => 0,
        }
    }

    /// Receiving: deliveries that may still come of what the peer was told. Credit that was taken
    /// back may have been used before the peer heard of it.
    pub fn to_come(&self) -> u32 {
        ahead(self.delivery_count, self.announced)
    }

    /// Receiving: may the peer start one more delivery?
    pub fn may_deliver(&self) -> bool {
        self.to_come() > 0
    }

    /// The link fields of a flow that is being written.
    pub fn fill_flow(&mut self, flow: &mut Flow) {
        if self.role == Role::Sender && std::mem::take(&mut self.draining) {
            // The peer's drain: what is left of the credit is given back.
            self.delivery_count = self
                .delivery_count
                .wrapping_add(ahead(self.delivery_count, self.limit));
            flow.drain = true;
        }
        flow.handle = Some(self.handle);
        flow.delivery_count = Some(self.delivery_count);
        flow.link_credit = Some(ahead(self.delivery_count, self.limit));
        if self.role == Role::Sender {
            flow.available = Some(self.available);
        } else {
            flow.drain = self.draining;
            if ahead(self.announced, self.limit) > 0 {
                self.announced = self.limit;
            }
        }
    }

    /// Receiving: is a drain over? True once.
    pub fn drained(&mut self) -> bool {
        let over = self.draining
            && self.role == Role::Receiver
            && self.incoming.is_none()
            && self.remaining_credit() == 0;
        if over {
            self.draining = false;
        }
        over
    }
}

impl Engine {
    /// Deliveries that a sending link may start now. More than 0 means that `send` takes one.
    pub fn credit(&self, id: LinkId) -> u32 {
        self.links
            .get(id.0)
            .filter(|link| link.role == Role::Sender)
            .filter(|link| self.sessions.at(link.session).is_some_and(|s| s.can_send()))
            .map_or(0, Link::remaining_credit)
    }

    /// How many sends wait for credit: told to a peer that asks.
    pub fn set_available(&mut self, id: LinkId, count: u32) {
        if let Some(link) = self.links.get_mut(id.0) {
            link.available = count;
        }
    }

    /// Lets the peer send `credit` deliveries from now on, whatever was granted before. With
    /// `drain` it is asked to use the credit up at once; `Event::Drained` follows. May be called
    /// before the link is attached.
    pub fn set_credit(&mut self, id: LinkId, credit: u32, drain: bool) {
        let Some(link) = self.links.get_mut(id.0) else {
            return;
        };
        if link.role != Role::Receiver || link.state == LinkState::DetachSent {
            return;
        }
        link.limit = link
            .delivery_count
            .wrapping_add(credit.min(i32::MAX as u32));
        link.draining = drain;
        // Before the attach is answered the peer has no credit yet.
        let attached = link.state == LinkState::Attached;
        let drained = if attached || credit == 0 {
            link.drained()
        } else {
            false
        };
        if attached {
            self.want_flow(id.0.index);
        }
        if drained {
            self.events.push_back(Event::Drained { link: id });
        }
    }

    /// Asks the peer to use up the credit that it has, at least `least`: `Event::Drained` follows,
    /// and nothing behind it.
    pub fn drain(&mut self, id: LinkId, least: u32) {
        self.set_credit(id, self.drainable(id).max(least), true);
    }

    /// The credit that a drain has to ask for: with less it would be over before the last delivery
    /// has come that crosses credit taken back.
    pub fn drainable(&self, id: LinkId) -> u32 {
        let link = self.links.get(id.0);
        let link = link.filter(|link| link.role == Role::Receiver);
        link.map_or(0, |link| self.link_credit(id).max(link.to_come()))
    }

    /// Deliveries that the peer may still start on a receiving link.
    pub fn link_credit(&self, id: LinkId) -> u32 {
        self.links
            .get(id.0)
            .filter(|link| link.role == Role::Receiver)
            .map_or(0, |link| ahead(link.delivery_count, link.limit))
    }

    /// The link part of a flow from the peer.
    pub(super) fn on_link_flow(&mut self, number: u32, flow: &Flow) {
        let Some(key) = self.links.key(number) else {
            return;
        };
        let id = LinkId(key);
        let Some(link) = self.links.at_mut(number) else {
            return;
        };
        if link.state != LinkState::Attached {
            return;
        }
        let mut answer = flow.echo;
        match link.role {
            Role::Sender => {
                let before = link.remaining_credit();
                if let Some(credit) = flow.link_credit {
                    let count = flow.delivery_count.unwrap_or(0);
                    link.limit = count.wrapping_add(credit.min(i32::MAX as u32));
                }
                link.draining = flow.drain;
                answer |= flow.drain;
                let usable = before == 0
                    && link.remaining_credit() > 0
                    && self
                        .sessions
                        .at(link.session)
                        .is_some_and(|session| session.can_send());
                if usable {
                    self.events.push_back(Event::Credit { link: id });
                }
            }
            Role::Receiver => {
                // The peer's count moves ahead without deliveries when it drains; never further
                // than the credit it was given.
                let skipped = flow.delivery_count.map_or(0, |count| {
                    ahead(link.delivery_count, count).min(link.to_come())
                });
                link.delivery_count = link.delivery_count.wrapping_add(skipped);
                let draining = link.draining;
                if link.drained() {
                    self.events.push_back(Event::Drained { link: id });
                } else if skipped > 0 && !draining {
                    self.events.push_back(Event::CreditUsed { link: id });
                }
            }
        }
        if answer {
            self.want_flow(number);
        }
    }
}
