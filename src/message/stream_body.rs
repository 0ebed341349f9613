//! The body of a stream message (spec 30 §5.5): items appended in write mode, read in order with conversion. Nothing here
//! blocks.

use std::cell::OnceCell;

use bytes::Bytes;

use super::bytes_body::address_of;
use super::model::{Access, Body, BodyKind, Message, force, wrong_type};
use super::value::{Item, Value};
use super::values::{self, Encoded};
use crate::status::{Result, Status};

/// The items with the read position. Received lists are decoded at first access.
#[derive(Debug, Default)]
pub(super) struct StreamBody {
    items: OnceCell<Vec<Item>>,
    wire: Vec<Encoded>,
    position: usize,
    /// ReadBytes has given out the array at `position`; the item is not finished yet.
    half_read: bool,
}

/// A copy starts at position 0.
impl Clone for StreamBody {
    fn clone(&self) -> StreamBody {
        StreamBody {
            items: self.items.clone(),
            wire: self.wire.clone(),
            position: 0,
            half_read: false,
        }
    }
}

impl StreamBody {
    /// Lists that are still encoded, one a section; the bytes have been checked.
    pub(super) fn from_wire(lists: Vec<Encoded>) -> StreamBody {
        StreamBody {
            wire: lists,
            ..StreamBody::default()
        }
    }

    pub(super) fn from_items(items: Vec<Item>) -> StreamBody {
        StreamBody {
            items: OnceCell::from(items),
            ..StreamBody::default()
        }
    }

    /// The items, if they have been asked for.
    pub(super) fn decoded(&self) -> Option<&Vec<Item>> {
        self.items.get()
    }

    pub(super) fn items(&self, access: Access) -> &Vec<Item> {
        self.items
            .get_or_init(|| values::decode_lists(&self.wire, access))
    }

    pub(super) fn rewind(&mut self) {
        self.position = 0;
        self.half_read = false;
    }

    fn finish_half_read(&mut self) {
        if std::mem::take(&mut self.half_read) {
            self.position += 1;
        }
    }
}

impl Message {
    /// The items of a stream message.
    pub fn stream_items(&self) -> Result<&[Item]> {
        match &self.body {
            Body::Stream(body) => Ok(body.items(self.access())),
            _ => Err(wrong_type()),
        }
    }

    /// What [`Message::stream_write`] checks before the value.
    pub fn check_stream_write(&self) -> Result<()> {
        self.expect(BodyKind::Stream)?;
        self.check_writeable()
    }

    /// Appends an item.
    pub fn stream_write(&mut self, value: Value) -> Result<()> {
        self.check_stream_write()?;
        value.check_length()?;
        let access = self.access();
        let Body::Stream(body) = &mut self.body else {
            return Err(wrong_type());
        };
        let wire = &body.wire;
        force(&mut body.items, || values::decode_lists(wire, access)).push(value.into());
        Ok(())
    }

    fn stream_to_read(&mut self) -> Result<(&mut StreamBody, Access)> {
        self.expect(BodyKind::Stream)?;
        self.check_readable()?;
        let access = self.access();
        match &mut self.body {
            Body::Stream(body) => Ok((body, access)),
            _ => Err(wrong_type()),
        }
    }

    /// Reads the next item as what `convert` makes of it; a failed conversion does not advance.
    pub fn stream_read<T>(&mut self, convert: impl FnOnce(&Item) -> Result<T>) -> Result<T> {
        let (body, access) = self.stream_to_read()?;
        body.finish_half_read();
        let position = body.position;
        let item = body
            .items(access)
            .get(position)
            .ok_or(Status::TIBEMS_MSG_EOF)?;
        let value = convert(item)?;
        body.position += 1;
        Ok(value)
    }

