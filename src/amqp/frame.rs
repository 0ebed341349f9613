//! Frames and protocol headers (spec 40 §1.1, §1.3).
//!
//! Cuts the received bytes into frames, whatever their split, and writes frames. Neutral about the
//! role. Nothing here blocks; no memory is reserved for a size that the peer only claims.

use crate::amqp::codec::{DecodeError, Decoder, Encoder};
use crate::amqp::performative::Performative;
use bytes::{Buf, Bytes, BytesMut};

/// Frame type of AMQP frames.
pub const TYPE_AMQP: u8 = 0;
/// Frame type of SASL frames.
pub const TYPE_SASL: u8 = 1;
/// Largest SASL frame, and largest frame before the peer's `open` is known.
pub const MIN_MAX_FRAME_SIZE: u32 = 512;
/// The header that starts the AMQP layer.
pub const HEADER_AMQP: [u8; 8] = *b"AMQP\x00\x01\x00\x00";
/// The header that starts the SASL layer.
pub const HEADER_SASL: [u8; 8] = *b"AMQP\x03\x01\x00\x00";
/// An empty AMQP frame on channel 0: a heartbeat.
pub const EMPTY_FRAME: [u8; 8] = [0, 0, 0, 8, 2, TYPE_AMQP, 0, 0];
/// Bytes of a frame's fixed header.
pub const FRAME_HEADER: usize = 8;

/// What is wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("frame size {0} is below 8")]
    TooSmall(u32),
    #[error("frame size {size} is above {max}")]
    TooLarge { size: u32, max: u32 },
    #[error("data offset {doff} does not fit a frame of {size} bytes")]
    DataOffset { doff: u8, size: u32 },
    #[error("unknown frame type {0}")]
    Type(u8),
    #[error("a {0} frame carries a payload")]
    Payload(&'static str),
    #[error("{0} belongs to another frame type")]
    Layer(&'static str),
    #[error("{0}")]
    Decode(#[from] DecodeError),
}

/// The header of a frame that has arrived whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Bytes of the whole frame
    pub size: usize,
    /// Where its body begins
    pub body: usize,
    pub kind: u8,
    pub channel: u16,
}

impl FrameHeader {
    /// Reads the header of the frame at the start of `buf`: `None` as long as the frame is not
    /// whole. Sizes are checked as soon as their bytes are there.
    pub fn peek(buf: &[u8], max: u32) -> Result<Option<FrameHeader>, FrameError> {
        let Some(size) = buf.first_chunk::<4>() else {
            return Ok(None);
        };
        let size = u32::from_be_bytes(*size);
        if (size as usize) < FRAME_HEADER {
            return Err(FrameError::TooSmall(size));
        }
        if size > max {
            return Err(FrameError::TooLarge { size, max });
        }
        let Some(&[_, _, _, _, doff, kind, high, low]) = buf.first_chunk::<8>() else {
            return Ok(None);
        };
        let body = usize::from(doff) * 4;
        if doff < 2 || body > size as usize {
            return Err(FrameError::DataOffset { doff, size });
        }
        if kind != TYPE_AMQP && kind != TYPE_SASL {
            return Err(FrameError::Type(kind));
        }
        if buf.len() < size as usize {
            return Ok(None);
        }
        Ok(Some(FrameHeader {
            size: size as usize,
            body,
            kind,
            channel: u16::from_be_bytes([high, low]),
        }))
    }
}

/// One frame, still encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFrame {
    pub kind: u8,
    pub channel: u16,
    /// Performative and payload; empty in a heartbeat
    pub body: Bytes,
}

/// One decoded frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub kind: u8,
    pub channel: u16,
    /// `None` in an empty frame, the heartbeat
    pub performative: Option<Performative>,
    pub payload: Bytes,
}

impl RawFrame {
    /// Decodes the performative. A payload is allowed only behind `transfer`.
    pub fn decode(&self) -> Result<Frame, FrameError> {
        let mut frame = Frame {
            kind: self.kind,
            channel: self.channel,
            performative: None,
            payload: Bytes::new(),
        };
        if self.body.is_empty() {
            return Ok(frame);
        }
        let mut decoder = Decoder::new(&self.body);
        let performative = Performative::decode(&mut decoder)?;
        let end = decoder.position();
        if performative.is_sasl() != (self.kind == TYPE_SASL) {
            return Err(FrameError::Layer(performative.name()));
        }
        if end < self.body.len() {
            if !matches!(performative, Performative::Transfer(_)) {
                return Err(FrameError::Payload(performative.name()));
            }
            frame.payload = self.body.slice(end..);
        }
        frame.performative = Some(performative);
        Ok(frame)
    }
}

/// Cuts a byte stream into frames.
#[derive(Clone, Debug)]
pub struct FrameDecoder {
    max_frame_size: u32,
}

impl FrameDecoder {
    /// A decoder that refuses frames above `max_frame_size` bytes.
    pub fn new(max_frame_size: u32) -> Self {
        FrameDecoder { max_frame_size }
    }

    /// Takes the next whole frame out of `buf`; `None` when more bytes are needed.
    pub fn next_raw(&mut self, buf: &mut BytesMut) -> Result<Option<RawFrame>, FrameError> {
        let Some(header) = FrameHeader::peek(buf, self.max_frame_size)? else {
            return Ok(None);
        };
        let mut body = buf.split_to(header.size).freeze();
        body.advance(header.body);
        Ok(Some(RawFrame {
            kind: header.kind,
            channel: header.channel,
            body,
        }))
    }

