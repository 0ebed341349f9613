//! Destinations: kind and name, static or temporary (spec 20 §2), and the translation to addresses of the wire.
//!
//! A value type: two destinations of the same kind and name are interchangeable. A temporary destination of one of our
//! connections shares a node whose name the recovery of that connection may change; its lock is held for moments only.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::status::{Error, Result, Status};
use crate::sync::RwLock;

/// Longest name that a program may give a destination, in bytes (spec 20 §2.3).
pub const NAME_MAX: usize = 249;

/// Queue or topic. The numbers are those of `tibemsDestinationType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DestinationKind {
    Queue = 1,
    Topic = 2,
}

/// What a temporary destination shares between all its handles.
#[derive(Debug)]
pub struct TemporaryNode {
    name: RwLock<Arc<str>>,
    connection: u64,
    deleted: AtomicBool,
}

impl TemporaryNode {
    /// The connection that created it; 0 when it came in with a message and belongs to someone else.
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// The present name.
    pub fn name(&self) -> Arc<str> {
        self.name.read().clone()
    }

    /// The name of the node that a recovery has made in its place.
    pub fn rename(&self, name: Arc<str>) {
        *self.name.write() = name;
    }

    /// Marks it deleted; false if it was before.
    pub fn delete(&self) -> bool {
        !self.deleted.swap(true, Ordering::AcqRel)
    }

    /// True after [`TemporaryNode::delete`].
    pub fn is_deleted(&self) -> bool {
        self.deleted.load(Ordering::Acquire)
    }
}

#[derive(Clone)]
enum Name {
    Fixed(Arc<str>),
    Temporary(Arc<TemporaryNode>),
}

/// A queue or a topic.
#[derive(Clone)]
pub struct Destination {
    kind: DestinationKind,
    name: Name,
}

impl Destination {
    /// A destination of any name: what other clients send bypasses the rules of [`Destination::named`].
    pub fn new(kind: DestinationKind, name: impl Into<Arc<str>>) -> Destination {
        Destination {
            kind,
            name: Name::Fixed(name.into()),
        }
    }

    /// A queue.
    pub fn queue(name: impl Into<Arc<str>>) -> Destination {
        Destination::new(DestinationKind::Queue, name)
    }

    /// A topic.
    pub fn topic(name: impl Into<Arc<str>>) -> Destination {
        Destination::new(DestinationKind::Topic, name)
    }

    /// A destination that a program creates by name: not empty, UTF-8, at most [`NAME_MAX`] bytes, else
    /// `TIBEMS_INVALID_NAME`. All other syntax is checked when the name is bound (spec 20 §2.3).
    pub fn named(kind: DestinationKind, name: &[u8]) -> Result<Destination> {
        let bad = |text| Err(Error::new(Status::TIBEMS_INVALID_NAME, text));
        if name.is_empty() {
            return bad("the destination name is empty");
        }
        if name.len() > NAME_MAX {
            return bad("the destination name is longer than 249 bytes");
        }
        match std::str::from_utf8(name) {
            Ok(name) => Ok(Destination::new(kind, name)),
            Err(_) => bad("the destination name is not UTF-8"),
        }
    }

    /// A temporary destination of one of our connections.
    pub fn temporary(
        kind: DestinationKind,
        name: impl Into<Arc<str>>,
        connection: u64,
    ) -> Destination {
        let node = TemporaryNode {
            name: RwLock::new(name.into()),
            connection,
            deleted: AtomicBool::new(false),
        };
        Destination {
            kind,
            name: Name::Temporary(Arc::new(node)),
        }
    }

    /// A temporary destination that is not known to be ours: a reply-to that came in.
    pub fn foreign_temporary(kind: DestinationKind, name: impl Into<Arc<str>>) -> Destination {
        Destination::temporary(kind, name, 0)
    }

    /// Queue or topic; a temporary destination is one of them too.
    pub fn kind(&self) -> DestinationKind {
        self.kind
    }

    /// The present name.
    pub fn name(&self) -> Arc<str> {
        match &self.name {
            Name::Fixed(name) => name.clone(),
            Name::Temporary(node) => node.name(),
        }
    }

