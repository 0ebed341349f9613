//! Decoded performatives as the text of the recordings: `name field=value ...`, null fields left out.
//!
//! The names are those of the AMQP standard; that a field of a Rust struct holds what the standard puts there is what
//! the comparison proves.

use tibemsufo::amqp::codec::{SymbolMap, Value};
use tibemsufo::amqp::performative::{
    AmqpError, Coordinator, DeliveryState, LinkTarget, Performative, Role, Source, Target,
};

use crate::text::{hex, owned, quoted};

/// Fields of the standard that the library neither reads nor writes: locales, and what resuming links needs.
pub const NOT_READ: [&str; 4] = [
    "outgoing-locales",
    "incoming-locales",
    "unsettled",
    "incomplete-unsettled",
];

/// Collects `field=value`.
struct Fields(String);

impl Fields {
    fn of(name: &str) -> Fields {
        Fields(name.to_owned())
    }

    fn put(mut self, name: &str, text: Option<String>) -> Fields {
        if let Some(text) = text {
            self.0 += &format!(" {name}={text}");
        }
        self
    }

    fn ubyte(self, name: &str, value: Option<u8>) -> Fields {
        self.put(name, value.map(|value| format!("ubyte:{value}")))
    }

    fn ushort(self, name: &str, value: Option<u16>) -> Fields {
        self.put(name, value.map(|value| format!("ushort:{value}")))
    }

    fn uint(self, name: &str, value: Option<u32>) -> Fields {
        self.put(name, value.map(|value| format!("uint:{value}")))
    }

    fn ulong(self, name: &str, value: Option<u64>) -> Fields {
        self.put(name, value.map(|value| format!("ulong:{value}")))
    }

    fn binary(self, name: &str, value: Option<&[u8]>) -> Fields {
        self.put(name, value.map(|value| format!("binary:{}", hex(value))))
    }

    fn string(self, name: &str, value: Option<&str>) -> Fields {
        self.put(name, value.map(|value| quoted(value.as_bytes(), '"')))
    }

    fn symbol(self, name: &str, value: Option<&str>) -> Fields {
        self.put(name, value.map(symbol))
    }

    /// A boolean that is always shown.
    fn bool(self, name: &str, value: Option<bool>) -> Fields {
        self.put(name, value.map(|value| value.to_string()))
    }

    /// A boolean whose default is false.
    fn flag(self, name: &str, value: bool) -> Fields {
        self.bool(name, value.then_some(true))
    }

    fn symbols(self, name: &str, values: &[String]) -> Fields {
        let all: Vec<_> = values.iter().map(|value| symbol(value)).collect();
        let text = format!("[{}]", all.join(" "));
        self.put(name, (!values.is_empty()).then_some(text))
    }

    fn map(self, name: &str, map: &SymbolMap) -> Fields {
        let pair = |(key, value): &(String, Value)| format!("{}={}", symbol(key), owned(value));
        let all: Vec<_> = map.iter().map(pair).collect();
        self.put(
            name,
            (!map.is_empty()).then(|| format!("{{{}}}", all.join(" "))),
        )
    }

    fn inner(self, name: &str, fields: Option<Fields>) -> Fields {
        self.put(name, fields.map(|fields| format!("({})", fields.0)))
    }
}

fn symbol(text: &str) -> String {
    quoted(text.as_bytes(), '\'')
}

