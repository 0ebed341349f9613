//! What a server of the histories keeps of transactions: the queues that transacted sessions read, the transactions that are
//! open, and what came of those that are over. It goes from one server to the next, as a shared store does.

use std::collections::{BTreeMap, BTreeSet};

use super::peer::{Peer, Stage};
use crate::amqp::codec::{Decoder, Descriptor};
use crate::amqp::performative::*;

/// Channel and handle.
type At = (u16, u32);

/// A message with a consumer.
#[derive(Debug)]
struct Given {
    link: At,
    queue: String,
    number: usize,
}

#[derive(Debug)]
struct Transaction {
    coordinator: At,
    sends: Vec<usize>,
    taken: Vec<(String, usize)>,
    /// It was told of messages that it had taken back before
    torn: bool,
}

/// The store.
#[derive(Debug, Default)]
pub struct Store {
    names: u32,
    open: BTreeMap<u32, Transaction>,
    /// By queue: the messages that are there, and how many ever were
    ready: BTreeMap<String, (BTreeSet<usize>, usize)>,
    /// By channel and delivery
    given: BTreeMap<(u16, u32), Given>,
    /// Sends that were committed without all the acknowledgements beside them
    pub torn: BTreeSet<usize>,
    /// Messages that were committed, and how often
    pub committed: BTreeMap<usize, u32>,
    /// By queue: messages whose acknowledgement was committed
    pub consumed: BTreeMap<String, BTreeSet<usize>>,
}

/// Queues of transacted sessions have names of their own.
pub fn is_own(queue: &str) -> bool {
    queue.starts_with('t')
}

impl Store {
    fn declare(&mut self, coordinator: At) -> u32 {
        self.names += 1;
        let transaction = Transaction {
            coordinator,
            sends: Vec::new(),
            taken: Vec::new(),
            torn: false,
        };
        self.open.insert(self.names, transaction);
        self.names
    }

    fn of(txn: &[u8]) -> u32 {
        u32::from_be_bytes(txn.try_into().expect("a name that we gave"))
    }

    /// A send in a transaction. False: that is not open.
    pub fn send(&mut self, txn: &[u8], number: usize) -> bool {
        let transaction = self.open.get_mut(&Self::of(txn));
        transaction.map(|t| t.sends.push(number)).is_some()
    }

    /// A send is refused. Its transaction may be committed all the same: whoever does that commits a part.
    pub fn refuse(&mut self, number: usize) {
        for transaction in self.open.values_mut() {
            transaction.sends.retain(|of| *of != number);
        }
    }

    /// The next message of a queue for a consumer; there is always one.
    pub fn give(&mut self, queue: &str, link: At, delivery: u32) -> usize {
        let (ready, count) = self.ready.entry(queue.to_owned()).or_default();
        let number = ready.pop_first().unwrap_or_else(|| {
            *count += 1;
            *count
        });
        let given = Given {
            link,
            queue: queue.to_owned(),
            number,
        };
        self.given.insert((link.0, delivery), given);
        number
    }

    fn put_back(&mut self, queue: String, number: usize) {
        let fresh = self.ready.entry(queue).or_default().0.insert(number);
        assert!(fresh, "message {number} comes back twice");
    }

    /// A consumer settles deliveries.
    pub fn settle(&mut self, channel: u16, disposition: &Disposition) {
        let last = disposition.last.unwrap_or(disposition.first);
        for delivery in disposition.first..=last {
            let Some(given) = self.given.remove(&(channel, delivery)) else {
                if let Some(DeliveryState::Transactional { txn_id, .. }) = &disposition.state
                    && let Some(transaction) = self.open.get_mut(&Self::of(txn_id))
                {
                    transaction.torn = true;
                }
                continue;
            };
            match &disposition.state {
                Some(DeliveryState::Transactional { txn_id, outcome }) => {
                    let accepted = Some(Box::new(DeliveryState::Accepted));
                    assert_eq!(*outcome, accepted);
                    match self.open.get_mut(&Self::of(txn_id)) {
                        Some(transaction) => transaction.taken.push((given.queue, given.number)),
                        None => self.put_back(given.queue, given.number),
                    }
                }
                Some(DeliveryState::Released | DeliveryState::Modified { .. }) => {
                    self.put_back(given.queue, given.number);
                }
                other => panic!("{given:?} is settled with {other:?}"),
            }
        }
    }

