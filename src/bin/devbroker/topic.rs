//! Topics: who subscribed to what. Behind each subscription stands a queue.
//!
//! Names are elements separated by dots; `*` stands for exactly one element, `>` at the end for one
//! or more (spec 20 §2.4). Subscriptions with a name outlive their links when they are durable.

use crate::slab::Key;
use std::collections::HashMap;
use std::rc::Rc;
use tibemsufo::message::selector::Selector;

/// Identifies a named subscription.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// `None` for a shared subscription of all clients
    pub container: Option<Rc<str>>,
    pub name: String,
    pub durable: bool,
}

/// What is subscribed to and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub topic: Rc<str>,
    /// The container whose messages are left out
    pub no_local: Option<Rc<str>>,
    /// Says which messages come in
    pub selector: Option<Rc<Selector>>,
    pub shared: bool,
    pub name: Option<Name>,
}

impl Subscription {
    pub fn is_durable(&self) -> bool {
        self.name.as_ref().is_some_and(|name| name.durable)
    }
}

/// All subscriptions, by the key of their queue.
#[derive(Debug, Default)]
pub struct Topics {
    exact: HashMap<Rc<str>, Vec<Key>>,
    wild: Vec<(Rc<str>, Key)>,
    all: HashMap<Key, Subscription>,
    named: HashMap<Name, Key>,
}

impl Topics {
    pub fn insert(&mut self, queue: Key, subscription: Subscription) {
        let topic = subscription.topic.clone();
        if is_wildcard(&topic) {
            self.wild.push((topic, queue));
        } else {
            self.exact.entry(topic).or_default().push(queue);
        }
        if let Some(name) = &subscription.name {
            self.named.insert(name.clone(), queue);
        }
        self.all.insert(queue, subscription);
    }

    pub fn remove(&mut self, queue: Key) {
        let Some(subscription) = self.all.remove(&queue) else {
            return;
        };
        self.wild.retain(|(_, key)| *key != queue);
        if let Some(keys) = self.exact.get_mut(&subscription.topic) {
            keys.retain(|key| *key != queue);
            if keys.is_empty() {
                self.exact.remove(&subscription.topic);
            }
        }
        if let Some(name) = &subscription.name {
            self.named.remove(name);
        }
    }

    pub fn get(&self, queue: Key) -> Option<&Subscription> {
        self.all.get(&queue)
    }

    /// The topics that somebody has subscribed to.
    pub fn subscribed(&self) -> impl Iterator<Item = &Rc<str>> {
        self.all.values().map(|subscription| &subscription.topic)
    }

    pub fn find(&self, name: &Name) -> Option<Key> {
        self.named.get(name).copied()
    }

    /// The queues of the subscriptions of exactly this text.
    pub fn on(&self, topic: &str) -> Vec<Key> {
        self.exact.get(topic).cloned().unwrap_or_default()
    }

    /// The queues that a message of `origin` to `topic` goes to, if their selectors take it.
    pub fn route(
        &self,
        topic: &str,
        origin: &str,
        mut deliver: impl FnMut(Key, Option<&Selector>),
    ) {
        let exact = self.exact.get(topic).map(Vec::as_slice).unwrap_or_default();
        let wild = self
            .wild
            .iter()
            .filter(|(filter, _)| matches(filter, topic));
        for key in exact.iter().chain(wild.map(|(_, key)| key)) {
            let Some(subscription) = self.all.get(key) else {
                continue;
            };
            if subscription.no_local.as_deref() != Some(origin) {
                deliver(*key, subscription.selector.as_deref());
            }
        }
    }
}

/// Does the name hold a wildcard element?
pub fn is_wildcard(name: &str) -> bool {
    name.split('.').any(|element| element == "*") || name == ">" || name.ends_with(".>")
}

/// Does `topic` match the wildcard expression?
fn matches(filter: &str, topic: &str) -> bool {
    let mut elements = topic.split('.');
    let mut wanted = filter.split('.').peekable();
    while let Some(want) = wanted.next() {
        let Some(element) = elements.next() else {
            return false;
        };
        if want == ">" && wanted.peek().is_none() {
            return true;
        }
        if want != "*" && want != element {
            return false;
        }
    }
    elements.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_the_api_says() {
        for (filter, topic, expected) in [
            ("foo.>", "foo.a", true),
            ("foo.>", "foo.a.b", true),
            ("foo.>", "foo", false),
            ("foo.*", "foo.a", true),
            ("foo.*", "foo.a.b", false),
            ("foo.*", "foo", false),
            ("*.bar", "x.bar", true),
            (">", "x", true),
            (">", "x.y", true),
            ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.b.d", false),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
        assert!(is_wildcard("a.>") && is_wildcard(">") && is_wildcard("*.b"));
        assert!(!is_wildcard("foo.b*") && !is_wildcard("a") && !is_wildcard("a>"));
    }
}
