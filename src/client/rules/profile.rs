//! What kind of server is at the other end, and how its addresses and capabilities are used.
//!
//! Found once per incarnation from the peer's `open` (spec 40 §4.1). Pure.

use std::borrow::Cow;

use super::options::Options;
use crate::amqp::codec::Value;
use crate::amqp::performative::Open;
use crate::message::selector::Naming;
use crate::message::{Addresses, Destination, DestinationKind};
use crate::status::{Error, Result, Status};

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

/// Every broker: how the option `broker` names it, and its name in texts for people, which the others say themselves.
const BROKERS: [(Broker, &str, Option<&str>); 8] = [
    (Broker::Artemis, "artemis", Some("Apache ActiveMQ Artemis")),
    (Broker::Classic, "classic", Some("Apache ActiveMQ Classic")),
    (Broker::BrokerJ, "brokerj", Some("Apache Qpid Broker-J")),
    (Broker::RabbitMq, "rabbitmq", Some("RabbitMQ")),
    (Broker::Azure, "azure", Some("Azure Service Bus")),
    (Broker::Solace, "solace", Some("Solace")),
    (Broker::IbmMq, "ibmmq", Some("IBM MQ")),
    (Broker::Generic, "generic", None),
];

impl Broker {
    /// The broker of a name, as the option `broker` has it.
    pub fn named(name: &str) -> Option<Broker> {
        let mut brokers = BROKERS.iter();
        let (broker, ..) = brokers.find(|(_, option, _)| *option == name)?;
        Some(*broker)
    }

    fn title(self) -> Option<&'static str> {
        let mut brokers = BROKERS.iter();
        brokers.find(|(broker, ..)| *broker == self)?.2
    }
}

/// The profile of an incarnation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub broker: Broker,
    pub queue_prefix: String,
    pub topic_prefix: String,
    /// What the server calls itself.
    product: String,
    /// The peer takes messages without a fixed target.
    pub anonymous_relay: bool,
    pub delayed_delivery: bool,
    /// Several subscribers may share a subscription; a server that does not say so may say it of a link.
    pub shared_subscriptions: bool,
    /// The address of dead letters, where the option names it.
    undelivered: Option<String>,
    /// Our connection, in temporary destinations that come back to us.
    connection: u64,
}

impl Profile {
    /// Reads the peer's `open`, with the options in force for this server.
    pub fn detect(open: Option<&Open>, options: &Options, connection: u64) -> Profile {
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
        let broker = match options.broker {
            Some(broker) => broker,
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
            product,
            queue_prefix: text("queue-prefix"),
            topic_prefix: text("topic-prefix"),
            anonymous_relay: offers("ANONYMOUS-RELAY"),
            delayed_delivery: offers("DELAYED_DELIVERY"),
            shared_subscriptions: offers("SHARED-SUBS"),
            undelivered: options.undelivered.clone(),
            connection,
        }
    }

    /// The server's name for the texts of errors.
    pub fn name(&self) -> &str {
        let said = match &*self.product {
            "" => "this server",
            product => product,
        };
        self.broker.title().unwrap_or(said)
    }

    /// The server answers an unsettled accept with a settling disposition of its own, so that an acknowledgement
    /// can be confirmed (D2). Apache Artemis (2.56 measured) settles without an answer.
    pub fn confirms_accepts(&self) -> bool {
        self.broker != Broker::Artemis
    }

    /// The end of a subscription that is still in use is refused in words. Apache Artemis (2.56 measured) keeps it and
    /// says nothing.
    pub fn tells_of_kept_subscriptions(&self) -> bool {
        self.broker != Broker::Artemis
    }

    /// A filter that the broker answers is one that it applies. RabbitMQ 4.0 echoes selectors and delivers everything
    /// (D28).
    pub fn applies_filters(&self) -> bool {
        self.broker != Broker::RabbitMq
    }

    /// Whether messages of queues can be read and left there (spec 40 §4.1).
    pub fn browses(&self) -> bool {
        self.broker != Broker::RabbitMq
    }

    /// How selectors name headers. Apache Artemis (2.56 measured) translates the names of JMS for consumers of queues, but not
    /// for subscriptions, where a selector with JMSPriority selects nothing.
    pub fn naming(&self, destination: &Destination) -> Naming {
        match (self.broker, destination.kind()) {
            (Broker::Artemis, DestinationKind::Topic) => Naming::ArtemisCore,
            _ => Naming::Jms,
        }
    }

    /// It makes nodes for clients that ask for one.
    pub fn has_dynamic_nodes(&self) -> bool {
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

    /// The address that a consumer reads: what it subscribes to, or the dead letters for `$sys.undelivered` (D36). Asked
    /// anew of every server. Never a queue that would be made under that name.
    pub fn source<'a>(&'a self, destination: &'a Destination) -> Result<Cow<'a, str>> {
        if !is_undelivered(destination) {
            return Ok(self.subscription(destination));
        }
        let name = match (&self.undelivered, self.broker) {
            (Some(name), _) => name,
            (None, Broker::Artemis) => "DLQ",
            (None, Broker::Classic) => "ActiveMQ.DLQ",
            (None, _) => {
                return Err(Error::new(
                    Status::TIBEMS_INVALID_DESTINATION,
                    format!(
                        "where this server keeps undelivered messages is not known: the option \"undelivered\" \
                         names the queue that {UNDELIVERED} stands for"
                    ),
                ));
            }
        };
        let queue = Destination::queue(name);
        Ok(Cow::Owned(self.to_wire(&queue).into_owned()))
    }

    /// Addresses that carry messages of the broker itself: names, and beginnings of names that end in a dot.
    fn own_addresses(&self) -> &'static [&'static str] {
        match self.broker {
            Broker::Artemis => &["activemq.notifications", "activemq.management", "$sys."],
            Broker::Classic => &["ActiveMQ.Advisory."],
            _ => &[],
        }
    }