    /// A link is gone: what a consumer had comes back, what a coordinator had is rolled back.
    pub fn leave(&mut self, gone: impl Fn(At) -> bool) {
        let given: Vec<(u16, u32)> = self
            .given
            .iter()
            .filter(|(_, given)| gone(given.link))
            .map(|(key, _)| *key)
            .collect();
        for key in given {
            if let Some(given) = self.given.remove(&key) {
                self.put_back(given.queue, given.number);
            }
        }
        let open: Vec<u32> = self
            .open
            .iter()
            .filter(|(_, transaction)| gone(transaction.coordinator))
            .map(|(name, _)| *name)
            .collect();
        for name in open {
            self.end(name, false);
        }
    }

    /// Ends a transaction. False: it is not open.
    fn end(&mut self, name: u32, commits: bool) -> bool {
        let Some(transaction) = self.open.remove(&name) else {
            return false;
        };
        for (queue, number) in transaction.taken {
            match commits {
                true => {
                    let fresh = self.consumed.entry(queue).or_default().insert(number);
                    assert!(fresh, "message {number} is consumed twice");
                }
                false => self.put_back(queue, number),
            }
        }
        for number in transaction.sends.into_iter().filter(|_| commits) {
            *self.committed.entry(number).or_default() += 1;
            if transaction.torn {
                self.torn.insert(number);
            }
        }
        true
    }
}

impl Peer {
    /// A message to a coordinator: it is done at once, and answered at once or later.
    pub fn command(&mut self, link: At, delivery: u32, payload: &[u8]) {
        let mut decoder = Decoder::new(payload);
        assert_eq!(
            decoder.descriptor().unwrap(),
            Descriptor::Code(code::AMQP_VALUE)
        );
        let rejected = || {
            let error = AmqpError::new("amqp:transaction:rollback", "because");
            DeliveryState::Rejected(Some(Box::new(error)))
        };
        let refuses = std::mem::take(&mut self.refuses);
        let state = match decoder.clone().descriptor().unwrap() {
            Descriptor::Code(code::DECLARE) if refuses => rejected(),
            Descriptor::Code(code::DECLARE) => {
                let name = self.store.declare(link).to_be_bytes().to_vec();
                DeliveryState::Declared(Some(name.into()))
            }
            _ => {
                let discharge = Discharge::decode(&mut decoder).unwrap();
                let commits = !discharge.fail && !refuses;
                let known = self.store.end(Store::of(&discharge.txn_id), commits);
                match known && (commits || discharge.fail) {
                    true => DeliveryState::Accepted,
                    false => rejected(),
                }
            }
        };
        self.commands.push((link.0, delivery, state));
        if self.abilities.settles {
            self.answer_command();
        }
    }

    /// Answers the next command.
    pub fn answer_command(&mut self) {
        if self.commands.is_empty() {
            return;
        }
        let (channel, first, state) = self.commands.remove(0);
        let disposition = Disposition {
            role: Role::Receiver,
            first,
            settled: true,
            state: Some(state),
            ..Disposition::default()
        };
        self.say(channel, disposition);
    }

    /// Everything that transacted sessions ask for.
    pub fn serve_transactions(&mut self) {
        for at in 0..self.links.len() {
            self.answer(at, false);
        }
        for at in self.links.keys().copied().collect::<Vec<_>>() {
            if self.own_queue(at).is_some() && !self.links[&at].drains {
                self.deliver_at(at, 10, false);
            }
        }
        while self.settle(0, DeliveryState::Accepted).is_some() {}
        while !self.commands.is_empty() {
            self.answer_command();
        }
    }

    /// The queue of a transacted session that a consumer reads.
    pub fn own_queue(&self, at: At) -> Option<String> {
        let link = self.links.get(&at).filter(|link| !link.sends)?;
        let address = link.address.as_ref()?;
        let queue = address.strip_prefix(self.abilities.prefix)?;
        (is_own(queue) && link.stage != Stage::Leaving).then(|| queue.to_owned())
    }
}
