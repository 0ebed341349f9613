//! The headers of a message (spec 30 §3): accessors, defaults, and what a send overwrites. Nothing here blocks.

use std::cell::OnceCell;

use super::bounds::MESSAGE_LIMIT;
use super::destination::Destination;
use super::model::Message;
use super::text::Text;
use crate::status::{Error, Result, Status};

/// The priority of a message that names none.
pub(super) const PRIORITY: u8 = 4;

/// The headers that are texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextHeader {
    MessageId = 0,
    CorrelationId = 1,
    Type = 2,
    Encoding = 3,
}

/// Delivery modes; the numbers are those of `tibemsDeliveryMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryMode {
    NonPersistent = 1,
    Persistent = 2,
    Reliable = 22,
}

impl DeliveryMode {
    /// The mode of a number from C.
    pub fn from_code(code: i32) -> Option<DeliveryMode> {
        match code {
            1 => Some(DeliveryMode::NonPersistent),
            2 => Some(DeliveryMode::Persistent),
            22 => Some(DeliveryMode::Reliable),
            _ => None,
        }
    }
}

/// A handle that was lent for something inside a message; dropping it takes the handle out of the table.
#[derive(Debug)]
pub struct Lent {
    handle: usize,
    release: fn(usize),
}

impl Lent {
    /// Remembers a handle and what removes it.
    pub fn new(handle: usize, release: fn(usize)) -> Lent {
        Lent { handle, release }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        (self.release)(self.handle);
    }
}

/// A destination header with the handle that was lent for it. A clone has no handle yet.
#[derive(Debug, Default)]
pub(super) struct DestinationHeader {
    pub(super) value: Option<Destination>,
    lent: OnceCell<Lent>,
}

impl Clone for DestinationHeader {
    fn clone(&self) -> DestinationHeader {
        self.value.clone().into()
    }
}

impl From<Option<Destination>> for DestinationHeader {
    fn from(value: Option<Destination>) -> DestinationHeader {
        DestinationHeader {
            value,
            lent: OnceCell::new(),
        }
    }
}

impl DestinationHeader {
    fn lend(&self, publish: impl FnOnce(&Destination) -> Lent) -> Option<usize> {
        let destination = self.value.as_ref()?;
        Some(self.lent.get_or_init(|| publish(destination)).handle)
    }
}

/// The header fields. A text whose cell is empty is still in the payload, or not set at all.
#[derive(Clone, Debug)]
pub(super) struct Headers {
    pub(super) texts: [OnceCell<Option<Text>>; 4],
    pub(super) destination: DestinationHeader,
    pub(super) reply_to: DestinationHeader,
    pub(super) delivery_mode: DeliveryMode,
    pub(super) priority: u8,
    pub(super) redelivered: bool,
    pub(super) timestamp: i64,
    pub(super) expiration: i64,
    pub(super) delivery_time: i64,
}

impl Default for Headers {
    fn default() -> Headers {
        Headers {
            texts: Default::default(),
            destination: DestinationHeader::default(),
            reply_to: DestinationHeader::default(),
            delivery_mode: DeliveryMode::Persistent,
            priority: PRIORITY,
            redelivered: false,
            timestamp: 0,
            expiration: 0,
            delivery_time: 0,
        }
    }
}

/// What a send decides about the headers (spec 30 §3.2, spec 20 §3.7). Times are absolute, in ms since 1970 UTC.
#[derive(Clone, Copy, Debug)]
pub struct SendHeaders<'a> {
    pub destination: &'a Destination,
    /// 1, 2 or 22.
    pub delivery_mode: i32,
    /// 0 to 9.
    pub priority: i32,
    /// Send time + time-to-live; 0 is never.
    pub expiration: i64,
    /// Time-to-live in ms, for `header.ttl`; 0 is none.
    pub ttl: i64,
    /// Send time + delay; the timestamp without delay.
    pub delivery_time: i64,
    /// The delay asked for; 0 sends no delivery time.
    pub delay: i64,
    /// 0 when timestamps are disabled.
    pub timestamp: i64,
    /// `None` when ids are disabled.
    pub message_id: Option<&'a str>,
    /// The container id of the sending connection, for the no-local filter of topics.
    pub origin: Option<&'a str>,
    /// The authenticated user, with option `sender_name`.
    pub user_id: Option<&'a str>,
    /// Most bytes of the encoded message (D35).
    pub message_limit: usize,
}

