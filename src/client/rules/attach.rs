//! The attaches of producers and consumers: termini, names, capabilities, filters (spec 40 §2.3 to §2.9), and what the
//! answer must confirm.
//!
//! Used by `model/link.rs`, the only place that attaches.

use std::sync::Arc;

use super::profile::Profile;
use super::reason;
use super::subscription::Subscription;
use crate::amqp::codec::Value;
use crate::amqp::engine::AttachSpec;
use crate::amqp::performative::{Coordinator, DeliveryState, LinkTarget, Role, Source, Target};
use crate::message::selector::Selector;
use crate::message::{Addresses, Destination, DestinationKind};
use crate::status::{Error, Result, Status};

/// What a consumer asks for.
#[derive(Clone, Debug)]
pub struct ConsumerDefinition {
    pub destination: Destination,
    pub selector: Option<Arc<Selector>>,
    pub no_local: bool,
    pub name: String,
    /// The one that it is a subscriber of, if that has a name
    pub subscription: Option<Subscription>,
    pub presettled: bool,
    /// Acknowledgements may wait for each other
    pub lazy: bool,
    /// Messages stay where they are (a browser)
    pub browses: bool,
}

impl ConsumerDefinition {
    /// The library must filter no-local when the server does not.
    fn filters_local(&self) -> bool {
        self.no_local && self.destination.kind() == DestinationKind::Topic
    }
}

const SELECTOR: u64 = 0x0000_468C_0000_0004;
const NO_LOCAL: u64 = 0x0000_468C_0000_0003;
/// Names of the two filters in `source.filter`.
const SELECTOR_KEY: &str = "jms-selector";
const NO_LOCAL_KEY: &str = "no-local";

/// The distribution-mode of a browser.
const COPY: &str = "copy";
/// The lifetime policy of a node that ends with the link that made it.
const DELETE_ON_CLOSE: u64 = 0x2b;

/// Snd-settle-modes.
const UNSETTLED: u8 = 0;
const SETTLED: u8 = 1;
const MIXED: u8 = 2;

fn outcomes() -> Vec<String> {
    ["accepted", "rejected", "released", "modified"]
        .map(|name| format!("amqp:{name}:list"))
        .into()
}

/// The capability that tells the kind of a node (spec 40 §2.4).
fn capability(destination: &Destination) -> String {
    let kind = match destination.kind() {
        DestinationKind::Queue => "queue",
        DestinationKind::Topic => "topic",
    };
    if destination.is_temporary() {
        format!("temporary-{kind}")
    } else {
        kind.to_owned()
    }
}

/// A sending link to `target`; none = the anonymous relay.
pub fn sender(name: &str, target: Option<&Destination>, profile: &Profile) -> AttachSpec {
    AttachSpec {
        name: name.to_owned(),
        role: Role::Sender,
        snd_settle_mode: Some(MIXED),
        source: Some(Source {
            address: Some(name.to_owned()),
            outcomes: outcomes(),
            ..Source::default()
        }),
        target: Some(LinkTarget::Target(Target {
            address: target.map(|target| profile.to_wire(target).into_owned()),
            capabilities: target.map(capability).into_iter().collect(),
            ..Target::default()
        })),
        ..AttachSpec::default()
    }
}

/// The link of a session to the transaction coordinator (spec 40 §1.15).
pub fn coordinator(name: &str) -> AttachSpec {
    AttachSpec {
        name: name.to_owned(),
        role: Role::Sender,
        snd_settle_mode: Some(UNSETTLED),
        source: Some(Source {
            address: Some(name.to_owned()),
            outcomes: outcomes(),
            ..Source::default()
        }),
        target: Some(LinkTarget::Coordinator(Coordinator {
            capabilities: vec!["amqp:local-transactions".to_owned()],
        })),
        ..AttachSpec::default()
    }
}

/// A receiving link for a consumer or browser (spec 40 §2.5).
pub fn receiver(definition: &ConsumerDefinition, profile: &Profile) -> Result<AttachSpec> {
    if definition.browses && !profile.browses() {
        return Err(no_browsing());
    }
    let subscription = definition.subscription.as_ref();
    subscription.map_or(Ok(()), |subscription| subscription.check_server(profile))?;
    let mut filter = Vec::new();
    // a program's own selector is sent alone: what it lets through of the broker's own is dropped when it comes
    let named = profile.naming(&definition.destination);
    let text = definition
        .selector
        .as_ref()
        .map(|selector| selector.wire_text(named));
    let own = profile.own_selector(&definition.destination);
    if let Some(text) = text.as_deref().or(own) {
        filter.push((
            SELECTOR_KEY.to_owned(),
            Value::described(SELECTOR, Value::string(text)),
        ));
    }
    if definition.filters_local() {
        filter.push((
            NO_LOCAL_KEY.to_owned(),
            Value::described(NO_LOCAL, Value::List(Vec::new())),
        ));
    }
    let mut spec = AttachSpec {
        name: definition.name.clone(),
        role: Role::Receiver,
        snd_settle_mode: Some(if definition.presettled {
            SETTLED
        } else {
            UNSETTLED
        }),
        source: Some(Source {
            address: Some(profile.source(&definition.destination)?.into_owned()),
            durable: Some(0),
            expiry_policy: Some("link-detach".to_owned()),
            filter,
            distribution_mode: definition.browses.then(|| COPY.to_owned()),
            default_outcome: Some(DeliveryState::Modified {
                delivery_failed: true,
                undeliverable_here: false,
                message_annotations: Vec::new(),
            }),
            outcomes: outcomes(),
            capabilities: vec![capability(&definition.destination)],
            ..Source::default()
        }),
        target: Some(LinkTarget::Target(Target::default())),
        batchable: definition.lazy,
        ..AttachSpec::default()
    };
    if let Some(subscription) = subscription {
        subscription.apply(&mut spec, profile);
    }
    Ok(spec)
}

