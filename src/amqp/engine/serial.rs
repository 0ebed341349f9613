//! Serial numbers (RFC 1982): compared by signed difference, never by value.

/// How far `to` is ahead of `from`; 0 when it is behind.
#[inline]
pub(super) fn ahead(from: u32, to: u32) -> u32 {
    let distance = to.wrapping_sub(from);
    if distance > i32::MAX as u32 {
        0
    } else {
        distance
    }
}

/// Is `id` within `first..=last`?
#[inline]
pub(super) fn within(id: u32, first: u32, last: u32) -> bool {
    id.wrapping_sub(first) <= last.wrapping_sub(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap() {
        assert_eq!(ahead(5, 7), 2);
        assert_eq!(ahead(7, 5), 0);
        assert_eq!(ahead(u32::MAX, 1), 2);
        assert_eq!(ahead(1, u32::MAX), 0);
        assert_eq!(ahead(0, 1 << 31), 0);
        assert!(within(u32::MAX, u32::MAX - 1, 3));
        assert!(within(0, u32::MAX - 1, 3));
        assert!(!within(4, u32::MAX - 1, 3));
    }
}
