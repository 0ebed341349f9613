//! The trace topic `frames` (D14): one line a frame, in and out, without payloads and without secrets.
//!
//! Exists only for connections opened while the topic is on. It decodes the bytes a second time, so the path
//! of a message pays nothing for it otherwise.

use bytes::BytesMut;

use crate::amqp::frame::{Frame, FrameDecoder};
use crate::amqp::performative::Performative;
use crate::trace::{self, Topic};

/// The two directions of one socket.
pub struct FrameTrace {
    peer: String,
    incoming: Side,
    outgoing: Side,
}

struct Side {
    arrow: &'static str,
    buffer: BytesMut,
    decoder: FrameDecoder,
}

impl FrameTrace {
    /// A trace of the connection to `peer`, if it is asked for.
    pub fn start(peer: &str) -> Option<Box<FrameTrace>> {
        let side = |arrow| Side {
            arrow,
            buffer: BytesMut::new(),
            decoder: FrameDecoder::new(u32::MAX),
        };
        trace::is_on(Topic::Frames).then(|| {
            Box::new(FrameTrace {
                peer: peer.to_owned(),
                incoming: side("<-"),
                outgoing: side("->"),
            })
        })
    }

    /// Bytes that were read.
    pub fn read(&mut self, bytes: &[u8]) {
        self.incoming.pass(&self.peer, bytes);
    }

    /// Bytes that were written.
    pub fn written(&mut self, bytes: &[u8]) {
        self.outgoing.pass(&self.peer, bytes);
    }
}

impl Side {
    fn pass(&mut self, peer: &str, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        loop {
            if self.buffer.len() >= 8 && self.buffer.starts_with(b"AMQP") {
                let header = self.buffer.split_to(8);
                self.line(peer, &format!("header {:?}", &header[4..]));
                continue;
            }
            if self.buffer.starts_with(b"AMQP") {
                return;
            }
            match self.decoder.next_frame(&mut self.buffer) {
                Ok(Some(frame)) => self.line(peer, &describe(&frame)),
                Ok(None) => return,
                Err(error) => {
                    self.line(peer, &format!("not understood: {error}"));
                    self.buffer.clear();
                    return;
                }
            }
        }
    }

    fn line(&self, peer: &str, text: &str) {
        trace::line(Topic::Frames, format_args!("{peer} {} {text}", self.arrow));
    }
}

/// One frame in words. What SASL carries may be a password, so only its kind is shown.
fn describe(frame: &Frame) -> String {
    let channel = frame.channel;
    match &frame.performative {
        None => format!("{channel} heartbeat"),
        Some(Performative::SaslInit(init)) => format!("SaslInit {}", init.mechanism),
        Some(Performative::SaslChallenge(_)) => "SaslChallenge".to_owned(),
        Some(Performative::SaslResponse(_)) => "SaslResponse".to_owned(),
        Some(Performative::SaslOutcome(outcome)) => format!("SaslOutcome {:?}", outcome.code),
        Some(performative) => match frame.payload.len() {
            0 => format!("{channel} {performative:?}"),
            size => format!("{channel} {performative:?} + {size} bytes"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::performative::{Close, SaslInit};
    use bytes::Bytes;

    fn frame(performative: Option<Performative>) -> Frame {
        Frame {
            kind: 0,
            channel: 3,
            performative,
            payload: Bytes::new(),
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let init = SaslInit {
            mechanism: "PLAIN".into(),
            initial_response: Some(Bytes::from_static(b"\0ems\0secret")),
            ..SaslInit::default()
        };
        assert_eq!(describe(&frame(Some(init.into()))), "SaslInit PLAIN");
        assert_eq!(describe(&frame(None)), "3 heartbeat");
        assert!(describe(&frame(Some(Close::default().into()))).starts_with("3 Close("));
    }
}
