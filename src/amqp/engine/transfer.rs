//! Messages in both directions: sending with its split into frames, receiving with its assembly
//! (spec 40 §1.13).

use super::Engine;
use super::connection::{Phase, cut_payload};
use super::link::LinkState;
use super::output::TransferHead;
use super::received::Received;
use super::session::SessionState;
use super::types::{Delivery, Event, FailureKind, LinkId, Outcome, Send, SendError, condition};
use crate::amqp::frame::FrameHeader;
use crate::amqp::performative::Role;
use bytes::{Buf, Bytes, BytesMut};

/// The rest of a delivery that the session window cut off.
pub(super) struct Partial {
    pub link: u32,
    handle: u32,
    settled: bool,
    token: u64,
    rest: Vec<u8>,
    sent: usize,
}

impl Partial {
    /// Bytes of the message that are in no frame.
    pub fn left(&self) -> usize {
        self.rest.len() - self.sent
    }
}

/// A delivery of several frames that is being received.
pub(super) struct Assembly {
    delivery_id: u32,
    message_format: u32,
    settled: bool,
    payload: BytesMut,
}

impl Engine {
    /// Sends a message: its frames are in the output when this returns. What the session window
    /// does not take is kept and follows by itself; until then the session has no credit, and
    /// [`Engine::is_cut`] tells of it.
    pub fn send(&mut self, id: LinkId, send: Send<'_>) -> Result<u32, SendError> {
        if !matches!(self.phase, Phase::Open) {
            return Err(SendError::Detached);
        }
        let link = self.links.get_mut(id.0).ok_or(SendError::Detached)?;
        if link.role != Role::Sender || link.state != LinkState::Attached {
            return Err(SendError::Detached);
        }
        if link.max_message_size != 0 && send.payload.len() as u64 > link.max_message_size {
            return Err(SendError::TooLarge);
        }
        let session = self
            .sessions
            .at_mut(link.session)
            .ok_or(SendError::Detached)?;
        if link.remaining_credit() == 0 || !session.can_send() {
            return Err(SendError::NoCredit);
        }
        let delivery_id = session.next_delivery_id;
        session.next_delivery_id = delivery_id.wrapping_add(1);
        link.delivery_count = link.delivery_count.wrapping_add(1);
        let tag = link.next_tag;
        if !send.settled {
            link.next_tag = tag.wrapping_add(1);
            if let Some(lost) = session.unsettled.push(delivery_id, id, send.token) {
                self.events.push_back(Event::Outcome {
                    link: lost.link,
                    first: lost.token,
                    last: lost.token,
                    outcome: Outcome::None,
                });
            }
        }
        let mut head = TransferHead {
            handle: link.handle,
            first: Some((delivery_id, tag)),
            settled: send.settled,
            txn: send.txn,
        };
        let mut sent = 0;
        loop {
            let rest = send.payload.get(sent..).unwrap_or_default();
            let limit = self.send_limit;
            sent += self.out.transfer(session.channel, &head, rest, limit);
            session.next_outgoing_id = session.next_outgoing_id.wrapping_add(1);
            session.remote_window = session.remote_window.saturating_sub(1);
            if sent >= send.payload.len() {
                break;
            }
            head.first = None;
            if session.remote_window == 0 {
                self.cut += send.payload.len() - sent;
                session.partial = Some(Partial {
                    link: id.0.index,
                    handle: link.handle,
                    settled: send.settled,
                    token: send.token,
                    rest: send.payload.get(sent..).unwrap_or_default().to_vec(),
                    sent: 0,
                });
                break;
            }
        }
        Ok(delivery_id)
    }

    /// A part of the last send on this link is still in no frame; [`Event::Whole`] tells when all of it is.
    pub fn is_cut(&self, id: LinkId) -> bool {
        let link = self.links.get(id.0);
        let session = link.and_then(|link| self.sessions.at(link.session));
        let partial = session.and_then(|session| session.partial.as_ref());
        partial.is_some_and(|partial| partial.link == id.0.index)
    }

    /// Bytes of messages that the session windows keep out of the output.
    pub fn cut_bytes(&self) -> usize {
        self.cut
    }

    /// Goes on with a delivery that the window cut off, as far as the window now reaches.
    pub(super) fn continue_partial(&mut self, index: u32) {
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        let Some(partial) = session.partial.as_mut() else {
            return;
        };
        let head = TransferHead {
            handle: partial.handle,
            first: None,
            settled: partial.settled,
            txn: None,
        };
        while session.remote_window > 0 && partial.sent < partial.rest.len() {
            let rest = partial.rest.get(partial.sent..).unwrap_or_default();
            let taken = self
                .out
                .transfer(session.channel, &head, rest, self.send_limit);
            partial.sent += taken;
            self.cut -= taken;
            session.next_outgoing_id = session.next_outgoing_id.wrapping_add(1);
            session.remote_window -= 1;
        }
        if partial.left() == 0
            && let Some(partial) = session.partial.take()
            && let Some(key) = self.links.key(partial.link)
        {
            self.events.push_back(Event::Whole {
                link: LinkId(key),
                token: partial.token,
                end: self.out.total(),
            });
        }
    }

