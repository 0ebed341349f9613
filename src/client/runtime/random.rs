//! Random numbers from the system, for ids and for spreading delays.

use std::fmt::Write;

/// Sixteen random bytes. Falls back to the clock and the process id where the system has no
/// generator to offer: ids then stay unique enough, and no call fails for want of randomness.
pub fn bytes() -> [u8; 16] {
    let mut bytes = [0u8; 16];
    // SAFETY: fills at most the 16 bytes of `bytes`.
    let count =
        unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
    if count != 16 {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_nanos());
        let mixed =
            now ^ (u128::from(std::process::id()) << 96) ^ (&raw const bytes as usize as u128);
        bytes = mixed.to_be_bytes();
    }
    bytes
}

/// A random number.
pub fn number() -> u32 {
    let bytes = bytes();
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// 128 random bits as 32 hexadecimal digits.
pub fn text() -> String {
    bytes()
        .iter()
        .fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_differ() {
        assert_eq!(super::text().len(), 32);
        assert_ne!(super::text(), super::text());
    }
}
