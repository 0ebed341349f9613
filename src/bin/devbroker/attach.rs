//! Attaching: which node a link gets, what is granted of what it asks for, and refusals
//! (spec 40 §1.11, §2.5 to §2.10).
//!
//! A filter is answered only when it is honoured: selectors, and no-local on topics. A selector that is none is refused.

use crate::broker::{Node, Sort};
use crate::incoming::MAX_MESSAGE;
use crate::link::{Consumer, Context, Link, LinkKind, Producer};
use crate::session::{HANDLE_MAX, Session};
use crate::topic::{Name, Subscription};
use crate::wire::Fault;
use std::rc::Rc;
use tibemsufo::amqp::codec::{SymbolMap, Value};
use tibemsufo::amqp::performative::{
    AmqpError, Attach, Coordinator, Detach, LinkTarget, Role, Source, Target,
};
use tibemsufo::message::selector::Selector;

/// Most links of a connection.
const MAX_LINKS: usize = 50_000;

/// A filter, by the key and the descriptors that clients use.
struct Filter {
    key: &'static str,
    code: u64,
    name: &'static str,
}

const NO_LOCAL: Filter = Filter {
    key: "no-local",
    code: 0x0000_468C_0000_0003,
    name: "apache.org:no-local-filter:list",
};
const SELECTOR: Filter = Filter {
    key: "jms-selector",
    code: 0x0000_468C_0000_0004,
    name: "apache.org:selector-filter:string",
};

/// What a link becomes, and the termini that it is answered with.
struct Granted {
    kind: LinkKind,
    source: Option<Source>,
    target: Option<LinkTarget>,
}

impl Session {
    pub(crate) fn on_attach(&mut self, attach: Attach, ctx: &mut Context<'_>) -> Result<(), Fault> {
        let handle = attach.handle;
        if handle > HANDLE_MAX {
            let text = format!("handle {handle} is above handle-max");
            return Err(Fault::connection("amqp:connection:framing-error", text));
        }
        if self.link(handle).is_some() {
            let text = format!("handle {handle} is in use");
            return Err(Fault::session("amqp:session:handle-in-use", text));
        }
        if *ctx.link_count >= MAX_LINKS {
            let text = "too many links";
            return Err(Fault::connection("amqp:resource-limit-exceeded", text));
        }
        let granted = match attach.role {
            Role::Sender => producer(&attach, ctx),
            Role::Receiver => consumer(&attach, ctx),
        };
        let offered = ["DELAYED_DELIVERY", "SHARED-SUBS"]
            .map(str::to_owned)
            .into_iter()
            .filter(|name| attach.desired_capabilities.contains(name))
            .collect();
        let mut answer = Attach {
            name: attach.name.clone(),
            handle,
            role: attach.role.opposite(),
            snd_settle_mode: attach.snd_settle_mode,
            rcv_settle_mode: Some(0),
            offered_capabilities: offered,
            ..Attach::default()
        };
        match attach.role {
            Role::Sender => answer.max_message_size = Some(MAX_MESSAGE as u64),
            Role::Receiver => {
                answer.snd_settle_mode = Some(u8::from(attach.snd_settle_mode == Some(1)));
                answer.initial_delivery_count = Some(0);
            }
        }
        self.flush(ctx.out);
        let mut link = Link {
            name: attach.name,
            handle,
            credit: 0,
            delivery_count: attach.initial_delivery_count.unwrap_or(0),
            kind: LinkKind::Detached,
        };
        if attach.role == Role::Receiver {
            link.delivery_count = 0;
        }
        match granted {
            Ok(granted) => {
                answer.source = granted.source;
                answer.target = granted.target;
                ctx.out.frame(self.channel, answer);
                link.kind = granted.kind;
                self.enter(link, ctx);
                self.grant(handle, ctx);
            }
            Err(error) => {
                // the null terminus says that it is refused, the detach says why
                match attach.role {
                    Role::Sender => answer.source = attach.source,
                    Role::Receiver => answer.target = attach.target,
                }
                ctx.out.frame(self.channel, answer);
                let detach = Detach {
                    handle,
                    closed: true,
                    error: Some(error),
                };
                ctx.out.frame(self.channel, detach);
                self.place(link, ctx);
            }
        }
        Ok(())
    }

