//! What a server has, or what a callback tells, held against the book of every message: once, whole, in its order.

use super::peer::{Arrival, Peer};
use super::world::{World, id, payload};
use crate::client::model::promise::Completion;
use crate::status::Status;

impl World {
    /// Notes what the server has taken away.
    pub fn doom(&mut self, peer: &Peer) {
        let keys = |names: &[String]| -> Vec<u32> {
            let key = |name: &String| name.split(':').nth(3)?.parse().ok();
            names.iter().filter_map(key).collect()
        };
        self.doomed.extend(keys(&peer.doomed));
        let consumers = self.model.consumers.iter();
        let named = consumers.filter(|(_, state)| peer.doomed.contains(&state.definition().name));
        self.doomed.extend(named.map(|(key, _)| *key));
        self.too_large.extend(keys(&peer.too_large));
        self.parted.extend(keys(&peer.too_large));
        self.parted.extend(keys(&peer.housekept));
    }

    /// A session is ended by the server: who knows what was on its way to it.
    pub fn doom_all(&mut self) {
        self.doomed.extend(self.model.producers.keys());
        self.doomed.extend(self.model.consumers.keys());
        self.doomed.extend(self.model.browsers.keys());
    }

    /// The server has whole messages, or may have them.
    pub fn arrive(&mut self) {
        let Some(mut peer) = self.peer.take() else {
            return;
        };
        self.doom(&peer);
        let arrivals = peer.take_arrivals();
        let prefix = peer.abilities.prefix;
        self.peer = Some(peer);
        for arrival in arrivals {
            self.arrived(&arrival, prefix);
        }
    }

    fn arrived(&mut self, arrival: &Arrival, prefix: &str) {
        let number = id(&arrival.payload);
        let sent = &self.sent[number];
        let (addresses, size) = (self.addresses(sent.to, prefix), sent.size);
        let replies = match sent.reply {
            Some(reply) => self
                .addresses(reply, prefix)
                .into_iter()
                .map(Some)
                .collect(),
            None => vec![None],
        };
        let is_whole = |address: &&String| {
            let with = |reply: &Option<String>| payload(number, size, address, reply.as_deref());
            replies.iter().any(|reply| with(reply) == arrival.payload)
        };
        let address = addresses.iter().find(is_whole);
        assert!(
            address.is_some(),
            "message {number} to {addresses:?}, reply {replies:?}: {arrival:?}"
        );
        let on = arrival.address.as_ref();
        assert!(on.is_none_or(|found| Some(found) == address));
        let sent = &mut self.sent[number];
        assert_eq!(arrival.settled, sent.held);
        assert!(sent.begun, "message {number} was never sent");
        assert!(!sent.denied, "message {number} was called lost: {sent:?}");
        if arrival.ignored {
            sent.ignored = true;
            return;
        }
        let again = sent.gone > 0;
        if again && !sent.promised {
            assert!(sent.again > 0, "message {number} is sent again: {sent:?}");
            sent.again -= 1;
        }
        sent.gone += 1;
        sent.gone_now = true;
        // A producer that has a link for each destination keeps its order over them, unless one of them was taken away:
        // what the server has passed over there goes again, behind what went on by the others.
        // What is promised goes again by itself, after a loss.
        for to in [None, Some(sent.to)] {
            if again && sent.promised {
                break;
            }
            let last = self.last_order.entry((sent.producer, to)).or_default();
            let over_links = to.is_none() && self.parted.contains(&sent.producer);
            assert!(
                over_links || *last <= sent.order,
                "message {number} out of order: {sent:?} behind {last}"
            );
            *last = (*last).max(sent.order + 1);
        }
        // the outbox knows where its last byte stands
        let order = sent.order;
        if let Some(state) = self.model.producers.get(&sent.producer) {
            let found = state.outbox.look().find(|look| match look.payload {
                Some(payload) => id(payload) == number,
                None => !sent.held && look.ticket == order,
            });
            if let Some(look) = found.filter(|look| look.begun) {
                assert_eq!(
                    look.end,
                    Some(arrival.end),
                    "message {number} ends somewhere else"
                );
            }
        }
    }

    /// A callback comes.
    pub fn told(&mut self, completion: &Completion) {
        let listener = completion.listener().expect("once");
        let sent = &mut self.sent[listener.message];
        assert!(sent.promised && sent.owed && !sent.told, "{sent:?}");
        (sent.told, sent.over) = (true, true);
        let last = self.last_told.entry(sent.producer).or_default();
        assert!(
            *last <= sent.order,
            "told out of order: {sent:?} behind {last}"
        );
        *last = sent.order + 1;
        match completion.result() {
            Ok(()) => assert!(sent.gone > 0 || sent.held, "it never left: {sent:?}"),
            Err(error) if error.status == Status::TIBEMS_SERVER_NOT_CONNECTED => {
                sent.denied = !error.text.starts_with("outcome unknown:");
                assert!(!sent.denied || sent.gone == 0, "{error:?} of {sent:?}");
            }
            Err(_) => {}
        }
    }
}
