//! The body of a bytes message (spec 30 §5.2, §5.3): big-endian reads from a position, writes at the end, and blocks whose
//! address C was given, which stay where they are until the message is destroyed (spec 30 §8). Nothing here blocks.

use std::cell::Cell;
use std::collections::BTreeMap;

use bytes::Bytes;

use super::bounds::{MESSAGE_MOST, check_length};
use super::model::{Body, BodyKind, Kept, Message, wrong_type};
use super::modified_utf8::{from_modified_utf8, to_modified_utf8};
use super::text::Text;
use super::values::slice;
use super::wire::{Span, Wire};
use crate::status::{Error, Result, Status};

/// Longest UTF string, by its two-byte length prefix.
const UTF_MAX: usize = u16::MAX as usize;

/// Bytes at a fixed address: part of a received payload, or written here.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Shared(Bytes),
    Own(Vec<u8>),
}

impl std::ops::Deref for Block {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Block::Shared(bytes) => bytes,
            Block::Own(bytes) => bytes,
        }
    }
}

/// What another program says about bytes that are no content by themselves, because it has encoded them (D24) or because
/// they are a text in a charset that is not known here: handed on with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coding {
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
}

/// The bytes with the read position.
#[derive(Debug)]
pub(super) struct BytesBody {
    block: Block,
    /// Where the bytes lie in the payload of their message, as long as `block` is not filled with them.
    in_payload: Option<Span>,
    position: usize,
    /// True once C holds an address inside the bytes.
    lent: Cell<bool>,
    /// Holds until the bytes are changed.
    coding: Option<Box<Coding>>,
    texts: Option<Box<Texts>>,
}

/// Texts made by ReadUTF, by position; earlier ones at a position whose bytes have changed.
#[derive(Debug, Default)]
struct Texts {
    by_position: BTreeMap<usize, Text>,
    old: Vec<Text>,
}

impl Default for BytesBody {
    fn default() -> BytesBody {
        BytesBody::from_block(Block::Own(Vec::new()))
    }
}

/// A copy starts at position 0 and has lent nothing.
impl Clone for BytesBody {
    fn clone(&self) -> BytesBody {
        BytesBody {
            in_payload: self.in_payload,
            coding: self.coding.clone(),
            ..BytesBody::from_block(self.block.clone())
        }
    }
}

impl BytesBody {
    fn from_block(block: Block) -> BytesBody {
        BytesBody {
            block,
            in_payload: None,
            position: 0,
            lent: Cell::new(false),
            coding: None,
            texts: None,
        }
    }

    /// A received body that lies in the payload of its message.
    pub(super) fn in_payload(span: Span) -> BytesBody {
        BytesBody {
            in_payload: Some(span),
            ..BytesBody::default()
        }
    }

    /// A received body that lies elsewhere, not copied.
    pub(super) fn from_wire(bytes: Bytes) -> BytesBody {
        BytesBody::from_block(Block::Shared(bytes))
    }

    /// A received body that is handed on with what its sender says about it.
    pub(super) fn from_coded(bytes: Bytes, coding: Coding) -> BytesBody {
        BytesBody {
            coding: Some(Box::new(coding)),
            ..BytesBody::from_wire(bytes)
        }
    }

    /// What is to be said about the bytes when they are handed on.
    pub(super) fn coding(&self) -> Option<&Coding> {
        self.coding.as_deref()
    }

    /// Takes a share of the payload, if the bytes lie there, to work on them.
    fn share(&mut self, wire: Option<&Wire>) {
        if let (Some(span), Some(wire)) = (self.in_payload.take(), wire) {
            self.block = Block::Shared(slice(&wire.payload, span.within(&wire.payload)));
        }
    }

    pub(super) fn rewind(&mut self) {
        self.position = 0;
    }

    /// Gives the block away when C holds an address inside. The payload stays with the message anyway.
    pub(super) fn keep_lent(&mut self, kept: &mut Kept) {
        if self.lent.replace(false) {
            kept.push(std::mem::replace(&mut self.block, Block::Own(Vec::new())));
        }
    }

    fn take(&mut self, count: usize) -> Result<&[u8]> {
        let end = self.position + count;
        let taken = self
            .block
            .get(self.position..end)
            .ok_or(Status::TIBEMS_MSG_EOF)?;
        self.position = end;
        Ok(taken)
    }

