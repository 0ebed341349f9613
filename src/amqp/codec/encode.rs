//! The encoder: appends AMQP values to a byte vector, always in the smallest form.
//!
//! Called by the performatives, by the engine and by the message layer (sections of a message).
//! Never fails and never blocks. Sizes of lists and maps are patched in when they end; the bytes
//! are moved once in the rare case that the short form does not do (spec 40 §1.2).

use super::constructor as c;
use super::value::Value;

/// Appends values to a vector.
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

/// An open list or map; given back to `end_list` / `end_map`.
#[must_use]
#[derive(Debug)]
pub struct Mark {
    start: usize,
}

/// Bytes reserved for the short form: constructor, size, count.
const SHORT_HEAD: usize = 3;
/// Bytes of the long form's head.
const LONG_HEAD: usize = 9;

impl<'a> Encoder<'a> {
    /// An encoder that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Encoder { out }
    }

    /// Length of the whole output vector.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Appends bytes that are encoded already.
    pub fn raw(&mut self, encoded: &[u8]) {
        self.out.extend_from_slice(encoded);
    }

    /// null
    pub fn null(&mut self) {
        self.out.push(c::NULL);
    }

    /// boolean
    pub fn bool(&mut self, v: bool) {
        self.out.push(if v { c::TRUE } else { c::FALSE });
    }

    /// ubyte
    pub fn ubyte(&mut self, v: u8) {
        self.out.extend_from_slice(&[c::UBYTE, v]);
    }

    /// ushort
    pub fn ushort(&mut self, v: u16) {
        let [a, b] = v.to_be_bytes();
        self.out.extend_from_slice(&[c::USHORT, a, b]);
    }

    /// uint
    pub fn uint(&mut self, v: u32) {
        match v {
            0 => self.out.push(c::UINT0),
            1..=255 => self.out.extend_from_slice(&[c::SMALL_UINT, v as u8]),
            _ => self.fixed(c::UINT, &v.to_be_bytes()),
        }
    }

    /// ulong
    pub fn ulong(&mut self, v: u64) {
        match v {
            0 => self.out.push(c::ULONG0),
            1..=255 => self.out.extend_from_slice(&[c::SMALL_ULONG, v as u8]),
            _ => self.fixed(c::ULONG, &v.to_be_bytes()),
        }
    }

    /// byte
    pub fn byte(&mut self, v: i8) {
        self.out.extend_from_slice(&[c::BYTE, v as u8]);
    }

    /// short
    pub fn short(&mut self, v: i16) {
        self.fixed(c::SHORT, &v.to_be_bytes());
    }

    /// int
    pub fn int(&mut self, v: i32) {
        match i8::try_from(v) {
            Ok(small) => self.out.extend_from_slice(&[c::SMALL_INT, small as u8]),
            Err(_) => self.fixed(c::INT, &v.to_be_bytes()),
        }
    }

    /// long
    pub fn long(&mut self, v: i64) {
        match i8::try_from(v) {
            Ok(small) => self.out.extend_from_slice(&[c::SMALL_LONG, small as u8]),
            Err(_) => self.fixed(c::LONG, &v.to_be_bytes()),
        }
    }

    /// float
    pub fn float(&mut self, v: f32) {
        self.fixed(c::FLOAT, &v.to_be_bytes());
    }

    /// double
    pub fn double(&mut self, v: f64) {
        self.fixed(c::DOUBLE, &v.to_be_bytes());
    }

    /// char, a UTF-32 code point
    pub fn char(&mut self, v: u32) {
        self.fixed(c::CHAR, &v.to_be_bytes());
    }

    /// timestamp, milliseconds since the epoch
    pub fn timestamp(&mut self, v: i64) {
        self.fixed(c::TIMESTAMP, &v.to_be_bytes());
    }

    /// uuid
    pub fn uuid(&mut self, v: &[u8; 16]) {
        self.fixed(c::UUID, v);
    }

    /// binary
    pub fn binary(&mut self, v: &[u8]) {
        self.variable(c::BINARY8, c::BINARY32, v);
    }

    /// string
    pub fn string(&mut self, v: &str) {
        self.variable(c::STRING8, c::STRING32, v.as_bytes());
    }

    /// string whose bytes are UTF-8 already, or are passed on as they came
    pub fn string_bytes(&mut self, v: &[u8]) {
        self.variable(c::STRING8, c::STRING32, v);
    }

    /// symbol
    pub fn symbol(&mut self, v: &str) {
        self.variable(c::SYMBOL8, c::SYMBOL32, v.as_bytes());
    }

    /// array of symbols, as an array also with one element or none
    pub fn symbols<S: AsRef<str>>(&mut self, items: &[S]) {
        let long = items.iter().any(|s| s.as_ref().len() > 255);
        let code = if long { c::SYMBOL32 } else { c::SYMBOL8 };
        let width = if long { 4 } else { 1 };
        let size: usize = items.iter().map(|s| s.as_ref().len() + width).sum();
        self.array_head(code, items.len(), size);
        for item in items {
            self.size(long, item.as_ref().len());
            self.out.extend_from_slice(item.as_ref().as_bytes());
        }
    }

    /// The start of a described value; the value follows.
    pub fn descriptor(&mut self, code: u64) {
        self.out.push(c::DESCRIBED);
        match u8::try_from(code) {
            Ok(small) => self.out.extend_from_slice(&[c::SMALL_ULONG, small]),
            Err(_) => self.fixed(c::ULONG, &code.to_be_bytes()),
        }
    }

    /// Starts a list; its elements follow, then `end_list`.
    pub fn begin_list(&mut self) -> Mark {
        self.begin(c::LIST8)
    }

    /// Ends a list of `count` elements.
    pub fn end_list(&mut self, mark: Mark, count: u32) {
        if count == 0 && self.out.len() == mark.start + SHORT_HEAD {
            self.out.truncate(mark.start);
            self.out.push(c::LIST0);
            return;
        }
        self.end(mark, c::LIST32, count);
    }

    /// Starts a map; keys and values follow in turn, then `end_map`.
    pub fn begin_map(&mut self) -> Mark {
        self.begin(c::MAP8)
    }

    /// Ends a map of `count` keys and values, which is twice the number of its pairs.
    pub fn end_map(&mut self, mark: Mark, count: u32) {
        self.end(mark, c::MAP32, count);
    }

    /// array of short
    pub fn array_short(&mut self, items: &[i16]) {
        self.array_head(c::SHORT, items.len(), items.len().saturating_mul(2));
        for v in items {
            self.out.extend_from_slice(&v.to_be_bytes());
        }
    }

    /// array of int
    pub fn array_int(&mut self, items: &[i32]) {
        self.array_head(c::INT, items.len(), items.len().saturating_mul(4));
        for v in items {
            self.out.extend_from_slice(&v.to_be_bytes());
        }
    }

    /// array of long
    pub fn array_long(&mut self, items: &[i64]) {
        self.array_head(c::LONG, items.len(), items.len().saturating_mul(8));
        for v in items {
            self.out.extend_from_slice(&v.to_be_bytes());
        }
    }

    /// array of float
    pub fn array_float(&mut self, items: &[f32]) {
        self.array_head(c::FLOAT, items.len(), items.len().saturating_mul(4));
        for v in items {
            self.out.extend_from_slice(&v.to_be_bytes());
        }
    }

    /// array of double
    pub fn array_double(&mut self, items: &[f64]) {
        self.array_head(c::DOUBLE, items.len(), items.len().saturating_mul(8));
        for v in items {
            self.out.extend_from_slice(&v.to_be_bytes());
        }
    }

    /// Any owned value.
    pub fn value(&mut self, value: &Value) {
        value.encode(self);
    }

    /// The head of an array: constructor, size, count, element constructor. `size` is that of the
    /// elements; the caller appends them.
    pub(crate) fn array_head(&mut self, code: u8, count: usize, size: usize) {
        if size + 2 <= 255 && count <= 255 {
            self.out
                .extend_from_slice(&[c::ARRAY8, (size + 2) as u8, count as u8, code]);
        } else {
            self.out.push(c::ARRAY32);
            self.size(true, size + 5);
            self.size(true, count);
            self.out.push(code);
        }
    }

    pub(crate) fn size(&mut self, long: bool, size: usize) {
        if long {
            self.out.extend_from_slice(&(size as u32).to_be_bytes());
        } else {
            self.out.push(size as u8);
        }
    }

    fn fixed(&mut self, code: u8, bytes: &[u8]) {
        self.out.push(code);
        self.out.extend_from_slice(bytes);
    }

    fn variable(&mut self, short: u8, long: u8, bytes: &[u8]) {
        match u8::try_from(bytes.len()) {
            Ok(size) => self.out.extend_from_slice(&[short, size]),
            Err(_) => {
                self.out.push(long);
                self.size(true, bytes.len());
            }
        }
        self.out.extend_from_slice(bytes);
    }

    fn begin(&mut self, code: u8) -> Mark {
        let start = self.out.len();
        self.out.extend_from_slice(&[code, 0, 0]);
        Mark { start }
    }

    fn end(&mut self, mark: Mark, long_code: u8, count: u32) {
        let start = mark.start;
        let content = self.out.len() - start - SHORT_HEAD;
        if content < 255 && count <= 255 {
            self.out[start + 1] = (content + 1) as u8;
            self.out[start + 2] = count as u8;
            return;
        }
        let body = start + SHORT_HEAD;
        self.out.extend_from_slice(&[0; LONG_HEAD - SHORT_HEAD]);
        self.out
            .copy_within(body..body + content, start + LONG_HEAD);
        self.out[start] = long_code;
        self.out[start + 1..start + 5].copy_from_slice(&((content + 4) as u32).to_be_bytes());
        self.out[start + 5..start + 9].copy_from_slice(&count.to_be_bytes());
    }
}
