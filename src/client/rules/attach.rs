//! The attaches of producers and consumers: termini, names, capabilities, filters (spec 40 §2.3 to §2.9), and what the
//! answer must confirm.
//!
//! Used by `model/link.rs`, the only place that attaches.

use super::profile::Profile;
use crate::amqp::codec::Value;
use crate::amqp::engine::AttachSpec;
use crate::amqp::performative::{DeliveryState, LinkTarget, Role, Source, Target};
use crate::message::{Addresses, Destination, DestinationKind};
use crate::status::{Error, Result, Status};

/// What a consumer asks for.
#[derive(Clone, Debug)]
pub struct ConsumerDefinition {
    pub destination: Destination,
    pub selector: Option<String>,
    pub no_local: bool,
    pub name: String,
    pub presettled: bool,
    /// Acknowledgements may wait for each other
    pub lazy: bool,
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

/// A receiving link for a consumer (spec 40 §2.5).
pub fn receiver(definition: &ConsumerDefinition, profile: &Profile) -> AttachSpec {
    let mut filter = Vec::new();
    if let Some(selector) = &definition.selector {
        filter.push((
            SELECTOR_KEY.to_owned(),
            Value::described(SELECTOR, Value::string(selector.as_str())),
        ));
    }
    if definition.filters_local() {
        filter.push((
            NO_LOCAL_KEY.to_owned(),
            Value::described(NO_LOCAL, Value::List(Vec::new())),
        ));
    }
    AttachSpec {
        name: definition.name.clone(),
        role: Role::Receiver,
        snd_settle_mode: Some(if definition.presettled {
            SETTLED
        } else {
            UNSETTLED
        }),
        source: Some(Source {
            address: Some(profile.subscription(&definition.destination).into_owned()),
            durable: Some(0),
            expiry_policy: Some("link-detach".to_owned()),
            filter,
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
            "closed by this library: the broker does not apply selectors",
        ));
    }
    Ok(definition.filters_local() && !has(NO_LOCAL_KEY))
}

/// Name of a new link: `ems:snd:…` or `ems:rcv:…` (spec 40 §2.3).
pub fn name(kind: &str, container_id: &str, counter: u32, address: &str) -> String {
    let cut = address
        .char_indices()
        .nth(60)
        .map_or(address.len(), |(at, _)| at);
    format!("ems:{kind}:{container_id}:{counter}:{}", &address[..cut])
}
