//! A message of the library as selectors see it.

use super::{Header, Identifiers, Operand};
use crate::message::headers::{DeliveryMode, TextHeader};
use crate::message::model::Message;
use crate::message::text::Text;
use crate::message::value::Value;

impl Identifiers for Message {
    fn header(&self, header: Header) -> Operand<'_> {
        match header {
            // reliable is of the library; servers keep such a message as a non-persistent one
            Header::DeliveryMode => Operand::Text(match self.delivery_mode() {
                DeliveryMode::Persistent => "PERSISTENT",
                DeliveryMode::NonPersistent | DeliveryMode::Reliable => "NON_PERSISTENT",
            }),
            Header::Priority => Operand::Exact(self.priority().into()),
            Header::Timestamp => Operand::Exact(self.timestamp()),
            Header::MessageId => self.text_operand(TextHeader::MessageId),
            Header::CorrelationId => self.text_operand(TextHeader::CorrelationId),
            Header::Type => self.text_operand(TextHeader::Type),
        }
    }

    fn property(&self, name: &str) -> Operand<'_> {
        match self.properties().get(name.as_bytes()) {
            Some(item) => operand(item.value()),
            None => Operand::Null,
        }
    }
}

impl Message {
    fn text_operand(&self, header: TextHeader) -> Operand<'_> {
        self.text_header(header).map_or(Operand::Null, text)
    }
}

fn text(text: &Text) -> Operand<'_> {
    text.as_str().map_or(Operand::Other, Operand::Text)
}

fn operand(value: &Value) -> Operand<'_> {
    match value {
        Value::Null => Operand::Null,
        Value::Bool(value) => Operand::Bool(*value),
        Value::Byte(value) => Operand::Exact((*value).into()),
        Value::Short(value) => Operand::Exact((*value).into()),
        Value::Int(value) => Operand::Exact((*value).into()),
        Value::Long(value) => Operand::Exact(*value),
        Value::Float(value) => Operand::Approximate((*value).into()),
        Value::Double(value) => Operand::Approximate(*value),
        Value::Text(value) => text(value),
        Value::Char(_)
        | Value::Bytes(_)
        | Value::Map(_)
        | Value::Stream(_)
        | Value::Shorts(_)
        | Value::Ints(_)
        | Value::Longs(_)
        | Value::Floats(_)
        | Value::Doubles(_) => Operand::Other,
    }
}
