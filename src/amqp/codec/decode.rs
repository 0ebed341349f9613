//! The decoder: a cursor over received bytes that hands out values without copying.
//!
//! Called by the performatives, the engine and the message layer. Every size is checked against
//! what is left before it is used, nesting is limited, counts never lead to an allocation, and no
//! input can make it panic (spec 40 §1.2).

use super::constructor as c;
use super::{MAX_BODY_DEPTH, MAX_DEPTH, MAX_EMPTY_ELEMENTS};

/// What is wrong with the received bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end inside a value, or a size reaches beyond its surroundings.
    #[error("value is cut off")]
    Truncated,
    /// The constructor byte is not one of AMQP 1.0.
    #[error("unknown constructor 0x{0:02x}")]
    Constructor(u8),
    /// The byte of a boolean is neither 0 nor 1.
    #[error("boolean byte 0x{0:02x}")]
    Boolean(u8),
    /// More elements are claimed than can be there.
    #[error("count {0} is too large")]
    Count(u32),
    /// A map with a key that has no value.
    #[error("map with an odd count")]
    OddMap,
    /// Too many containers inside each other.
    #[error("nested too deeply")]
    TooDeep,
    /// A text that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// A container with bytes behind its last element.
    #[error("bytes behind the last element")]
    Trailing,
    /// A value of another type than the field has.
    #[error("{0} has the wrong type")]
    WrongType(&'static str),
    /// A mandatory field is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A described type that is not known here.
    #[error("unknown descriptor {0}")]
    Descriptor(String),
}

/// The descriptor of a described value. Symbols of known types arrive as their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor<'a> {
    /// Numeric, or a known symbol translated.
    Code(u64),
    /// A symbol that is not known here.
    Symbol(&'a [u8]),
}

impl Descriptor<'_> {
    /// The numeric code, if there is one.
    pub fn code(&self) -> Option<u64> {
        match self {
            Descriptor::Code(code) => Some(*code),
            Descriptor::Symbol(_) => None,
        }
    }

    /// The error that says this descriptor is not known.
    pub fn unknown(&self) -> DecodeError {
        DecodeError::Descriptor(match self {
            Descriptor::Code(code) => format!("0x{code:x}"),
            Descriptor::Symbol(name) => String::from_utf8_lossy(name).into_owned(),
        })
    }
}

