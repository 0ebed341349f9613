//! The values of received sections, read where they lie: the encodings that senders use for them by hand, all others (and
//! all that are wrong) by the codec, so that both ways accept the same and fail the same. Nothing here blocks.

use super::ids::is_id;
use super::values::{self, CURSOR_DEPTH};
use super::wire::Span;
use crate::amqp::codec::constructor as c;
use crate::amqp::codec::{Compound, DecodeError, Decoder, ValueRef};

pub(super) type Decoded<T> = std::result::Result<T, DecodeError>;

/// Elements of a list, or keys and values of a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements<'a> {
    bytes: &'a [u8],
    count: u32,
}

/// The descriptor's code of a section, and what follows.
#[inline(always)]
pub(super) fn descriptor(bytes: &[u8]) -> Decoded<(Option<u64>, &[u8])> {
    if let [c::DESCRIBED, c::SMALL_ULONG, code, rest @ ..] = bytes {
        return Ok((Some(u64::from(*code)), rest));
    }
    any_descriptor(bytes)
}

#[cold]
fn any_descriptor(bytes: &[u8]) -> Decoded<(Option<u64>, &[u8])> {
    let mut cursor = values::cursor(bytes);
    let code = cursor.descriptor()?.code();
    Ok((code, cursor.remaining()))
}

/// The list that comes next, and what follows it.
#[inline]
pub(super) fn list(bytes: &[u8]) -> Decoded<(Elements<'_>, &[u8])> {
    match container(bytes, c::LIST8, c::LIST32) {
        Some(list) => Ok(list),
        None => any_list(bytes),
    }
}

#[cold]
fn any_list(bytes: &[u8]) -> Decoded<(Elements<'_>, &[u8])> {
    let mut cursor = values::cursor(bytes);
    let list = cursor.list()?;
    Ok((Elements::of(&list), cursor.remaining()))
}

/// The map that comes next, and what follows it.
#[inline]
pub(super) fn map(bytes: &[u8]) -> Decoded<(Elements<'_>, &[u8])> {
    match container(bytes, c::MAP8, c::MAP32) {
        Some((map, rest)) if map.count % 2 == 0 => Ok((map, rest)),
        _ => any_map(bytes),
    }
}

#[cold]
fn any_map(bytes: &[u8]) -> Decoded<(Elements<'_>, &[u8])> {
    let mut cursor = values::cursor(bytes);
    match cursor.value()? {
        ValueRef::Map(pairs) => Ok((Elements::of(&pairs), cursor.remaining())),
        _ => Err(DecodeError::WrongType("map section")),
    }
}

/// Binary data that comes next, and what follows it.
#[inline]
pub(super) fn data(bytes: &[u8]) -> Decoded<(&[u8], &[u8])> {
    if let Some(found) = variable(bytes, c::BINARY8, c::BINARY32) {
        return Ok(found);
    }
    let mut cursor = values::cursor(bytes);
    match cursor.value()? {
        ValueRef::Binary(data) => Ok((data, cursor.remaining())),
        _ => Err(DecodeError::WrongType("data section")),
    }
}

/// A string that comes next, and what follows it; `None` for what is none.
#[inline]
pub(super) fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    variable(bytes, c::STRING8, c::STRING32)
}

/// The content of a value of variable width, and what follows it; `None` if it is another value or cut off.
#[inline]
fn variable(bytes: &[u8], short: u8, long: u8) -> Option<(&[u8], &[u8])> {
    match *bytes {
        [code, size, ref rest @ ..] if code == short => rest.split_at_checked(size.into()),
        [code, a, b, c, d, ref rest @ ..] if code == long => {
            rest.split_at_checked(u32::from_be_bytes([a, b, c, d]) as usize)
        }
        _ => None,
    }
}

#[inline]
fn container(bytes: &[u8], short: u8, long: u8) -> Option<(Elements<'_>, &[u8])> {
    let (count, bytes, rest) = match *bytes {
        [code, size, ref rest @ ..] if code == short => {
            let (inside, rest) = rest.split_at_checked(size.into())?;
            let (count, bytes) = inside.split_first()?;
            (u32::from(*count), bytes, rest)
        }
        [code, a, b, c, d, ref rest @ ..] if code == long => {
            let size = u32::from_be_bytes([a, b, c, d]) as usize;
            let (inside, rest) = rest.split_at_checked(size)?;
            let (count, bytes) = inside.split_first_chunk()?;
            (u32::from_be_bytes(*count), bytes, rest)
        }
        _ => return None,
    };
    (count as usize <= bytes.len()).then_some((Elements { bytes, count }, rest))
}

