//! The I/O thread of a connection: waits, reads, feeds the engine, hands its events to the objects.
//!
//! One per connection while it has a server. After a loss that automatic reconnect may repair it is also
//! the connector (spec 10 §4). It never calls application code and never waits for an object.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use parking_lot::MutexGuard;

use super::condition::{self, Ended, Place};
use super::connection::Connection;
use super::model::outbox::Verdict;
use super::state::{Answer, Buffered, Core, Owner};
use crate::amqp::engine::{Event, LinkId, Settle};
use crate::amqp::performative::AmqpError;
use crate::status::{Error, Status};
use crate::transport::{READ_CHUNK, wait};

/// Bytes read before the other duties of the thread have their turn.
const FAIRNESS: usize = 256 * 1024;

/// The thread: serves incarnation after incarnation while automatic reconnect brings new ones.
pub fn run(connection: Arc<Connection>, epoch: u32, input: BytesMut) {
    let mut incarnation = Some((epoch, input));
    while let Some((epoch, mut input)) = incarnation {
        serve(&connection, epoch, &mut input);
        incarnation = connection.reconnect_automatically(epoch);
    }
}

/// Serves one incarnation until it is over.
fn serve(connection: &Arc<Connection>, epoch: u32, input: &mut BytesMut) {
    let Some((stream, waker)) = current(&mut connection.lock(), epoch)
        .map(|wire| (wire.stream.clone(), wire.waker.clone()))
    else {
        return;
    };
    loop {
        let (write, deadline) = {
            let mut core = connection.lock();
            let now = Instant::now();
            let Some(wire) = current(&mut core, epoch) else {
                return;
            };
            let timer = wire.engine.tick(now);
            connection.attach_again(&mut core, now);
            events(connection, &mut core, epoch, now);
            if current(&mut core, epoch).is_some_and(|wire| wire.due(now)) {
                connection.flush(&mut core);
            }
            let Some(wire) = current(&mut core, epoch) else {
                return;
            };
            wire.io_asleep = true;
            let blocked = wire.blocked;
            let timer = earliest(timer, wire.lazy_deadline);
            let again = core.reattach.iter().map(|(at, _)| *at).min();
            (blocked, earliest(timer, again))
        };
        let ready = wait(Some(stream.fd()), write, &waker, deadline);
        {
            let mut core = connection.lock();
            let Some(wire) = current(&mut core, epoch) else {
                return;
            };
            wire.io_asleep = false;
            match ready {
                Ok(ready) => wire.blocked &= !ready.writable,
                Err(ref error) => {
                    let text = format!("waiting for the server failed: {error}");
                    connection.lost(
                        &mut core,
                        epoch,
                        Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, text),
                    );
                    return;
                }
            }
        }
        if ready.is_ok_and(|ready| ready.readable) && !read(connection, epoch, &stream, input) {
            return;
        }
    }
}

/// Reads what is there; false when the incarnation is over.
fn read(
    connection: &Arc<Connection>,
    epoch: u32,
    stream: &crate::transport::Stream,
    input: &mut BytesMut,
) -> bool {
    let mut total = 0;
    while total < FAIRNESS {
        let result = stream.read(input);
        let now = Instant::now();
        let mut core = connection.lock();
        let Some(wire) = current(&mut core, epoch) else {
            return false;
        };
        let cause = match result {
            Ok(0) => (wire.write_failed.take())
                .unwrap_or_else(|| "the server closed the socket".to_owned()),
            Ok(count) => {
                total += count;
                if let Some(trace) = &mut wire.trace {
                    trace.read(&input[input.len() - count..]);
                }
                wire.engine.input(input, now);
                events(connection, &mut core, epoch, now);
                if count < READ_CHUNK {
                    return true; // the socket is empty: poll tells when there is more
                }
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(error) => format!("reading from the server failed: {error}"),
        };
        connection.lost(
            &mut core,
            epoch,
            Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, cause),
        );
        return false;
    }
    true
}

fn current(core: &mut Core, epoch: u32) -> Option<&mut super::state::Wire> {
    core.wire.as_mut().filter(|wire| wire.epoch == epoch)
}

fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Hands every event of the engine to whom it concerns.
pub(super) fn events(
    connection: &Arc<Connection>,
    core: &mut MutexGuard<'_, Core>,
    epoch: u32,
    now: Instant,
) {
    while let Some(event) = current(core, epoch).and_then(|wire| wire.engine.poll_event()) {
        dispatch(connection, core, epoch, event, now);
    }
}

