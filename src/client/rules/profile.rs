//! What kind of server is at the other end, and how its addresses and capabilities are used.
//!
//! Found once per incarnation from the peer's `open` (spec 40 §4.1). Pure.

use std::borrow::Cow;

use crate::amqp::codec::Value;
use crate::amqp::performative::Open;
use crate::message::{Addresses, Destination, DestinationKind};

/// The known brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broker {
    Artemis,
    Classic,
    BrokerJ,
    RabbitMq,
    Azure,
    Solace,
    IbmMq,
    #[default]
    Generic,
}

/// The profile of an incarnation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub broker: Broker,
    pub queue_prefix: String,
    pub topic_prefix: String,
    /// The peer takes messages without a fixed target.
    pub anonymous_relay: bool,
    pub delayed_delivery: bool,
    /// Our connection, in temporary destinations that come back to us.
    connection: u64,
}

impl Profile {
    /// Reads the peer's `open`. `chosen` is the option `broker`.
    pub fn detect(open: Option<&Open>, chosen: Option<&str>, connection: u64) -> Profile {
        let text = |name: &str| -> String {
            open.and_then(|open| open.property(name))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let offers = |name: &str| {
            open.is_some_and(|open| {
                open.offered_capabilities
                    .iter()
                    .any(|offered| offered == name)
            })
        };
        let product = text("product");
        let lower = product.to_ascii_lowercase();
        let broker = match chosen {
            Some("artemis") => Broker::Artemis,
            Some("classic") => Broker::Classic,
            Some("brokerj") => Broker::BrokerJ,
            Some("rabbitmq") => Broker::RabbitMq,
            Some("azure") => Broker::Azure,
            Some("solace") => Broker::Solace,
            Some("ibmmq") => Broker::IbmMq,
            Some("generic") => Broker::Generic,
            _ if product == "apache-activemq-artemis" => Broker::Artemis,
            _ if product == "ActiveMQ" => Broker::Classic,
            _ if product == "RabbitMQ" || offers("LINK_PAIR_V1_0") => Broker::RabbitMq,
            _ if lower.contains("qpid") => Broker::BrokerJ,
            _ if lower.contains("ibm mq") => Broker::IbmMq,
            _ if lower.contains("solace") => Broker::Solace,
            _ => Broker::Generic,
        };
        Profile {
            broker,
            queue_prefix: text("queue-prefix"),
            topic_prefix: text("topic-prefix"),
            anonymous_relay: offers("ANONYMOUS-RELAY"),
            delayed_delivery: offers("DELAYED_DELIVERY"),
            connection,
        }
    }

    /// The server answers an unsettled accept with a settling disposition of its own, so that an acknowledgement
    /// can be confirmed (D2). Apache Artemis (2.56 measured) settles without an answer.
    pub fn confirms_accepts(&self) -> bool {
        self.broker != Broker::Artemis
    }

    /// A filter that the broker answers is one that it applies. RabbitMQ 4.0 echoes selectors and delivers everything
    /// (D28).
    pub fn applies_filters(&self) -> bool {
        self.broker != Broker::RabbitMq
    }

    /// Topic consumers may use wildcards (spec 40 §4.2); a generic broker is trusted to know the names.
    pub fn has_wildcards(&self) -> bool {
        self.broker != Broker::Azure
    }

    /// The address that a consumer subscribes to: as `to_wire`, with a final `>` in the broker's own spelling
    /// (spec 40 §4.2; `#` there is zero or more words, `>` one or more).
    pub fn subscription<'a>(&'a self, destination: &'a Destination) -> Cow<'a, str> {
        let address = self.to_wire(destination);
        let topic = destination.kind() == DestinationKind::Topic;
        let hash = matches!(
            self.broker,
            Broker::Artemis | Broker::BrokerJ | Broker::RabbitMq
        );
        match address.strip_suffix('>') {
            Some(front) if topic && hash && (front.is_empty() || front.ends_with('.')) => {
                Cow::Owned(format!("{front}*.#"))
            }
            _ => address,
        }
    }

    /// An address of this server may mean something else at the other one.
    pub fn addresses_differ(&self, other: &Profile) -> bool {
        self.queue_prefix != other.queue_prefix || self.topic_prefix != other.topic_prefix
    }

    fn prefix(&self, kind: DestinationKind) -> &str {
        match kind {
            DestinationKind::Queue => &self.queue_prefix,
            DestinationKind::Topic => &self.topic_prefix,
        }
    }
}

impl Addresses for Profile {
    fn to_wire<'a>(&'a self, destination: &'a Destination) -> Cow<'a, str> {
        let name = destination.name_str();
        let prefix = self.prefix(destination.kind());
        if destination.is_temporary() || prefix.is_empty() || name.starts_with(prefix) {
            name
        } else {
            Cow::Owned(format!("{prefix}{name}"))
        }
    }