impl<'a> SendHeaders<'a> {
    /// The defaults of a producer: persistent, priority 4, no time-to-live, no delay, no timestamp, no id;
    /// messages of the usual size.
    pub fn to(destination: &'a Destination) -> SendHeaders<'a> {
        SendHeaders {
            destination,
            delivery_mode: DeliveryMode::Persistent as i32,
            priority: 4,
            expiration: 0,
            ttl: 0,
            delivery_time: 0,
            delay: 0,
            timestamp: 0,
            message_id: None,
            origin: None,
            user_id: None,
            message_limit: MESSAGE_LIMIT,
        }
    }
}

impl Message {
    /// A text header; `None` when it is not set. The text lives until the header is set again.
    pub fn text_header(&self, header: TextHeader) -> Option<&Text> {
        let cell = &self.headers.texts[header as usize];
        cell.get_or_init(|| self.wire.as_ref().and_then(|wire| wire.text_header(header)))
            .as_ref()
    }

    /// Stores a copy; `None` clears the header.
    pub fn set_text_header(&mut self, header: TextHeader, value: Option<&[u8]>) {
        self.headers.texts[header as usize] = OnceCell::from(value.map(Text::new));
    }

    /// The destination, if there is one.
    pub fn destination(&self) -> Option<&Destination> {
        self.headers.destination.value.as_ref()
    }

    /// Stores a destination or clears the header.
    pub fn set_destination(&mut self, destination: Option<Destination>) {
        self.headers.destination = destination.into();
    }

    /// The destination for answers, if there is one.
    pub fn reply_to(&self) -> Option<&Destination> {
        self.headers.reply_to.value.as_ref()
    }

    /// Stores a destination or clears the header.
    pub fn set_reply_to(&mut self, destination: Option<Destination>) {
        self.headers.reply_to = destination.into();
    }

    /// The handle lent for the destination header, made at the first call; it lives until the header is replaced.
    pub fn lend_destination(&self, publish: impl FnOnce(&Destination) -> Lent) -> Option<usize> {
        self.headers.destination.lend(publish)
    }

    /// As [`Message::lend_destination`], for the reply-to header.
    pub fn lend_reply_to(&self, publish: impl FnOnce(&Destination) -> Lent) -> Option<usize> {
        self.headers.reply_to.lend(publish)
    }

    /// The delivery mode.
    pub fn delivery_mode(&self) -> DeliveryMode {
        self.headers.delivery_mode
    }

    /// `TIBEMS_INVALID_ARG` for a number that is no delivery mode.
    pub fn set_delivery_mode(&mut self, code: i32) -> Result<()> {
        self.headers.delivery_mode = DeliveryMode::from_code(code)
            .ok_or_else(|| Error::new(Status::TIBEMS_INVALID_ARG, "no such delivery mode"))?;
        Ok(())
    }

    /// The priority, 0 to 9.
    pub fn priority(&self) -> i32 {
        self.headers.priority.into()
    }