    /// The name without taking a share of it; owned only for temporary destinations.
    pub fn name_str(&self) -> Cow<'_, str> {
        match &self.name {
            Name::Fixed(name) => Cow::Borrowed(name),
            Name::Temporary(node) => Cow::Owned(node.name().as_ref().to_owned()),
        }
    }

    /// True for temporary queues and topics.
    pub fn is_temporary(&self) -> bool {
        matches!(self.name, Name::Temporary(_))
    }

    /// The shared part of a temporary destination.
    pub fn temporary_node(&self) -> Option<&Arc<TemporaryNode>> {
        match &self.name {
            Name::Fixed(_) => None,
            Name::Temporary(node) => Some(node),
        }
    }

    /// A temporary destination that is known to be deleted.
    pub fn is_deleted(&self) -> bool {
        self.temporary_node().is_some_and(|node| node.is_deleted())
    }

    /// The code of the annotations `x-opt-jms-dest` and `x-opt-jms-reply-to` (spec 30 §9.2).
    pub fn annotation(&self) -> i8 {
        let kind = match self.kind {
            DestinationKind::Queue => 0,
            DestinationKind::Topic => 1,
        };
        if self.is_temporary() { kind + 2 } else { kind }
    }
}

/// Identity is kind and name (spec 20 §2.5).
impl PartialEq for Destination {
    fn eq(&self, other: &Destination) -> bool {
        self.kind == other.kind && self.name_str() == other.name_str()
    }
}

impl Eq for Destination {}

impl fmt::Debug for Destination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// `Queue[name]` or `Topic[name]`, as in printed messages (spec 30 §7).
impl fmt::Display for Destination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}[{}]", self.kind, self.name_str())
    }
}

/// Names to addresses and back, by the profile of the broker (spec 40 §4.2). The client implements it; a translation
/// must not block.
pub trait Addresses {
    /// The address that stands for this destination in `properties.to` and `reply-to`.
    fn to_wire<'a>(&'a self, destination: &'a Destination) -> Cow<'a, str>;

    #[allow(clippy::wrong_self_convention)] // the profile of the broker decides
    /// The destination behind an address, of the kind that the message tells (or that of the consumer).
    fn from_wire(&self, address: &str, kind: DestinationKind, temporary: bool) -> Destination;
}

/// Addresses that are the names themselves.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainAddresses;

impl Addresses for PlainAddresses {
    fn to_wire<'a>(&'a self, destination: &'a Destination) -> Cow<'a, str> {
        destination.name_str()
    }

    fn from_wire(&self, address: &str, kind: DestinationKind, temporary: bool) -> Destination {
        if temporary {
            Destination::foreign_temporary(kind, address)
        } else {
            Destination::new(kind, address)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_at_creation() {
        let kind = DestinationKind::Queue;
        assert!(Destination::named(kind, "é".repeat(124).as_bytes()).is_ok());
        for bad in [
            vec![],
            vec![b'a'; 250],
            "é".repeat(125).into_bytes(),
            b"\xFF".to_vec(),
        ] {
            let status = Destination::named(kind, &bad).unwrap_err().status;
            assert_eq!(status, Status::TIBEMS_INVALID_NAME);
        }
    }

    #[test]
    fn identity_is_kind_and_name() {
        assert_eq!(Destination::queue("a"), Destination::queue("a"));
        assert_ne!(Destination::queue("a"), Destination::topic("a"));
        assert_ne!(Destination::queue("a"), Destination::queue("A"));
        assert_eq!(
            Destination::foreign_temporary(DestinationKind::Queue, "a"),
            Destination::queue("a")
        );
    }

    #[test]
    fn a_renamed_temporary_is_seen_through_every_copy() {
        let first = Destination::temporary(DestinationKind::Topic, "t1", 7);
        let copy = first.clone();
        first.temporary_node().unwrap().rename("t2".into());
        assert_eq!(&*copy.name(), "t2");
        assert!(copy.temporary_node().unwrap().delete());
        assert!(!first.temporary_node().unwrap().delete());
        assert_eq!(first.annotation(), 3);
    }
}
