//! Attaches and detaches as the server of the histories reads and answers them: what a link stands for, temporary nodes,
//! durable subscriptions.

use super::peer::{Answers, Link, Peer, Stage};
use crate::amqp::performative::*;

/// Addresses of temporary nodes begin so; the number of the server follows.
pub const DYNAMIC: &str = "dyn";

/// What a link stands for beyond an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    Plain,
    /// It makes a temporary node
    Dynamic,
    /// Of a subscription with this name
    Subscriber {
        name: String,
        durable: bool,
        shared: bool,
    },
    /// It asks for the durable subscription of this name
    Lookup(String),
}

impl Meaning {
    fn of(attach: &Attach) -> Meaning {
        if attach.role == Role::Sender {
            let target = attach.target.as_ref().and_then(LinkTarget::target);
            return match target.is_some_and(|target| target.dynamic) {
                true => Meaning::Dynamic,
                false => Meaning::Plain,
            };
        }
        let name = attach.name.split('|').next().unwrap_or_default().to_owned();
        let Some(source) = &attach.source else {
            return Meaning::Lookup(name);
        };
        if attach.name.starts_with("ems:") {
            return Meaning::Plain;
        }
        Meaning::Subscriber {
            name,
            durable: source.expiry_policy.as_deref() == Some("never"),
            shared: source.capabilities.iter().any(|word| word == "shared"),
        }
    }

    /// The durable subscription that it uses.
    pub fn durable(&self) -> Option<&str> {
        match self {
            Meaning::Subscriber {
                name,
                durable: true,
                ..
            } => Some(name),
            _ => None,
        }
    }
}

impl Peer {
    pub(super) fn on_attach(&mut self, channel: u16, attach: Attach, at_once: bool) {
        let meaning = Meaning::of(&attach);
        let address = match (&attach.target, &attach.source) {
            (Some(LinkTarget::Target(target)), _) if attach.role == Role::Sender => {
                target.address.clone()
            }
            (_, source) => source.as_ref().and_then(|source| source.address.clone()),
        };
        self.check_address(address.as_deref());
        let commands = matches!(attach.target, Some(LinkTarget::Coordinator(_)));
        let source = attach.source.as_ref();
        let copies = source.is_some_and(|source| source.distribution_mode.is_some());
        let chosen = matches!(meaning, Meaning::Subscriber { .. } | Meaning::Lookup(_));
        for (at, link) in &self.links {
            // names that the program chooses are those of the whole client
            let twice = link.name == attach.name && (chosen || at.0 == channel);
            assert!(
                !twice || link.stage == Stage::Leaving || self.is_over(at.0),
                "link {} is attached twice",
                link.name
            );
        }
        let link = Link {
            name: attach.name,
            sends: attach.role == Role::Sender,
            stage: Stage::Asked,
            commands,
            copies,
            address,
            meaning,
            count: 0,
            limit: 0,
            drains: false,
            coming: None,
            held: false,
            waiting: Vec::new(),
        };
        assert!(self.links.insert((channel, attach.handle), link).is_none());
        if at_once {
            let refuses = self.abilities.answers == Answers::Refuses;
            self.answer_attach((channel, attach.handle), refuses);
        }
    }

    fn is_over(&self, channel: u16) -> bool {
        self.sessions.get(&channel).is_none_or(|of| of.ended)
    }

    /// Nothing of another server, and nothing that the client itself has deleted, is used.
    pub fn check_address(&self, address: Option<&str>) {
        let Some(address) = address.filter(|address| address.starts_with(DYNAMIC)) else {
            return;
        };
        let own = format!("{DYNAMIC}{}.", self.number);
        assert!(
            address.starts_with(&own),
            "{address} is a name of another server than {own}"
        );
        assert!(!self.deleted.contains(address), "{address} was deleted");
    }

