//! One end of a link, as the broker sees it: the state of producers, consumers, coordinators and
//! subscription lookups. What happens on them is in `session`, `incoming`, `outgoing`, `attach`.

use crate::broker::{Broker, Node};
use crate::slab::Key;
use crate::topic::Name;
use crate::transaction::Transactions;
use crate::wire::Output;
use bytes::{Bytes, BytesMut};
use std::collections::HashMap;
use std::rc::Rc;
use tibemsufo::amqp::performative::DeliveryState;
use tibemsufo::message::selector::Selector;

/// Where the links of a connection are, by name and by whether we receive.
pub type Names = HashMap<(String, bool), (u16, u32)>;

/// What the handlers of sessions and links work with.
pub struct Context<'a> {
    pub out: &'a mut Output,
    pub broker: &'a mut Broker,
    pub transactions: &'a mut Transactions,
    pub names: &'a mut Names,
    /// Bytes of all deliveries of the connection that have not arrived whole
    pub partial_bytes: &'a mut usize,
    /// Attached links of the connection
    pub link_count: &'a mut usize,
    pub connection: Key,
    pub container: &'a Rc<str>,
    pub settings: &'a Settings,
    /// Milliseconds since the epoch
    pub now: i64,
}

/// What the command line says about links.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Messages that a producer may send before it hears of more
    pub credit: u32,
    /// Frames that a session may send before it hears of more
    pub window: u32,
}

/// Why a link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// For good
    Closed,
    /// Detached, or its session or connection was ended in good order
    Detached,
    /// The connection broke: what was sent counts as a failed delivery
    Lost,
}

#[derive(Debug)]
pub struct Link {
    pub name: String,
    pub handle: u32,
    /// Messages that may still be sent on the link, by whoever sends
    pub credit: u32,
    pub delivery_count: u32,
    pub kind: LinkKind,
}

#[derive(Debug)]
pub enum LinkKind {
    Producer(Producer),
    Consumer(Consumer),
    Coordinator(Option<Partial>),
    /// Looks up a subscription by name, to delete it (spec 40 §2.6)
    Lookup(Name),
    /// We sent a detach: what arrives is ignored until the client's own
    Detached,
}

impl Link {
    /// Is ours the receiving end?
    pub fn receives(&self) -> bool {
        matches!(self.kind, LinkKind::Producer(_) | LinkKind::Coordinator(_))
    }
}

#[derive(Debug)]
pub struct Producer {
    /// `None`: each message names its destination
    pub node: Option<Node>,
    /// The temporary node that ends with the link
    pub dynamic: Option<Rc<str>>,
    pub partial: Option<Partial>,
}

#[derive(Debug)]
pub struct Consumer {
    pub queue: Key,
    /// Its number in the queue
    pub number: u64,
    pub presettled: bool,
    /// Gets copies, takes nothing away
    pub browse: bool,
    /// Of a queue's consumer; a subscription selects when messages come in
    pub selector: Option<Rc<Selector>>,
    /// A drain is asked for and not answered
    pub drain: bool,
    pub default_outcome: Option<DeliveryState>,
    pub dynamic: Option<Rc<str>>,
}

/// A delivery that has not arrived whole.
#[derive(Debug)]
pub struct Partial {
    pub id: u32,
    pub format: u32,
    pub settled: bool,
    pub state: Option<DeliveryState>,
    pub bytes: BytesMut,
}

/// A delivery that has.
#[derive(Debug)]
pub struct Delivery {
    pub id: u32,
    pub format: u32,
    pub settled: bool,
    pub state: Option<DeliveryState>,
    pub payload: Bytes,
}
