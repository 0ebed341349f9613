//! Owned values: property maps, filters, and whatever is kept without being understood.
//!
//! Decoding one allocates at most in proportion to the bytes received: the number of values is
//! limited by a budget, because an array of nulls takes no bytes for its elements.

use super::constructor as c;
use super::decode::{ArrayRef, Compound, DecodeError, Decoder, Descriptor, ValueRef};
use super::encode::Encoder;
use bytes::Bytes;

/// A map whose keys are symbols, in the order of the wire (open properties, filters, error info).
pub type SymbolMap = Vec<(String, Value)>;

/// A value of any AMQP type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Ubyte(u8),
    Ushort(u16),
    Uint(u32),
    Ulong(u64),
    Byte(i8),
    Short(i16),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    /// 4, 8 or 16 raw bytes; never produced by this library itself
    Decimal(Vec<u8>),
    Char(u32),
    Timestamp(i64),
    Uuid([u8; 16]),
    Binary(Bytes),
    String(String),
    /// A string that is not UTF-8, kept as it came
    RawString(Bytes),
    Symbol(String),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// Elements of one type; when they differ it is written as a list
    Array(Vec<Value>),
    Described(Box<Value>, Box<Value>),
}

/// Values that may be made beyond one per received byte.
pub(crate) const SPARE_VALUES: usize = 4096;

impl Value {
    /// A string.
    pub fn string(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }

    /// A symbol.
    pub fn symbol(text: impl Into<String>) -> Value {
        Value::Symbol(text.into())
    }

    /// A described value with a numeric descriptor.
    pub fn described(code: u64, value: Value) -> Value {
        Value::Described(Box::new(Value::Ulong(code)), Box::new(value))
    }

