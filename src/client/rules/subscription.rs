//! Named subscriptions (spec 20 §4.5 to §4.7, spec 40 §2.3, §2.5, §2.6): what a name may be, how the link of a subscriber
//! is called and what it asks for, which subscribers of one connection exclude each other, and what a server must offer.
//!
//! Pure. A subscriber is a consumer whose attach has other terms; they are written here and nowhere else.

use std::sync::Arc;

use super::modes::AcknowledgeMode;
use super::profile::{Broker, Profile};
use super::reason;
use crate::amqp::engine::AttachSpec;
use crate::amqp::performative::{LinkTarget, Role, Target};
use crate::message::selector::Selector;
use crate::message::{Destination, DestinationKind};
use crate::status::{Error, Result, Status};

/// Longest name of a subscription, in bytes.
pub const NAME_MAX: usize = 255;

/// The capability of servers, and of links, that know shared subscriptions.
const SHARED_SUBS: &str = "SHARED-SUBS";

/// Terminus durability: also what is unsettled outlives the link.
const UNSETTLED_STATE: u32 = 2;

/// How a subscription is used, and whether it outlives its subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Stays until it is unsubscribed, one subscriber at a time.
    Durable,
    /// Stays until it is unsubscribed, any number of subscribers.
    SharedDurable,
    /// Ends with its last subscriber.
    Shared,
}

impl Kind {
    /// It outlives its subscribers.
    pub fn is_durable(self) -> bool {
        self != Kind::Shared
    }

    /// Several subscribers at a time.
    pub fn is_shared(self) -> bool {
        self != Kind::Durable
    }
}

/// What the subscribers of one name have in common, and the number of one among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    name: Arc<str>,
    kind: Kind,
    /// Its name is one of all clients, because the connection has no client id
    global: bool,
    /// Tells the links of one subscription on one connection apart
    number: u32,
}

/// A subscriber of the same connection, as far as another one must know it.
pub struct Other<'a> {
    pub subscription: &'a Subscription,
    pub topic: &'a Destination,
    pub selector: Option<&'a Selector>,
}

/// Checks the name that a program gives (spec 20 §4.5).
pub fn check_name(name: Option<&[u8]>) -> Result<Arc<str>> {
    let invalid = |text| Err(Error::new(Status::TIBEMS_INVALID_ARG, text));
    let name = match name {
        None | Some([]) => return invalid("a subscription must have a name"),
        Some(name) if name.len() > NAME_MAX => {
            return invalid("the name of the subscription is longer than 255 bytes");
        }
        Some(name) => name,
    };
    let Ok(name) = std::str::from_utf8(name) else {
        return invalid("the name of the subscription is not UTF-8");
    };
    if name.contains('|') {
        return Err(Error::new(
            Status::TIBEMS_INVALID_NAME,
            "the name of a subscription cannot hold '|', which servers read as its end",
        ));
    }
    Ok(name.into())
}

/// A durable subscription that this connection has used as `before` is wanted as `now`: shared ones and others do not mix,
/// and not every server says so.
pub fn check_kind(name: &str, before: Option<Kind>, now: Kind) -> Result<()> {
    let is = match before {
        Some(Kind::SharedDurable) if now == Kind::Durable => "is a shared one",
        Some(Kind::Durable) if now == Kind::SharedDurable => "is not a shared one",
        _ => return Ok(()),
    };
    Err(Error::new(
        Status::TIBEMS_INVALID_CONSUMER,
        format!("the durable subscription \"{name}\" {is}"),
    ))
}

/// Checks what is to be subscribed to and where (spec 20 §1.3, §4.5, §4.6).
pub fn check_use(kind: Kind, mode: AcknowledgeMode, topic: &Destination) -> Result<()> {
    let invalid = |text| Err(Error::new(Status::TIBEMS_INVALID_DESTINATION, text));
    if topic.kind() != DestinationKind::Topic {
        return invalid("subscriptions are for topics");
    }
    if kind.is_durable() && topic.is_temporary() {
        return invalid("a durable subscription to a temporary topic would outlive it");
    }
    if kind.is_durable() && mode == AcknowledgeMode::No {
        return Err(Error::new(
            Status::TIBEMS_ILLEGAL_STATE,
            "a session that does not acknowledge cannot have durable subscriptions",
        ));
    }
    Ok(())
}

