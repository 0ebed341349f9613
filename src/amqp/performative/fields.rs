//! Reading and writing the field lists of composite types.
//!
//! Writing leaves out trailing nulls; reading takes lists that are shorter or longer than the type
//! (spec 40 §1.2). Used by every performative, terminus and delivery state.

use crate::amqp::codec::value::SPARE_VALUES;
use crate::amqp::codec::{
    ArrayRef, Compound, DecodeError, Decoder, Descriptor, Encoder, Mark, SymbolMap, Value, ValueRef,
};
use bytes::Bytes;

/// Writes the fields of one composite type in order.
pub(crate) struct FieldWriter<'e, 'a> {
    enc: &'e mut Encoder<'a>,
    mark: Mark,
    count: u32,
    nulls: u32,
}

impl<'e, 'a> FieldWriter<'e, 'a> {
    pub fn new(enc: &'e mut Encoder<'a>, code: u64) -> Self {
        enc.descriptor(code);
        let mark = enc.begin_list();
        FieldWriter {
            enc,
            mark,
            count: 0,
            nulls: 0,
        }
    }

    /// The encoder for the next field, after the nulls that were held back.
    pub fn next(&mut self) -> &mut Encoder<'a> {
        for _ in 0..self.nulls {
            self.enc.null();
        }
        self.count += self.nulls + 1;
        self.nulls = 0;
        self.enc
    }

    pub fn null(&mut self) {
        self.nulls += 1;
    }

    /// Writes a field that is there; a missing one becomes null.
    pub fn opt<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Encoder<'a>, T)) {
        match value {
            Some(value) => write(self.next(), value),
            None => self.null(),
        }
    }

    pub fn string(&mut self, value: Option<&str>) {
        self.opt(value, |enc, v| enc.string(v));
    }

    pub fn symbol(&mut self, value: Option<&str>) {
        self.opt(value, |enc, v| enc.symbol(v));
    }

    pub fn uint(&mut self, value: Option<u32>) {
        self.opt(value, |enc, v| enc.uint(v));
    }

    pub fn ushort(&mut self, value: Option<u16>) {
        self.opt(value, |enc, v| enc.ushort(v));
    }

    pub fn binary(&mut self, value: Option<&[u8]>) {
        self.opt(value, |enc, v| enc.binary(v));
    }

    /// A boolean whose default is false: written only when true.
    pub fn flag(&mut self, value: bool) {
        self.opt(value.then_some(true), |enc, v| enc.bool(v));
    }

    /// A "multiple" field of symbols; none becomes null.
    pub fn symbols(&mut self, values: &[String]) {
        self.opt((!values.is_empty()).then_some(values), |enc, v| {
            enc.symbols(v);
        });
    }

    /// A map with symbol keys; an empty one becomes null.
    pub fn map(&mut self, map: &SymbolMap) {
        self.opt((!map.is_empty()).then_some(map), |enc, map| {
            let mark = enc.begin_map();
            for (key, value) in map {
                enc.symbol(key);
                enc.value(value);
            }
            enc.end_map(mark, (map.len() * 2) as u32);
        });
    }

    pub fn end(self) {
        self.enc.end_list(self.mark, self.count);
    }
}

/// Reads the fields of one composite type in order. Missing trailing fields read as null.
pub(crate) struct FieldReader<'a> {
    list: Compound<'a>,
}

impl<'a> FieldReader<'a> {
    pub fn new(list: Compound<'a>) -> Self {
        FieldReader { list }
    }

    /// The composite type that is next in `decoder`; its descriptor must be `code`.
    pub fn open(decoder: &mut Decoder<'a>, code: u64) -> Result<Self, DecodeError> {
        let descriptor = decoder.descriptor()?;
        if descriptor != Descriptor::Code(code) {
            return Err(descriptor.unknown());
        }
        decoder.list().map(FieldReader::new)
    }

