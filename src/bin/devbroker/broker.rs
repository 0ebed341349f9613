//! What all connections share: queues, topics, temporary nodes, messages that wait for their time,
//! and the list of queues that may have something to send.
//!
//! Owned by the server's one thread; nothing here blocks or touches a socket. What has to happen on
//! other connections is left in `detaches` and `draining` for the server.

use crate::management::QUEUE;
use crate::message::{Message, Meter};
use crate::queue::{Entry, Kind, LinkRef, Queue};
use crate::slab::{Key, Slab};
use crate::topic::{Name, Subscription, Topics, is_wildcard};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use tibemsufo::amqp::performative::AmqpError;

/// Most queues, subscriptions included.
const MAX_NODES: usize = 100_000;
/// Longest name of a node.
const MAX_NAME: usize = 4096;
/// How the names of temporary nodes start. Such a node is never made by naming it.
const TEMPORARY: &str = "devbroker.tmp.";

/// Where messages are sent to.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Queue(Key),
    Topic(Rc<str>),
}

/// Queue or topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Queue,
    Topic,
}

impl Sort {
    /// What the capabilities of a terminus ask for.
    pub fn of(capabilities: &[String]) -> Option<Sort> {
        capabilities.iter().find_map(|name| match name.as_str() {
            "queue" | "temporary-queue" => Some(Sort::Queue),
            "topic" | "temporary-topic" => Some(Sort::Topic),
            _ => None,
        })
    }
}

/// The queue of dead letters.
const DEAD_LETTERS: &str = "DLQ";

/// What the command line says about nodes.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Most messages of one queue
    pub queue_limit: Option<usize>,
    /// Most bytes of all messages
    pub memory_limit: usize,
    /// The queues and topics that exist; none: each is made when it is named
    pub only: Option<HashSet<String>>,
    /// Queues and topics that nobody may send to
    pub deny: HashSet<String>,
    /// Is there an anonymous relay?
    pub relay: bool,
    /// Failed deliveries after which a message of a queue is dead; none: it never is
    pub max_deliveries: Option<u32>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            queue_limit: None,
            memory_limit: 2048 << 20,
            only: None,
            deny: HashSet::new(),
            relay: true,
            max_deliveries: None,
        }
    }
}

#[derive(Debug)]
pub struct Broker {
    pub queues: Slab<Queue>,
    names: HashMap<Rc<str>, Key>,
    pub topics: Topics,
    temporary: HashMap<Rc<str>, Sort>,
    /// Starts the name of every temporary node; another one after each start
    temporary_prefix: String,
    numbers: u64,
    delayed: BTreeMap<(i64, u64), (Node, Rc<Message>)>,
    pub meter: Meter,
    pub rules: Rules,
    dirty: Vec<Key>,
    /// Links that lost their node
    pub detaches: Vec<(LinkRef, AmqpError)>,
    /// Consumers that asked for a drain
    pub draining: Vec<LinkRef>,
    /// Open connections by container id; true: the only one wanted
    containers: HashMap<Rc<str>, Vec<(Key, bool)>>,
}

impl Broker {
    pub fn new(start: u128, rules: Rules) -> Self {
        Broker {
            queues: Slab::new(),
            names: HashMap::new(),
            topics: Topics::default(),
            temporary: HashMap::new(),
            temporary_prefix: format!("{TEMPORARY}{start:x}."),
            numbers: 0,
            delayed: BTreeMap::new(),
            meter: Meter::default(),
            rules,
            dirty: Vec::new(),
            detaches: Vec::new(),
            draining: Vec::new(),
            containers: HashMap::new(),
        }
    }

    /// A number that was never given before.
    pub fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    // Containers

    /// Notes an open connection; false when its container id is taken (spec 40 §2.1).
    pub fn register(&mut self, container: &Rc<str>, connection: Key, sole: bool) -> bool {
        let others = self.containers.entry(container.clone()).or_default();
        let free = others.is_empty() || (!sole && others.iter().all(|(_, sole)| !sole));
        if free {
            others.push((connection, sole));
        }
        free
    }

    pub fn unregister(&mut self, container: &Rc<str>, connection: Key) {
        if let Some(others) = self.containers.get_mut(container) {
            others.retain(|(key, _)| *key != connection);
            if others.is_empty() {
                self.containers.remove(container);
            }
        }
    }

    // Nodes