    /// `TIBEMS_INVALID_ARG` outside 0 to 9.
    pub fn set_priority(&mut self, priority: i32) -> Result<()> {
        if !(0..=9).contains(&priority) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the priority is not between 0 and 9",
            ));
        }
        self.headers.priority = priority as u8;
        Ok(())
    }

    /// True when the server has delivered the message before.
    pub fn redelivered(&self) -> bool {
        self.headers.redelivered
    }

    /// Stores the flag; a send resets it.
    pub fn set_redelivered(&mut self, redelivered: bool) {
        self.headers.redelivered = redelivered;
    }

    /// Send time, 0 if disabled.
    pub fn timestamp(&self) -> i64 {
        self.headers.timestamp
    }

    /// Any value is accepted.
    pub fn set_timestamp(&mut self, timestamp: i64) {
        self.headers.timestamp = timestamp;
    }

    /// Absolute time of expiry, 0 for never.
    pub fn expiration(&self) -> i64 {
        self.headers.expiration
    }

    /// Any value is accepted.
    pub fn set_expiration(&mut self, expiration: i64) {
        self.headers.expiration = expiration;
    }

    /// Earliest time of delivery.
    pub fn delivery_time(&self) -> i64 {
        self.headers.delivery_time
    }

    /// The container id of the connection that published the message, if it tells (annotation `x-opt-ems-origin`).
    pub fn origin(&self) -> Option<&str> {
        self.wire.as_ref().and_then(|wire| wire.origin())
    }

    /// After a send that was handed over: overwrites what spec 30 §3.2 names, nothing else.
    pub fn apply_send(&mut self, send: &SendHeaders<'_>) {
        self.set_text_header(TextHeader::MessageId, send.message_id.map(str::as_bytes));
        if self.headers.destination.value.as_ref() != Some(send.destination) {
            self.set_destination(Some(send.destination.clone()));
        }
        self.headers.delivery_mode =
            DeliveryMode::from_code(send.delivery_mode).unwrap_or(DeliveryMode::Persistent);
        self.headers.priority = send.priority.clamp(0, 9) as u8;
        self.headers.redelivered = false;
        self.headers.timestamp = send.timestamp;
        self.headers.expiration = send.expiration.max(0);
        self.headers.delivery_time = send.delivery_time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_a_new_message() {
        let message = Message::text();
        for header in [
            TextHeader::MessageId,
            TextHeader::CorrelationId,
            TextHeader::Type,
            TextHeader::Encoding,
        ] {
            assert!(message.text_header(header).is_none());
        }
        assert!(message.destination().is_none() && message.reply_to().is_none());
        assert_eq!(
            (message.priority(), message.delivery_mode()),
            (4, DeliveryMode::Persistent)
        );
        assert_eq!(
            (
                message.timestamp(),
                message.expiration(),
                message.delivery_time()
            ),
            (0, 0, 0)
        );
        assert!(!message.redelivered());
    }

    #[test]
    fn ranges_are_checked_and_leave_the_value() {
        let mut message = Message::plain();
        assert!(message.set_priority(-1).is_err() && message.set_priority(10).is_err());
        assert!(message.set_delivery_mode(3).is_err());
        assert_eq!(
            (message.priority(), message.delivery_mode()),
            (4, DeliveryMode::Persistent)
        );
        assert!(message.set_priority(0).is_ok() && message.set_priority(9).is_ok());
        assert!(message.set_delivery_mode(22).is_ok());
    }

    #[test]
    fn a_send_overwrites_its_headers_only() {
        let queue = Destination::queue("q");
        let mut message = Message::plain();
        message.set_priority(9).unwrap();
        message.set_redelivered(true);
        message.set_expiration(12345);
        message.set_text_header(TextHeader::MessageId, Some(b"x"));
        message.set_text_header(TextHeader::Type, Some(b""));
        message.apply_send(&SendHeaders {
            priority: 2,
            timestamp: 7,
            delivery_time: 7,
            ..SendHeaders::to(&queue)
        });
        assert_eq!(
            (
                message.priority(),
                message.expiration(),
                message.timestamp()
            ),
            (2, 0, 7)
        );
        assert!(!message.redelivered() && message.text_header(TextHeader::MessageId).is_none());
        assert_eq!(
            message.text_header(TextHeader::Type).map(Text::as_bytes),
            Some(&b""[..])
        );
        assert_eq!(message.destination(), Some(&queue));
    }
}