    /// Takes and decodes the next whole frame out of `buf`; `None` when more bytes are needed.
    pub fn next_frame(&mut self, buf: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        self.next_raw(buf)?.map(|raw| raw.decode()).transpose()
    }
}

/// Appends one frame. The caller sees to it that it is not larger than the peer takes.
pub fn encode_frame(channel: u16, performative: &Performative, payload: &[u8], out: &mut Vec<u8>) {
    let kind = if performative.is_sasl() {
        TYPE_SASL
    } else {
        TYPE_AMQP
    };
    let start = begin_frame(kind, channel, out);
    performative.encode(&mut Encoder::new(out));
    out.extend_from_slice(payload);
    end_frame(start, out);
}

/// Starts a frame whose size is not known yet.
pub(crate) fn begin_frame(kind: u8, channel: u16, out: &mut Vec<u8>) -> usize {
    let start = out.len();
    let [high, low] = channel.to_be_bytes();
    out.extend_from_slice(&[0, 0, 0, 0, 2, kind, high, low]);
    start
}

/// Patches in the size of the frame that starts at `start`.
pub(crate) fn end_frame(start: usize, out: &mut [u8]) {
    let size = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::performative::{Begin, Flow, SaslOutcome};

    fn stream() -> (Vec<u8>, Vec<Performative>) {
        let sent: Vec<Performative> = vec![
            SaslOutcome::default().into(),
            Begin::default().into(),
            Flow {
                handle: Some(7),
                link_credit: Some(1000),
                ..Flow::default()
            }
            .into(),
        ];
        let mut out = Vec::new();
        for performative in &sent {
            encode_frame(3, performative, &[], &mut out);
        }
        (out, sent)
    }

    #[test]
    fn any_split_gives_the_same_frames() {
        let (bytes, sent) = stream();
        for chunk in 1..=bytes.len() {
            let mut decoder = FrameDecoder::new(512);
            let mut buf = BytesMut::new();
            let mut got = Vec::new();
            for part in bytes.chunks(chunk) {
                buf.extend_from_slice(part);
                while let Some(frame) = decoder.next_frame(&mut buf).unwrap() {
                    got.extend(frame.performative);
                }
            }
            assert_eq!(got, sent, "chunks of {chunk}");
        }
    }

    #[test]
    fn sizes_are_refused_before_the_frame_is_whole() {
        let peek = |bytes: &[u8]| FrameHeader::peek(bytes, 1024);
        assert_eq!(peek(&[0, 0, 0, 7]), Err(FrameError::TooSmall(7)));
        assert_eq!(peek(&[0, 0, 0, 0]), Err(FrameError::TooSmall(0)));
        assert_eq!(
            peek(&[0, 0, 4, 1]),
            Err(FrameError::TooLarge {
                size: 1025,
                max: 1024
            })
        );
        assert!(matches!(
            peek(&[0x7f, 0xff, 0xff, 0xff]),
            Err(FrameError::TooLarge { .. })
        ));
        assert_eq!(
            peek(&[0, 0, 0, 8, 1, 0, 0, 0]),
            Err(FrameError::DataOffset { doff: 1, size: 8 })
        );
        assert_eq!(
            peek(&[0, 0, 0, 8, 3, 0, 0, 0]),
            Err(FrameError::DataOffset { doff: 3, size: 8 })
        );
        assert_eq!(peek(&[0, 0, 0, 8, 2, 2, 0, 0]), Err(FrameError::Type(2)));
        assert_eq!(peek(&[0, 0, 0]), Ok(None));
        assert_eq!(peek(&[0, 0, 0, 9, 2, 0, 0, 0]), Ok(None));
    }

    #[test]
    fn the_extended_header_is_skipped() {
        let mut plain = Vec::new();
        encode_frame(1, &Begin::default().into(), &[], &mut plain);
        let mut bytes = vec![0, 0, 0, (plain.len() + 4) as u8, 3, 0, 0, 1, 9, 9, 9, 9];
        bytes.extend_from_slice(&plain[8..]);
        let mut buf = BytesMut::from(&bytes[..]);
        let frame = FrameDecoder::new(512).next_frame(&mut buf).unwrap();
        assert_eq!(frame.unwrap().performative, Some(Begin::default().into()));
        assert!(buf.is_empty());
    }

    #[test]
    fn payload_and_layer_are_checked() {
        let mut out = Vec::new();
        encode_frame(0, &Flow::default().into(), b"x", &mut out);
        let mut buf = BytesMut::from(&out[..]);
        assert_eq!(
            FrameDecoder::new(512).next_frame(&mut buf),
            Err(FrameError::Payload("flow"))
        );
        out.clear();
        encode_frame(0, &Flow::default().into(), &[], &mut out);
        out[5] = TYPE_SASL;
        let mut buf = BytesMut::from(&out[..]);
        assert_eq!(
            FrameDecoder::new(512).next_frame(&mut buf),
            Err(FrameError::Layer("flow"))
        );
    }

    #[test]
    fn the_empty_frame_is_a_heartbeat() {
        let mut buf = BytesMut::from(&EMPTY_FRAME[..]);
        let frame = FrameDecoder::new(512).next_frame(&mut buf).unwrap();
        assert_eq!(frame.unwrap().performative, None);
    }
}
