//! The JMS message of the API and its form on the wire (spec 30).
//!
//! `model` is the message with its access modes; `headers`, `bodies`, `bytes_body` and `stream_body` add the rules of each
//! part; `value` converts, `values`, `charset` and `ids` translate to AMQP; `encode` and `decode` write and read whole messages
//! (the latter with `sections` and `elements`) within `bounds`, `readdress` makes an encoded one fit another server;
//! `nesting` holds the object behind a handle, `packed` what is inside and nobody has asked a handle for; `selector` says
//! which messages a selector selects. This layer knows no connection: the client passes in what it needs ([`Addresses`],
//! [`SendHeaders`], [`Received`], [`Delivery`]). Nothing here blocks, except the two calls of a delivery.

mod archive;
mod bodies;
mod bounds;
mod bytes_body;
mod charset;
mod classify;
mod decode;
mod delivery;
mod destination;
mod elements;
mod encode;
mod headers;
mod ids;
mod items;
mod model;
mod modified_utf8;
mod names;
mod nesting;
mod number;
mod packed;
mod print;
mod readdress;
mod sections;
pub mod selector;
mod stream_body;
mod text;
mod value;
mod values;
mod wire;

#[cfg(test)]
pub(crate) mod tests;

pub use archive::PREAMBLE;
pub use bounds::{MESSAGE_LIMIT, MESSAGE_MOST};
pub use bytes_body::address_of;
pub use decode::{MessageDecoder, Received};
pub use delivery::Delivery;
pub use destination::{
    Addresses, Destination, DestinationKind, NAME_MAX, PlainAddresses, TemporaryNode,
};
pub use headers::{DeliveryMode, Lent, SendHeaders, TextHeader};
pub use items::Items;
pub use model::{Access, BodyKind, Message};
pub use names::{check_identifier, check_not_empty};
pub use nesting::{MessageObject, PendingSend, nest, nest_copy};
pub use packed::Nested;
pub use print::print_value;
pub use readdress::readdress;
pub use text::Text;
pub use value::{Item, Value, code};