    fn append(&mut self, bytes: &[u8], kept: &mut Kept) -> Result<()> {
        let length = self.block.len().saturating_add(bytes.len());
        check_length(length)?;
        if !bytes.is_empty() {
            self.coding = None;
        }
        match &mut self.block {
            Block::Own(own) if !self.lent.get() => {
                own.extend_from_slice(bytes);
                return Ok(());
            }
            _ => {}
        }
        let mut own = Vec::with_capacity((length * 2).min(MESSAGE_MOST));
        own.extend_from_slice(&self.block);
        own.extend_from_slice(bytes);
        self.keep_lent(kept);
        self.block = Block::Own(own);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8], kept: &mut Kept) -> Result<()> {
        check_length(bytes.len())?;
        self.coding = None;
        self.keep_lent(kept);
        if let Some(texts) = self.texts.as_deref_mut() {
            let texts_so_far = std::mem::take(&mut texts.by_position);
            texts.old.extend(texts_so_far.into_values());
        }
        self.position = 0;
        match &mut self.block {
            Block::Own(own) => {
                own.clear();
                own.extend_from_slice(bytes);
            }
            Block::Shared(_) => self.block = Block::Own(bytes.to_vec()),
        }
        Ok(())
    }

    fn read_utf(&mut self) -> Result<&Text> {
        let start = self.position;
        let prefix = self.take(2)?;
        let length = usize::from(u16::from_be_bytes([prefix[0], prefix[1]]));
        if self.block.len() - self.position < length {
            self.position = start;
            return Err(Status::TIBEMS_MSG_EOF.into());
        }
        let encoded = &self.block[self.position..self.position + length];
        self.position += length;
        let texts = self.texts.get_or_insert_default();
        Ok(texts
            .by_position
            .entry(start)
            .or_insert_with(|| Text::new(&from_modified_utf8(encoded))))
    }
}

/// Address and length for C; the address is never NULL, also for no bytes at all.
pub fn address_of(bytes: &[u8]) -> (*const u8, usize) {
    static EMPTY: u8 = 0;
    if bytes.is_empty() {
        (&raw const EMPTY, 0)
    } else {
        (bytes.as_ptr(), bytes.len())
    }
}

impl Message {
    fn bytes_body(&self) -> Result<&BytesBody> {
        match &self.body {
            Body::Bytes(body) => Ok(body),
            _ => Err(wrong_type()),
        }
    }

    fn bytes_to_read(&mut self) -> Result<&mut BytesBody> {
        self.expect(BodyKind::Bytes)?;
        self.check_readable()?;
        match &mut self.body {
            Body::Bytes(body) => {
                body.share(self.wire.as_ref());
                Ok(body)
            }
            _ => Err(wrong_type()),
        }
    }

    fn bytes_to_write(&mut self) -> Result<(&mut BytesBody, &mut Kept)> {
        self.expect(BodyKind::Bytes)?;
        self.check_writeable()?;
        match &mut self.body {
            Body::Bytes(body) => {
                body.share(self.wire.as_ref());
                Ok((body, &mut self.kept))
            }
            _ => Err(wrong_type()),
        }
    }

    /// All bytes of this body of the message.
    pub(super) fn bytes_of<'a>(&'a self, body: &'a BytesBody) -> &'a [u8] {
        match (body.in_payload, &self.wire) {
            (Some(span), Some(wire)) => span.within(&wire.payload),
            _ => &body.block,
        }
    }