    /// What the server does not have, or has otherwise.
    fn lacks(&self, link: &Link) -> Option<&'static str> {
        let gone = |address: &String| address.starts_with(DYNAMIC) && !self.nodes.contains(address);
        match &link.meaning {
            Meaning::Plain if link.address.as_ref().is_some_and(gone) => Some("amqp:not-found"),
            Meaning::Subscriber {
                name,
                durable: true,
                shared,
            } => {
                let names = self.names.borrow();
                let other = names.kept.get(name).is_some_and(|is| is != shared);
                let busy = !shared && names.elsewhere.contains(name);
                match (other, busy) {
                    (true, _) => Some("amqp:illegal-state"),
                    (_, true) => Some("amqp:resource-locked"),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub fn answer_attach(&mut self, at: (u16, u32), refuses: bool) {
        let (channel, handle) = at;
        if !self
            .sessions
            .get(&channel)
            .is_some_and(|session| session.begun)
        {
            return;
        }
        let credit = self.abilities.credit;
        let asked = |link: &&Link| link.stage == Stage::Asked;
        let Some(link) = self.links.get(&at).filter(asked) else {
            return;
        };
        let lacks = self.lacks(link);
        let (refuses, why) = match &link.meaning {
            Meaning::Lookup(_) => (refuses, "amqp:unauthorized-access"),
            _ => (
                refuses || lacks.is_some(),
                lacks.unwrap_or("amqp:not-found"),
            ),
        };
        let (sends, name, meaning) = (link.sends, link.name.clone(), link.meaning.clone());
        let mut there = true;
        let target = match link.commands {
            true => LinkTarget::Coordinator(Coordinator::default()),
            false => Target {
                address: (meaning == Meaning::Dynamic).then(|| self.node()),
                ..Target::default()
            }
            .into(),
        };
        match &meaning {
            Meaning::Dynamic if !refuses => {
                let address = target.target().and_then(|target| target.address.clone());
                self.nodes.extend(address.clone());
                self.links.get_mut(&at).expect("asked").address = address;
            }
            Meaning::Subscriber {
                name,
                durable: true,
                shared,
            } if !refuses => {
                let mut names = self.names.borrow_mut();
                names.kept.insert(name.clone(), *shared);
            }
            Meaning::Lookup(name) => there = self.names.borrow().kept.contains_key(name),
            _ => {}
        }
        let link = self.links.get_mut(&at).expect("asked");
        link.stage = Stage::There;
        let source = Source {
            address: Some("s".into()),
            distribution_mode: link.copies.then(|| "copy".into()),
            ..Source::default()
        };
        let answer = Attach {
            name,
            handle,
            role: if sends { Role::Receiver } else { Role::Sender },
            source: (sends || !refuses && there).then_some(source),
            target: (!sends || !refuses).then_some(target),
            initial_delivery_count: (!sends).then_some(0),
            ..Attach::default()
        };
        self.say(channel, answer);
        if refuses {
            self.detach_at(at, why);
        } else if !there && self.number.is_multiple_of(2) {
            self.detach_at(at, "amqp:not-found"); // others wait for the client
        } else if sends && credit > 0 && meaning == Meaning::Plain {
            self.grant_at(at, credit);
        }
    }

    /// A new name.
    fn node(&mut self) -> String {
        self.named += 1;
        format!("{DYNAMIC}{}.{}", self.number, self.named)
    }

    /// The client has ended a link.
    pub(super) fn on_detach(&mut self, channel: u16, detach: &Detach) {
        let (handle, closed) = (detach.handle, detach.closed);
        let link = self.links.remove(&(channel, handle));
        self.store.leave(|at| at == (channel, handle));
        let Some(link) = link.filter(|link| link.stage != Stage::Leaving) else {
            return;
        };
        let ends = link.meaning.durable().is_some() && closed;
        assert!(!ends, "the end of {} deletes its subscription", link.name);
        let mut error = None;
        match &link.meaning {
            Meaning::Dynamic => self.delete(&link),
            Meaning::Lookup(name) if closed => error = self.unsubscribe(name),
            _ => {}
        }
        self.say(
            channel,
            Detach {
                handle,
                closed,
                error,
            },
        );
    }

    fn delete(&mut self, link: &Link) {
        if let Some(address) = link.address.as_ref().filter(|of| self.nodes.remove(*of)) {
            self.deleted.insert(address.clone());
        }
    }

    /// The client has ended a session, with what belonged to it.
    pub(super) fn part(&mut self, channel: u16) {
        for at in self.dynamic(channel) {
            let address = self.links[&at].address.clone().unwrap_or_default();
            self.nodes.remove(&address);
        }
    }

    /// The links that make temporary nodes.
    pub fn dynamic_links(&self) -> Vec<(u16, u32)> {
        let channels = self.sessions.keys();
        channels
            .flat_map(|channel| self.dynamic(*channel))
            .collect()
    }

    /// Those of one session.
    fn dynamic(&self, channel: u16) -> Vec<(u16, u32)> {
        let links = self.links.range((channel, 0)..=(channel, u32::MAX));
        let of = links.filter(|(_, link)| link.meaning == Meaning::Dynamic);
        of.map(|(at, _)| *at).collect()
    }

    /// A durable subscription is to be deleted: the error with which it is kept, or is not there.
    fn unsubscribe(&mut self, name: &str) -> Option<AmqpError> {
        let mut names = self.names.borrow_mut();
        let mut links = self.links.iter();
        let uses = |(at, link): (&(u16, u32), &Link)| {
            link.meaning.durable() == Some(name)
                && link.stage != Stage::Leaving
                && !self.is_over(at.0)
        };
        if links.any(uses) || names.elsewhere.contains(name) {
            return Some(AmqpError::new("amqp:resource-locked", "in use"));
        }
        match names.kept.remove(name) {
            Some(_) => {
                *names.deletions.entry(name.to_owned()).or_default() += 1;
                None
            }
            None => Some(AmqpError::new("amqp:not-found", "no such subscription")),
        }
    }
}
