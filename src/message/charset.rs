//! Charsets whose texts are full of zero bytes and so no strings of C: UTF-16 and UTF-32, with their older names. All
//! others are passed through byte for byte (spec 30 §9.6). Nothing here blocks.

/// Bytes of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Two,
    Four,
}

/// A charset of wide units. The order of the bytes is what the label says; a byte order mark says it better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide {
    unit: Unit,
    little_endian: bool,
}

/// The label of what [`Wide::to_utf8`] makes.
pub(super) const UTF_8: &str = "UTF-8";

/// Byte order marks; the longer ones first, because one of them begins like a shorter one.
const MARKS: [(&[u8], Wide); 4] = [
    (&[0xFF, 0xFE, 0, 0], Wide::new(Unit::Four, true)),
    (&[0, 0, 0xFE, 0xFF], Wide::new(Unit::Four, false)),
    (&[0xFF, 0xFE], Wide::new(Unit::Two, true)),
    (&[0xFE, 0xFF], Wide::new(Unit::Two, false)),
];

impl Wide {
    const fn new(unit: Unit, little_endian: bool) -> Wide {
        Wide {
            unit,
            little_endian,
        }
    }

    /// The charset with this label; `None` for all that are not wide. Case, `-`, `_` and a leading `x-` or `cs` do not
    /// matter. Without an order in the name it is big-endian (RFC 2781).
    pub(super) fn named(label: &str) -> Option<Wide> {
        // most labels are seen off by their first letter
        if label.len() > 32 || !label.starts_with(['u', 'U', 'i', 'I', 'x', 'X', 'c', 'C']) {
            return None;
        }
        let name: String = label
            .chars()
            .filter(|letter| !matches!(letter, '-' | '_'))
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        let name = name.strip_prefix('x').unwrap_or(&name);
        let name = name.strip_prefix("cs").unwrap_or(name);
        let name = name.strip_suffix("bom").unwrap_or(name);
        let (name, little_endian) = match name {
            "unicodelittle" | "unicodelittleunmarked" => ("unicode", true),
            "unicodebig" | "unicodebigunmarked" => ("unicode", false),
            _ => match (name.strip_suffix("le"), name.strip_suffix("be")) {
                (Some(name), _) => (name, true),
                (_, Some(name)) => (name, false),
                _ => (name, false),
            },
        };
        let unit = match name {
            "utf16" | "ucs2" | "iso10646ucs2" | "unicode" => Unit::Two,
            "utf32" | "ucs4" | "iso10646ucs4" => Unit::Four,
            _ => return None,
        };
        Some(Wide::new(unit, little_endian))
    }

    /// The charset of a text of which nothing is known but its byte order mark. No UTF-8 begins like that.
    pub(super) fn marked(text: &[u8]) -> Option<Wide> {
        let mut marks = MARKS.iter();
        marks.find_map(|(mark, wide)| text.starts_with(mark).then_some(*wide))
    }

    /// The text without its byte order mark; `None` if it is not in this charset.
    pub(super) fn to_utf8(self, text: &[u8]) -> Option<String> {
        let mut marks = MARKS.iter().filter(|(_, wide)| wide.unit == self.unit);
        let marked = marks.find_map(|(mark, wide)| Some((*wide, text.strip_prefix(*mark)?)));
        let (charset, text) = marked.unwrap_or((self, text));
        let mut utf8 = String::with_capacity(text.len());
        match charset.unit {
            Unit::Two => {
                let units = units(
                    text,
                    charset.little_endian,
                    u16::from_le_bytes,
                    u16::from_be_bytes,
                )?;
                for character in char::decode_utf16(units) {
                    utf8.push(character.ok()?);
                }
            }
            Unit::Four => {
                for unit in units(
                    text,
                    charset.little_endian,
                    u32::from_le_bytes,
                    u32::from_be_bytes,
                )? {
                    utf8.push(char::from_u32(unit)?);
                }
            }
        }
        utf8.shrink_to_fit();
        Some(utf8)
    }
}