    /// The next field; `None` when it is null or missing.
    #[inline]
    pub fn value(&mut self) -> Result<Option<ValueRef<'a>>, DecodeError> {
        Ok(match self.list.next_value() {
            Ok(Some(ValueRef::Null)) => None,
            Ok(value) => value,
            Err(error) => return Err(error),
        })
    }

    /// The cursor at the next field; `None` when it is null or missing.
    #[inline]
    fn field(&mut self) -> Result<Option<&mut Decoder<'a>>, DecodeError> {
        match self.list.element()? {
            Some(decoder) => Ok((!decoder.take_null()).then_some(decoder)),
            None => Ok(None),
        }
    }

    /// Takes the next field if it is encoded exactly so.
    #[inline]
    pub fn exactly(&mut self, bytes: &[u8]) -> bool {
        self.list.element_is(bytes)
    }

    #[inline]
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        self.list.skip_value().map(|_| ())
    }

    /// Checks the fields that this revision does not know.
    pub fn end(mut self) -> Result<(), DecodeError> {
        self.list.finish()
    }

    #[inline]
    pub fn uint(&mut self, name: &'static str) -> Result<Option<u32>, DecodeError> {
        match self.field()? {
            Some(decoder) => decoder.uint(name).map(Some),
            None => Ok(None),
        }
    }

    #[inline]
    pub fn required_uint(&mut self, name: &'static str) -> Result<u32, DecodeError> {
        self.uint(name)?.ok_or(DecodeError::Missing(name))
    }

    pub fn ushort(&mut self, name: &'static str) -> Result<Option<u16>, DecodeError> {
        match self.value()? {
            None => Ok(None),
            Some(ValueRef::Ushort(v)) => Ok(Some(v)),
            Some(_) => Err(DecodeError::WrongType(name)),
        }
    }

    pub fn ubyte(&mut self, name: &'static str) -> Result<Option<u8>, DecodeError> {
        match self.value()? {
            None => Ok(None),
            Some(ValueRef::Ubyte(v)) => Ok(Some(v)),
            Some(_) => Err(DecodeError::WrongType(name)),
        }
    }

    pub fn ulong(&mut self, name: &'static str) -> Result<Option<u64>, DecodeError> {
        match self.value()? {
            None => Ok(None),
            Some(ValueRef::Ulong(v)) => Ok(Some(v)),
            Some(_) => Err(DecodeError::WrongType(name)),
        }
    }

    #[inline]
    pub fn bool(&mut self, name: &'static str) -> Result<Option<bool>, DecodeError> {
        match self.field()? {
            Some(decoder) => decoder.bool(name).map(Some),
            None => Ok(None),
        }
    }

    #[inline]
    pub fn binary(&mut self, name: &'static str) -> Result<Option<&'a [u8]>, DecodeError> {
        match self.field()? {
            Some(decoder) => decoder.binary(name).map(Some),
            None => Ok(None),
        }
    }

    pub fn bytes(&mut self, name: &'static str) -> Result<Option<Bytes>, DecodeError> {
        Ok(self.binary(name)?.map(Bytes::copy_from_slice))
    }

    /// A described list: the code of its descriptor (`None` when unknown) and its fields.
    #[allow(clippy::type_complexity)]
    pub fn described(
        &mut self,
        name: &'static str,
    ) -> Result<Option<(Option<u64>, FieldReader<'a>)>, DecodeError> {
        match self.value()? {
            None => Ok(None),
            Some(ValueRef::Described(descriptor, mut inner)) => {
                Ok(Some((descriptor.code(), FieldReader::new(inner.list()?))))
            }
            Some(_) => Err(DecodeError::WrongType(name)),
        }
    }

    /// A string or a symbol: peers mix them up.
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>, DecodeError> {
        match self.value()? {
            None => Ok(None),
            Some(value) => text(&value, name).map(Some),
        }
    }

    pub fn required_text(&mut self, name: &'static str) -> Result<String, DecodeError> {
        self.text(name)?.ok_or(DecodeError::Missing(name))
    }

    /// A "multiple" field: null, one bare symbol, an array, or (older peers) a list.
    pub fn symbols(&mut self, name: &'static str) -> Result<Vec<String>, DecodeError> {
        let mut symbols = Vec::new();
        match self.value()? {
            None => {}
            Some(ValueRef::Array(items)) => {
                symbols.reserve_exact(ArrayRef::count(&items) as usize);
                for item in items {
                    symbols.push(text(&item?, name)?);
                }
            }
            Some(ValueRef::List(items)) => {
                symbols.reserve_exact(Compound::count(&items) as usize);
                for item in items {
                    symbols.push(text(&item?, name)?);
                }
            }
            Some(single) => symbols.push(text(&single, name)?),
        }
        Ok(symbols)
    }

    /// A map with symbol keys. Strings do as keys, other keys are skipped, of several values for
    /// one key the last one counts.
    pub fn map(&mut self, name: &'static str) -> Result<SymbolMap, DecodeError> {
        let mut items = match self.value()? {
            None => return Ok(SymbolMap::new()),
            Some(ValueRef::Map(items)) => items,
            Some(_) => return Err(DecodeError::WrongType(name)),
        };
        let mut budget = items.items().remaining().len() + SPARE_VALUES;
        let mut map = SymbolMap::with_capacity(Compound::count(&items) as usize / 2);
        while let Some(key) = items.next_value()? {
            let value = items.next_value()?.ok_or(DecodeError::OddMap)?;
            if let (ValueRef::Symbol(key) | ValueRef::String(key), value) =
                (key, Value::build(value, &mut budget)?)
            {
                let key = utf8(key)?;
                map.push((key, value));
            }
        }
        Ok(last_wins(map))
    }
}

/// Keeps the last entry of each key, in linear time.
fn last_wins(mut map: SymbolMap) -> SymbolMap {
    let mut seen = std::collections::HashSet::with_capacity(map.len());
    let keep: Vec<bool> = map.iter().rev().map(|(key, _)| seen.insert(key)).collect();
    let mut keep = keep.into_iter().rev();
    map.retain(|_| keep.next().unwrap_or(true));
    map
}

fn utf8(bytes: &[u8]) -> Result<String, DecodeError> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| DecodeError::Utf8)
}

fn text(value: &ValueRef<'_>, name: &'static str) -> Result<String, DecodeError> {
    match value {
        ValueRef::String(v) | ValueRef::Symbol(v) => utf8(v),
        _ => Err(DecodeError::WrongType(name)),
    }
}
