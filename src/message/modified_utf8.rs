//! Java's modified UTF-8, the form of strings inside bytes messages (spec 30 §5.3): a zero byte is two bytes, characters
//! beyond the first plane are two surrogates of three bytes each. Nothing here blocks.

/// Java's modified UTF-8 with its length prefix (which is wrong when the text is too long).
pub(super) fn to_modified_utf8(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.extend_from_slice(&[0, 0]);
    match std::str::from_utf8(text) {
        Ok(text) => {
            for character in text.chars() {
                let mut units = [0; 2];
                if character == '\0' {
                    out.extend_from_slice(&[0xC0, 0x80]);
                } else if u32::from(character) > 0xFFFF {
                    for unit in character.encode_utf16(&mut units) {
                        out.extend_from_slice(&three_bytes(*unit));
                    }
                } else {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        Err(_) => out.extend_from_slice(text),
    }
    let length = (out.len() - 2) as u16;
    out[..2].copy_from_slice(&length.to_be_bytes());
    out
}

fn three_bytes(unit: u16) -> [u8; 3] {
    [
        0xE0 | (unit >> 12) as u8,
        0x80 | (unit >> 6 & 0x3F) as u8,
        0x80 | (unit & 0x3F) as u8,
    ]
}

/// Joins surrogate pairs to four bytes and turns `C0 80` into a zero byte; everything else stays.
pub(super) fn from_modified_utf8(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        if let [0xC0, 0x80, after @ ..] = rest {
            out.push(0);
            rest = after;
        } else if let [
            0xED,
            h1 @ 0xA0..=0xAF,
            h2,
            0xED,
            l1 @ 0xB0..=0xBF,
            l2,
            after @ ..,
        ] = rest
        {
            let high = u32::from(h1 & 0x0F) << 6 | u32::from(h2 & 0x3F);
            let low = u32::from(l1 & 0x0F) << 6 | u32::from(l2 & 0x3F);
            let character =
                char::from_u32(0x10000 + (high << 10 | low)).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after;
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}