    /// Finds the node of an address, or makes it.
    pub fn resolve(&mut self, address: &str, sort: Option<Sort>) -> Result<Node, AmqpError> {
        let known = self.temporary.get(address).copied();
        if known.is_none() && address.starts_with(TEMPORARY) {
            let text = format!("temporary destination {address} does not exist");
            return Err(AmqpError::new("amqp:not-found", text));
        }
        if known.zip(sort).is_some_and(|(known, sort)| known != sort) {
            let text = format!("{address} is another kind of temporary destination");
            return Err(AmqpError::new("amqp:illegal-state", text));
        }
        if address.is_empty() || address.len() > MAX_NAME {
            return Err(AmqpError::new("amqp:invalid-field", "unusable address"));
        }
        let missing = |only: &HashSet<String>| !only.contains(address);
        if known.is_none() && self.rules.only.as_ref().is_some_and(missing) {
            let text = format!("there is no destination {address}");
            return Err(AmqpError::new("amqp:not-found", text));
        }
        match sort.or(known).unwrap_or(Sort::Queue) {
            Sort::Queue => match self.names.get(address) {
                Some(key) => Ok(Node::Queue(*key)),
                None => self.add_queue(address.into(), Kind::Named).map(Node::Queue),
            },
            Sort::Topic => Ok(Node::Topic(address.into())),
        }
    }

    /// The node that a producer sends to: no wildcards, and none that is closed to senders.
    pub fn resolve_target(&mut self, address: &str, sort: Option<Sort>) -> Result<Node, AmqpError> {
        if self.rules.deny.contains(address) {
            let text = format!("nobody may send to {address}");
            return Err(AmqpError::new("amqp:unauthorized-access", text));
        }
        match self.resolve(address, sort)? {
            Node::Topic(topic) if is_wildcard(&topic) => Err(AmqpError::new(
                "amqp:invalid-field",
                "wildcards are for subscribers",
            )),
            node => Ok(node),
        }
    }

    /// The names of all that has been made: queues, temporary nodes, and topics with subscriptions.
    pub fn nodes(&self) -> BTreeSet<Rc<str>> {
        let queues = self.names.keys().chain(self.temporary.keys());
        queues.chain(self.topics.subscribed()).cloned().collect()
    }

    /// A message to this node asks about the broker.
    pub fn is_asked(&self, node: &Node) -> bool {
        match node {
            Node::Queue(key) => (self.queues.get(*key)).is_some_and(|queue| &*queue.name == QUEUE),
            Node::Topic(_) => false,
        }
    }

    fn add_queue(&mut self, name: Rc<str>, kind: Kind) -> Result<Key, AmqpError> {
        if self.queues.len() >= MAX_NODES {
            let text = "too many queues and subscriptions";
            return Err(AmqpError::new("amqp:resource-limit-exceeded", text));
        }
        let named = kind != Kind::Subscription;
        let key = self.queues.insert_with(|_| Queue::new(name.clone(), kind));
        if named {
            self.names.insert(name, key);
        }
        Ok(key)
    }

    /// Makes a temporary node.
    pub fn add_temporary(&mut self, sort: Sort) -> Result<(Rc<str>, Node), AmqpError> {
        let number = self.number();
        let name: Rc<str> = format!("{}{number}", self.temporary_prefix).into();
        let node = match sort {
            Sort::Queue => Node::Queue(self.add_queue(name.clone(), Kind::Temporary)?),
            Sort::Topic => Node::Topic(name.clone()),
        };
        self.temporary.insert(name.clone(), sort);
        Ok((name, node))
    }

    /// Deletes a temporary node; its consumers are detached.
    pub fn remove_temporary(&mut self, name: &str) {
        self.temporary.remove(name);
        let mut gone = self.topics.on(name);
        gone.extend(self.names.remove(name));
        for key in gone {
            self.remove_queue(key);
        }
    }

    fn remove_queue(&mut self, key: Key) {
        self.topics.remove(key);
        let Some(queue) = self.queues.remove(key) else {
            return;
        };
        for consumer in queue.consumers() {
            let text = format!("{} was deleted", queue.name);
            let error = AmqpError::new("amqp:resource-deleted", text);
            self.detaches.push((consumer.link, error));
        }
    }

    // Subscriptions