    /// The text of a string or symbol.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) | Value::Symbol(text) => Some(text),
            _ => None,
        }
    }

    /// Reads the next value of `decoder`.
    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Value, DecodeError> {
        let mut budget = decoder.remaining().len().saturating_add(SPARE_VALUES);
        let value = decoder.value()?;
        Value::build(value, &mut budget)
    }

    /// The owned form of a borrowed value.
    pub fn from_ref(value: ValueRef<'_>) -> Result<Value, DecodeError> {
        let mut budget = SPARE_VALUES.saturating_add(match &value {
            ValueRef::List(items) | ValueRef::Map(items) => items.items().remaining().len(),
            ValueRef::Array(items) => items.data().len().saturating_add(SPARE_VALUES),
            ValueRef::Described(_, inner) => inner.remaining().len(),
            _ => 0,
        });
        Value::build(value, &mut budget)
    }

    /// The owned form of a borrowed value, made of at most `budget` values; what it took is
    /// subtracted.
    pub(crate) fn build(value: ValueRef<'_>, budget: &mut usize) -> Result<Value, DecodeError> {
        spend(budget, 1)?;
        Value::build_paid(value, budget)
    }

    /// As `build`, for a value that is subtracted already. A list, map or array pays for all its elements before it takes
    /// their memory: what claims more than there can be gets none, however often it is nested.
    fn build_paid(value: ValueRef<'_>, budget: &mut usize) -> Result<Value, DecodeError> {
        Ok(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Bool(v) => Value::Bool(v),
            ValueRef::Ubyte(v) => Value::Ubyte(v),
            ValueRef::Ushort(v) => Value::Ushort(v),
            ValueRef::Uint(v) => Value::Uint(v),
            ValueRef::Ulong(v) => Value::Ulong(v),
            ValueRef::Byte(v) => Value::Byte(v),
            ValueRef::Short(v) => Value::Short(v),
            ValueRef::Int(v) => Value::Int(v),
            ValueRef::Long(v) => Value::Long(v),
            ValueRef::Float(v) => Value::Float(v),
            ValueRef::Double(v) => Value::Double(v),
            ValueRef::Decimal(v) => Value::Decimal(v.to_vec()),
            ValueRef::Char(v) => Value::Char(v),
            ValueRef::Timestamp(v) => Value::Timestamp(v),
            ValueRef::Uuid(v) => Value::Uuid(v),
            ValueRef::Binary(v) => Value::Binary(Bytes::copy_from_slice(v)),
            ValueRef::String(v) => match std::str::from_utf8(v) {
                Ok(text) => Value::String(text.to_owned()),
                Err(_) => Value::RawString(Bytes::copy_from_slice(v)),
            },
            ValueRef::Symbol(v) => Value::Symbol(String::from_utf8_lossy(v).into_owned()),
            ValueRef::List(items) => {
                let count = Compound::count(&items) as usize;
                spend(budget, count)?;
                let mut list = Vec::with_capacity(count);
                for item in items {
                    list.push(Value::build_paid(item?, budget)?);
                }
                Value::List(list)
            }
            ValueRef::Map(mut items) => {
                let count = Compound::count(&items) as usize;
                spend(budget, count)?;
                let mut map = Vec::with_capacity(count / 2);
                while let Some(key) = items.next_value()? {
                    let key = Value::build_paid(key, budget)?;
                    let value = items.next_value()?.ok_or(DecodeError::OddMap)?;
                    map.push((key, Value::build_paid(value, budget)?));
                }
                Value::Map(map)
            }
            ValueRef::Array(items) => {
                let descriptor = items.descriptor();
                let count = ArrayRef::count(&items) as usize;
                // a described element has two values in boxes of their own
                let values = if descriptor.is_some() { 3 } else { 1 };
                spend(budget, count.saturating_mul(values))?;
                let mut array = Vec::with_capacity(count);
                for item in items {
                    let item = Value::build_paid(item?, budget)?;
                    array.push(match descriptor {
                        Some(d) => Value::Described(Box::new(descriptor_value(d)), Box::new(item)),
                        None => item,
                    });
                }
                Value::Array(array)
            }
            ValueRef::Described(descriptor, mut inner) => {
                spend(budget, 2)?;
                Value::Described(
                    Box::new(descriptor_value(descriptor)),
                    Box::new(Value::build_paid(inner.value()?, budget)?),
                )
            }
        })
    }

    pub(super) fn encode(&self, enc: &mut Encoder<'_>) {
        match self {
            Value::Null => enc.null(),
            Value::Bool(v) => enc.bool(*v),
            Value::Ubyte(v) => enc.ubyte(*v),
            Value::Ushort(v) => enc.ushort(*v),
            Value::Uint(v) => enc.uint(*v),
            Value::Ulong(v) => enc.ulong(*v),
            Value::Byte(v) => enc.byte(*v),
            Value::Short(v) => enc.short(*v),
            Value::Int(v) => enc.int(*v),
            Value::Long(v) => enc.long(*v),
            Value::Float(v) => enc.float(*v),
            Value::Double(v) => enc.double(*v),
            Value::Char(v) => enc.char(*v),
            Value::Timestamp(v) => enc.timestamp(*v),
            Value::Uuid(v) => enc.uuid(v),
            Value::Binary(v) => enc.binary(v),
            Value::String(v) => enc.string(v),
            Value::RawString(v) => enc.string_bytes(v),
            Value::Symbol(v) => enc.symbol(v),
            Value::Decimal(_) => match self.wide_code() {
                Some(code) => {
                    enc.raw(&[code]);
                    self.encode_wide(enc);
                }
                None => enc.null(),
            },
            Value::List(items) => {
                let mark = enc.begin_list();
                items.iter().for_each(|item| item.encode(enc));
                enc.end_list(mark, items.len() as u32);
            }
            Value::Map(pairs) => {
                let mark = enc.begin_map();
                for (key, value) in pairs {
                    key.encode(enc);
                    value.encode(enc);
                }
                enc.end_map(mark, (pairs.len() * 2) as u32);
            }
            Value::Array(items) => encode_array(items, enc),
            Value::Described(descriptor, value) => {
                encode_descriptor(descriptor, enc);
                value.encode(enc);
            }
        }
    }

    /// The constructor that fits every value of this type, for arrays. `None`: no element type.
    fn wide_code(&self) -> Option<u8> {
        Some(match self {
            Value::Null => c::NULL,
            Value::Bool(_) => c::BOOLEAN,
            Value::Ubyte(_) => c::UBYTE,
            Value::Ushort(_) => c::USHORT,
            Value::Uint(_) => c::UINT,
            Value::Ulong(_) => c::ULONG,
            Value::Byte(_) => c::BYTE,
            Value::Short(_) => c::SHORT,
            Value::Int(_) => c::INT,
            Value::Long(_) => c::LONG,
            Value::Float(_) => c::FLOAT,
            Value::Double(_) => c::DOUBLE,
            Value::Decimal(v) => match v.len() {
                4 => c::DECIMAL32,
                8 => c::DECIMAL64,
                16 => c::DECIMAL128,
                _ => return None,
            },
            Value::Char(_) => c::CHAR,
            Value::Timestamp(_) => c::TIMESTAMP,
            Value::Uuid(_) => c::UUID,
            Value::Binary(_) => c::BINARY32,
            Value::String(_) | Value::RawString(_) => c::STRING32,
            Value::Symbol(_) => c::SYMBOL32,
            Value::List(_) => c::LIST32,
            Value::Map(_) => c::MAP32,
            Value::Array(_) => c::ARRAY32,
            Value::Described(..) => return None,
        })
    }

    /// What follows the constructor of `wide_code`.
    fn encode_wide(&self, enc: &mut Encoder<'_>) {
        match self {
            Value::Null => {}
            Value::Bool(v) => enc.raw(&[u8::from(*v)]),
            Value::Ubyte(v) => enc.raw(&[*v]),
            Value::Ushort(v) => enc.raw(&v.to_be_bytes()),
            Value::Uint(v) | Value::Char(v) => enc.raw(&v.to_be_bytes()),
            Value::Ulong(v) => enc.raw(&v.to_be_bytes()),
            Value::Byte(v) => enc.raw(&v.to_be_bytes()),
            Value::Short(v) => enc.raw(&v.to_be_bytes()),
            Value::Int(v) => enc.raw(&v.to_be_bytes()),
            Value::Long(v) | Value::Timestamp(v) => enc.raw(&v.to_be_bytes()),
            Value::Float(v) => enc.raw(&v.to_be_bytes()),
            Value::Double(v) => enc.raw(&v.to_be_bytes()),
            Value::Decimal(v) => enc.raw(v),
            Value::Uuid(v) => enc.raw(v),
            Value::Binary(v) | Value::RawString(v) => long_bytes(v, enc),
            Value::String(v) | Value::Symbol(v) => long_bytes(v.as_bytes(), enc),
            Value::List(items) => {
                let mut body = Vec::new();
                let mut inner = Encoder::new(&mut body);
                items.iter().for_each(|item| item.encode(&mut inner));
                long_container(items.len(), &body, enc);
            }
            Value::Map(pairs) => {
                let mut body = Vec::new();
                let mut inner = Encoder::new(&mut body);
                for (key, value) in pairs {
                    key.encode(&mut inner);
                    value.encode(&mut inner);
                }
                long_container(pairs.len() * 2, &body, enc);
            }
            Value::Array(items) => {
                let mut body = Vec::new();
                array_body(items, &mut body);
                long_container(items.len(), &body, enc);
            }
            Value::Described(..) => {}
        }
    }
}