    /// A transfer frame, at the start of `buf`.
    pub(super) fn on_transfer_frame(&mut self, header: FrameHeader, buf: &mut BytesMut) {
        let body = buf.get(header.body..header.size).unwrap_or_default();
        let received = match Received::decode(body) {
            Ok(received) => received,
            Err(error) => {
                buf.advance(header.size);
                return self.fail_decode(&error);
            }
        };
        // A part of a delivery is copied into its assembly; a whole one keeps its slice.
        let payload = cut_payload(buf, header, received.length);
        let Some(index) = self.session_of(header.channel) else {
            return self.fail_framing("transfer on an unknown channel");
        };
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        if session.state != SessionState::Mapped {
            return;
        }
        session.next_incoming_id = session.next_incoming_id.wrapping_add(1);
        let Some(number) = session.link_of(received.handle) else {
            return self.end_session(
                index,
                condition::UNATTACHED_HANDLE,
                "transfer for an unknown handle",
            );
        };
        let Some(link) = self.links.at(number) else {
            return;
        };
        if link.role == Role::Sender {
            return self.fail(
                condition::PRECONDITION_FAILED,
                "transfer on a link on which the client sends",
                FailureKind::NotAllowed,
            );
        }
        if link.state != LinkState::Attached {
            // Ignored, but its delivery-id is used up.
            if link.unnumbered {
                session.expected_delivery = None;
            } else if received.delivery_id.is_some()
                && received.delivery_id == session.expected_delivery
            {
                session.expected_delivery = received.delivery_id.map(|id| id.wrapping_add(1));
            }
        } else if link.incoming.is_some() {
            self.on_continuation(number, received, payload);
        } else {
            self.on_first_transfer(index, number, received, payload);
        }
    }

    fn on_first_transfer(&mut self, index: u32, number: u32, received: Received, payload: Bytes) {
        let (Some(session), Some(key)) = (self.sessions.at_mut(index), self.links.key(number))
        else {
            return;
        };
        let Some(link) = self.links.at_mut(number) else {
            return;
        };
        let id = LinkId(key);
        // A missing delivery-tag is taken: nothing here needs it (D25).
        let Some(delivery_id) = received.delivery_id else {
            // nobody knows which number it has used up: the next one is taken as it comes
            session.expected_delivery = None;
            link.unnumbered = true;
            return self.close_link(
                number,
                condition::INVALID_FIELD,
                "delivery without delivery-id",
            );
        };
        if session.expected_delivery.unwrap_or(delivery_id) != delivery_id {
            return self.end_session(
                index,
                condition::INVALID_FIELD,
                "delivery-id out of sequence",
            );
        }
        session.expected_delivery = Some(delivery_id.wrapping_add(1));
        if received.resume {
            return self.close_link(
                number,
                condition::NOT_IMPLEMENTED,
                "deliveries are not resumed",
            );
        }
        if !link.may_deliver() {
            return self.close_link(
                number,
                condition::TRANSFER_LIMIT_EXCEEDED,
                "delivery beyond the credit",
            );
        }
        link.delivery_count = link.delivery_count.wrapping_add(1);
        if payload.len() > self.config.message_limit {
            return self.close_too_large(number);
        }
        if received.aborted {
            return self.finish_delivery(id, None);
        }
        if received.more {
            link.incoming = Some(Assembly {
                delivery_id,
                message_format: received.message_format,
                settled: received.settled,
                payload: BytesMut::from(&payload[..]),
            });
            return;
        }
        self.finish_delivery(
            id,
            Some(Delivery {
                delivery_id,
                settled: received.settled,
                payload,
                message_format: received.message_format,
            }),
        );
    }

    fn on_continuation(&mut self, number: u32, received: Received, payload: Bytes) {
        let (Some(key), Some(link)) = (self.links.key(number), self.links.at_mut(number)) else {
            return;
        };
        let id = LinkId(key);
        let Some(assembly) = link.incoming.as_mut() else {
            return;
        };
        if received
            .delivery_id
            .is_some_and(|delivery_id| delivery_id != assembly.delivery_id)
        {
            return self.close_link(
                number,
                condition::INVALID_FIELD,
                "delivery-id changes within a delivery",
            );
        }
        if received.aborted {
            link.incoming = None;
            return self.finish_delivery(id, None);
        }
        if received.resume {
            return self.close_link(
                number,
                condition::NOT_IMPLEMENTED,
                "deliveries are not resumed",
            );
        }
        if assembly.payload.len().saturating_add(payload.len()) > self.config.message_limit {
            return self.close_too_large(number);
        }
        assembly.settled |= received.settled;
        assembly.payload.extend_from_slice(&payload);
        if received.more {
            return;
        }
        let delivery = link.incoming.take().map(|assembly| Delivery {
            delivery_id: assembly.delivery_id,
            settled: assembly.settled,
            payload: assembly.payload.freeze(),
            message_format: assembly.message_format,
        });
        self.finish_delivery(id, delivery);
    }

    /// A delivery is complete, or (`None`) was aborted.
    fn finish_delivery(&mut self, id: LinkId, delivery: Option<Delivery>) {
        self.events.push_back(match delivery {
            Some(delivery) => Event::Delivery { link: id, delivery },
            None => Event::CreditUsed { link: id },
        });
        if self.links.get_mut(id.0).is_some_and(|link| link.drained()) {
            self.events.push_back(Event::Drained { link: id });
        }
    }

    fn close_too_large(&mut self, number: u32) {
        self.close_link(
            number,
            condition::MESSAGE_SIZE_EXCEEDED,
            "the message is larger than the client takes",
        );
    }
}