/// The units of a text; `None` if the last one is cut off.
fn units<const N: usize, T>(
    text: &[u8],
    little_endian: bool,
    little: fn([u8; N]) -> T,
    big: fn([u8; N]) -> T,
) -> Option<impl Iterator<Item = T>> {
    let read = if little_endian { little } else { big };
    let (units, rest) = text.as_chunks::<N>();
    rest.is_empty()
        .then(|| units.iter().map(move |unit| read(*unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LE16: Wide = Wide::new(Unit::Two, true);
    const BE16: Wide = Wide::new(Unit::Two, false);
    const LE32: Wide = Wide::new(Unit::Four, true);
    const BE32: Wide = Wide::new(Unit::Four, false);

    #[test]
    fn labels() {
        for (wide, labels) in [
            (
                BE16,
                "utf-16 UTF16 utf_16 UTF-16BE csUTF16 ISO-10646-UCS-2 csUnicode UnicodeBig UCS-2",
            ),
            (
                LE16,
                "utf-16le UTF-16LE x-utf-16le-bom UnicodeLittle UCS-2LE csUTF16LE",
            ),
            (
                BE32,
                "utf-32 UTF_32BE ISO-10646-UCS-4 csUCS4 X-UTF-32BE-BOM",
            ),
            (LE32, "utf-32le x-UTF-32LE-BOM UCS-4LE"),
        ] {
            for label in labels.split(' ') {
                assert_eq!(Wide::named(label), Some(wide), "{label}");
            }
        }
        for label in [
            "",
            "UTF-8",
            "utf8",
            "US-ASCII",
            "ISO-8859-1",
            "iso-8859-15",
            "windows-1252",
            "Cp1252",
            "UTF-7",
            "CESU-8",
            "IBM037",
            "x-user-defined",
            "unicode-1-1-utf-8",
            "utf-161",
            "x",
            "cs",
            "ü",
        ] {
            assert_eq!(Wide::named(label), None, "{label}");
        }
    }

    #[test]
    fn texts_of_every_width_and_order() {
        let text = "aÄ中😀";
        let sixteen = || text.encode_utf16();
        let (le, be): (Vec<u8>, Vec<u8>) = (
            sixteen().flat_map(u16::to_le_bytes).collect(),
            sixteen().flat_map(u16::to_be_bytes).collect(),
        );
        let wide = || text.chars().map(u32::from);
        let (le4, be4): (Vec<u8>, Vec<u8>) = (
            wide().flat_map(u32::to_le_bytes).collect(),
            wide().flat_map(u32::to_be_bytes).collect(),
        );
        for (charset, other, bytes, mark) in [
            (LE16, BE16, le, &b"\xFF\xFE"[..]),
            (BE16, LE16, be, b"\xFE\xFF"),
            (LE32, BE32, le4, b"\xFF\xFE\0\0"),
            (BE32, LE32, be4, b"\0\0\xFE\xFF"),
        ] {
            assert_eq!(charset.to_utf8(&bytes).as_deref(), Some(text));
            let marked = [mark, &bytes].concat();
            for label in [charset, other] {
                assert_eq!(label.to_utf8(&marked).as_deref(), Some(text), "{label:?}");
            }
            assert_eq!(Wide::marked(&marked), Some(charset));
            assert_eq!(charset.to_utf8(&bytes[..bytes.len() - 1]), None, "cut off");
            assert_eq!(charset.to_utf8(b"").as_deref(), Some(""));
        }
        assert_eq!(Wide::marked(b""), None);
        assert_eq!(Wide::marked("\u{FEFF}a".as_bytes()), None);
    }

    #[test]
    fn what_is_no_text_is_not_made_one() {
        assert_eq!(BE16.to_utf8(b"\xD8\x00"), None, "half a pair");
        assert_eq!(
            BE16.to_utf8(b"\xDC\x00\xD8\x00"),
            None,
            "a pair in the wrong order"
        );
        assert_eq!(BE32.to_utf8(b"\0\0\xD8\0"), None, "a surrogate");
        assert_eq!(BE32.to_utf8(b"\0\x11\0\0"), None, "beyond Unicode");
    }
}