/// One value, borrowed from the input. Texts are the raw bytes as received.
#[derive(Clone, Debug)]
pub enum ValueRef<'a> {
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
    /// decimal32, decimal64 or decimal128: 4, 8 or 16 bytes as received
    Decimal(&'a [u8]),
    Char(u32),
    Timestamp(i64),
    Uuid([u8; 16]),
    Binary(&'a [u8]),
    /// Not checked to be UTF-8, so that application data stays lossless
    String(&'a [u8]),
    Symbol(&'a [u8]),
    List(Compound<'a>),
    /// Keys and values in turn
    Map(Compound<'a>),
    Array(ArrayRef<'a>),
    /// The descriptor, and a cursor over exactly the described value
    Described(Descriptor<'a>, Decoder<'a>),
}

/// The elements of a list, or the keys and values of a map.
#[derive(Clone, Debug)]
pub struct Compound<'a> {
    items: Decoder<'a>,
    count: u32,
}

impl<'a> Compound<'a> {
    /// The elements of a list or map whose parts were kept: the bytes behind the count, and the count.
    pub fn of(data: &'a [u8], count: u32, depth: u8) -> Compound<'a> {
        Compound {
            items: Decoder::with_depth(data, depth),
            count,
        }
    }

    /// Elements not yet taken; for a map keys and values both count.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The next element, `None` behind the last one. Bytes behind the last one are an error.
    pub fn next_value(&mut self) -> Result<Option<ValueRef<'a>>, DecodeError> {
        match self.count.checked_sub(1) {
            Some(left) => {
                self.count = left;
                self.items.value().map(Some)
            }
            None if self.items.is_empty() => Ok(None),
            None => Err(DecodeError::Trailing),
        }
    }

    /// Skips the next element, checking it; `false` behind the last one.
    pub fn skip_value(&mut self) -> Result<bool, DecodeError> {
        match self.count.checked_sub(1) {
            Some(left) => {
                self.count = left;
                self.items.skip().map(|()| true)
            }
            None if self.items.is_empty() => Ok(false),
            None => Err(DecodeError::Trailing),
        }
    }

    /// The cursor, standing before the next element; `None` behind the last one. The caller takes
    /// exactly one value.
    #[inline]
    pub(crate) fn element(&mut self) -> Result<Option<&mut Decoder<'a>>, DecodeError> {
        match self.count.checked_sub(1) {
            Some(left) => {
                self.count = left;
                Ok(Some(&mut self.items))
            }
            None if self.items.is_empty() => Ok(None),
            None => Err(DecodeError::Trailing),
        }
    }

    /// Takes the next element if it is encoded exactly as `bytes`, one whole value.
    #[inline]
    pub(crate) fn element_is(&mut self, bytes: &[u8]) -> bool {
        match self.count.checked_sub(1) {
            Some(left) if self.items.take_exactly(bytes) => {
                self.count = left;
                true
            }
            _ => false,
        }
    }

    /// Skips what is left, checking it.
    pub fn finish(&mut self) -> Result<(), DecodeError> {
        while self.skip_value()? {}
        Ok(())
    }

    /// The cursor over the elements not yet taken.
    pub fn items(&self) -> &Decoder<'a> {
        &self.items
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Result<ValueRef<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.next_value().transpose();
        if matches!(item, Some(Err(_))) {
            // An error ends the iteration.
            self.count = 0;
            self.items.pos = self.items.buf.len();
        }
        item
    }
}

/// The elements of an array: one constructor for all of them.
#[derive(Clone, Debug)]
pub struct ArrayRef<'a> {
    descriptor: Option<Descriptor<'a>>,
    code: u8,
    items: Decoder<'a>,
    count: u32,
}

impl<'a> ArrayRef<'a> {
    /// The elements of an array whose parts were kept: constructor, bytes behind it, count.
    pub fn of(code: u8, data: &'a [u8], count: u32, depth: u8) -> ArrayRef<'a> {
        ArrayRef {
            descriptor: None,
            code,
            items: Decoder::with_depth(data, depth),
            count,
        }
    }

    /// Elements not yet taken.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The constructor byte of the elements.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// The descriptor of the elements, if the array is one of a described type.
    pub fn descriptor(&self) -> Option<Descriptor<'a>> {
        self.descriptor
    }

    /// The bytes of the elements not yet taken, without constructors.
    pub fn data(&self) -> &'a [u8] {
        self.items.remaining()
    }

    /// The next element (without its descriptor), `None` behind the last one.
    pub fn next_value(&mut self) -> Result<Option<ValueRef<'a>>, DecodeError> {
        match self.count.checked_sub(1) {
            Some(left) => {
                self.count = left;
                self.items.payload(self.code).map(Some)
            }
            None if self.items.is_empty() => Ok(None),
            None => Err(DecodeError::Trailing),
        }
    }

    fn check(mut self) -> Result<(), DecodeError> {
        while self.count > 0 {
            self.count -= 1;
            self.items.skip_payload(self.code)?;
        }
        if self.items.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::Trailing)
        }
    }
}

impl<'a> Iterator for ArrayRef<'a> {
    type Item = Result<ValueRef<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.next_value().transpose();
        if matches!(item, Some(Err(_))) {
            self.count = 0;
            self.items.pos = self.items.buf.len();
        }
        item
    }
}

/// A cursor over encoded values.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    buf: &'a [u8],
    pos: usize,
    /// Containers that may still be entered.
    depth: u8,
}

impl<'a> Decoder<'a> {
    /// A cursor with the nesting limit of performatives.
    pub fn new(buf: &'a [u8]) -> Self {
        Decoder::with_depth(buf, MAX_DEPTH)
    }