/// Counts values against the budget.
fn spend(budget: &mut usize, values: usize) -> Result<(), DecodeError> {
    *budget = budget
        .checked_sub(values)
        .ok_or(DecodeError::Count(u32::MAX))?;
    Ok(())
}

fn descriptor_value(descriptor: Descriptor<'_>) -> Value {
    match descriptor {
        Descriptor::Code(code) => Value::Ulong(code),
        Descriptor::Symbol(name) => Value::Symbol(String::from_utf8_lossy(name).into_owned()),
    }
}

fn encode_descriptor(descriptor: &Value, enc: &mut Encoder<'_>) {
    match descriptor {
        Value::Ulong(code) => enc.descriptor(*code),
        other => {
            enc.raw(&[c::DESCRIBED]);
            other.encode(enc);
        }
    }
}

fn long_bytes(bytes: &[u8], enc: &mut Encoder<'_>) {
    enc.size(true, bytes.len());
    enc.raw(bytes);
}

fn long_container(count: usize, body: &[u8], enc: &mut Encoder<'_>) {
    enc.size(true, body.len() + 4);
    enc.size(true, count);
    enc.raw(body);
}

/// Have all elements the same type, so that one constructor does for all?
fn is_uniform(items: &[Value]) -> bool {
    let Some(first) = items.first() else {
        return true;
    };
    match first {
        Value::Described(descriptor, inner) => {
            inner.wide_code().is_some_and(|code| code != c::ARRAY32)
                && items.iter().all(|item| {
                    matches!(item, Value::Described(d, i)
                        if d == descriptor && i.wide_code() == inner.wide_code())
                })
        }
        _ => {
            first.wide_code().is_some()
                && items.iter().all(|item| {
                    item.wide_code() == first.wide_code()
                        && !matches!(item, Value::Array(inner) if !is_uniform(inner))
                })
        }
    }
}

/// Element constructor and elements of a uniform array.
fn array_body(items: &[Value], body: &mut Vec<u8>) {
    let mut enc = Encoder::new(body);
    match items.first() {
        None => enc.null(),
        Some(Value::Described(descriptor, inner)) => {
            encode_descriptor(descriptor, &mut enc);
            enc.raw(inner.wide_code().as_slice());
        }
        Some(first) => enc.raw(first.wide_code().as_slice()),
    }
    for item in items {
        match item {
            Value::Described(_, inner) => inner.encode_wide(&mut enc),
            item => item.encode_wide(&mut enc),
        }
    }
}

fn encode_array(items: &[Value], enc: &mut Encoder<'_>) {
    if !is_uniform(items) {
        let mark = enc.begin_list();
        items.iter().for_each(|item| item.encode(enc));
        enc.end_list(mark, items.len() as u32);
        return;
    }
    let mut body = Vec::new();
    array_body(items, &mut body);
    if body.len() < 255 && items.len() <= 255 {
        enc.raw(&[c::ARRAY8]);
        enc.size(false, body.len() + 1);
        enc.size(false, items.len());
        enc.raw(&body);
    } else {
        enc.raw(&[c::ARRAY32]);
        long_container(items.len(), &body, enc);
    }
}
