//! The bytes on their way to one client, and the frames that are written into them.
//!
//! Nothing here blocks; the connection hands the bytes to its socket once per turn of the server's
//! loop. With `--trace` every performative is printed to standard error.

use tibemsufo::amqp::codec::Encoder;
use tibemsufo::amqp::frame;
use tibemsufo::amqp::performative::{AmqpError, Performative, code};

/// What went wrong, and how much of the connection it ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    Link(AmqpError),
    Session(AmqpError),
    Connection(AmqpError),
}

impl Fault {
    pub fn link(condition: &str, text: impl Into<String>) -> Fault {
        Fault::Link(AmqpError::new(condition, text))
    }

    pub fn session(condition: &str, text: impl Into<String>) -> Fault {
        Fault::Session(AmqpError::new(condition, text))
    }

    pub fn connection(condition: &str, text: impl Into<String>) -> Fault {
        Fault::Connection(AmqpError::new(condition, text))
    }
}

/// Room that the performative of a transfer may need in its frame.
const TRANSFER_ROOM: usize = 64;

/// One frame of an outgoing delivery.
#[derive(Clone, Copy, Debug)]
pub struct TransferHead {
    pub handle: u32,
    pub id: u32,
    pub format: u32,
    pub settled: bool,
    /// Not the first frame: id and tag are left out
    pub continued: bool,
}

/// Queued bytes.
#[derive(Debug)]
pub struct Output {
    bytes: Vec<u8>,
    sent: usize,
    /// Our frames are at most this long
    pub max_frame: usize,
    trace: Option<String>,
}

impl Output {
    pub fn new(trace: Option<String>) -> Self {
        Output {
            bytes: Vec::new(),
            sent: 0,
            max_frame: frame::MIN_MAX_FRAME_SIZE as usize,
            trace,
        }
    }

    /// Bytes that the socket has not taken yet.
    pub fn pending(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    /// The socket took `count` bytes.
    pub fn advance(&mut self, count: usize) {
        self.sent += count;
        if self.sent == self.bytes.len() {
            self.bytes.clear();
            self.sent = 0;
            if self.bytes.capacity() > 4 << 20 {
                self.bytes = Vec::new();
            }
        } else if self.sent > 1 << 20 {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn frame(&mut self, channel: u16, performative: impl Into<Performative>) {
        let performative = performative.into();
        self.note("->", channel, &performative);
        frame::encode_frame(channel, &performative, &[], &mut self.bytes);
    }

    /// Prints a performative when tracing.
    pub fn note(&self, direction: &str, channel: u16, performative: &Performative) {
        if let Some(peer) = &self.trace {
            eprintln!("[{peer}] {direction} {channel} {performative:?}");
        }
    }

    /// Prints a line when tracing.
    pub fn remark(&self, text: std::fmt::Arguments<'_>) {
        if let Some(peer) = &self.trace {
            eprintln!("[{peer}] {text}");
        }
    }

    /// Writes as much of a delivery as fits one frame; gives the bytes written.
    pub fn transfer(&mut self, channel: u16, head: TransferHead, payload: &[u8]) -> usize {
        let size = payload.len().min(self.max_frame - TRANSFER_ROOM);
        let more = size < payload.len();
        let start = self.bytes.len();
        let [high, low] = channel.to_be_bytes();
        self.bytes
            .extend_from_slice(&[0, 0, 0, 0, 2, frame::TYPE_AMQP, high, low]);
        let mut enc = Encoder::new(&mut self.bytes);
        enc.descriptor(code::TRANSFER);
        let mark = enc.begin_list();
        enc.uint(head.handle);
        if head.continued {
            enc.null();
            enc.null();
            enc.null();
        } else {
            enc.uint(head.id);
            enc.binary(&head.id.to_be_bytes());
            enc.uint(head.format);
        }
        enc.bool(head.settled);
        if more {
            enc.bool(true);
        }
        enc.end_list(mark, if more { 6 } else { 5 });
        self.bytes.extend_from_slice(&payload[..size]);
        let length = (self.bytes.len() - start) as u32;
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
        self.remark(format_args!(
            "-> {channel} {head:?} more={more} {size} bytes"
        ));
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BytesMut;
    use tibemsufo::amqp::frame::FrameDecoder;

    #[test]
    fn a_delivery_is_cut_into_frames_that_fit() {
        let mut out = Output::new(None);
        let payload: Vec<u8> = (0..2000u32).map(|n| n as u8).collect();
        let mut head = TransferHead {
            handle: 70_000,
            id: u32::MAX,
            format: u32::MAX,
            settled: false,
            continued: false,
        };
        let mut rest = &payload[..];
        while !rest.is_empty() {
            let size = out.transfer(65_535, head, rest);
            rest = &rest[size..];
            head.continued = true;
        }
        let mut buf = BytesMut::from(out.pending());
        let mut decoder = FrameDecoder::new(512);
        let mut got = Vec::new();
        let mut mores = Vec::new();
        while let Some(frame) = decoder.next_frame(&mut buf).unwrap() {
            let Some(Performative::Transfer(transfer)) = frame.performative else {
                panic!("not a transfer");
            };
            assert_eq!(transfer.delivery_id.is_some(), got.is_empty());
            mores.push(transfer.more);
            got.extend_from_slice(&frame.payload);
        }
        assert_eq!(got, payload);
        assert_eq!(mores.iter().filter(|more| !**more).count(), 1);
        assert_eq!(mores.last(), Some(&false));
    }
}
