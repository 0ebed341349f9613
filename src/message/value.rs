//! Values of properties, map items and stream items, and the conversion rules between them.
//!
//! One set of converters serves the property table (spec 30 §4.3) and the map and stream table (spec 30 §5.6): where
//! both have a cell they agree, and the types that only maps and streams hold convert to nothing but themselves.

use std::cell::OnceCell;

use bytes::Bytes;

use super::bounds::check_length;
use super::number::{double_text, float_text, parse_float, parse_integer};
use super::packed::Nested;
use super::text::Text;
use crate::status::{Error, Result, Status};

/// Type codes of `tibemsMsgField` and of the archive (spec 30 §1.2).
pub mod code {
    pub const NULL: u8 = 0;
    pub const BOOL: u8 = 1;
    pub const BYTE: u8 = 2;
    pub const WCHAR: u8 = 3;
    pub const SHORT: u8 = 4;
    pub const INT: u8 = 5;
    pub const LONG: u8 = 6;
    pub const FLOAT: u8 = 7;
    pub const DOUBLE: u8 = 8;
    pub const UTF8: u8 = 9;
    pub const BYTES: u8 = 10;
    pub const MAP_MSG: u8 = 11;
    pub const STREAM_MSG: u8 = 12;
    pub const SHORT_ARRAY: u8 = 20;
    pub const INT_ARRAY: u8 = 21;
    pub const LONG_ARRAY: u8 = 22;
    pub const FLOAT_ARRAY: u8 = 23;
    pub const DOUBLE_ARRAY: u8 = 24;
}

/// A typed value. A clone is a deep copy: nested messages are copied too.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Byte(i8),
    /// One UTF-16 unit.
    Char(u16),
    Short(i16),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(Text),
    Bytes(Bytes),
    Map(Nested),
    Stream(Nested),
    Shorts(Box<[i16]>),
    Ints(Box<[i32]>),
    Longs(Box<[i64]>),
    Floats(Box<[f32]>),
    Doubles(Box<[f64]>),
}

/// The one status for a conversion that the tables do not allow.
pub fn no_conversion() -> Error {
    Status::TIBEMS_CONVERSION_FAILED.into()
}

impl Value {
    /// A copied text; `None` is the null value.
    pub fn text(bytes: Option<&[u8]>) -> Value {
        bytes.map_or(Value::Null, |bytes| Value::Text(Text::new(bytes)))
    }

    /// Copied bytes.
    pub fn bytes(bytes: &[u8]) -> Value {
        Value::Bytes(Bytes::copy_from_slice(bytes))
    }

    /// The type code (spec 30 §1.2).
    pub fn code(&self) -> u8 {
        match self {
            Value::Null => code::NULL,
            Value::Bool(_) => code::BOOL,
            Value::Byte(_) => code::BYTE,
            Value::Char(_) => code::WCHAR,
            Value::Short(_) => code::SHORT,
            Value::Int(_) => code::INT,
            Value::Long(_) => code::LONG,
            Value::Float(_) => code::FLOAT,
            Value::Double(_) => code::DOUBLE,
            Value::Text(_) => code::UTF8,
            Value::Bytes(_) => code::BYTES,
            Value::Map(_) => code::MAP_MSG,
            Value::Stream(_) => code::STREAM_MSG,
            Value::Shorts(_) => code::SHORT_ARRAY,
            Value::Ints(_) => code::INT_ARRAY,
            Value::Longs(_) => code::LONG_ARRAY,
            Value::Floats(_) => code::FLOAT_ARRAY,
            Value::Doubles(_) => code::DOUBLE_ARRAY,
        }
    }

    /// `TIBEMS_INVALID_SIZE` for a text (with its end), bytes or an array of more bytes than C can tell.
    pub(super) fn check_length(&self) -> Result<()> {
        check_length(match self {
            Value::Text(text) => text.len() + 1,
            Value::Bytes(bytes) => bytes.len(),
            Value::Shorts(values) => size_of_val(&**values),
            Value::Ints(values) => size_of_val(&**values),
            Value::Longs(values) => size_of_val(&**values),
            Value::Floats(values) => size_of_val(&**values),
            Value::Doubles(values) => size_of_val(&**values),
            _ => 0,
        })
    }

    /// True for nested messages and arrays, which `JMS_TIBCO_MSG_EXT` announces (spec 30 §4.4).
    pub fn is_extended(&self) -> bool {
        self.code() > code::BYTES
    }