/// The link that makes a temporary destination (spec 40 §2.10). Only a target is used: Apache Artemis makes a queue of every
/// dynamic source.
pub fn temporary(name: &str, destination: &Destination, profile: &Profile) -> Result<AttachSpec> {
    if !profile.has_dynamic_nodes() {
        let broker = profile.name();
        return Err(Error::new(
            Status::TIBEMS_NOT_IMPLEMENTED,
            format!("{broker} has no temporary destinations that a client can make"),
        ));
    }
    Ok(AttachSpec {
        name: name.to_owned(),
        role: Role::Sender,
        source: Some(Source::default()),
        target: Some(LinkTarget::Target(Target {
            dynamic: true,
            durable: Some(0),
            expiry_policy: Some("link-detach".to_owned()),
            dynamic_node_properties: vec![(
                "lifetime-policy".to_owned(),
                Value::described(DELETE_ON_CLOSE, Value::List(Vec::new())),
            )],
            capabilities: vec![capability(destination)],
            ..Target::default()
        })),
        ..AttachSpec::default()
    })
}

/// The name that the server has given a temporary destination.
pub fn given_address(answer: Option<&LinkTarget>) -> Result<Arc<str>> {
    let address = answer.and_then(LinkTarget::target);
    let address = address.and_then(|target| target.address.as_deref());
    match address.filter(|address| !address.is_empty()) {
        Some(address) => Ok(address.into()),
        None => Err(Error::new(
            Status::TIBEMS_INVALID_DESTINATION,
            reason::by_library("the server gave the temporary destination no name"),
        )),
    }
}

/// Which of our filters the peer confirmed, by key or by descriptor (spec 40 §1.11).
fn filter_names(source: Option<&Source>) -> Vec<String> {
    let confirmed = |code: u64, symbol: &str, key: &str| {
        source.is_some_and(|source| {
            source.filter.iter().any(|(name, value)| {
                name == key && !matches!(value, Value::Null)
                    || matches!(value, Value::Described(descriptor, _)
                        if matches!(**descriptor, Value::Ulong(found) if found == code)
                            || descriptor.as_str() == Some(symbol))
            })
        })
    };
    [
        (SELECTOR, "apache.org:selector-filter:string", SELECTOR_KEY),
        (NO_LOCAL, "apache.org:no-local-filter:list", NO_LOCAL_KEY),
    ]
    .into_iter()
    .filter(|(code, symbol, key)| confirmed(*code, symbol, key))
    .map(|(_, _, key)| key.to_owned())
    .collect()
}

fn no_browsing() -> Error {
    let text = "the broker offers no browsing of queues";
    Error::new(Status::TIBEMS_NOT_IMPLEMENTED, reason::by_library(text))
}

/// A server that does not confirm that it copies would take away what a browser is shown.
pub fn check_copies(definition: &ConsumerDefinition, answer: Option<&Source>) -> Result<()> {
    let mode = answer.and_then(|source| source.distribution_mode.as_deref());
    match definition.browses && mode != Some(COPY) {
        true => Err(no_browsing()),
        false => Ok(()),
    }
}

/// Compares the filters that came back; true when the library must filter no-local itself.
pub fn check_filters(
    profile: &Profile,
    definition: &ConsumerDefinition,
    answer: Option<&Source>,
) -> Result<bool> {
    let confirmed = filter_names(answer);
    let has = |key: &str| profile.applies_filters() && confirmed.iter().any(|name| name == key);
    if definition.selector.is_some() && !has(SELECTOR_KEY) {
        return Err(Error::new(
            Status::TIBEMS_NOT_IMPLEMENTED,
            reason::by_library("the broker does not apply selectors"),
        ));
    }
    Ok(definition.filters_local() && !has(NO_LOCAL_KEY))
}

/// Name of the link to the coordinator: `ems:txn:…` (spec 40 §2.3).
pub fn coordinator_name(container_id: &str, counter: u32) -> String {
    format!("ems:txn:{container_id}:{counter}")
}

/// Name of a new link: `ems:snd:…` or `ems:rcv:…` (spec 40 §2.3).
pub fn name(kind: &str, container_id: &str, counter: u32, address: &str) -> String {
    let cut = address
        .char_indices()
        .nth(60)
        .map_or(address.len(), |(at, _)| at);
    format!("ems:{kind}:{container_id}:{counter}:{}", &address[..cut])
}