impl Subscription {
    /// That of a new subscriber beside the `others` of its connection, or why there can be none.
    pub fn beside<'a>(
        (kind, name): (Kind, Arc<str>),
        has_client_id: bool,
        (topic, selector): (&Destination, Option<&Selector>),
        others: impl Iterator<Item = Other<'a>>,
    ) -> Result<Subscription> {
        let mut number = 1;
        for other in others {
            let there = other.subscription;
            if there.name != name || there.kind.is_durable() != kind.is_durable() {
                continue; // a durable one and one that is not have names of their own
            }
            let clash = if !(there.kind.is_shared() && kind.is_shared()) {
                match there.kind.is_shared() {
                    false => "has an active subscriber on this connection",
                    true => "is a shared one with an active consumer on this connection",
                }
            } else if other.topic != topic || text(other.selector) != text(selector) {
                "has an active consumer on this connection with another topic or selector"
            } else {
                number = number.max(there.number + 1);
                continue;
            };
            return Err(Error::new(
                Status::TIBEMS_INVALID_CONSUMER,
                format!("the subscription \"{name}\" {clash}"),
            ));
        }
        Ok(Subscription {
            name,
            kind,
            global: !has_client_id,
            number,
        })
    }

    /// What Unsubscribe of this name would delete.
    pub fn is_deleted_with(&self, name: &str) -> bool {
        self.kind.is_durable() && *self.name == *name
    }

    /// Name of the subscriber's link (spec 40 §2.3): servers keep what stands before the bar. A durable subscription of a
    /// connection without client id is keyed as a shared one of all clients, because the container-id is made up.
    pub fn link_name(&self) -> String {
        let (name, number) = (&self.name, self.number);
        match (self.kind.is_durable(), self.global) {
            (true, false) if number == 1 => name.to_string(),
            (true, false) => format!("{name}|{number}"),
            (true, true) if number == 1 => format!("{name}|global"),
            (true, true) => format!("{name}|global{number}"),
            (false, false) => format!("{name}|volatile{number}"),
            (false, true) => format!("{name}|global-volatile{number}"),
        }
    }

    /// Name and kind, where the server keeps them for this client id.
    pub fn is_kept_as(&self) -> Option<(&Arc<str>, Kind)> {
        (self.kind.is_durable() && !self.global).then_some((&self.name, self.kind))
    }

    /// It is a shared one for the server.
    fn is_shared_on_wire(&self) -> bool {
        self.kind.is_shared() || self.global
    }

    /// The server is known not to have what is asked for.
    pub fn check_server(&self, profile: &Profile) -> Result<()> {
        let missing = |feature: &str| {
            Err(Error::new(
                Status::TIBEMS_NOT_IMPLEMENTED,
                format!("{} has no {feature}", profile.name()),
            ))
        };
        match profile.broker {
            Broker::RabbitMq if !self.kind.is_shared() => return missing("durable subscriptions"),
            Broker::RabbitMq | Broker::Classic if self.kind.is_shared() => {
                return missing("shared subscriptions");
            }
            _ => {}
        }
        if self.kind == Kind::Durable && self.global && !profile.shared_subscriptions {
            return Err(Error::new(
                Status::TIBEMS_INVALID_CLIENT_ID,
                format!(
                    "a durable subscription of a connection without client ID needs a server with shared \
                     subscriptions, and {} does not offer them",
                    profile.name()
                ),
            ));
        }
        Ok(())
    }

    /// Puts what the subscription asks for into the attach of a consumer (spec 40 §2.5).
    pub fn apply(&self, spec: &mut AttachSpec, profile: &Profile) {
        let shared = self.is_shared_on_wire();
        if let Some(source) = spec.source.as_mut() {
            if self.kind.is_durable() {
                source.durable = Some(UNSETTLED_STATE);
                source.expiry_policy = Some("never".to_owned());
                source.distribution_mode = Some("copy".to_owned());
            }
            let words = [("shared", shared), ("global", shared && self.global)];
            let words = words.into_iter().filter(|(_, wanted)| *wanted);
            source
                .capabilities
                .extend(words.map(|(word, _)| word.to_owned()));
        }
        if shared && !profile.shared_subscriptions {
            spec.desired_capabilities.push(SHARED_SUBS.to_owned());
        }
    }

    /// What the answer of the server must confirm: that it knows shared subscriptions.
    pub fn check_answer(&self, profile: &Profile, offered: &[String]) -> Result<()> {
        let offers = profile.shared_subscriptions || offered.iter().any(|one| one == SHARED_SUBS);
        if self.is_shared_on_wire() && !offers {
            let why = format!("{} has no shared subscriptions", profile.name());
            return Err(Error::new(
                Status::TIBEMS_NOT_IMPLEMENTED,
                reason::by_library(&why),
            ));
        }
        Ok(())
    }
}