    /// A cursor with the nesting limit of message bodies.
    pub fn for_body(buf: &'a [u8]) -> Self {
        Decoder::with_depth(buf, MAX_BODY_DEPTH)
    }

    /// A cursor with a nesting limit of its own.
    pub fn with_depth(buf: &'a [u8], depth: u8) -> Self {
        Decoder { buf, pos: 0, depth }
    }

    /// What has not been read.
    pub fn remaining(&self) -> &'a [u8] {
        self.buf.get(self.pos..).unwrap_or_default()
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Is everything read?
    pub fn is_empty(&self) -> bool {
        self.pos >= self.buf.len()
    }

    /// The constructor byte of the next value, which stays unread.
    pub fn peek(&self) -> Option<u8> {
        self.buf.get(self.pos).copied()
    }

    /// The next value.
    #[inline]
    pub fn value(&mut self) -> Result<ValueRef<'a>, DecodeError> {
        let code = self.byte()?;
        if code != c::DESCRIBED {
            return self.payload(code);
        }
        let descriptor = self.descriptor_value()?;
        let inner_depth = self.depth.checked_sub(1).ok_or(DecodeError::TooDeep)?;
        let start = self.pos;
        self.depth = inner_depth;
        let skipped = self.skip();
        self.depth = inner_depth + 1;
        skipped?;
        let inner = self.buf.get(start..self.pos).unwrap_or_default();
        Ok(ValueRef::Described(
            descriptor,
            Decoder::with_depth(inner, inner_depth),
        ))
    }

    /// Takes the next value if it is null.
    #[inline]
    pub(crate) fn take_null(&mut self) -> bool {
        let null = self.peek() == Some(c::NULL);
        self.pos += usize::from(null);
        null
    }

    /// The next value, which must be a uint. Short forms of `value` for the busy paths.
    #[inline]
    pub(crate) fn uint(&mut self, name: &'static str) -> Result<u32, DecodeError> {
        match self.byte()? {
            c::UINT0 => Ok(0),
            c::SMALL_UINT => Ok(u32::from(self.byte()?)),
            c::UINT => Ok(u32::from_be_bytes(self.fixed()?)),
            _ => Err(DecodeError::WrongType(name)),
        }
    }

    /// The next value, which must be a boolean.
    #[inline]
    pub(crate) fn bool(&mut self, name: &'static str) -> Result<bool, DecodeError> {
        match self.byte()? {
            c::TRUE => Ok(true),
            c::FALSE => Ok(false),
            c::BOOLEAN => match self.byte()? {
                0 => Ok(false),
                1 => Ok(true),
                other => Err(DecodeError::Boolean(other)),
            },
            _ => Err(DecodeError::WrongType(name)),
        }
    }

    /// The next value, which must be binary.
    #[inline]
    pub(crate) fn binary(&mut self, name: &'static str) -> Result<&'a [u8], DecodeError> {
        match self.byte()? {
            c::BINARY8 => self.variable(false),
            c::BINARY32 => self.variable(true),
            _ => Err(DecodeError::WrongType(name)),
        }
    }

    /// Takes `bytes` if they are next.
    #[inline]
    pub(crate) fn take_exactly(&mut self, bytes: &[u8]) -> bool {
        let next = self.remaining().starts_with(bytes);
        if next {
            self.pos += bytes.len();
        }
        next
    }

    /// Skips one whole value, checking it.
    #[inline]
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        if self.take_null() {
            return Ok(());
        }
        self.skip_any()
    }

    fn skip_any(&mut self) -> Result<(), DecodeError> {
        let code = self.byte()?;
        if code != c::DESCRIBED {
            return self.skip_payload(code);
        }
        self.descriptor_value()?;
        self.depth = self.depth.checked_sub(1).ok_or(DecodeError::TooDeep)?;
        let skipped = self.skip();
        self.depth += 1;
        skipped
    }

    /// The descriptor of a described value, which must be next; its value follows.
    #[inline]
    pub fn descriptor(&mut self) -> Result<Descriptor<'a>, DecodeError> {
        match self.byte()? {
            c::DESCRIBED => self.descriptor_value(),
            _ => Err(DecodeError::WrongType("descriptor")),
        }
    }

    /// The next value, which must be a list.
    #[inline]
    pub fn list(&mut self) -> Result<Compound<'a>, DecodeError> {
        match self.peek() {
            Some(c::LIST8) => {
                self.pos += 1;
                self.elements(false, false)
            }
            _ => match self.value()? {
                ValueRef::List(list) => Ok(list),
                _ => Err(DecodeError::WrongType("list")),
            },
        }
    }

    #[inline]
    fn descriptor_value(&mut self) -> Result<Descriptor<'a>, DecodeError> {
        match self.byte()? {
            c::SMALL_ULONG => Ok(Descriptor::Code(u64::from(self.byte()?))),
            code => self.long_descriptor(code),
        }
    }

    fn long_descriptor(&mut self, code: u8) -> Result<Descriptor<'a>, DecodeError> {
        match code {
            c::ULONG | c::ULONG0 | c::SYMBOL8 | c::SYMBOL32 => match self.payload(code)? {
                ValueRef::Ulong(code) => Ok(Descriptor::Code(code)),
                ValueRef::Symbol(name) => Ok(crate::amqp::performative::code_of(name)
                    .map_or(Descriptor::Symbol(name), Descriptor::Code)),
                _ => Err(DecodeError::WrongType("descriptor")),
            },
            _ => Err(DecodeError::WrongType("descriptor")),
        }
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = *self.buf.get(self.pos).ok_or(DecodeError::Truncated)?;
        self.pos += 1;
        Ok(byte)
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.pos.checked_add(len).ok_or(DecodeError::Truncated)?;
        let bytes = self.buf.get(self.pos..end).ok_or(DecodeError::Truncated)?;
        self.pos = end;
        Ok(bytes)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| DecodeError::Truncated)
    }

    #[inline]
    fn length(&mut self, long: bool) -> Result<usize, DecodeError> {
        Ok(if long {
            u32::from_be_bytes(self.fixed()?) as usize
        } else {
            usize::from(self.byte()?)
        })
    }

    #[inline]
    fn variable(&mut self, long: bool) -> Result<&'a [u8], DecodeError> {
        let length = self.length(long)?;
        self.take(length)
    }

    /// Size and count of a list, map or array; the cursor over what follows the count.
    #[inline]
    fn container(&mut self, long: bool) -> Result<Compound<'a>, DecodeError> {
        let depth = self.depth.checked_sub(1).ok_or(DecodeError::TooDeep)?;
        let mut items = Decoder::with_depth(self.variable(long)?, depth);
        let count = items.length(long)? as u32;
        Ok(Compound { items, count })
    }

    #[inline]
    fn elements(&mut self, long: bool, map: bool) -> Result<Compound<'a>, DecodeError> {
        let elements = self.container(long)?;
        if elements.count as usize > elements.items.remaining().len() {
            return Err(DecodeError::Count(elements.count));
        }
        if map && elements.count % 2 != 0 {
            return Err(DecodeError::OddMap);
        }
        Ok(elements)
    }

    fn array(&mut self, long: bool) -> Result<ArrayRef<'a>, DecodeError> {
        let Compound { mut items, count } = self.container(long)?;
        let mut descriptor = None;
        let mut code = items.byte()?;
        if code == c::DESCRIBED {
            descriptor = Some(items.descriptor_value()?);
            code = items.byte()?;
        }
        let width = match code {
            c::NULL | c::TRUE | c::FALSE | c::UINT0 | c::ULONG0 | c::LIST0 => 0,
            c::DESCRIBED => return Err(DecodeError::Constructor(code)),
            _ => 1,
        };
        let most = match width {
            0 => MAX_EMPTY_ELEMENTS as usize,
            _ => items.remaining().len(),
        };
        if count as usize > most {
            return Err(DecodeError::Count(count));
        }
        Ok(ArrayRef {
            descriptor,
            code,
            items,
            count,
        })
    }

    /// The bytes behind a constructor.
    #[inline]
    fn payload(&mut self, code: u8) -> Result<ValueRef<'a>, DecodeError> {
        Ok(match code {
            c::NULL => ValueRef::Null,
            c::TRUE => ValueRef::Bool(true),
            c::FALSE => ValueRef::Bool(false),
            c::BOOLEAN => match self.byte()? {
                0 => ValueRef::Bool(false),
                1 => ValueRef::Bool(true),
                other => return Err(DecodeError::Boolean(other)),
            },
            c::UBYTE => ValueRef::Ubyte(self.byte()?),
            c::USHORT => ValueRef::Ushort(u16::from_be_bytes(self.fixed()?)),
            c::UINT => ValueRef::Uint(u32::from_be_bytes(self.fixed()?)),
            c::SMALL_UINT => ValueRef::Uint(u32::from(self.byte()?)),
            c::UINT0 => ValueRef::Uint(0),
            c::ULONG => ValueRef::Ulong(u64::from_be_bytes(self.fixed()?)),
            c::SMALL_ULONG => ValueRef::Ulong(u64::from(self.byte()?)),
            c::ULONG0 => ValueRef::Ulong(0),
            c::BYTE => ValueRef::Byte(self.byte()? as i8),
            c::SHORT => ValueRef::Short(i16::from_be_bytes(self.fixed()?)),
            c::INT => ValueRef::Int(i32::from_be_bytes(self.fixed()?)),
            c::SMALL_INT => ValueRef::Int(i32::from(self.byte()? as i8)),
            c::LONG => ValueRef::Long(i64::from_be_bytes(self.fixed()?)),
            c::SMALL_LONG => ValueRef::Long(i64::from(self.byte()? as i8)),
            c::FLOAT => ValueRef::Float(f32::from_be_bytes(self.fixed()?)),
            c::DOUBLE => ValueRef::Double(f64::from_be_bytes(self.fixed()?)),
            c::DECIMAL32 => ValueRef::Decimal(self.take(4)?),
            c::DECIMAL64 => ValueRef::Decimal(self.take(8)?),
            c::DECIMAL128 => ValueRef::Decimal(self.take(16)?),
            c::CHAR => ValueRef::Char(u32::from_be_bytes(self.fixed()?)),
            c::TIMESTAMP => ValueRef::Timestamp(i64::from_be_bytes(self.fixed()?)),
            c::UUID => ValueRef::Uuid(self.fixed()?),
            c::BINARY8 => ValueRef::Binary(self.variable(false)?),
            c::BINARY32 => ValueRef::Binary(self.variable(true)?),
            c::STRING8 => ValueRef::String(self.variable(false)?),
            c::STRING32 => ValueRef::String(self.variable(true)?),
            c::SYMBOL8 => ValueRef::Symbol(self.variable(false)?),
            c::SYMBOL32 => ValueRef::Symbol(self.variable(true)?),
            c::LIST0 => {
                let depth = self.depth.checked_sub(1).ok_or(DecodeError::TooDeep)?;
                ValueRef::List(Compound {
                    items: Decoder::with_depth(&[], depth),
                    count: 0,
                })
            }
            c::LIST8 => ValueRef::List(self.elements(false, false)?),
            c::LIST32 => ValueRef::List(self.elements(true, false)?),
            c::MAP8 => ValueRef::Map(self.elements(false, true)?),
            c::MAP32 => ValueRef::Map(self.elements(true, true)?),
            c::ARRAY8 => ValueRef::Array(self.array(false)?),
            c::ARRAY32 => ValueRef::Array(self.array(true)?),
            _ => return Err(DecodeError::Constructor(code)),
        })
    }

    fn skip_payload(&mut self, code: u8) -> Result<(), DecodeError> {
        match self.payload(code)? {
            ValueRef::List(mut items) | ValueRef::Map(mut items) => items.finish(),
            ValueRef::Array(items) => items.check(),
            _ => Ok(()),
        }
    }
}
