//! The trace topic `frames` (D14): one line a frame, in and out, without secrets. What messages carry is shown, cut to a
//! bounded length, while the topic `bodies` is on, else only its size.
//!
//! Exists only for connections opened while the topic is on. It decodes the bytes a second time, so the path
//! of a message pays nothing for it otherwise.

use bytes::BytesMut;

use crate::amqp::frame::{Frame, FrameDecoder};
use crate::amqp::performative::Performative;
use crate::client::rules::url::ServerUrl;
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
    /// A trace of what a connection says with the server at `url`, if it is asked for.
    pub fn start(connection: u64, url: &ServerUrl) -> Option<Box<FrameTrace>> {
        let side = |arrow| Side {
            arrow,
            buffer: BytesMut::new(),
            decoder: FrameDecoder::new(u32::MAX),
        };
        trace::is_on(Topic::Frames).then(|| {
            Box::new(FrameTrace {
                peer: format!("connection {connection}: {url}"),
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
                Ok(Some(frame)) => {
                    let bodies = trace::is_on(Topic::Bodies);
                    self.line(peer, &describe(&frame, bodies));
                }
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

/// Most bytes of a payload that one line shows.
const SHOWN: usize = 512;

/// One frame in words, with its payload if `bodies`. What SASL carries may be a password, so only its kind is shown.
fn describe(frame: &Frame, bodies: bool) -> String {
    let channel = frame.channel;
    match &frame.performative {
        None => format!("{channel} heartbeat"),
        Some(Performative::SaslInit(init)) => format!("SaslInit {}", init.mechanism),
        Some(Performative::SaslChallenge(_)) => "SaslChallenge".to_owned(),
        Some(Performative::SaslResponse(_)) => "SaslResponse".to_owned(),
        Some(Performative::SaslOutcome(outcome)) => format!("SaslOutcome {:?}", outcome.code),
        Some(performative) => match frame.payload.len() {
            0 => format!("{channel} {performative:?}"),
            size if bodies => {
                let (shown, cut) = frame.payload.split_at(size.min(SHOWN));
                let more = if cut.is_empty() { "" } else { " ..." };
                let shown = shown.escape_ascii();
                format!("{channel} {performative:?} + {size} bytes: \"{shown}\"{more}")
            }
            size => format!("{channel} {performative:?} + {size} bytes"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::performative::{Close, SaslInit, Transfer};
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
        for bodies in [false, true] {
            let said = |performative| describe(&frame(performative), bodies);
            assert_eq!(said(Some(init.clone().into())), "SaslInit PLAIN");
            assert_eq!(said(None), "3 heartbeat");
            assert!(said(Some(Close::default().into())).starts_with("3 Close("));
        }
    }

    #[test]
    fn payloads_are_shown_when_asked_for_and_within_bounds() {
        let with = |payload: &[u8], bodies| {
            let frame = Frame {
                payload: Bytes::copy_from_slice(payload),
                ..frame(Some(Transfer::default().into()))
            };
            let said = describe(&frame, bodies);
            let at = said.find(" + ").expect("a payload");
            said[at..].to_owned()
        };
        assert_eq!(with(b"my \"text\"", false), " + 9 bytes");
        assert_eq!(
            with(b"\0Sw\xa1\x02my \"text\"\n", true),
            r#" + 15 bytes: "\x00Sw\xa1\x02my \"text\"\n""#
        );
        let long = with(&[0xff; 1 << 20], true);
        assert!(long.starts_with(" + 1048576 bytes: \"\\xff") && long.ends_with("\\xff\" ..."));
        assert!(long.len() < 4 * SHOWN + 40, "{}", long.len());
    }
}
