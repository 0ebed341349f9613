//! Decoded values as the text of the recordings (its grammar stands at the head of facts.py), and the constructors seen.

use std::collections::BTreeSet;
use std::fmt::Write;

use tibemsufo::amqp::codec::{ArrayRef, Compound, DecodeError, Decoder, Descriptor, Encoder};
use tibemsufo::amqp::codec::{Value, ValueRef};

/// Renders values and remembers which constructor bytes introduced them.
#[derive(Default)]
pub struct Reader {
    pub constructors: BTreeSet<u8>,
}

impl Reader {
    /// The text of the next value of `decoder`.
    pub fn next(&mut self, decoder: &mut Decoder<'_>) -> Result<String, DecodeError> {
        let mut out = String::new();
        self.see(decoder);
        let value = decoder.value()?;
        self.write(&mut out, value)?;
        Ok(out)
    }

    /// The text of bytes that hold exactly one value.
    pub fn whole(&mut self, encoded: &[u8]) -> Result<String, DecodeError> {
        let mut decoder = Decoder::for_body(encoded);
        let text = self.next(&mut decoder)?;
        assert!(decoder.is_empty(), "bytes behind {text}");
        Ok(text)
    }

    fn see(&mut self, decoder: &Decoder<'_>) {
        self.constructors.extend(decoder.peek());
        if decoder.peek() == Some(0) {
            // the descriptor's own constructor
            self.constructors.extend(decoder.remaining().get(1));
        }
    }

    fn write(&mut self, out: &mut String, value: ValueRef<'_>) -> Result<(), DecodeError> {
        match value {
            ValueRef::Null => out.push_str("null"),
            ValueRef::Bool(value) => put(out, format_args!("{value}")),
            ValueRef::Ubyte(value) => put(out, format_args!("ubyte:{value}")),
            ValueRef::Ushort(value) => put(out, format_args!("ushort:{value}")),
            ValueRef::Uint(value) => put(out, format_args!("uint:{value}")),
            ValueRef::Ulong(value) => put(out, format_args!("ulong:{value}")),
            ValueRef::Byte(value) => put(out, format_args!("byte:{value}")),
            ValueRef::Short(value) => put(out, format_args!("short:{value}")),
            ValueRef::Int(value) => put(out, format_args!("int:{value}")),
            ValueRef::Long(value) => put(out, format_args!("long:{value}")),
            ValueRef::Float(value) => put(out, format_args!("float:{:08x}", value.to_bits())),
            ValueRef::Double(value) => put(out, format_args!("double:{:016x}", value.to_bits())),
            ValueRef::Decimal(bits) => {
                put(out, format_args!("decimal{}:{}", bits.len() * 8, hex(bits)))
            }
            ValueRef::Char(value) => put(out, format_args!("char:{value:x}")),
            ValueRef::Timestamp(value) => put(out, format_args!("timestamp:{value}")),
            ValueRef::Uuid(value) => put(out, format_args!("uuid:{}", hex(&value))),
            ValueRef::Binary(bytes) => put(out, format_args!("binary:{}", hex(bytes))),
            ValueRef::String(text) => out.push_str(&quoted(text, '"')),
            ValueRef::Symbol(text) => out.push_str(&quoted(text, '\'')),
            ValueRef::List(items) => self.list(out, items)?,
            ValueRef::Map(items) => self.map(out, items)?,
            ValueRef::Array(items) => self.array(out, items)?,
            ValueRef::Described(descriptor, mut inner) => {
                put(out, format_args!("@{}(", descriptor_text(descriptor)));
                out.push_str(&self.next(&mut inner)?);
                assert!(inner.is_empty(), "bytes behind {out}");
                out.push(')');
            }
        }
        Ok(())
    }

    fn list(&mut self, out: &mut String, mut items: Compound<'_>) -> Result<(), DecodeError> {
        out.push('[');
        let mut separator = "";
        loop {
            self.see(items.items());
            let Some(item) = items.next_value()? else {
                break;
            };
            out.push_str(separator);
            self.write(out, item)?;
            separator = " ";
        }
        out.push(']');
        Ok(())
    }

    fn map(&mut self, out: &mut String, mut items: Compound<'_>) -> Result<(), DecodeError> {
        out.push('{');
        let mut separator = "";
        loop {
            self.see(items.items());
            let Some(key) = items.next_value()? else {
                break;
            };
            out.push_str(separator);
            self.write(out, key)?;
            out.push('=');
            self.see(items.items());
            let value = items.next_value()?.ok_or(DecodeError::OddMap)?;
            self.write(out, value)?;
            separator = " ";
        }
        out.push('}');
        Ok(())
    }

    fn array(&mut self, out: &mut String, mut items: ArrayRef<'_>) -> Result<(), DecodeError> {
        self.constructors.insert(items.code());
        out.push_str("array");
        if let Some(descriptor) = items.descriptor() {
            put(out, format_args!("@{}", descriptor_text(descriptor)));
        }
        if ArrayRef::count(&items) == 0 {
            put(out, format_args!("<{}>", type_of(items.code())));
        }
        out.push('[');
        let mut separator = "";
        while let Some(item) = items.next_value()? {
            out.push_str(separator);
            self.write(out, item)?;
            separator = " ";
        }
        out.push(']');
        Ok(())
    }
}

/// The text of an owned value, by way of its encoded form.
pub fn owned(value: &Value) -> String {
    Reader::default()
        .whole(&encoded(value))
        .expect("what was encoded can be read")
}

pub fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    Encoder::new(&mut out).value(value);
    out
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes everything");
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    assert!(digits.remainder().is_empty(), "odd number of digits");
    digits
        .map(|pair| std::str::from_utf8(pair).expect("digits"))
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal"))
        .collect()
}

pub fn quoted(text: &[u8], quote: char) -> String {
    let mut out = String::from(quote);
    for &byte in text {
        match byte {
            0x20..0x7f if byte != b'\\' && char::from(byte) != quote => out.push(byte.into()),
            _ => put(&mut out, format_args!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

fn descriptor_text(descriptor: Descriptor<'_>) -> String {
    match descriptor {
        Descriptor::Code(code) => format!("ulong:{code}"),
        Descriptor::Symbol(name) => quoted(name, '\''),
    }
}

/// The type of an element constructor, from the table of the AMQP standard (part 1, section 6).
fn type_of(constructor: u8) -> &'static str {
    match constructor {
        0x40 => "null",
        0x41 | 0x42 | 0x56 => "boolean",
        0x50 => "ubyte",
        0x51 => "byte",
        0x60 => "ushort",
        0x61 => "short",
        0x70 | 0x52 | 0x43 => "uint",
        0x71 | 0x54 => "int",
        0x72 => "float",
        0x73 => "char",
        0x74 => "decimal32",
        0x80 | 0x53 | 0x44 => "ulong",
        0x81 | 0x55 => "long",
        0x82 => "double",
        0x83 => "timestamp",
        0x84 => "decimal64",
        0x94 => "decimal128",
        0x98 => "uuid",
        0xa0 | 0xb0 => "binary",
        0xa1 | 0xb1 => "string",
        0xa3 | 0xb3 => "symbol",
        0x45 | 0xc0 | 0xd0 => "list",
        0xc1 | 0xd1 => "map",
        0xe0 | 0xf0 => "array",
        other => panic!("no constructor 0x{other:02x}"),
    }
}