    /// The destination of a message is the broker's own.
    pub fn is_own(&self, destination: &Destination) -> bool {
        let name = destination.name_str();
        let mut own = self.own_addresses().iter();
        own.any(|own| *name == **own || own.ends_with('.') && name.starts_with(own))
    }

    /// A consumer of this destination is not shown messages of the broker itself: it asks for everything, and not for
    /// them.
    pub fn hides_own(&self, destination: &Destination) -> bool {
        let topic = destination.kind() == DestinationKind::Topic && !destination.is_temporary();
        let name = destination.name_str();
        let first = name.split('.').next().unwrap_or_default();
        topic && matches!(first, "*" | ">") && !self.own_addresses().is_empty()
    }

    /// The selector that keeps messages of the broker itself off the wire, where there is one.
    pub fn own_selector(&self, destination: &Destination) -> Option<&'static str> {
        let known = self.broker == Broker::Artemis && self.hides_own(destination);
        known.then_some("_AMQ_NotifType IS NULL")
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

/// The queue by whose name programs read what could not be delivered (spec 20 §2, D36).
pub const UNDELIVERED: &str = "$sys.undelivered";

/// It is that queue: only the server puts messages into it.
pub fn is_undelivered(destination: &Destination) -> bool {
    let queue = destination.kind() == DestinationKind::Queue && !destination.is_temporary();
    queue && destination.name_str() == UNDELIVERED
}

/// Checks a name at bind (spec 20 §2.3, §2.4): elements, wildcards. `wildcards` = topic consumers.
pub fn check_name(
    destination: &Destination,
    wildcards: bool,
) -> std::result::Result<bool, &'static str> {
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
    fn servers_are_named_as_they_are_known() {
        for (broker, option, title) in BROKERS {
            assert_eq!(Broker::named(option), Some(broker));
            assert_eq!(of(broker).name(), title.unwrap_or("this server"));
        }
        assert_eq!(Broker::named("Artemis"), None);
        let mut other = of(Broker::Generic);
        other.product = "Some Broker".into();
        assert_eq!(other.name(), "Some Broker");
    }

    fn of(broker: Broker) -> Profile {
        Profile {
            broker,
            ..Profile::default()
        }
    }

    #[test]
    fn undelivered_messages_are_read_where_the_broker_keeps_them() {
        let undelivered = Destination::queue(UNDELIVERED);
        let source = |profile: &Profile| profile.source(&undelivered).map(Cow::into_owned);
        assert_eq!(source(&of(Broker::Artemis)).as_deref(), Ok("DLQ"));
        assert_eq!(source(&of(Broker::Classic)).as_deref(), Ok("ActiveMQ.DLQ"));
        for broker in [Broker::Generic, Broker::RabbitMq, Broker::BrokerJ] {
            let error = source(&of(broker)).unwrap_err();
            assert_eq!(error.status, Status::TIBEMS_INVALID_DESTINATION);
            assert!(error.text.contains("\"undelivered\""), "{error}");
        }
        let named = Profile {
            undelivered: Some("dead".into()),
            queue_prefix: "q:".into(),
            ..of(Broker::Artemis)
        };
        assert_eq!(source(&named).as_deref(), Ok("q:dead"));
        // no other destination is meant
        assert!(!is_undelivered(&Destination::topic(UNDELIVERED)));
        let other = Destination::queue("$sys.undelivered.x");
        assert_eq!(
            of(Broker::Generic).source(&other).as_deref(),
            Ok(&*other.name_str())
        );
    }

    #[test]
    fn messages_of_the_broker_are_hidden_from_who_asks_for_everything() {
        let (artemis, classic) = (of(Broker::Artemis), of(Broker::Classic));
        for all in [">", "*", "*.>", "*.notifications"] {
            assert!(artemis.hides_own(&Destination::topic(all)), "{all}");
            assert!(!of(Broker::Generic).hides_own(&Destination::topic(all)));
        }
        for asked in ["activemq.notifications", "activemq.>", "a.*", "a"] {
            assert!(!artemis.hides_own(&Destination::topic(asked)), "{asked}");
        }
        assert!(!artemis.hides_own(&Destination::queue(">")));
        let own = |profile: &Profile, name: &str| profile.is_own(&Destination::topic(name));
        assert!(own(&artemis, "activemq.notifications") && own(&artemis, "$sys.mqtt.sessions"));
        assert!(!own(&artemis, "activemq.notifications.of.mine") && !own(&artemis, "$sys"));
        assert!(own(&classic, "ActiveMQ.Advisory.Connection") && !own(&classic, "a"));
        let all = Destination::topic(">");
        assert!(artemis.own_selector(&all).is_some() && classic.own_selector(&all).is_none());
    }

    #[test]
    fn only_subscriptions_of_artemis_want_its_own_names() {
        let artemis = Profile {
            broker: Broker::Artemis,
            ..Profile::default()
        };
        let (queue, topic) = (Destination::queue("d"), Destination::topic("d"));
        assert_eq!(artemis.naming(&topic), Naming::ArtemisCore);
        assert_eq!(artemis.naming(&queue), Naming::Jms);
        assert_eq!(Profile::default().naming(&topic), Naming::Jms);
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
