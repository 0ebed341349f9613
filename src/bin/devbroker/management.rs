//! Questions about the broker itself, as Apache Artemis takes them: a message to the queue `activemq.management` whose
//! property `_AMQ_Attribute` says what is asked, and whose answer, a text in JSON, goes to its reply-to.
//!
//! Only the question for the names of all nodes is answered, which tells tests what a client has left.

use crate::broker::{Broker, Node, Sort};
use crate::message::{Facts, Message};
use bytes::Bytes;
use std::rc::Rc;
use tibemsufo::amqp::codec::Encoder;
use tibemsufo::amqp::performative::{AmqpError, code};
use tibemsufo::message::selector::Selector;
use tibemsufo::message::{self, Destination, PlainAddresses, Received};

/// The queue that takes questions; it is never one of the answers.
pub const QUEUE: &str = "activemq.management";
/// What a question looks like that is answered.
const QUESTION: &[u8] = b"_AMQ_ResourceName = 'broker' AND _AMQ_Attribute = 'AddressNames'";

/// Answers a message to the queue of questions.
pub fn answer(broker: &mut Broker, question: Bytes, now: i64) -> Result<(), AmqpError> {
    let received = Received {
        consumer_destination: &Destination::queue(QUEUE),
        now_ms: now,
        addresses: &PlainAddresses,
    };
    let unknown = |text: &str| AmqpError::new("amqp:not-implemented", text);
    let question = message::Message::decode(question, &received)
        .map_err(|error| AmqpError::new("amqp:decode-error", error.to_string()))?;
    let known = Selector::given(Some(QUESTION)).ok().flatten();
    if !known.is_some_and(|known| known.selects(&question)) {
        return Err(unknown("only the AddressNames of the broker are told"));
    }
    let to = question.reply_to().map(|to| to.name_str().into_owned());
    let to = to.ok_or_else(|| unknown("the question does not say where its answer goes"))?;
    let node = broker.resolve_target(&to, Some(Sort::Queue))?;
    let names: Vec<String> = (broker.nodes().iter())
        .filter(|name| ***name != *QUEUE)
        .map(|name| format!("{name:?}"))
        .collect();
    publish(broker, &node, &format!("[[{}]]", names.join(",")), now)
}

fn publish(broker: &mut Broker, node: &Node, text: &str, now: i64) -> Result<(), AmqpError> {
    let mut payload = Vec::new();
    let mut encoder = Encoder::new(&mut payload);
    encoder.descriptor(code::AMQP_VALUE);
    encoder.string(text);
    broker.admit(node, now)?;
    let message = Message::new(
        payload.into(),
        0,
        Facts::default(),
        QUEUE.into(),
        &broker.meter,
    );
    broker.publish(node, Rc::new(message), 0, now);
    Ok(())
}
