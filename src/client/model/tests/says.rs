//! What a test has its server say, to a link or session that a number chooses.

use bytes::Bytes;

use super::attaches::Meaning;
use super::peer::{Abilities, Answers, Link, Peer, Stage};
use crate::amqp::performative::*;

impl Peer {
    /// A session, by a number from outside.
    fn channel(&self, at: usize) -> Option<u16> {
        let live = self
            .sessions
            .iter()
            .filter(|(_, session)| session.begun && !session.ended);
        let live: Vec<u16> = live.map(|(channel, _)| *channel).collect();
        live.get(at % live.len().max(1)).copied()
    }

    /// A link, by a number from outside.
    fn link(&self, at: usize, is: impl Fn(&Link) -> bool) -> Option<(u16, u32)> {
        let live = self.links.iter().filter(|((channel, _), link)| {
            self.sessions
                .get(channel)
                .is_some_and(|session| session.begun && !session.ended)
                && is(link)
        });
        let live: Vec<(u16, u32)> = live.map(|(at, _)| *at).collect();
        live.get(at % live.len().max(1)).copied()
    }

    /// Answers the next begin, or an attach: `refuses` it.
    pub fn answer(&mut self, at: usize, refuses: bool) {
        let asked = self.sessions.iter().find(|(_, session)| !session.begun);
        if let Some(channel) = asked.map(|(channel, _)| *channel) {
            return self.answer_begin(channel);
        }
        if let Some(at) = self.link(at, |link| link.stage == Stage::Asked) {
            self.answer_attach(at, refuses);
        }
    }

    /// Grants credit for sends.
    pub fn grant(&mut self, at: usize, credit: u32) {
        if let Some(at) = self.link(at, |link| link.sends && link.stage == Stage::There) {
            self.grant_at(at, credit);
        }
    }

    /// Lets a session send this many transfers.
    pub fn open_window(&mut self, at: usize, window: u32) {
        if let Some(channel) = self.channel(at) {
            let flow = self.flow(channel, window);
            self.say(channel, flow);
        }
    }

    /// The outcome of a send; whose.
    pub fn settle(&mut self, at: usize, state: DeliveryState) -> Option<Vec<u8>> {
        if self.unsettled.is_empty() {
            return None;
        }
        let (channel, first, payload) = self.unsettled.remove(at % self.unsettled.len());
        if state != DeliveryState::Accepted {
            self.store.refuse(super::world::id(&payload));
        }
        for link in self.links.values_mut().filter(|link| link.sends) {
            link.waiting.retain(|id| *id != first);
        }
        let state = Some(state);
        let role = Role::Receiver;
        self.say(
            channel,
            Disposition {
                role,
                first,
                settled: true,
                state,
                ..Disposition::default()
            },
        );
        Some(payload)
    }

    /// Confirms an acknowledgement.
    pub fn confirm(&mut self, at: usize) {
        if self.unconfirmed.is_empty() {
            return;
        }
        let (channel, first, last) = self.unconfirmed.remove(at % self.unconfirmed.len());
        let (last, role) = (Some(last), Role::Sender);
        self.say(
            channel,
            Disposition {
                role,
                first,
                last,
                settled: true,
                ..Disposition::default()
            },
        );
    }

    /// Answers a drain.
    pub fn drain(&mut self, at: usize) {
        if let Some(at) = self.link(at, |link| !link.sends && link.drains) {
            self.answer_drain(at);
        }
    }

    /// Sends a message to a consumer that has credit for it.
    pub fn deliver(&mut self, at: usize, size: usize, settled: bool) {
        if let Some(at) = self.link(at, Link::is_hungry) {
            self.deliver_at(at, size, settled);
        }
    }

    /// Sends a message to this consumer, if it has credit.
    pub fn deliver_at(&mut self, at: (u16, u32), size: usize, settled: bool) {
        if !self.links.get(&at).is_some_and(Link::is_hungry) {
            return;
        }
        let own = self.own_queue(at);
        let settled = settled && own.is_none();
        let (Some(link), Some(session)) = (self.links.get_mut(&at), self.sessions.get_mut(&at.0))
        else {
            return;
        };
        link.count += 1;
        session.sent += 1;
        session.deliveries += 1;
        let id = session.deliveries;
        if settled {
            self.forgotten.insert((at.0, id));
        }
        let transfer = Transfer {
            handle: at.1,
            delivery_id: Some(id),
            delivery_tag: Some(Bytes::copy_from_slice(&id.to_be_bytes())),
            message_format: Some(0),
            settled: Some(settled),
            ..Transfer::default()
        };
        let mut payload = vec![7; size];
        if let Some(queue) = own {
            let number = self.store.give(&queue, at, id);
            payload.extend_from_slice(&(number as u32).to_be_bytes());
        }
        self.say_with(at.0, transfer, &payload);
        if self.links[&at].drains && self.abilities.drains {
            self.answer_drain(at);
        }
    }