/// Name of the link that asks for a durable subscription: that of its first subscriber.
pub fn lookup_name(name: &str, has_client_id: bool) -> String {
    let first = Subscription {
        name: name.into(),
        kind: Kind::Durable,
        global: !has_client_id,
        number: 1,
    };
    first.link_name()
}

/// The attach that asks for a durable subscription by its name alone; its end as closed deletes that (spec 40 §2.6).
pub fn lookup(name: &str, has_client_id: bool) -> AttachSpec {
    let desired = match has_client_id {
        true => Vec::new(),
        false => ["shared", "global"].map(str::to_owned).to_vec(),
    };
    AttachSpec {
        name: lookup_name(name, has_client_id),
        role: Role::Receiver,
        snd_settle_mode: Some(0),
        target: Some(LinkTarget::Target(Target::default())),
        desired_capabilities: desired,
        ..AttachSpec::default()
    }
}

/// What an Unsubscribe is told: the server's error, or that it knows no such subscription. One that was `found`, maybe by
/// the server before, and is there no more, is deleted.
pub fn unsubscribed(name: &str, found: bool, error: Option<Error>) -> Result<()> {
    match (error, found) {
        (Some(error), true) if error.status == Status::TIBEMS_INVALID_DESTINATION => Ok(()),
        (Some(error), _) => Err(error),
        (None, true) => Ok(()),
        (None, false) => Err(Error::new(
            Status::TIBEMS_INVALID_DESTINATION,
            format!("the server has no durable subscription \"{name}\""),
        )),
    }
}

/// A server that says nothing has kept a subscription that it was told to delete.
pub fn kept(name: &str) -> Error {
    Error::new(
        Status::TIBEMS_EXCEPTION,
        format!("the server has kept the subscription \"{name}\": it is in use elsewhere"),
    )
}