/// What follows a value that has no parts and of whose bytes none can be wrong; `None` for any other value.
#[inline]
fn leaf(bytes: &[u8]) -> Option<&[u8]> {
    let (code, rest) = bytes.split_first()?;
    let width = match *code {
        c::NULL | c::TRUE | c::FALSE | c::UINT0 | c::ULONG0 => 0,
        c::UBYTE | c::BYTE | c::SMALL_UINT | c::SMALL_ULONG | c::SMALL_INT | c::SMALL_LONG => 1,
        c::USHORT | c::SHORT => 2,
        c::UINT | c::INT | c::FLOAT | c::CHAR | c::DECIMAL32 => 4,
        c::ULONG | c::LONG | c::DOUBLE | c::TIMESTAMP | c::DECIMAL64 => 8,
        c::UUID | c::DECIMAL128 => 16,
        c::BINARY8 | c::STRING8 | c::SYMBOL8 => 1 + usize::from(*rest.first()?),
        c::BINARY32 | c::STRING32 | c::SYMBOL32 => {
            (u32::from_be_bytes(*rest.first_chunk()?) as usize).checked_add(4)?
        }
        _ => return None,
    };
    rest.get(width..)
}

impl<'a> Elements<'a> {
    /// Those that the codec found.
    pub(super) fn of(found: &Compound<'a>) -> Elements<'a> {
        Elements {
            bytes: found.items().remaining(),
            count: Compound::count(found),
        }
    }

    /// The bytes of those not yet taken.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many are not yet taken; for a map keys and values both count.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// True if all are values without parts, and nothing is wrong with them.
    pub(super) fn are_leaves(&self) -> bool {
        let mut bytes = self.bytes;
        for _ in 0..self.count {
            match leaf(bytes) {
                Some(rest) => bytes = rest,
                None => return false,
            }
        }
        bytes.is_empty()
    }

    /// Counts the next element; false behind the last one.
    #[inline]
    fn begin(&mut self) -> Decoded<bool> {
        match self.count.checked_sub(1) {
            Some(left) => {
                self.count = left;
                Ok(true)
            }
            None if self.bytes.is_empty() => Ok(false),
            None => Err(DecodeError::Trailing),
        }
    }

    /// The value that comes next, in whatever encoding.
    #[cold]
    fn any(&mut self) -> Decoded<ValueRef<'a>> {
        let mut cursor = Decoder::with_depth(self.bytes, CURSOR_DEPTH - 1);
        let value = cursor.value()?;
        self.bytes = cursor.remaining();
        Ok(value)
    }