fn dispatch(
    connection: &Arc<Connection>,
    core: &mut MutexGuard<'_, Core>,
    epoch: u32,
    event: Event,
    now: Instant,
) {
    match event {
        Event::Delivery { link, delivery } => {
            let Some(Owner::Consumer(key)) = owner(core, link) else {
                return;
            };
            let order = core.next_order;
            core.next_order += 1;
            let Core {
                consumers,
                sessions,
                wire,
                buffered_bytes,
                ..
            } = &mut **core;
            let (Some(consumer), Some(wire)) = (consumers.get_mut(&key), wire.as_mut()) else {
                return;
            };
            if consumer.kept {
                // it was on its way when the credit was taken back
                if !delivery.settled {
                    let id = delivery.delivery_id;
                    wire.engine.settle(link, id, Settle::Released, true, None);
                    wire.urgent = true;
                }
                return;
            }
            *buffered_bytes += delivery.payload.len();
            consumer.buffered_bytes += delivery.payload.len();
            consumer.detaches = 0;
            consumer.buffer.push_back(Buffered {
                order,
                at: now,
                delivery_id: delivery.delivery_id,
                settled: delivery.settled,
                payload: delivery.payload,
            });
            consumer.cv.notify_one();
            if consumer.listener.is_some()
                && let Some(session) = sessions.get_mut(&consumer.session)
            {
                session.ready.arrive(order, key);
                session.cv.notify_all();
            }
        }
        Event::Outcome {
            link,
            token,
            outcome,
        } => {
            let Some(Owner::Producer(key, _)) = owner(core, link) else {
                return;
            };
            if let Some(producer) = core.producers.get_mut(&key) {
                producer.outbox.settle(token, Verdict::Outcome(outcome));
                producer.cv.notify_all();
            }
        }
        Event::Whole { link, token } => {
            let Some(Owner::Producer(key, _)) = owner(core, link) else {
                return;
            };
            let Core {
                producers, wire, ..
            } = &mut **core;
            if let (Some(producer), Some(wire)) = (producers.get_mut(&key), wire.as_mut()) {
                producer.outbox.complete(token, wire.engine.queued_bytes());
                wire.stretch(key, wire.engine.queued_bytes());
            }
        }
        Event::Credit { link } => {
            if let Some(Owner::Producer(key, _)) = owner(core, link) {
                connection.send_queued(core, key);
                if let Some(producer) = core.producers.get(&key) {
                    producer.cv.notify_all();
                }
            }
        }
        Event::Drained { link } => {
            if let Some(Owner::Consumer(key)) = owner(core, link)
                && let Some(consumer) = core.consumers.get_mut(&key)
            {
                consumer.draining = false;
                consumer.cv.notify_all();
                connection.changed.notify_all();
                connection.grant(core, key); // unless a Recover has more to do first
            }
        }
        Event::AckSettled { link, delivery_id } => {
            core.confirm(link, delivery_id);
            connection.changed.notify_all();
        }
        Event::Begun(session) => {
            let owner = current(core, epoch).and_then(|wire| wire.sessions.get(&session).copied());
            respond(connection, core, owner, Answer::Begun);
        }
        Event::Attached { link, answer } => {
            let filters = super::links::filter_names(answer.source.as_ref());
            match owner(core, link) {
                Some(Owner::Again(key)) => connection.attached_again(core, link, key, &filters),
                Some(Owner::Producer(key, index)) => {
                    connection.sender_attached(core, key, index, link);
                }
                owner => respond(connection, core, owner, Answer::Attached { filters }),
            }
        }
        Event::AttachRefused { link, error } => match forget(core, link) {
            Some(owner @ Owner::Again(_)) => {
                let error = error.as_ref();
                let by_peer = true;
                connection.detached(core, owner, Ended { error, by_peer });
            }
            Some(Owner::Producer(key, index)) => {
                connection.sender_refused(core, key, index, error.as_ref());
            }
            owner => respond(connection, core, owner, Answer::Refused(error)),
        },
        Event::Detached {
            link,
            error,
            by_peer,
            ..
        } => {
            let owner = forget(core, link);
            match owner {
                // a close under way, or a link that went as soon as it came
                Some(Owner::Call(_)) => respond(connection, core, owner, Answer::Refused(error)),
                // our own detaches leave no owner: the peer's, or ours because of what the peer did
                Some(owner) => {
                    let error = error.as_ref();
                    connection.detached(core, owner, Ended { error, by_peer });
                }
                None => {}
            }
        }
        Event::SessionEnded {
            session,
            error,
            by_peer,
        } => {
            let Some(wire) = current(core, epoch) else {
                return;
            };
            let owner = wire.sessions.remove(&session);
            // attaches and detaches under way on it are answered by its end
            for owner in wire.orphans(session) {
                let answer = Answer::Refused(error.clone());
                respond(connection, core, Some(owner), answer);
            }
            match owner {
                Some(Owner::Call(_)) => respond(connection, core, owner, Answer::Refused(error)),
                // our own ends leave no owner: the peer's, or ours because of what the peer did
                Some(Owner::Session(_)) => {
                    let error = error.as_ref();
                    connection.session_ended(core, session, Ended { error, by_peer });
                }
                _ => {}
            }
        }
        Event::Closed { error } => {
            let (condition, text) = parts(error.as_ref());
            let cause = Error::new(
                condition::status(condition, Place::Connect, false),
                condition::describe(condition, text),
            );
            connection.lost(core, epoch, cause);
        }
        Event::Failed { error, .. } => {
            let (condition, text) = parts(Some(&error));
            let cause = Error::new(
                Status::TIBEMS_SERVER_NOT_CONNECTED,
                format!(
                    "the connection was dropped: {condition}: {}",
                    text.unwrap_or_default()
                ),
            );
            connection.lost(core, epoch, cause);
        }
        Event::CreditUsed { link } => {
            if let Some(Owner::Consumer(key)) = owner(core, link) {
                connection.renew(core, key, now);
            }
        }
        Event::Opened | Event::AuthFailed { .. } => {} // only while connecting (connector.rs)
    }
}

fn owner(core: &Core, link: LinkId) -> Option<Owner> {
    core.wire
        .as_ref()
        .and_then(|wire| wire.owners.get(&link).map(|(owner, _)| *owner))
}

fn forget(core: &mut Core, link: LinkId) -> Option<Owner> {
    core.wire
        .as_mut()
        .and_then(|wire| wire.owners.remove(&link).map(|(owner, _)| owner))
}

/// Condition and description of an error that may be missing.
pub(super) fn parts(error: Option<&AmqpError>) -> (&str, Option<&str>) {
    match error {
        Some(error) => (error.condition.as_str(), error.description.as_deref()),
        None => ("", None),
    }
}

fn respond(connection: &Connection, core: &mut Core, owner: Option<Owner>, answer: Answer) {
    if let Some(Owner::Call(ticket)) = owner
        && let Some(slot) = core.answers.get_mut(&ticket)
    {
        *slot = Some(answer);
        connection.changed.notify_all();
    }
}
