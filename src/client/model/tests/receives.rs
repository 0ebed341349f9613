//! Receives, dispatchers, acknowledgements and Recovers between two waits, as `receive.rs`, `dispatch.rs`, `handed.rs` and
//! `session.rs` do them.

use super::threads::{APP, Next, enter};
use super::world::{World, id};
use crate::client::model::*;
use crate::client::rules::gate::Call;
use crate::client::rules::modes::AcknowledgeMode;

pub fn receive(
    world: &mut World,
    (session, key): (u32, u32),
    no_wait: bool,
    (inside, asked, taken): (&mut bool, &mut bool, &mut Option<Batch>),
    in_time: bool,
) -> Next {
    if let Some(batch) = taken.take() {
        return received(world, session, batch);
    }
    let model = &mut world.model;
    let waited = std::mem::take(inside);
    if waited {
        model.end_receiving(key, world.now);
        if !in_time {
            if !no_wait {
                model.take_credit_back(key, world.now);
            }
            return Next::Done;
        }
    }
    let call = match no_wait {
        true => Call::ReceiveNoWait,
        false => Call::Receive { waiting: waited },
    };
    match model.receive_turn((session, key), APP, call, waited) {
        Turn::Fail(_) => return Next::Done,
        Turn::Wait if no_wait => return Next::Done,
        Turn::Wait => {}
        Turn::Go => {
            *taken = model.take_for_receives(key, Vec::new(), world.now).ok();
            if taken.is_some() {
                return Next::Unlocked;
            }
        }
    }
    if no_wait {
        let answered = std::mem::replace(asked, true) && !model.is_end_doubtful(key);
        if answered || !model.is_started() {
            return Next::Done;
        }
        model.probe(key, world.now);
    }
    model.begin_receiving(key);
    *inside = true;
    world.flush();
    let call = match no_wait {
        true => Call::ReceiveNoWait,
        false => Call::Receive { waiting: true },
    };
    Next::Wait(
        Wait::Message {
            session,
            consumer: key,
            caller: APP,
            call,
            drain: no_wait,
        },
        true,
    )
}

/// Hands some messages of a batch to the program, one after the other; the rest goes back.
fn received(world: &mut World, session: u32, batch: Batch) -> Next {
    let key = batch.consumer;
    let call = Call::Receive { waiting: true };
    let turn = world.model.receive_turn((session, key), APP, call, true);
    let wanted = match turn {
        Turn::Fail(_) => 0,
        _ => 1 + world.roll(batch.messages.len() as u64) as usize,
    };
    let by_program = world
        .model
        .mode(session)
        .is_some_and(AcknowledgeMode::by_program);
    let transacted = world.model.mode(session) == Some(AcknowledgeMode::Transacted);
    let mut next = 0;
    while next < wanted.min(batch.messages.len()) && batch.claim() {
        batch.handle();
        let handed = Handed::new(key, batch.link, &batch.messages[next]);
        if let Some(handed) = handed.filter(|_| by_program || transacted) {
            let number = world.model.remember(session, handed);
            match transacted {
                true => world.had(session, id(&batch.messages[next].payload)),
                false => world.handed.push((session, batch.epoch, number, key)),
            }
        }
        next += 1;
    }
    world.model.end_batch(batch, next);
    world.model.end_running(session, key);
    let waits = world.model.has_backlog(key);
    if world.model.speak(session, Some(key), waits, world.now) == Spoken::Now {
        world.flush();
    }
    match (next, turn) {
        (0, Turn::Go | Turn::Wait) => Next::Again,
        _ => Next::Done,
    }
}

pub fn dispatch(world: &mut World, session: u32, batch: &mut Option<(Batch, usize)>) -> Next {
    if let Some((taken, mut next)) = batch.take() {
        let by_program = world
            .model
            .mode(session)
            .is_some_and(AcknowledgeMode::by_program);
        if next < taken.messages.len() && taken.claim() {
            let handed = Handed::new(taken.consumer, taken.link, &taken.messages[next]);
            if let Some(handed) = handed.filter(|_| by_program) {
                let number = world.model.remember(session, handed);
                world
                    .handed
                    .push((session, taken.epoch, number, taken.consumer));
            }
            match world.roll(8) {
                0 => world.model.settle_unhandled(&taken, FAILED),
                _ => taken.handle(),
            }
            next += 1;
            if next < taken.messages.len() {
                *batch = Some((taken, next));
                return Next::Unlocked;
            }
        }
        let consumer = taken.consumer;
        world.model.end_batch(taken, next);
        world.model.end_running(session, consumer);
        let waits = world.model.has_backlog(consumer);
        if world.model.speak(session, Some(consumer), waits, world.now) == Spoken::Now {
            world.flush();
        }
    }
    if !world.model.wants_dispatcher(session) {
        world.model.drop_dispatcher(session);
        return Next::Done;
    }
    match world.model.take_batch(session, Vec::new(), world.now) {
        Ok((taken, _)) => {
            *batch = Some((taken, 0));
            Next::Unlocked
        }
        Err(_) => {
            world.model.grant_waiting(session);
            world.flush();
            Next::Wait(Wait::Listener(session), false)
        }
    }
}

pub fn acknowledge(
    world: &mut World,
    session: u32,
    epoch: u32,
    handed: &mut Vec<Handed>,
    (confirm, waits): (bool, &mut bool),
    in_time: bool,
) -> Next {
    let model = &mut world.model;
    if !*waits {
        if model.server().is_none_or(|(now, _)| now != epoch) {
            return Next::Done;
        }
        if !model.accept(session, handed, confirm) {
            model.speak(session, None, false, world.now);
            model.drop_kept_consumers(session);
            world.flush();
            return Next::Done;
        }
        *waits = true;
        world.flush();
    }
    let model = &mut world.model;
    if model.server().is_none_or(|(now, _)| now != epoch) {
        return Next::Done;
    }
    while let Some(first) = handed.first() {
        if model.is_confirming(first) && in_time && model.is_link_there(first) {
            return Next::Wait(Wait::Confirmed(epoch, *first), true);
        }
        if model.is_confirming(first) {
            model.forget_confirming(handed);
            return Next::Done;
        }
        handed.remove(0);
    }
    model.drop_kept_consumers(session);
    Next::Done
}

pub fn recover(world: &mut World, session: u32, epoch: &mut u32, waits: &mut bool) -> Next {
    if !std::mem::replace(waits, true) {
        if enter(world, Object::Session(session)).is_err() {
            return Next::Done;
        }
        let Some((now, _)) = world.model.server() else {
            return Next::Done;
        };
        *epoch = now;
        world.model.begin_recover(session);
        world.model.drain_session(session, world.now);
        world.flush();
        return Next::Wait(Wait::Drained(session, now), true);
    }
    if world.model.server().is_none_or(|(now, _)| now != *epoch) {
        return Next::Done;
    }
    let undrained = world.model.undrained(session);
    world.model.put_back(session);
    world.model.drop_kept_consumers(session);
    world.model.relieve();
    for consumer in &undrained {
        world.model.attach_anew(*consumer, world.now);
    }
    world.model.end_recover(session);
    world.flush();
    Next::Done
}
