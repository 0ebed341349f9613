//! Memory of encoded messages, to be used again. Little is kept, and nothing that one large message has grown (D21).

/// Most buffers that are kept.
const COUNT: usize = 1024;
/// Most bytes of one that is kept, and of all.
const LARGEST: usize = 64 << 10;
const TOTAL: usize = 4 << 20;

/// Empty buffers.
#[derive(Default)]
pub struct Pool {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

impl Pool {
    /// An empty buffer.
    pub fn take(&mut self) -> Vec<u8> {
        let buffer = self.buffers.pop().unwrap_or_default();
        self.bytes -= buffer.capacity();
        buffer
    }

    /// A buffer that is done with.
    pub fn give(&mut self, mut buffer: Vec<u8>) {
        let size = buffer.capacity();
        if size > 0 && size <= LARGEST && self.buffers.len() < COUNT && self.bytes + size <= TOTAL {
            buffer.clear();
            self.bytes += size;
            self.buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_kept_and_comes_back_empty() {
        let mut pool = Pool::default();
        pool.give(vec![1; 100]);
        pool.give(vec![1; LARGEST + 1]);
        pool.give(Vec::new());
        let again = pool.take();
        assert!(again.is_empty() && again.capacity() >= 100);
        assert_eq!(pool.take().capacity(), 0);
        for _ in 0..2 * COUNT {
            pool.give(Vec::with_capacity(LARGEST));
        }
        assert!(pool.bytes <= TOTAL && pool.buffers.len() <= COUNT);
        while pool.take().capacity() > 0 {}
        assert_eq!(pool.bytes, 0);
    }
}