    /// The next `N` bytes; `TIBEMS_MSG_EOF` without moving if fewer are left.
    pub fn read_exact<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut value = [0; N];
        value.copy_from_slice(self.bytes_to_read()?.take(N)?);
        Ok(value)
    }

    /// `tibemsBytesMsg_ReadBytes`: address and number of the next bytes, at most `requested`; `None` at the end.
    pub fn read_some(&mut self, requested: i32) -> Result<Option<(*const u8, usize)>> {
        let body = self.bytes_to_read()?;
        if requested <= 0 {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the requested length is not positive",
            ));
        }
        let left = body.block.len() - body.position;
        if left == 0 {
            return Ok(None);
        }
        body.lent.set(true);
        let taken = body.take(left.min(requested as usize))?;
        Ok(Some((taken.as_ptr(), taken.len())))
    }

    /// `tibemsBytesMsg_ReadUTF`. The text lives until ClearBody or Destroy.
    pub fn read_utf(&mut self) -> Result<&Text> {
        self.bytes_to_read()?.read_utf()
    }

    /// Appends bytes.
    pub fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let (body, kept) = self.bytes_to_write()?;
        body.append(bytes, kept)
    }

    /// `tibemsBytesMsg_WriteUTF`: length prefix and modified UTF-8; text that is not UTF-8 goes out unchanged.
    pub fn write_utf(&mut self, text: &[u8]) -> Result<()> {
        let (body, kept) = self.bytes_to_write()?;
        let encoded = to_modified_utf8(text);
        if encoded.len() - 2 > UTF_MAX {
            return Err(Error::new(
                Status::TIBEMS_INVALID_SIZE,
                "the encoded string exceeds 65535 bytes",
            ));
        }
        body.append(&encoded, kept)
    }

    /// `tibemsBytesMsg_SetBytes`: replaces the whole body by a copy and starts reading at 0.
    pub fn set_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let (body, kept) = self.bytes_to_write()?;
        body.replace(bytes, kept)
    }

    /// `tibemsBytesMsg_GetBodyLength`, in every mode.
    pub fn body_length(&self) -> Result<usize> {
        Ok(self.bytes_of(self.bytes_body()?).len())
    }

    /// `tibemsBytesMsg_GetBytes`: address (never NULL) and length of the whole body; valid until Destroy.
    pub fn lend_bytes(&self) -> Result<(*const u8, usize)> {
        let body = self.bytes_body()?;
        body.lent.set(true);
        Ok(address_of(self.bytes_of(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice<'a>((address, length): (*const u8, usize)) -> &'a [u8] {
        // SAFETY: the tests use the address while the message lives
        unsafe { std::slice::from_raw_parts(address, length) }
    }

    fn written(bytes: &[u8]) -> Message {
        let mut message = Message::bytes();
        message.write_bytes(bytes).unwrap();
        message.reset();
        message
    }

    fn status<T>(result: Result<T>) -> Status {
        result.err().map_or(Status::TIBEMS_OK, |error| error.status)
    }

    #[test]
    fn modes_and_end() {
        let mut message = Message::bytes();
        assert_eq!(
            status(message.read_exact::<4>()),
            Status::TIBEMS_MSG_NOT_READABLE
        );
        message.write_bytes(&[1, 2, 3]).unwrap();
        message.reset();
        assert_eq!(status(message.read_exact::<4>()), Status::TIBEMS_MSG_EOF);
        for byte in 1..=3 {
            assert_eq!(message.read_exact::<1>(), Ok([byte]));
        }
        assert_eq!(status(message.read_exact::<1>()), Status::TIBEMS_MSG_EOF);
        assert_eq!(
            status(message.write_bytes(&[1])),
            Status::TIBEMS_MSG_NOT_WRITEABLE
        );
        assert_eq!(
            status(message.set_bytes(&[1])),
            Status::TIBEMS_MSG_NOT_WRITEABLE
        );
        message.clear_body();
        message.write_bytes(&[1, 2, 3, 4]).unwrap();
        assert_eq!(message.body_length(), Ok(4));
    }

    #[test]
    fn reads_in_pieces() {
        let mut message = written(&[1, 2, 3, 4, 5]);
        assert_eq!(status(message.read_some(0)), Status::TIBEMS_INVALID_ARG);
        assert_eq!(slice(message.read_some(4).unwrap().unwrap()), [1, 2, 3, 4]);
        assert_eq!(slice(message.read_some(4).unwrap().unwrap()), [5]);
        assert_eq!(message.read_some(4), Ok(None));
        assert_eq!(message.read_some(4), Ok(None));
        message.make_writeable();
        message.write_bytes(&[6]).unwrap();
        assert_eq!(message.read_exact::<1>(), Ok([6]));
    }

    #[test]
    fn old_blocks_stay() {
        let mut message = Message::bytes();
        assert_eq!(message.lend_bytes().unwrap().1, 0);
        message.set_bytes(b"old").unwrap();
        let old = message.lend_bytes().unwrap();
        message.set_bytes(b"new").unwrap();
        let new = message.lend_bytes().unwrap();
        message.write_bytes(b"er").unwrap();
        let newer = message.lend_bytes().unwrap();
        message.clear_body();
        assert_eq!(
            (slice(old), slice(new), slice(newer)),
            (&b"old"[..], &b"new"[..], &b"newer"[..])
        );
        assert!(!message.lend_bytes().unwrap().0.is_null());
    }

    #[test]
    fn utf_strings() {
        let mut message = Message::bytes();
        message.write_utf(b"").unwrap();
        message.write_utf("😀é".as_bytes()).unwrap();
        message.write_utf(b"\xE9").unwrap();
        assert_eq!(
            status(message.write_utf(&[b'a'; 65536])),
            Status::TIBEMS_INVALID_SIZE
        );
        let body = slice(message.lend_bytes().unwrap());
        assert_eq!(
            body,
            b"\0\0\0\x08\xED\xA0\xBD\xED\xB8\x80\xC3\xA9\0\x01\xE9"
        );
        message.write_utf(&[b'a'; 65535]).unwrap();
        message.reset();
        assert_eq!(message.read_utf().unwrap().as_bytes(), b"");
        let first = message.read_utf().unwrap().as_ptr();
        assert_eq!(message.read_utf().unwrap().as_bytes(), b"\xE9");
        message.reset();
        message.read_exact::<2>().unwrap();
        let again = message.read_utf().unwrap();
        assert_eq!((again.as_str(), again.as_ptr()), (Some("😀é"), first));
    }

    #[test]
    fn utf_prefix_beyond_the_end() {
        let mut message = written(&[0, 5, b'a', b'b']);
        assert_eq!(status(message.read_utf()), Status::TIBEMS_MSG_EOF);
        assert_eq!(message.read_exact::<2>(), Ok([0, 5]));
        let mut message = written(&[0, 3, b'a', 0xC0, 0x80]);
        assert_eq!(message.read_utf().unwrap().as_bytes(), b"a\0");
    }
}