    /// The queue of a subscription: the one that exists under the name, or a new one.
    pub fn subscribe(&mut self, wanted: Subscription) -> Result<Key, AmqpError> {
        if let Some(key) = wanted.name.as_ref().and_then(|name| self.topics.find(name)) {
            let busy = self
                .queues
                .get(key)
                .is_some_and(|queue| !queue.consumers().is_empty());
            let there = self.topics.get(key);
            if there.is_some_and(|there| there.shared != wanted.shared) {
                let text = "a shared subscription and one that is not have the same name";
                return Err(AmqpError::new("amqp:illegal-state", text));
            }
            let same = there == Some(&wanted);
            if same && (wanted.shared || !busy) {
                return Ok(key);
            }
            if busy {
                let condition = if same {
                    "amqp:resource-locked"
                } else {
                    "amqp:illegal-state"
                };
                return Err(AmqpError::new(condition, "the subscription is in use"));
            }
            self.remove_queue(key);
        }
        let name = match &wanted.name {
            Some(name) => name.name.as_str().into(),
            None => wanted.topic.clone(),
        };
        let key = self.add_queue(name, Kind::Subscription)?;
        self.topics.insert(key, wanted);
        Ok(key)
    }

    /// A subscription that was named when its link was made.
    pub fn find_subscription(&self, name: &Name) -> Option<(Key, &Subscription)> {
        let key = self.topics.find(name)?;
        self.topics.get(key).map(|found| (key, found))
    }

    /// Deletes a subscription unless somebody uses it.
    pub fn unsubscribe(&mut self, name: &Name) -> Result<(), AmqpError> {
        let Some(key) = self.topics.find(name) else {
            return Ok(());
        };
        let users = self.queues.get(key).map_or(0, |q| q.consumers().len());
        if users > 0 {
            let text = "the subscription is in use";
            return Err(AmqpError::new("amqp:resource-locked", text));
        }
        self.remove_queue(key);
        Ok(())
    }

    /// A consumer is gone. `closed`: it said that it does not come back.
    pub fn remove_consumer(&mut self, key: Key, link: LinkRef, closed: bool) {
        let Some(queue) = self.queues.get_mut(key) else {
            return;
        };
        queue.remove_consumer(link);
        let unused = queue.consumers().is_empty();
        if queue.kind == Kind::Subscription {
            let durable = self.topics.get(key).is_some_and(Subscription::is_durable);
            if unused && (closed || !durable) {
                return self.remove_queue(key);
            }
        }
        self.mark(key);
    }

    // Messages

    /// May a message be stored for `node`?
    pub fn admit(&mut self, node: &Node, now: i64) -> Result<(), AmqpError> {
        let deleted = || AmqpError::new("amqp:not-found", "the destination was deleted");
        let full = |what: &str| AmqpError::new("amqp:resource-limit-exceeded", what);
        if self.meter.get() > self.rules.memory_limit {
            return Err(full("the memory for messages is used up"));
        }
        let limit = self.rules.queue_limit.unwrap_or(usize::MAX);
        match node {
            Node::Queue(key) => {
                let queue = self.queues.get_mut(*key).ok_or_else(deleted)?;
                if queue.depth >= limit {
                    queue.expire(now);
                }
                if queue.depth >= limit {
                    return Err(full("the queue is full"));
                }
            }
            Node::Topic(topic) => {
                if topic.starts_with(TEMPORARY) && !self.temporary.contains_key(topic) {
                    return Err(deleted());
                }
                let mut over = false;
                if self.rules.queue_limit.is_some() {
                    self.topics.route(topic, "", |key, _| {
                        over |= self.queues.get(key).is_some_and(|q| q.depth >= limit);
                    });
                }
                if over {
                    return Err(full("a subscription is full"));
                }
            }
        }
        Ok(())
    }

    /// Stores an admitted message, now or at its time.
    pub fn publish(&mut self, node: &Node, message: Rc<Message>, deliver_at: i64, now: i64) {
        if deliver_at > now {
            let number = self.number();
            let waiting = (node.clone(), message);
            self.delayed.insert((deliver_at, number), waiting);
            return;
        }
        match node {
            Node::Queue(key) => {
                if let Some(queue) = self.queues.get_mut(*key) {
                    queue.push(message);
                    self.mark(*key);
                }
            }
            Node::Topic(topic) => {
                let (queues, dirty) = (&mut self.queues, &mut self.dirty);
                self.topics.route(topic, &message.origin, |key, selector| {
                    let wanted = selector.is_none_or(|s| message.is_selected(s, 0));
                    if let Some(queue) = queues.get_mut(key).filter(|_| wanted) {
                        queue.push(message.clone());
                        note(queue, key, dirty);
                    }
                });
            }
        }
    }

    /// Publishes the delayed messages whose time has come; gives the time of the next one.
    pub fn release_delayed(&mut self, now: i64) -> Option<i64> {
        while let Some(first) = self.delayed.first_entry() {
            if first.key().0 > now {
                return Some(first.key().0);
            }
            let (node, message) = first.remove();
            self.publish(&node, message, 0, now);
        }
        None
    }