fn text(selector: Option<&Selector>) -> Option<&str> {
    selector.map(Selector::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::performative::Source;

    fn of(kind: Kind, client_id: bool, number: u32) -> Subscription {
        Subscription {
            name: "s".into(),
            kind,
            global: !client_id,
            number,
        }
    }

    fn server(broker: Broker, shared_subscriptions: bool) -> Profile {
        let mut profile = Profile::default();
        (profile.broker, profile.shared_subscriptions) = (broker, shared_subscriptions);
        profile
    }

    #[test]
    fn links_are_named_as_java_servers_read_them() {
        let names = |kind, id| [1, 2, 3].map(|number| of(kind, id, number).link_name());
        assert_eq!(of(Kind::Durable, true, 1).link_name(), "s");
        assert_eq!(of(Kind::Durable, false, 1).link_name(), "s|global");
        assert_eq!(names(Kind::SharedDurable, true), ["s", "s|2", "s|3"]);
        assert_eq!(
            names(Kind::SharedDurable, false),
            ["s|global", "s|global2", "s|global3"]
        );
        assert_eq!(
            names(Kind::Shared, true),
            ["s|volatile1", "s|volatile2", "s|volatile3"]
        );
        assert_eq!(
            names(Kind::Shared, false),
            [
                "s|global-volatile1",
                "s|global-volatile2",
                "s|global-volatile3"
            ]
        );
    }

    #[test]
    fn names_are_checked() {
        let status = |name: &[u8]| check_name(Some(name)).map_err(|error| error.status);
        assert_eq!(
            status(b"News, all of it.").as_deref(),
            Ok("News, all of it.")
        );
        assert!(status(&[b'd'; 255]).is_ok());
        for bad in [&b""[..], &[b'd'; 256], b"\xff"] {
            assert_eq!(status(bad), Err(Status::TIBEMS_INVALID_ARG));
        }
        assert_eq!(
            check_name(None).map_err(|error| error.status),
            Err(Status::TIBEMS_INVALID_ARG)
        );
        assert_eq!(status(b"a|b"), Err(Status::TIBEMS_INVALID_NAME));
    }

    /// A new subscriber of kind `kind` beside one that is there: its number, or a refusal.
    fn beside(
        kind: Kind,
        there: &Subscription,
        topic: &str,
        selector: Option<&str>,
    ) -> Option<u32> {
        let of_there = Destination::topic("t");
        let selector =
            selector.and_then(|text| Selector::given(Some(text.as_bytes())).expect("a selector"));
        let other = Other {
            subscription: there,
            topic: &of_there,
            selector: None,
        };
        let made = Subscription::beside(
            (kind, "s".into()),
            true,
            (&Destination::topic(topic), selector.as_ref()),
            std::iter::once(other),
        );
        match made {
            Ok(made) => Some(made.number),
            Err(error) => {
                assert_eq!(error.status, Status::TIBEMS_INVALID_CONSUMER);
                None
            }
        }
    }

    #[test]
    fn subscribers_of_one_name_exclude_each_other() {
        let there = |kind| of(kind, true, 4);
        for kind in [Kind::Durable, Kind::SharedDurable] {
            assert_eq!(beside(kind, &there(Kind::Durable), "t", None), None);
        }
        assert_eq!(
            beside(Kind::Durable, &there(Kind::SharedDurable), "t", None),
            None
        );
        // what is not durable has names of its own
        assert_eq!(
            beside(Kind::Shared, &there(Kind::Durable), "x", None),
            Some(1)
        );
        assert_eq!(
            beside(Kind::Durable, &there(Kind::Shared), "x", None),
            Some(1)
        );
        for kind in [Kind::Shared, Kind::SharedDurable] {
            assert_eq!(beside(kind, &there(kind), "t", None), Some(5));
            assert_eq!(beside(kind, &there(kind), "x", None), None);
            assert_eq!(beside(kind, &there(kind), "t", Some("a = 1")), None);
        }
    }

    #[test]
    fn servers_without_the_feature_are_named() {
        let check = |kind, client_id, profile: &Profile| {
            let checked = of(kind, client_id, 1).check_server(profile);
            checked.map_err(|error| (error.status, error.text.into_owned()))
        };
        let artemis = server(Broker::Artemis, true);
        for kind in [Kind::Durable, Kind::SharedDurable, Kind::Shared] {
            for client_id in [true, false] {
                assert_eq!(check(kind, client_id, &artemis), Ok(()));
            }
        }
        let missing = |broker, kind| {
            let (status, text) = check(kind, true, &server(broker, false)).unwrap_err();
            assert_eq!(status, Status::TIBEMS_NOT_IMPLEMENTED);
            text
        };
        assert_eq!(
            missing(Broker::Classic, Kind::Shared),
            "Apache ActiveMQ Classic has no shared subscriptions"
        );
        assert_eq!(
            missing(Broker::RabbitMq, Kind::SharedDurable),
            "RabbitMQ has no shared subscriptions"
        );
        assert_eq!(
            missing(Broker::RabbitMq, Kind::Durable),
            "RabbitMQ has no durable subscriptions"
        );
        let classic = server(Broker::Classic, false);
        assert_eq!(check(Kind::Durable, true, &classic), Ok(()));
        let (status, text) = check(Kind::Durable, false, &classic).unwrap_err();
        assert_eq!(status, Status::TIBEMS_INVALID_CLIENT_ID);
        assert!(text.contains("Apache ActiveMQ Classic"), "{text}");
    }

    #[test]
    fn a_server_that_does_not_say_so_is_asked_on_the_link() {
        let asked = |kind, shared_subscriptions| {
            let profile = server(Broker::Generic, shared_subscriptions);
            let mut spec = AttachSpec {
                source: Some(Source::default()),
                ..AttachSpec::default()
            };
            let subscription = of(kind, true, 1);
            subscription.apply(&mut spec, &profile);
            let offered = [SHARED_SUBS.to_owned()];
            assert_eq!(subscription.check_answer(&profile, &offered), Ok(()));
            let silent = subscription.check_answer(&profile, &[]);
            assert_eq!(
                silent.is_ok(),
                shared_subscriptions || kind == Kind::Durable
            );
            spec.desired_capabilities
        };
        assert_eq!(asked(Kind::Shared, false), [SHARED_SUBS]);
        assert_eq!(asked(Kind::SharedDurable, false), [SHARED_SUBS]);
        assert_eq!(asked(Kind::Durable, false), [""; 0]);
        assert_eq!(asked(Kind::Shared, true), [""; 0]);
    }
}