    /// What `pick` finds in the value that comes next; `None` for null.
    #[inline(never)]
    fn pick<T>(
        &mut self,
        field: &'static str,
        pick: impl FnOnce(ValueRef<'a>) -> Option<T>,
    ) -> Decoded<Option<T>> {
        match self.any()? {
            ValueRef::Null => Ok(None),
            value => pick(value).map(Some).ok_or(DecodeError::WrongType(field)),
        }
    }

    #[inline]
    fn took<T>(&mut self, value: T, rest: &'a [u8]) -> Decoded<Option<T>> {
        self.bytes = rest;
        Ok(Some(value))
    }

    /// Takes the next element if it is null or missing.
    #[inline]
    fn absent(&mut self) -> Decoded<bool> {
        if !self.begin()? {
            return Ok(true);
        }
        match self.bytes {
            [c::NULL, rest @ ..] => {
                self.bytes = rest;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The next element; `None` behind the last one.
    #[inline]
    pub(super) fn next_value(&mut self) -> Decoded<Option<ValueRef<'a>>> {
        if !self.begin()? {
            return Ok(None);
        }
        match *self.bytes {
            [c::SYMBOL8, size, ref rest @ ..] if rest.len() >= size.into() => {
                let (text, rest) = rest.split_at(size.into());
                self.took(ValueRef::Symbol(text), rest)
            }
            [c::STRING8, size, ref rest @ ..] if rest.len() >= size.into() => {
                let (text, rest) = rest.split_at(size.into());
                self.took(ValueRef::String(text), rest)
            }
            [c::BYTE, number, ref rest @ ..] => self.took(ValueRef::Byte(number as i8), rest),
            [c::UBYTE, number, ref rest @ ..] => self.took(ValueRef::Ubyte(number), rest),
            _ => self.any().map(Some),
        }
    }

    #[inline]
    pub(super) fn bool(&mut self, field: &'static str) -> Decoded<Option<bool>> {
        if self.absent()? {
            return Ok(None);
        }
        match self.bytes {
            [c::TRUE, rest @ ..] => self.took(true, rest),
            [c::FALSE, rest @ ..] => self.took(false, rest),
            _ => self.pick(field, |value| match value {
                ValueRef::Bool(value) => Some(value),
                _ => None,
            }),
        }
    }

    #[inline]
    pub(super) fn ubyte(&mut self, field: &'static str) -> Decoded<Option<u8>> {
        if self.absent()? {
            return Ok(None);
        }
        match self.bytes {
            [c::UBYTE, number, rest @ ..] => self.took(*number, rest),
            _ => self.pick(field, |value| match value {
                ValueRef::Ubyte(number) => Some(number),
                _ => None,
            }),
        }
    }

    #[inline]
    pub(super) fn uint(&mut self, field: &'static str) -> Decoded<Option<u32>> {
        if self.absent()? {
            return Ok(None);
        }
        match *self.bytes {
            [c::UINT0, ref rest @ ..] => self.took(0, rest),
            [c::SMALL_UINT, number, ref rest @ ..] => self.took(number.into(), rest),
            [c::UINT, a, b, c, d, ref rest @ ..] => {
                self.took(u32::from_be_bytes([a, b, c, d]), rest)
            }
            _ => self.pick(field, |value| match value {
                ValueRef::Uint(number) => Some(number),
                _ => None,
            }),
        }
    }

    #[inline]
    pub(super) fn time(&mut self, field: &'static str) -> Decoded<Option<i64>> {
        if self.absent()? {
            return Ok(None);
        }
        if let [c::TIMESTAMP, rest @ ..] = self.bytes
            && let Some((time, rest)) = rest.split_first_chunk()
        {
            return self.took(i64::from_be_bytes(*time), rest);
        }
        self.pick(field, |value| match value {
            ValueRef::Timestamp(time) => Some(time),
            _ => None,
        })
    }

    #[inline]
    pub(super) fn binary(&mut self, field: &'static str) -> Decoded<Option<&'a [u8]>> {
        if self.absent()? {
            return Ok(None);
        }
        self.pick(field, |value| match value {
            ValueRef::Binary(bytes) => Some(bytes),
            _ => None,
        })
    }

    /// A string or symbol; its bytes need not be UTF-8.
    #[inline]
    pub(super) fn text(&mut self, field: &'static str) -> Decoded<Option<&'a [u8]>> {
        if self.absent()? {
            return Ok(None);
        }
        if let [c::STRING8 | c::SYMBOL8, size, rest @ ..] = self.bytes
            && let Some((text, rest)) = rest.split_at_checked(usize::from(*size))
        {
            return self.took(text, rest);
        }
        self.pick(field, |value| match value {
            ValueRef::String(text) | ValueRef::Symbol(text) => Some(text),
            _ => None,
        })
    }

    /// A text that is UTF-8. One that is equal to `usual` need not be checked.
    #[inline(always)]
    pub(super) fn address(
        &mut self,
        field: &'static str,
        usual: &'a str,
    ) -> Decoded<Option<&'a str>> {
        match self.text(field)? {
            None => Ok(None),
            Some(text) if text == usual.as_bytes() => Ok(Some(usual)),
            Some(text) => match std::str::from_utf8(text) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(DecodeError::Utf8),
            },
        }
    }

    /// Where an id lies in the payload: it is kept encoded, for its type.
    #[inline]
    pub(super) fn id(&mut self, payload: &[u8], field: &'static str) -> Decoded<Option<Span>> {
        if self.absent()? {
            return Ok(None);
        }
        let before = self.bytes;
        match string(before) {
            Some((_, rest)) => self.bytes = rest,
            None => {
                let id = self.pick(field, |value| is_id(&value).then_some(()))?;
                if id.is_none() {
                    return Ok(None);
                }
            }
        }
        let encoded = &before[..before.len() - self.bytes.len()];
        Ok(Some(Span::of(payload, encoded)))
    }

    /// Skips the next element, checking it.
    #[inline]
    pub(super) fn skip(&mut self) -> Decoded<bool> {
        if !self.begin()? {
            return Ok(false);
        }
        match leaf(self.bytes) {
            Some(rest) => self.bytes = rest,
            None => {
                let mut cursor = Decoder::with_depth(self.bytes, CURSOR_DEPTH - 1);
                cursor.skip()?;
                self.bytes = cursor.remaining();
            }
        }
        Ok(true)
    }

    /// Skips what is left, checking it.
    #[inline]
    pub(super) fn finish(mut self) -> Decoded<()> {
        while self.skip()? {}
        Ok(())
    }
}