    /// Takes back a message from a consumer; one that has failed too often is dead.
    pub fn restore(&mut self, key: Key, entry: Entry) {
        let most = self.rules.max_deliveries;
        if most.is_some_and(|most| entry.count >= most) {
            return self.bury(key, entry);
        }
        if let Some(queue) = self.queues.get_mut(key) {
            queue.restore(entry);
            self.mark(key);
        }
    }

    /// A message that no consumer wants goes to the dead letters, where such are kept; from there it goes for good.
    pub fn bury(&mut self, key: Key, entry: Entry) {
        let named = (self.queues.get_mut(key))
            .is_some_and(|queue| queue.kind == Kind::Named && *queue.name != *DEAD_LETTERS);
        self.forget(key);
        if named
            && self.rules.max_deliveries.is_some()
            && let Ok(Node::Queue(dead)) = self.resolve(DEAD_LETTERS, Some(Sort::Queue))
            && let Some(queue) = self.queues.get_mut(dead)
        {
            queue.push(entry.message);
            self.mark(dead);
        }
    }

    /// A message was consumed or thrown away.
    pub fn forget(&mut self, key: Key) {
        if let Some(queue) = self.queues.get_mut(key) {
            queue.forget();
        }
    }

    // What has to be looked at

    /// Notes that the queue may have something to send.
    pub fn mark(&mut self, key: Key) {
        if let Some(queue) = self.queues.get_mut(key) {
            note(queue, key, &mut self.dirty);
        }
    }

    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty() || !self.detaches.is_empty()
    }

    /// The next queue to look at.
    pub fn next_dirty(&mut self) -> Option<Key> {
        while let Some(key) = self.dirty.pop() {
            if let Some(queue) = self.queues.get_mut(key) {
                queue.dirty = false;
                return Some(key);
            }
        }
        None
    }
}

fn note(queue: &mut Queue, key: Key, dirty: &mut Vec<Key>) {
    if !queue.dirty {
        queue.dirty = true;
        dirty.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(topic: &str, name: Option<&str>) -> Subscription {
        Subscription {
            topic: topic.into(),
            no_local: None,
            selector: None,
            shared: false,
            name: name.map(|name| Name {
                container: Some("c".into()),
                name: name.into(),
                durable: true,
            }),
        }
    }

    #[test]
    fn a_durable_subscription_lives_until_it_is_closed() {
        let mut broker = Broker::new(1, Rules::default());
        let wanted = subscription("t", Some("s"));
        let name = wanted.name.clone().unwrap();
        let key = broker.subscribe(wanted.clone()).unwrap();
        let link = LinkRef {
            connection: key,
            channel: 0,
            handle: 0,
        };
        broker
            .queues
            .get_mut(key)
            .unwrap()
            .add_consumer(link, 1, false, None);
        let locked = broker.subscribe(wanted.clone()).unwrap_err();
        assert_eq!(locked.condition, "amqp:resource-locked");
        assert!(broker.unsubscribe(&name).is_err());
        broker.remove_consumer(key, link, false);
        assert_eq!(broker.subscribe(wanted), Ok(key));
        let other = broker.subscribe(subscription("other", Some("s"))).unwrap();
        assert_ne!(other, key);
        assert_eq!(broker.unsubscribe(&name), Ok(()));
        assert!(broker.find_subscription(&name).is_none());
    }

    #[test]
    fn temporary_nodes_end_and_are_not_made_by_name() {
        let mut broker = Broker::new(1, Rules::default());
        let (name, node) = broker.add_temporary(Sort::Topic).unwrap();
        assert_eq!(broker.resolve(&name, None), Ok(node.clone()));
        assert!(broker.resolve(&name, Some(Sort::Queue)).is_err());
        broker.remove_temporary(&name);
        assert!(broker.resolve(&name, None).is_err());
        assert!(broker.admit(&node, 0).is_err());
    }

    #[test]
    fn the_sole_container_is_alone() {
        let mut slab = Slab::new();
        let (a, b) = (slab.insert_with(|_| ()), slab.insert_with(|_| ()));
        let mut broker = Broker::new(1, Rules::default());
        let id: Rc<str> = "c".into();
        assert!(broker.register(&id, a, false));
        assert!(!broker.register(&id, b, true));
        assert!(broker.register(&id, b, false));
        broker.unregister(&id, a);
        broker.unregister(&id, b);
        assert!(broker.register(&id, a, true));
        assert!(!broker.register(&id, b, false));
    }
}