    /// Column Boolean.
    pub fn to_bool(&self) -> Result<bool> {
        match self {
            Value::Bool(value) => Ok(*value),
            Value::Text(text) => Ok(text.as_bytes().eq_ignore_ascii_case(b"true")),
            Value::Null => Ok(false),
            _ => Err(no_conversion()),
        }
    }

    /// Column Byte.
    pub fn to_byte(&self) -> Result<i8> {
        match self {
            Value::Byte(value) => Ok(*value),
            Value::Text(text) => parse_integer(text.as_bytes()).ok_or_else(no_conversion),
            _ => Err(no_conversion()),
        }
    }

    /// Column Short.
    pub fn to_short(&self) -> Result<i16> {
        match self {
            Value::Byte(value) => Ok((*value).into()),
            Value::Short(value) => Ok(*value),
            Value::Text(text) => parse_integer(text.as_bytes()).ok_or_else(no_conversion),
            _ => Err(no_conversion()),
        }
    }

    /// Column Char.
    pub fn to_char(&self) -> Result<u16> {
        match self {
            Value::Char(value) => Ok(*value),
            _ => Err(no_conversion()),
        }
    }

    /// Column Int.
    pub fn to_int(&self) -> Result<i32> {
        match self {
            Value::Byte(value) => Ok((*value).into()),
            Value::Short(value) => Ok((*value).into()),
            Value::Int(value) => Ok(*value),
            Value::Text(text) => parse_integer(text.as_bytes()).ok_or_else(no_conversion),
            _ => Err(no_conversion()),
        }
    }

    /// Column Long.
    pub fn to_long(&self) -> Result<i64> {
        match self {
            Value::Byte(value) => Ok((*value).into()),
            Value::Short(value) => Ok((*value).into()),
            Value::Int(value) => Ok((*value).into()),
            Value::Long(value) => Ok(*value),
            Value::Text(text) => parse_integer(text.as_bytes()).ok_or_else(no_conversion),
            _ => Err(no_conversion()),
        }
    }

    /// Column Float.
    pub fn to_float(&self) -> Result<f32> {
        match self {
            Value::Float(value) => Ok(*value),
            Value::Text(text) => parse_float(text.as_bytes()).ok_or_else(no_conversion),
            _ => Err(no_conversion()),
        }
    }

    /// Column Double.
    pub fn to_double(&self) -> Result<f64> {
        match self {
            Value::Float(value) => Ok((*value).into()),
            Value::Double(value) => Ok(*value),
            Value::Text(text) => parse_float(text.as_bytes()).ok_or_else(no_conversion),
            _ => Err(no_conversion()),
        }
    }

    /// Column Bytes; `None` for the null value.
    pub fn to_bytes(&self) -> Result<Option<&Bytes>> {
        match self {
            Value::Bytes(bytes) => Ok(Some(bytes)),
            Value::Null => Ok(None),
            _ => Err(no_conversion()),
        }
    }

    /// Column MapMsg.
    pub fn to_map(&self) -> Result<&Nested> {
        match self {
            Value::Map(nested) => Ok(nested),
            _ => Err(no_conversion()),
        }
    }

    /// Column StreamMsg.
    pub fn to_stream(&self) -> Result<&Nested> {
        match self {
            Value::Stream(nested) => Ok(nested),
            _ => Err(no_conversion()),
        }
    }

    /// The text that a value other than text and null turns into, for column String.
    fn made_text(&self) -> Result<Text> {
        Ok(match self {
            Value::Bool(true) => Text::from("true"),
            Value::Bool(false) => Text::from("false"),
            Value::Byte(value) => value.to_string().into(),
            Value::Char(unit) => match char::from_u32((*unit).into()) {
                Some(character) => character.to_string().into(),
                None => return Err(no_conversion()),
            },
            Value::Short(value) => value.to_string().into(),
            Value::Int(value) => value.to_string().into(),
            Value::Long(value) => value.to_string().into(),
            Value::Float(value) => float_text(*value).into(),
            Value::Double(value) => double_text(*value).into(),
            _ => return Err(no_conversion()),
        })
    }
}

/// A stored value with the text that a conversion made of it, so that repeating a getter gives the same pointer
/// (spec 30 §8).
#[derive(Clone, Debug)]
pub struct Item {
    value: Value,
    /// Seldom there, so in a place of its own
    made_text: OnceCell<Box<Text>>,
}

