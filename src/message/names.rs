//! Rules for the names of properties and map items (spec 30 §4.1, §5.4).

use crate::status::{Error, Result, Status};

const RESERVED: [&[u8]; 11] = [
    b"NULL", b"TRUE", b"FALSE", b"NOT", b"AND", b"OR", b"BETWEEN", b"LIKE", b"IN", b"IS", b"ESCAPE",
];

/// `TIBEMS_INVALID_NAME` for the empty name.
pub fn check_not_empty(name: &[u8]) -> Result<()> {
    if name.is_empty() {
        Err(invalid("the name is empty"))
    } else {
        Ok(())
    }
}

/// The rule for property setters (D23): any name that is not empty and no reserved word, which are matched in upper case
/// only.
pub fn check_property_name(name: &[u8]) -> Result<()> {
    check_not_empty(name)?;
    if RESERVED.contains(&name) {
        return Err(invalid("the property name is a reserved word"));
    }
    Ok(())
}

/// The stricter rule of option `relax_names=0`: an identifier of the selector language. Bytes from 0x80 on count as letters.
pub fn check_identifier(name: &[u8]) -> Result<()> {
    check_not_empty(name)?;
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | 0x80..);
    if !letter(&name[0])
        || !name
            .iter()
            .all(|byte| letter(byte) || byte.is_ascii_digit())
    {
        return Err(invalid("the property name is not an identifier"));
    }
    Ok(())
}

fn invalid(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_INVALID_NAME, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(check: fn(&[u8]) -> Result<()>, names: &[&str]) {
        for name in names {
            assert_eq!(
                check(name.as_bytes()).unwrap_err().status,
                Status::TIBEMS_INVALID_NAME,
                "{name}"
            );
        }
    }

    #[test]
    fn property_names() {
        for good in ["like", "_x", "$y", "a1", "JMSXGroupID", "näme", "NULLs"] {
            assert_eq!(check_property_name(good.as_bytes()), Ok(()), "{good}");
            assert_eq!(check_identifier(good.as_bytes()), Ok(()), "{good}");
        }
        let relaxed = ["1a", "a-b", "a.b", "a b"];
        for good in relaxed {
            assert_eq!(check_property_name(good.as_bytes()), Ok(()), "{good}");
        }
        refused(check_identifier, &relaxed);
        refused(check_identifier, &[""]);
        refused(check_property_name, &[""]);
        for word in RESERVED {
            refused(check_property_name, &[std::str::from_utf8(word).unwrap()]);
        }
    }
}