    fn place(&mut self, link: Link, ctx: &mut Context<'_>) {
        *ctx.link_count += 1;
        let at = link.handle as usize;
        if self.links.len() <= at {
            self.links.resize_with(at + 1, || None);
        }
        self.links[at] = Some(Box::new(link));
    }

    /// Makes a granted link known; an older one of the same name is stolen, but not by a lookup.
    fn enter(&mut self, link: Link, ctx: &mut Context<'_>) {
        if matches!(link.kind, LinkKind::Lookup(_)) {
            return self.place(link, ctx);
        }
        let here = (self.channel, link.handle);
        let name = (link.name.clone(), link.receives());
        if let Some((channel, handle)) = ctx.names.insert(name, here) {
            let mut old = self.link_ref(handle, ctx.connection);
            old.channel = channel;
            let error = AmqpError::new("amqp:link:stolen", "attached again under the same name");
            ctx.broker.detaches.push((old, error));
        }
        if let LinkKind::Consumer(consumer) = &link.kind {
            let (browse, selector) = (consumer.browse, consumer.selector.clone());
            let link_ref = self.link_ref(link.handle, ctx.connection);
            if let Some(queue) = ctx.broker.queues.get_mut(consumer.queue) {
                queue.add_consumer(link_ref, consumer.number, browse, selector);
            }
        }
        self.place(link, ctx);
    }
}

/// The client sends.
fn producer(attach: &Attach, ctx: &mut Context<'_>) -> Result<Granted, AmqpError> {
    let source = Some(attach.source.clone().unwrap_or_default());
    let target = match &attach.target {
        None => {
            let text = "an attach without a target";
            return Err(AmqpError::new("amqp:invalid-field", text));
        }
        Some(LinkTarget::Coordinator(_)) => {
            let coordinator = Coordinator {
                capabilities: vec!["amqp:local-transactions".into()],
            };
            return Ok(Granted {
                kind: LinkKind::Coordinator(None),
                source,
                target: Some(coordinator.into()),
            });
        }
        Some(LinkTarget::Target(target)) => target,
    };
    let mut answer = Target {
        address: target.address.clone(),
        durable: target.durable,
        expiry_policy: target.expiry_policy.clone(),
        timeout: target.timeout,
        capabilities: honoured(&target.capabilities),
        ..Target::default()
    };
    let sort = Sort::of(&target.capabilities);
    let mut dynamic = None;
    let node = if target.dynamic {
        let (name, node) = ctx.broker.add_temporary(sort.unwrap_or(Sort::Queue))?;
        answer.dynamic = true;
        answer.dynamic_node_properties = target.dynamic_node_properties.clone();
        answer.address = Some(name.to_string());
        dynamic = Some(name);
        Some(node)
    } else {
        match &target.address {
            Some(address) => Some(ctx.broker.resolve_target(address, sort)?),
            None if ctx.broker.rules.relay => None,
            None => {
                let text = "there is no anonymous relay";
                return Err(AmqpError::new("amqp:not-implemented", text));
            }
        }
    };
    let producer = Producer {
        node,
        dynamic,
        partial: None,
    };
    Ok(Granted {
        kind: LinkKind::Producer(producer),
        source,
        target: Some(answer.into()),
    })
}

/// The client receives.
fn consumer(attach: &Attach, ctx: &mut Context<'_>) -> Result<Granted, AmqpError> {
    let target = Some(attach.target.clone().unwrap_or(Target::default().into()));
    let Some(source) = &attach.source else {
        return lookup(attach, ctx);
    };
    let mut answer = Source {
        filter: SymbolMap::new(),
        capabilities: honoured(&source.capabilities),
        ..source.clone()
    };
    let mut chosen = None;
    if let Some(asked) = SELECTOR.find(&source.filter) {
        chosen = selector(&asked.1)?;
        answer.filter.push(asked.clone());
    }
    let sort = Sort::of(&source.capabilities);
    let mut dynamic = None;
    let node = if source.dynamic {
        let (name, node) = ctx.broker.add_temporary(sort.unwrap_or(Sort::Queue))?;
        answer.address = Some(name.to_string());
        dynamic = Some(name);
        node
    } else {
        let address = source
            .address
            .as_deref()
            .ok_or_else(|| AmqpError::new("amqp:invalid-field", "a source without an address"))?;
        ctx.broker.resolve(address, sort)?
    };
    let browse = source.distribution_mode.as_deref() == Some("copy");
    let (queue, browse) = match node {
        Node::Queue(queue) => (queue, browse),
        Node::Topic(topic) => {
            let no_local = NO_LOCAL.find(&source.filter);
            answer.filter.extend(no_local.cloned());
            let wanted = Subscription {
                topic,
                no_local: no_local.map(|_| ctx.container.clone()),
                selector: chosen.take(),
                shared: has(&source.capabilities, "shared"),
                name: subscription_name(&attach.name, source, ctx.container),
            };
            (ctx.broker.subscribe(wanted)?, false)
        }
    };
    let consumer = Consumer {
        queue,
        number: ctx.broker.number(),
        presettled: attach.snd_settle_mode == Some(1),
        browse,
        selector: chosen,
        drain: false,
        default_outcome: source.default_outcome.clone(),
        dynamic,
    };
    Ok(Granted {
        kind: LinkKind::Consumer(consumer),
        source: Some(answer),
        target,
    })
}

