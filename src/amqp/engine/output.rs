//! The output buffer, and the frames of the busy paths written by hand: transfer, disposition.
//!
//! Everything else goes through the performative types. Nothing here allocates beyond the growth
//! of the buffer itself.

use super::types::Settle;
use crate::amqp::codec::Encoder;
use crate::amqp::codec::constructor as c;
use crate::amqp::frame::{EMPTY_FRAME, TYPE_AMQP, TYPE_SASL, begin_frame, end_frame};
use crate::amqp::performative::code;

/// Bytes on their way to the peer.
pub(super) struct Output {
    pub bytes: Vec<u8>,
    taken: u64,
}

/// What the performative of a transfer frame says.
pub(super) struct TransferHead<'a> {
    pub handle: u32,
    /// delivery-id and tag, in the first frame of a delivery
    pub first: Option<(u32, u64)>,
    pub settled: bool,
    pub txn: Option<&'a [u8]>,
}

impl Output {
    pub fn new() -> Self {
        Output {
            bytes: Vec::new(),
            taken: 0,
        }
    }

    /// Bytes ever put in.
    pub fn total(&self) -> u64 {
        self.taken + self.bytes.len() as u64
    }

    /// Gives everything away for an empty vector.
    pub fn take(&mut self, spare: &mut Vec<u8>) {
        self.taken += self.bytes.len() as u64;
        if spare.is_empty() {
            std::mem::swap(&mut self.bytes, spare);
        } else {
            spare.append(&mut self.bytes);
        }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn heartbeat(&mut self) {
        self.raw(&EMPTY_FRAME);
    }

    /// One AMQP frame without payload; its length.
    pub fn frame(&mut self, channel: u16, write: impl FnOnce(&mut Encoder<'_>)) -> usize {
        self.any_frame(TYPE_AMQP, channel, write)
    }

    /// One SASL frame; its length.
    pub fn sasl_frame(&mut self, write: impl FnOnce(&mut Encoder<'_>)) -> usize {
        self.any_frame(TYPE_SASL, 0, write)
    }

    fn any_frame(&mut self, kind: u8, channel: u16, write: impl FnOnce(&mut Encoder<'_>)) -> usize {
        let start = begin_frame(kind, channel, &mut self.bytes);
        write(&mut Encoder::new(&mut self.bytes));
        end_frame(start, &mut self.bytes);
        self.bytes.len() - start
    }

    /// Takes back the last `length` bytes.
    pub fn undo(&mut self, length: usize) {
        self.bytes.truncate(self.bytes.len().saturating_sub(length));
    }

    /// One transfer frame with as much of `payload` as fits `limit` bytes; what it took.
    #[inline]
    pub fn transfer(
        &mut self,
        channel: u16,
        head: &TransferHead<'_>,
        payload: &[u8],
        limit: usize,
    ) -> usize {
        let txn = head.txn.filter(|_| head.first.is_some());
        let state = txn.map_or(0, |txn| transaction_size(txn.len()));
        let start = self.bytes.len();
        let mut front = Front::new(channel, head, false, state);
        let mut taken = payload;
        if front.len() + state + payload.len() > limit {
            front = Front::new(channel, head, true, state);
            let room = limit.saturating_sub(front.len() + state).max(1);
            taken = payload.get(..room).unwrap_or(payload);
        }
        self.bytes.reserve(front.len() + state + taken.len());
        self.bytes.extend_from_slice(front.bytes());
        if let Some(txn) = txn {
            let mut enc = Encoder::new(&mut self.bytes);
            enc.descriptor(code::TRANSACTIONAL_STATE);
            let fields = enc.begin_list();
            enc.binary(txn);
            enc.end_list(fields, 1);
        }
        self.bytes.extend_from_slice(taken);
        end_frame(start, &mut self.bytes);
        taken.len()
    }

    /// One disposition about received deliveries.
    #[allow(clippy::too_many_arguments)]
    pub fn acknowledge(
        &mut self,
        channel: u16,
        first: u32,
        last: u32,
        state: Settle,
        settled: bool,
        txn: Option<&[u8]>,
        batchable: bool,
    ) {
        self.frame(channel, |enc| {
            enc.descriptor(code::DISPOSITION);
            let list = enc.begin_list();
            enc.bool(true);
            enc.uint(first);
            if first == last {
                enc.null();
            } else {
                enc.uint(last);
            }
            enc.bool(settled);
            match txn {
                None => settle_state(enc, state),
                Some(txn) => {
                    enc.descriptor(code::TRANSACTIONAL_STATE);
                    let fields = enc.begin_list();
                    enc.binary(txn);
                    settle_state(enc, state);
                    enc.end_list(fields, 2);
                }
            }
            if batchable {
                enc.bool(true);
            }
            enc.end_list(list, if batchable { 6 } else { 5 });
        });
    }
}

fn settle_state(enc: &mut Encoder<'_>, state: Settle) {
    let code = match state {
        Settle::Accepted => code::ACCEPTED,
        Settle::Rejected => code::REJECTED,
        Settle::Released => code::RELEASED,
        Settle::Modified {
            delivery_failed,
            undeliverable_here,
        } => {
            enc.descriptor(code::MODIFIED);
            let list = enc.begin_list();
            enc.bool(delivery_failed);
            enc.bool(undeliverable_here);
            enc.end_list(list, 2);
            return;
        }
    };
    enc.raw(&[c::DESCRIBED, c::SMALL_ULONG, code as u8, c::LIST0]);
}

/// Bytes of a transactional-state without outcome.
fn transaction_size(txn: usize) -> usize {
    const DESCRIPTOR: usize = 3;
    // constructor, size and count of the list, constructor and size of the binary
    match txn {
        0..=252 => DESCRIPTOR + 3 + 2 + txn,
        253..=255 => DESCRIPTOR + 9 + 2 + txn,
        _ => DESCRIPTOR + 9 + 5 + txn,
    }
}

/// Frame header and transfer performative, made on the stack: the fields first, then backwards
/// what stands before them. Fields behind the last one needed are left out.
struct Front {
    bytes: [u8; 64],
    start: usize,
    end: usize,
}

impl Front {
    /// Frame header, descriptor and long list head.
    const FIELDS: usize = 8 + 3 + 9;

    #[inline]
    fn new(channel: u16, head: &TransferHead<'_>, more: bool, state: usize) -> Front {
        let mut front = Front {
            bytes: [0; 64],
            start: Front::FIELDS,
            end: Front::FIELDS,
        };
        let transacted = state > 0;
        front.uint(head.handle);
        let mut count = 1;
        match head.first {
            Some((delivery_id, tag)) => {
                front.uint(delivery_id);
                if head.settled {
                    front.put(&[c::BINARY8, 0]);
                } else {
                    let tag_bytes = tag.to_be_bytes();
                    let skip = (tag.leading_zeros() / 8).min(7) as usize;
                    front.put(&[c::BINARY8, (tag_bytes.len() - skip) as u8]);
                    front.put(tag_bytes.get(skip..).unwrap_or_default());
                }
                front.put(&[c::UINT0]);
                count = 4;
            }
            None if head.settled || more => {
                front.put(&[c::NULL; 3]);
                count = 4;
            }
            None => {}
        }
        if head.settled || more || transacted {
            front.put(&[if head.settled { c::TRUE } else { c::FALSE }]);
            count = 5;
        }
        if more || transacted {
            front.put(&[if more { c::TRUE } else { c::FALSE }]);
            count = 6;
        }
        if transacted {
            front.put(&[c::NULL]);
            count = 8;
        }
        let content = front.end - Front::FIELDS + state;
        if content < 255 {
            front.put_before(&[c::LIST8, (content + 1) as u8, count]);
        } else {
            let [a, b, d, e] = ((content + 4) as u32).to_be_bytes();
            front.put_before(&[c::LIST32, a, b, d, e, 0, 0, 0, count]);
        }
        front.put_before(&[c::DESCRIBED, c::SMALL_ULONG, code::TRANSFER as u8]);
        let [high, low] = channel.to_be_bytes();
        front.put_before(&[0, 0, 0, 0, 2, TYPE_AMQP, high, low]);
        front
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.end + bytes.len();
        if let Some(place) = self.bytes.get_mut(self.end..end) {
            place.copy_from_slice(bytes);
            self.end = end;
        }
    }

    #[inline]
    fn put_before(&mut self, bytes: &[u8]) {
        let start = self.start.saturating_sub(bytes.len());
        if let Some(place) = self.bytes.get_mut(start..self.start) {
            place.copy_from_slice(bytes);
            self.start = start;
        }
    }

    #[inline]
    fn uint(&mut self, v: u32) {
        match v {
            0 => self.put(&[c::UINT0]),
            1..=255 => self.put(&[c::SMALL_UINT, v as u8]),
            _ => {
                let [a, b, d, e] = v.to_be_bytes();
                self.put(&[c::UINT, a, b, d, e]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::frame::FrameDecoder;
    use crate::amqp::performative::{DeliveryState, Performative, Role, Transfer};
    use bytes::{Bytes, BytesMut};

    fn frames(out: &Output) -> Vec<(Transfer, Bytes)> {
        let mut buf = BytesMut::from(&out.bytes[..]);
        let mut list = Vec::new();
        while let Some(frame) = FrameDecoder::new(1 << 20).next_frame(&mut buf).unwrap() {
            match frame.performative {
                Some(Performative::Transfer(t)) => list.push((*t, frame.payload)),
                other => panic!("{other:?}"),
            }
        }
        list
    }

    #[test]
    fn a_large_payload_is_cut_to_the_frame_size() {
        let payload: Vec<u8> = (0..2000u32).map(|n| n as u8).collect();
        for settled in [false, true] {
            for txn in [1, 199, 200, 201, 230, 251, 252, 253, 255, 0].map(|n| {
                [7u8; 255]
                    .get(..n)
                    .filter(|t| !t.is_empty())
                    .map(<[u8]>::to_vec)
            }) {
                let txn = txn.as_deref();
                let mut out = Output::new();
                let mut head = TransferHead {
                    handle: 300,
                    first: Some((0xffff_ffff, 0x0102)),
                    settled,
                    txn,
                };
                let mut sent = 0;
                while sent < payload.len() {
                    let before = out.bytes.len();
                    sent += out.transfer(9, &head, &payload[sent..], 512);
                    head.first = None;
                    assert!(out.bytes.len() - before <= 512);
                }
                let frames = frames(&out);
                let joined: Vec<u8> = frames.iter().flat_map(|(_, p)| p.to_vec()).collect();
                assert_eq!(joined, payload);
                let (first, _) = &frames[0];
                assert_eq!(first.delivery_id, Some(0xffff_ffff));
                let tag: &[u8] = if settled { &[] } else { &[1, 2] };
                assert_eq!(first.delivery_tag.as_deref(), Some(tag));
                assert_eq!(
                    first.state,
                    txn.map(|txn| DeliveryState::Transactional {
                        txn_id: Bytes::copy_from_slice(txn),
                        outcome: None
                    })
                );
                for (n, (transfer, _)) in frames.iter().enumerate() {
                    assert_eq!(transfer.handle, 300);
                    assert_eq!(transfer.more, n + 1 < frames.len());
                    assert_eq!(transfer.settled.unwrap_or(false), settled);
                    assert_eq!(transfer.delivery_id.is_some(), n == 0);
                }
            }
        }
    }

    /// Every size around that of one frame: a frame is full before a second one begins, and never larger.
    #[test]
    fn a_frame_is_filled_to_the_byte() {
        let payload = [7; 600];
        for settled in [false, true] {
            for size in 450..550 {
                let head = TransferHead {
                    handle: 1,
                    first: Some((5, 5)),
                    settled,
                    txn: None,
                };
                let mut out = Output::new();
                let sent = out.transfer(0, &head, &payload[..size], 512);
                assert!(out.bytes.len() <= 512, "{size} bytes");
                assert!(sent == size || out.bytes.len() == 512, "{size} bytes");
            }
        }
    }

    #[test]
    fn an_empty_payload_is_one_frame() {
        let mut out = Output::new();
        let head = TransferHead {
            handle: 0,
            first: Some((0, 0)),
            settled: false,
            txn: None,
        };
        assert_eq!(out.transfer(0, &head, &[], 512), 0);
        let frames = frames(&out);
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].0.delivery_tag.as_deref(), Some(&[0u8][..]));
        assert_eq!(frames[0].0.settled, None);
    }

    #[test]
    fn acknowledges_read_back() {
        let states = [
            (Settle::Accepted, DeliveryState::Accepted),
            (Settle::Rejected, DeliveryState::Rejected(None)),
            (Settle::Released, DeliveryState::Released),
            (
                Settle::Modified {
                    delivery_failed: true,
                    undeliverable_here: false,
                },
                DeliveryState::Modified {
                    delivery_failed: true,
                    undeliverable_here: false,
                    message_annotations: Vec::new(),
                },
            ),
        ];
        for (settle, state) in states {
            for (txn, last, batchable) in [(None, 5, false), (Some(&[1u8; 255][..]), 9, true)] {
                let mut out = Output::new();
                out.acknowledge(2, 5, last, settle, true, txn, batchable);
                let mut buf = BytesMut::from(&out.bytes[..]);
                let frame = FrameDecoder::new(1 << 20).next_frame(&mut buf).unwrap();
                let Some(Performative::Disposition(got)) = frame.unwrap().performative else {
                    panic!("no disposition");
                };
                assert_eq!(got.role, Role::Receiver);
                assert_eq!((got.first, got.last.unwrap_or(5)), (5, last));
                assert!(got.settled);
                assert_eq!(got.batchable, batchable);
                let expected = match txn {
                    None => state.clone(),
                    Some(txn) => DeliveryState::Transactional {
                        txn_id: Bytes::copy_from_slice(txn),
                        outcome: Some(Box::new(state.clone())),
                    },
                };
                assert_eq!(got.state, Some(expected));
            }
        }
    }
}
