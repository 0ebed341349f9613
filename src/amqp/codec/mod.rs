//! AMQP 1.0 types on the wire: encoder, decoder, owned values (spec 40 §1.2).
//!
//! Nothing here blocks; the decoder never allocates from a count that the peer names.

pub mod decode;
pub mod encode;
pub mod value;

#[cfg(test)]
mod tests;

pub use decode::{ArrayRef, Compound, DecodeError, Decoder, Descriptor, ValueRef};
pub use encode::{Encoder, Mark};
pub use value::{SymbolMap, Value};

/// Deepest nesting of a performative and of everything else that is no message body.
pub const MAX_DEPTH: u8 = 32;
/// Deepest nesting of maps and lists in a message body (spec 30 §5.4).
pub const MAX_BODY_DEPTH: u8 = 64;
/// Most elements of an array whose elements take no bytes.
pub const MAX_EMPTY_ELEMENTS: u32 = 1024;

/// Constructor bytes of the AMQP types.
pub mod constructor {
    #![allow(missing_docs)]
    pub const DESCRIBED: u8 = 0x00;
    pub const NULL: u8 = 0x40;
    pub const TRUE: u8 = 0x41;
    pub const FALSE: u8 = 0x42;
    pub const BOOLEAN: u8 = 0x56;
    pub const UBYTE: u8 = 0x50;
    pub const USHORT: u8 = 0x60;
    pub const UINT: u8 = 0x70;
    pub const SMALL_UINT: u8 = 0x52;
    pub const UINT0: u8 = 0x43;
    pub const ULONG: u8 = 0x80;
    pub const SMALL_ULONG: u8 = 0x53;
    pub const ULONG0: u8 = 0x44;
    pub const BYTE: u8 = 0x51;
    pub const SHORT: u8 = 0x61;
    pub const INT: u8 = 0x71;
    pub const SMALL_INT: u8 = 0x54;
    pub const LONG: u8 = 0x81;
    pub const SMALL_LONG: u8 = 0x55;
    pub const FLOAT: u8 = 0x72;
    pub const DOUBLE: u8 = 0x82;
    pub const DECIMAL32: u8 = 0x74;
    pub const DECIMAL64: u8 = 0x84;
    pub const DECIMAL128: u8 = 0x94;
    pub const CHAR: u8 = 0x73;
    pub const TIMESTAMP: u8 = 0x83;
    pub const UUID: u8 = 0x98;
    pub const BINARY8: u8 = 0xa0;
    pub const BINARY32: u8 = 0xb0;
    pub const STRING8: u8 = 0xa1;
    pub const STRING32: u8 = 0xb1;
    pub const SYMBOL8: u8 = 0xa3;
    pub const SYMBOL32: u8 = 0xb3;
    pub const LIST0: u8 = 0x45;
    pub const LIST8: u8 = 0xc0;
    pub const LIST32: u8 = 0xd0;
    pub const MAP8: u8 = 0xc1;
    pub const MAP32: u8 = 0xd1;
    pub const ARRAY8: u8 = 0xe0;
    pub const ARRAY32: u8 = 0xf0;
}
