//! Reading from a socket with a time limit: the wait is not repeated by the system when the process was stopped and went on.

use std::io::{ErrorKind, Read, Result};

/// Reads what is there, and waits for it through every interruption.
pub fn read_some(stream: &mut impl Read, chunk: &mut [u8]) -> Result<usize> {
    loop {
        match stream.read(chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