/// No source: the client asks for the subscription of the link's name.
fn lookup(attach: &Attach, ctx: &mut Context<'_>) -> Result<Granted, AmqpError> {
    let global = attach.name.contains("|global") || has(&attach.desired_capabilities, "global");
    let name = Name {
        container: (!global).then(|| ctx.container.clone()),
        name: base_name(&attach.name),
        durable: true,
    };
    let Some((_, subscription)) = ctx.broker.find_subscription(&name) else {
        let text = format!("there is no subscription {}", name.name);
        return Err(AmqpError::new("amqp:not-found", text));
    };
    let mut capabilities = vec!["topic".to_owned()];
    if subscription.shared {
        capabilities.push("shared".into());
    }
    if global {
        capabilities.push("global".into());
    }
    let source = Source {
        address: Some(subscription.topic.to_string()),
        durable: Some(2),
        expiry_policy: Some("never".into()),
        distribution_mode: Some("copy".into()),
        capabilities,
        ..Source::default()
    };
    Ok(Granted {
        kind: LinkKind::Lookup(name),
        source: Some(source),
        target: Some(attach.target.clone().unwrap_or(Target::default().into())),
    })
}

/// The name that a subscription is kept under; `None` for one that ends with its link.
fn subscription_name(link: &str, source: &Source, container: &Rc<str>) -> Option<Name> {
    let durable =
        source.durable.unwrap_or(0) > 0 || source.expiry_policy.as_deref() == Some("never");
    let shared = has(&source.capabilities, "shared");
    let global = shared && has(&source.capabilities, "global");
    (durable || shared).then(|| Name {
        container: (!global).then(|| container.clone()),
        name: base_name(link),
        durable,
    })
}

/// Link names of one subscription differ behind a bar (spec 40 §2.3).
fn base_name(link: &str) -> String {
    link.split('|').next().unwrap_or(link).to_owned()
}

fn has(capabilities: &[String], name: &str) -> bool {
    capabilities.iter().any(|one| one == name)
}

/// The capabilities of a terminus that this broker knows.
fn honoured(capabilities: &[String]) -> Vec<String> {
    const KNOWN: [&str; 6] = [
        "queue",
        "topic",
        "temporary-queue",
        "temporary-topic",
        "shared",
        "global",
    ];
    capabilities
        .iter()
        .filter(|name| KNOWN.contains(&name.as_str()))
        .cloned()
        .collect()
}

impl Filter {
    /// The filter of this kind among those that are asked for.
    fn find<'a>(&self, asked: &'a [(String, Value)]) -> Option<&'a (String, Value)> {
        asked.iter().find(|(key, value)| match value {
            Value::Described(descriptor, _) => match descriptor.as_ref() {
                Value::Ulong(code) => *code == self.code,
                Value::Symbol(name) => name == self.name,
                _ => false,
            },
            _ => key == self.key,
        })
    }
}

/// The selector in a filter; blanks are none.
fn selector(value: &Value) -> Result<Option<Rc<Selector>>, AmqpError> {
    let text = match value {
        Value::Described(_, value) => value,
        value => value,
    };
    let Value::String(text) = text else {
        let text = "the selector filter is no string";
        return Err(AmqpError::new("amqp:invalid-field", text));
    };
    match Selector::given(Some(text.as_bytes())) {
        Ok(selector) => Ok(selector.map(Rc::new)),
        Err(error) => Err(AmqpError::new("amqp:invalid-field", error.to_string())),
    }
}