    /// Detaches a link. A condition for which the client lets it come back dooms nothing.
    pub fn detach(&mut self, at: usize, condition: &str) {
        if let Some(at) = self.link(at, |link| link.stage == Stage::There) {
            // what crosses the end of such a link is taken for the answer
            let asks = matches!(self.links[&at].meaning, Meaning::Lookup(_));
            let condition = if asks {
                "amqp:internal-error"
            } else {
                condition
            };
            self.detach_at(at, condition);
        }
    }

    pub fn detach_at(&mut self, at: (u16, u32), condition: &str) {
        let Some(link) = self.links.get_mut(&at) else {
            return;
        };
        link.stage = Stage::Leaving;
        self.nodes
            .retain(|node| link.meaning != Meaning::Dynamic || link.address.as_ref() != Some(node));
        self.store.leave(|gone| gone == at);
        let housekept = self.housekept.iter().filter(|name| **name == link.name);
        let comes_back = match condition {
            _ if link.meaning == Meaning::Dynamic => false,
            "" | "amqp:link:detach-forced" if link.sends => housekept.count() < 4,
            "" | "amqp:link:detach-forced" => self.forced < 4,
            "amqp:link:message-size-exceeded" => {
                link.sends && (link.held || !link.waiting.is_empty())
            }
            "amqp:internal-error" => link.sends,
            _ => false,
        };
        self.forced += u32::from(!link.sends);
        match condition {
            "amqp:link:message-size-exceeded" => self.too_large.push(link.name.clone()),
            _ if link.sends => self.housekept.push(link.name.clone()),
            _ => {}
        }
        if !comes_back {
            self.doomed.push(link.name.clone());
        }
        let error = (!condition.is_empty()).then(|| AmqpError::new(condition, "because"));
        self.say(
            at.0,
            Detach {
                handle: at.1,
                closed: true,
                error,
            },
        );
    }

    /// Ends a session.
    pub fn end(&mut self, at: usize) {
        let Some(channel) = self.channel(at) else {
            return;
        };
        for link in self.links.range((channel, 0)..=(channel, u32::MAX)) {
            self.doomed.push(link.1.name.clone());
        }
        if let Some(session) = self.sessions.get_mut(&channel) {
            session.ended = true;
        }
        self.part(channel);
        self.store.leave(|(of, _)| of == channel);
        let error = Some(AmqpError::new("amqp:internal-error", "because"));
        self.say(channel, End { error });
    }

    /// Closes the connection.
    pub fn close(&mut self) {
        let error = Some(AmqpError::new("amqp:connection:forced", "because"));
        self.say(0, Close { error });
        self.closed = true;
    }

    /// From now on it does everything that it is asked, and what it was asked before.
    pub fn serve(&mut self) {
        self.abilities = Abilities {
            credit: 100_000,
            window: 100_000,
            answers: Answers::AtOnce,
            drains: true,
            settles: true,
            ..self.abilities
        };
        self.refuses = false;
        for _ in 0..self.sessions.len() + self.links.len() {
            self.answer(0, false);
            self.drain(0);
        }
        while self.settle(0, DeliveryState::Accepted).is_some() {}
        while !self.commands.is_empty() {
            self.answer_command();
        }
        while !self.unconfirmed.is_empty() {
            self.confirm(0);
        }
        let channels: Vec<u16> = self.sessions.keys().copied().collect();
        for (at, _) in channels.iter().enumerate() {
            self.open_window(at, 100_000);
        }
        let links: Vec<(u16, u32)> = self.links.keys().copied().collect();
        for at in links {
            let there = |link: &Link| {
                link.sends && link.stage == Stage::There && link.meaning != Meaning::Dynamic
            };
            if self.links.get(&at).is_some_and(there) && self.sessions[&at.0].begun {
                self.grant_at(at, 100_000);
            }
        }
    }
}