pub fn named(performative: &Performative) -> String {
    let fields = Fields::of(performative.name());
    let fields = match performative {
        Performative::Open(open) => fields
            .string("container-id", Some(&open.container_id))
            .string("hostname", open.hostname.as_deref())
            .uint("max-frame-size", open.max_frame_size)
            .ushort("channel-max", open.channel_max)
            .uint("idle-time-out", open.idle_time_out)
            .symbols("offered-capabilities", &open.offered_capabilities)
            .symbols("desired-capabilities", &open.desired_capabilities)
            .map("properties", &open.properties),
        Performative::Begin(begin) => fields
            .ushort("remote-channel", begin.remote_channel)
            .uint("next-outgoing-id", Some(begin.next_outgoing_id))
            .uint("incoming-window", Some(begin.incoming_window))
            .uint("outgoing-window", Some(begin.outgoing_window))
            .uint("handle-max", begin.handle_max)
            .symbols("offered-capabilities", &begin.offered_capabilities)
            .symbols("desired-capabilities", &begin.desired_capabilities)
            .map("properties", &begin.properties),
        Performative::Attach(attach) => fields
            .string("name", Some(&attach.name))
            .uint("handle", Some(attach.handle))
            .bool("role", Some(attach.role == Role::Receiver))
            .ubyte("snd-settle-mode", attach.snd_settle_mode)
            .ubyte("rcv-settle-mode", attach.rcv_settle_mode)
            .inner("source", attach.source.as_ref().map(source))
            .inner("target", attach.target.as_ref().map(target))
            .uint("initial-delivery-count", attach.initial_delivery_count)
            .ulong("max-message-size", attach.max_message_size)
            .symbols("offered-capabilities", &attach.offered_capabilities)
            .symbols("desired-capabilities", &attach.desired_capabilities)
            .map("properties", &attach.properties),
        Performative::Flow(flow) => fields
            .uint("next-incoming-id", flow.next_incoming_id)
            .uint("incoming-window", Some(flow.incoming_window))
            .uint("next-outgoing-id", Some(flow.next_outgoing_id))
            .uint("outgoing-window", Some(flow.outgoing_window))
            .uint("handle", flow.handle)
            .uint("delivery-count", flow.delivery_count)
            .uint("link-credit", flow.link_credit)
            .uint("available", flow.available)
            .flag("drain", flow.drain)
            .flag("echo", flow.echo)
            .map("properties", &flow.properties),
        Performative::Transfer(transfer) => fields
            .uint("handle", Some(transfer.handle))
            .uint("delivery-id", transfer.delivery_id)
            .binary("delivery-tag", transfer.delivery_tag.as_deref())
            .uint("message-format", transfer.message_format)
            .bool("settled", transfer.settled)
            .flag("more", transfer.more)
            .ubyte("rcv-settle-mode", transfer.rcv_settle_mode)
            .inner("state", transfer.state.as_ref().map(state))
            .flag("resume", transfer.resume)
            .flag("aborted", transfer.aborted)
            .flag("batchable", transfer.batchable),
        Performative::Disposition(disposition) => fields
            .bool("role", Some(disposition.role == Role::Receiver))
            .uint("first", Some(disposition.first))
            .uint("last", disposition.last)
            .flag("settled", disposition.settled)
            .inner("state", disposition.state.as_ref().map(state))
            .flag("batchable", disposition.batchable),
        Performative::Detach(detach) => fields
            .uint("handle", Some(detach.handle))
            .flag("closed", detach.closed)
            .inner("error", detach.error.as_ref().map(error)),
        Performative::End(end) => fields.inner("error", end.error.as_ref().map(error)),
        Performative::Close(close) => fields.inner("error", close.error.as_ref().map(error)),
        Performative::SaslMechanisms(sasl) => {
            fields.symbols("sasl-server-mechanisms", &sasl.sasl_server_mechanisms)
        }
        Performative::SaslInit(init) => fields
            .symbol("mechanism", Some(&init.mechanism))
            .binary("initial-response", init.initial_response.as_deref())
            .string("hostname", init.hostname.as_deref()),
        Performative::SaslChallenge(sasl) => fields.binary("challenge", Some(&sasl.challenge)),
        Performative::SaslResponse(sasl) => fields.binary("response", Some(&sasl.response)),
        Performative::SaslOutcome(outcome) => fields
            .ubyte("code", Some(outcome.code))
            .binary("additional-data", outcome.additional_data.as_deref()),
    };
    fields.0
}

fn source(source: &Source) -> Fields {
    Fields::of("source")
        .string("address", source.address.as_deref())
        .uint("durable", source.durable)
        .symbol("expiry-policy", source.expiry_policy.as_deref())
        .uint("timeout", source.timeout)
        .flag("dynamic", source.dynamic)
        .map("dynamic-node-properties", &source.dynamic_node_properties)
        .symbol("distribution-mode", source.distribution_mode.as_deref())
        .map("filter", &source.filter)
        .inner(
            "default-outcome",
            source.default_outcome.as_ref().map(state),
        )
        .symbols("outcomes", &source.outcomes)
        .symbols("capabilities", &source.capabilities)
}

fn target(either: &LinkTarget) -> Fields {
    match either {
        LinkTarget::Target(target) => plain_target(target),
        LinkTarget::Coordinator(Coordinator { capabilities }) => {
            Fields::of("coordinator").symbols("capabilities", capabilities)
        }
    }
}

fn plain_target(target: &Target) -> Fields {
    Fields::of("target")
        .string("address", target.address.as_deref())
        .uint("durable", target.durable)
        .symbol("expiry-policy", target.expiry_policy.as_deref())
        .uint("timeout", target.timeout)
        .flag("dynamic", target.dynamic)
        .map("dynamic-node-properties", &target.dynamic_node_properties)
        .symbols("capabilities", &target.capabilities)
}

fn state(state: &DeliveryState) -> Fields {
    match state {
        DeliveryState::Received {
            section_number,
            section_offset,
        } => Fields::of("received")
            .uint("section-number", Some(*section_number))
            .ulong("section-offset", Some(*section_offset)),
        DeliveryState::Accepted => Fields::of("accepted"),
        DeliveryState::Rejected(cause) => {
            Fields::of("rejected").inner("error", cause.as_deref().map(error))
        }
        DeliveryState::Released => Fields::of("released"),
        DeliveryState::Modified {
            delivery_failed,
            undeliverable_here,
            message_annotations,
        } => Fields::of("modified")
            .flag("delivery-failed", *delivery_failed)
            .flag("undeliverable-here", *undeliverable_here)
            .map("message-annotations", message_annotations),
        DeliveryState::Declared(txn_id) => {
            Fields::of("declared").binary("txn-id", txn_id.as_deref())
        }
        DeliveryState::Transactional { txn_id, outcome } => Fields::of("transactional-state")
            .binary("txn-id", Some(txn_id))
            .inner("outcome", outcome.as_deref().map(self::state)),
        DeliveryState::Unknown(code) => Fields::of(&format!("unknown {code}")),
    }
}

fn error(error: &AmqpError) -> Fields {
    Fields::of("error")
        .symbol("condition", Some(&error.condition))
        .string("description", error.description.as_deref())
        .map("info", &error.info)
}