impl Item {
    /// The stored value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Column String; `None` for the null value. The text lives as long as the item.
    pub fn to_text(&self) -> Result<Option<&Text>> {
        match &self.value {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            other => {
                if self.made_text.get().is_none() {
                    let text = other.made_text()?;
                    let _ = self.made_text.set(Box::new(text));
                }
                Ok(self.made_text.get().map(|text| &**text))
            }
        }
    }
}

impl From<Value> for Item {
    fn from(value: Value) -> Item {
        Item {
            value,
            made_text: OnceCell::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;

    /// One letter a cell: `o` ok, `.` conversion failed. Columns as in the tables of the spec.
    fn row(value: Value) -> String {
        let cell = |ok: bool| if ok { 'o' } else { '.' };
        let item = Item::from(value);
        let value = item.value();
        [
            cell(value.to_bool().is_ok()),
            cell(value.to_byte().is_ok()),
            cell(value.to_short().is_ok()),
            cell(value.to_char().is_ok()),
            cell(value.to_int().is_ok()),
            cell(value.to_long().is_ok()),
            cell(value.to_float().is_ok()),
            cell(value.to_double().is_ok()),
            cell(item.to_text().is_ok()),
            cell(value.to_bytes().is_ok()),
            cell(value.to_map().is_ok()),
            cell(value.to_stream().is_ok()),
        ]
        .iter()
        .collect()
    }

    /// Every cell of spec 30 §5.6; the columns of §4.3 are those without Char, Bytes and the nested ones.
    #[test]
    fn conversion_table() {
        //                                     BbsciLfdSBMm
        assert_eq!(row(Value::Bool(true)), "o.......o...");
        assert_eq!(row(Value::Byte(1)), ".oo.oo..o...");
        assert_eq!(row(Value::Short(1)), "..o.oo..o...");
        assert_eq!(row(Value::Char(65)), "...o....o...");
        assert_eq!(row(Value::Int(1)), "....oo..o...");
        assert_eq!(row(Value::Long(1)), ".....o..o...");
        assert_eq!(row(Value::Float(1.0)), "......ooo...");
        assert_eq!(row(Value::Double(1.0)), ".......oo...");
        assert_eq!(row(Value::text(Some(b"1"))), "ooo.ooooo...");
        assert_eq!(row(Value::text(Some(b"x"))), "o.......o...");
        assert_eq!(row(Value::Bytes(Bytes::from_static(b"1"))), ".........o..");
        assert_eq!(row(Value::Null), "o.......oo..");
        assert_eq!(row(Value::Map(Nested::new(Message::map()))), "..........o.");
        assert_eq!(
            row(Value::Stream(Nested::new(Message::stream()))),
            "...........o"
        );
        assert_eq!(row(Value::Shorts([1].into())), "............");
        assert_eq!(row(Value::Ints([1].into())), "............");
        assert_eq!(row(Value::Longs([1].into())), "............");
        assert_eq!(row(Value::Floats([1.0].into())), "............");
        assert_eq!(row(Value::Doubles([1.0].into())), "............");
    }

    #[test]
    fn converted_values() {
        assert_eq!(Value::Byte(-1).to_long(), Ok(-1));
        assert_eq!(Value::Null.to_bool(), Ok(false));
        assert_eq!(Value::text(Some(b"TRUE")).to_bool(), Ok(true));
        assert_eq!(Value::text(Some(b"yes")).to_bool(), Ok(false));
        assert_eq!(
            Value::text(Some(b"128")).to_byte().unwrap_err().status,
            Status::TIBEMS_CONVERSION_FAILED
        );
        assert_eq!(Value::Float(0.1).to_double(), Ok(0.10000000149011612));
        let text = |value| {
            Item::from(value)
                .to_text()
                .map(|text| text.unwrap().to_string_lossy().into_owned())
        };
        assert_eq!(text(Value::Float(1e10)), Ok("1.0E10".into()));
        assert_eq!(text(Value::Char(0x41)), Ok("A".into()));
        assert!(text(Value::Char(0xD800)).is_err());
        assert_eq!(text(Value::Bool(false)), Ok("false".into()));
    }

    #[test]
    fn a_made_text_keeps_its_address() {
        let item = Item::from(Value::Int(5));
        let first = item.to_text().unwrap().unwrap().as_ptr();
        assert_eq!(item.to_text().unwrap().unwrap().as_ptr(), first);
    }
}