    fn from_wire(&self, address: &str, kind: DestinationKind, temporary: bool) -> Destination {
        if temporary {
            return Destination::foreign_temporary(kind, address);
        }
        let prefix = self.prefix(kind);
        Destination::new(kind, address.strip_prefix(prefix).unwrap_or(address))
    }
}

/// Checks a name at bind (spec 20 §2.3, §2.4): elements, wildcards. `wildcards` = topic consumers.
pub fn check_name(destination: &Destination, wildcards: bool) -> Result<bool, &'static str> {
    if destination.is_temporary() {
        return Ok(false);
    }
    let name = destination.name_str();
    if name.starts_with('$') {
        return Ok(false); // the server's names are left to its judgement
    }
    let mut wild = false;
    let mut elements = name.split('.').enumerate().peekable();
    while let Some((index, element)) = elements.next() {
        let last = elements.peek().is_none();
        match element {
            _ if index >= 64 => return Err("the destination name has more than 64 elements"),
            "" => return Err("the destination name has an empty element"),
            "*" => wild = true,
            ">" if last => wild = true,
            element if element.len() > 127 => {
                return Err("an element of the destination name is longer than 127 bytes");
            }
            element if element.contains(['*', '>']) => {
                return Err("'*' and '>' stand only for whole elements, '>' only for the last");
            }
            _ => {}
        }
    }
    if wild && !wildcards {
        return Err("wildcards are only for consumers of topics");
    }
    Ok(wild)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_at_bind() {
        for good in ["a", "a.b", "$sys.undelivered", "News X", "a-b.c_d"] {
            assert_eq!(
                check_name(&Destination::queue(good), false),
                Ok(false),
                "{good}"
            );
        }
        for wild in ["a.*", "a.>", ">", "*.b"] {
            assert_eq!(
                check_name(&Destination::topic(wild), true),
                Ok(true),
                "{wild}"
            );
            assert!(
                check_name(&Destination::topic(wild), false).is_err(),
                "{wild}"
            );
        }
        for bad in ["a..b", ".a", "a.", "foo.b*", "a.>.b", "a>"] {
            assert!(check_name(&Destination::topic(bad), true).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_final_wildcard_is_spelled_as_the_broker_does() {
        let artemis = Profile {
            broker: Broker::Artemis,
            ..Profile::default()
        };
        let generic = Profile::default();
        for (name, artemis_address) in [("a.>", "a.*.#"), (">", "*.#"), ("a.*.b", "a.*.b")] {
            let topic = Destination::topic(name);
            assert_eq!(artemis.subscription(&topic), artemis_address);
            assert_eq!(generic.subscription(&topic), name);
        }
        assert_eq!(artemis.subscription(&Destination::queue("a.>")), "a.>");
    }

    #[test]
    fn prefixes_are_added_once_and_taken_off() {
        let profile = Profile {
            queue_prefix: "queue://".into(),
            ..Profile::default()
        };
        assert_eq!(profile.to_wire(&Destination::queue("a")), "queue://a");
        assert_eq!(
            profile.to_wire(&Destination::queue("queue://a")),
            "queue://a"
        );
        assert_eq!(profile.to_wire(&Destination::topic("a")), "a");
        let back = profile.from_wire("queue://a", DestinationKind::Queue, false);
        assert_eq!(&*back.name(), "a");
    }
}
