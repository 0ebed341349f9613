//! How large and how deep a message may be, when it is made, encoded and read (spec 30 §5.2, §5.4, D35). Nothing here blocks.

use super::nesting::{DEPTH_MAX, too_deep};
use crate::amqp::codec::Encoder;
use crate::status::{Error, Result, Status};

/// Most bytes of one message unless the option `message_limit` says otherwise: 512 MiB.
pub const MESSAGE_LIMIT: usize = 512 << 20;
/// The most that it may say, and the longest body or item: sizes are 32-bit numbers with a sign in C.
pub const MESSAGE_MOST: usize = i32::MAX as usize;

/// What an encoding may still take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Length that the output must not exceed
    end: usize,
    limit: usize,
    /// Maps and lists that may still be begun inside each other
    levels: usize,
}

impl Bounds {
    /// For a message of at most `limit` bytes behind what the output has.
    pub(super) fn new(out: &Encoder<'_>, limit: usize) -> Bounds {
        Bounds {
            end: out.len().saturating_add(limit),
            limit,
            levels: DEPTH_MAX,
        }
    }

    /// Inside a map or list; `TIBEMS_INVALID_SIZE` below the deepest level.
    pub(super) fn inside(self) -> Result<Bounds> {
        let levels = self.levels.checked_sub(1).ok_or_else(too_deep)?;
        Ok(Bounds { levels, ..self })
    }

    /// `TIBEMS_INVALID_SIZE` when the message is too large.
    pub(super) fn check(self, out: &Encoder<'_>) -> Result<()> {
        self.admit(out, 0)
    }

    /// `TIBEMS_INVALID_SIZE` when it would be with so many bytes more.
    pub(super) fn admit(self, out: &Encoder<'_>, more: usize) -> Result<()> {
        match out.len().checked_add(more) {
            Some(length) if length <= self.end => Ok(()),
            _ => Err(too_large(self.limit)),
        }
    }
}

fn too_large(limit: usize) -> Error {
    Error::new(
        Status::TIBEMS_INVALID_SIZE,
        format!("the message exceeds {limit} bytes (option message_limit)"),
    )
}

/// `TIBEMS_INVALID_SIZE` for a body or item longer than C can tell.
pub(super) fn check_length(bytes: usize) -> Result<()> {
    if bytes > MESSAGE_MOST {
        return Err(Error::new(
            Status::TIBEMS_INVALID_SIZE,
            "a body or item would exceed 2^31 - 1 bytes",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_from_where_the_message_begins() {
        let mut bytes = vec![0; 100];
        let mut out = Encoder::new(&mut bytes);
        let bounds = Bounds::new(&out, 10);
        out.raw(&[0; 9]);
        assert_eq!(bounds.check(&out), Ok(()));
        assert_eq!(bounds.admit(&out, 1), Ok(()));
        for more in [2, usize::MAX] {
            let error = bounds.admit(&out, more).unwrap_err();
            assert_eq!(error.status, Status::TIBEMS_INVALID_SIZE);
            assert!(error.text.contains("10 bytes (option message_limit)"));
        }
        out.raw(&[0; 2]);
        assert!(bounds.check(&out).is_err());
    }

    #[test]
    fn lengths_that_c_can_tell() {
        assert_eq!(check_length(i32::MAX as usize), Ok(()));
        let error = check_length(1 << 31).unwrap_err();
        assert_eq!(error.status, Status::TIBEMS_INVALID_SIZE);
    }
}