    /// `tibemsStreamMsg_ReadBytes`: the whole array at the first call, `None` (-1) at the second, which finishes the item;
    /// `None` at once for an empty array and for null.
    pub fn stream_read_bytes(&mut self) -> Result<Option<(*const u8, usize)>> {
        let (body, access) = self.stream_to_read()?;
        if body.half_read {
            body.finish_half_read();
            return Ok(None);
        }
        let position = body.position;
        let item = body
            .items(access)
            .get(position)
            .ok_or(Status::TIBEMS_MSG_EOF)?;
        let found = item
            .value()
            .to_bytes()?
            .filter(|bytes| !bytes.is_empty())
            .map(|bytes| address_of(bytes));
        if found.is_some() {
            body.half_read = true;
        } else {
            body.position += 1;
        }
        Ok(found)
    }

    /// `tibemsStreamMsg_ReadField`: a private copy of the next item; a nested message is shared.
    pub fn stream_read_value(&mut self) -> Result<Value> {
        self.stream_read(|item| {
            Ok(match item.value() {
                Value::Map(nested) => Value::Map(nested.for_reading()),
                Value::Stream(nested) => Value::Stream(nested.for_reading()),
                Value::Bytes(bytes) => Value::Bytes(Bytes::copy_from_slice(bytes)),
                other => other.clone(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(values: impl IntoIterator<Item = Value>) -> Message {
        let mut message = Message::stream();
        for value in values {
            message.stream_write(value).unwrap();
        }
        message.reset();
        message
    }

    fn bytes(content: &'static [u8]) -> Value {
        Value::Bytes(Bytes::from_static(content))
    }

    fn int(message: &mut Message) -> Result<i32> {
        message.stream_read(|item| item.value().to_int())
    }

    fn status<T>(result: Result<T>) -> Status {
        result.err().map_or(Status::TIBEMS_OK, |error| error.status)
    }

    #[test]
    fn modes_and_end() {
        let mut message = Message::stream();
        assert_eq!(status(int(&mut message)), Status::TIBEMS_MSG_NOT_READABLE);
        message.reset();
        assert_eq!(status(int(&mut message)), Status::TIBEMS_MSG_EOF);
        assert_eq!(status(int(&mut message)), Status::TIBEMS_MSG_EOF);
        assert_eq!(
            status(message.stream_write(Value::Null)),
            Status::TIBEMS_MSG_NOT_WRITEABLE
        );
        message.clear_body();
        assert_eq!(status(message.stream_write(Value::Null)), Status::TIBEMS_OK);
    }

    #[test]
    fn a_failed_conversion_does_not_advance() {
        let mut message = stream([Value::text(Some(b"x")), Value::Int(5)]);
        assert_eq!(status(int(&mut message)), Status::TIBEMS_CONVERSION_FAILED);
        assert_eq!(
            status(message.stream_read_bytes()),
            Status::TIBEMS_CONVERSION_FAILED
        );
        let text = message.stream_read(|item| Ok(item.to_text()?.cloned()));
        assert_eq!(text.unwrap().unwrap().as_bytes(), b"x");
        assert_eq!(
            status(message.stream_read_bytes()),
            Status::TIBEMS_CONVERSION_FAILED
        );
        assert_eq!(int(&mut message), Ok(5));
        assert_eq!(status(message.stream_read_bytes()), Status::TIBEMS_MSG_EOF);
    }

    #[test]
    fn byte_arrays_are_read_until_minus_one() {
        let mut message = stream([
            bytes(&[1, 2, 3]),
            bytes(&[4]),
            bytes(&[]),
            Value::Null,
            bytes(&[5]),
            Value::Int(6),
        ]);
        assert_eq!(message.stream_read_bytes().unwrap().unwrap().1, 3);
        assert_eq!(message.stream_read_bytes(), Ok(None));
        assert_eq!(message.stream_read_bytes().unwrap().unwrap().1, 1);
        assert_eq!(message.stream_read_bytes(), Ok(None));
        assert_eq!(message.stream_read_bytes(), Ok(None));
        assert_eq!(message.stream_read_bytes(), Ok(None));
        assert_eq!(message.stream_read_bytes().unwrap().unwrap().1, 1);
        assert_eq!(int(&mut message), Ok(6));
        message.reset();
        message.stream_read_bytes().unwrap();
        message.reset();
        assert!(
            matches!(message.stream_read_value(), Ok(Value::Bytes(first)) if first[..] == [1, 2, 3])
        );
    }
}
