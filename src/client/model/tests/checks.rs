//! What must be true after each step: where every message is, what the counters count, who is told about which link, and
//! that nothing that waits is forgotten.

use std::collections::HashMap;

use super::world::{World, id};
use crate::client::model::Waiter;
use crate::client::model::link::{Incarnation, Owner};
use crate::client::model::outbox::Look;

/// Everything.
pub fn check(world: &mut World) {
    messages(world);
    counters(world);
    links(world);
    queues(world);
    occupied(world);
    super::browsers::check(world);
    super::temporaries::check(world);
    let store = world.peer.as_ref().map_or(&world.store, |peer| &peer.store);
    world.book.check(store, |session| world.is_busy(session));
}

fn messages(world: &mut World) {
    let mut places: HashMap<usize, bool> = HashMap::new();
    for state in world.model.producers.values() {
        for look in state.outbox.look() {
            if let Some(payload) = look.payload.filter(|_| look.queued || look.begun) {
                let before = places.insert(id(payload), look.queued);
                assert!(before.is_none(), "message {} is in two places", id(payload));
            }
        }
    }
    let deleted: Vec<bool> = (world.sent.iter())
        .map(|sent| world.to(sent.to).is_deleted())
        .collect();
    let World {
        held,
        sent,
        model,
        doomed,
        too_large,
        ..
    } = world;
    held.retain(|number| {
        let one = &mut sent[*number];
        match places.get(number) {
            Some(true) => assert_eq!(one.gone, 0, "message {number} may have left and is queued"),
            Some(false) => {}
            None => {
                let producer = model.producers.get(&one.producer);
                // nothing is waited for without a server: a session that is being closed is not made again
                let closing = producer.is_none_or(|state| {
                    !model
                        .sessions
                        .get(&state.session())
                        .is_some_and(|of| of.is_open())
                });
                let excused = closing || doomed.contains(&one.producer);
                let refused = one.ignored || too_large.contains(&one.producer) || deleted[*number];
                assert!(
                    one.gone > 0 || excused || refused,
                    "message {number} has vanished: {one:?}"
                );
                one.over = true;
            }
        }
        !one.over
    });
}

fn counters(world: &World) {
    let model = &world.model;
    let inboxes = model.consumers.values().map(|state| &state.inbox);
    let inboxes = inboxes.chain(model.browsers.values().map(|state| &state.inbox));
    let inboxes: usize = inboxes.map(|inbox| inbox.held()).sum();
    assert_eq!(model.clamp.held(), inboxes, "bytes of the inboxes");
    let queued: usize = model
        .producers
        .values()
        .map(|state| state.outbox.queued_bytes())
        .sum();
    assert_eq!(model.queued_bytes, queued, "bytes of queued sends");
    let threads = || world.threads.values().map(|(thread, _)| thread);
    for (key, state) in &model.producers {
        let own: usize = state
            .outbox
            .look()
            .filter(|look| look.queued)
            .map(size)
            .sum();
        assert_eq!(state.outbox.queued_bytes(), own);
        let inside = threads()
            .filter(|thread| thread.sending() == Some(*key))
            .count();
        assert_eq!(state.is_sending(), inside > 0, "sends of {key}");
    }
    for (key, state) in &model.consumers {
        let inside = threads()
            .filter(|thread| thread.receiving() == Some(*key))
            .count();
        assert_eq!(state.is_receiving(), inside > 0, "receives of {key}");
        let running = threads().filter(|thread| thread.running().is_some_and(|(_, of)| of == *key));
        assert_eq!(
            state.running.is_any(Waiter::Thread),
            running.count() > 0,
            "hand-outs of {key}"
        );
    }
    for (key, state) in &model.sessions {
        let running = threads().filter(|thread| thread.running().is_some_and(|(of, _)| of == *key));
        assert_eq!(
            state.running.is_any(Waiter::Thread),
            running.count() > 0,
            "hand-outs in {key}"
        );
        let listening = model.consumers.values();
        let listening = listening
            .filter(|c| c.session() == *key && c.listener().is_some())
            .count();
        assert_eq!(
            state.listening.is_none(),
            listening == 0,
            "listeners in {key}"
        );
        for handed in state.unacknowledged.values() {
            let consumer = model.consumers.get(&handed.consumer());
            assert!(
                consumer.is_some(),
                "a message in hand of a consumer that is gone"
            );
        }
    }
    let mut waiters = model.room_waiters.clone();
    waiters.sort_unstable();
    waiters.dedup();
    assert_eq!(waiters.len(), model.room_waiters.len(), "room waiters");
    let confirming = world
        .threads
        .values()
        .filter_map(|(thread, _)| match thread {
            super::threads::Thread::Acknowledge {
                handed,
                waits: true,
                ..
            } => Some(handed.len()),
            _ => None,
        });
    assert!(
        model.confirming.len() <= confirming.sum(),
        "confirmations of nobody"
    );
}

fn size(look: Look<'_>) -> usize {
    look.payload.map_or(0, <[u8]>::len)
}

/// Who is told about a link is who has it.
fn links(World { model, doomed, .. }: &World) {
    let Some(server) = model.server.as_ref() else {
        return;
    };
    let senders = model.producers.iter().flat_map(|(key, state)| {
        let links = state.senders.iter();
        links.map(|(index, link)| (Owner::Producer(*key, index), state.session(), link))
    });
    let receivers = model.consumers.iter();
    let receivers =
        receivers.map(|(key, state)| (Owner::Consumer(*key), state.session(), &state.link));
    let browsers = model.browsers.iter();
    let browsers =
        browsers.map(|(key, state)| (Owner::Browser(*key), state.session(), &state.link));
    let mut owned = Vec::new();
    let temporaries = model.temporaries.iter();
    let temporaries = temporaries.filter_map(|(key, state)| {
        let session = model.temporaries.session()?;
        Some((Owner::Temporary(key), session, &state.link))
    });
    let coordinators = model.sessions.iter();
    let coordinators = coordinators.filter_map(|(key, state)| {
        let link = state.coordinator.as_ref()?.link();
        Some((Owner::Coordinator(*key), *key, link))
    });
    let unsubscribing = model.unsubscribing.iter();
    let unsubscribing = unsubscribing.filter_map(|(key, state)| {
        let session = model.session_of_unsubscribing(*key)?;
        Some((Owner::Unsubscribing(*key), session, &state.link))
    });
    let all = senders.chain(receivers).chain(browsers).chain(temporaries);
    for (owner, session, link) in all.chain(coordinators).chain(unsubscribing) {
        let (Owner::Producer(key, _)
        | Owner::Consumer(key)
        | Owner::Browser(key)
        | Owner::Coordinator(key)
        | Owner::Temporary(key)
        | Owner::Unsubscribing(key)) = owner;
        let failed = link.is_confirmed() && link.incarnation().failed().is_some();
        let on = link.definition().temporary_node();
        let on_deleted = on.is_some_and(|node| node.is_deleted());
        // a coordinator goes with its session, whether it had a link just then or not
        let coordinates = matches!(owner, Owner::Coordinator(_));
        let of = model.sessions.get(&session);
        let of_failed = of.is_some_and(|of| of.incarnation().failed().is_some());
        assert!(
            !failed || doomed.contains(&key) || coordinates && of_failed || on_deleted,
            "{owner:?} has failed for nothing: {link:?}"
        );
        if let Some(id) = link.incarnation().id() {
            let alive = server.engine.session_of_link(id).is_some();
            let told = server.owner(id);
            assert!(
                told == Some(owner) || !alive,
                "{id:?} of {owner:?} belongs to {told:?}"
            );
            owned.extend(told.filter(|told| *told == owner));
            let live = link.live().is_some();
            let ended = !model
                .sessions
                .get(&session)
                .is_some_and(|state| state.is_open());
            assert!(
                !live || alive || ended || model.is_closed(),
                "{owner:?} has a link that is gone"
            );
        }
    }
    let mut others = server.owned();
    others.retain(|owner| !owned.contains(owner));
    assert!(
        others.is_empty() && server.owned().len() == owned.len(),
        "a link belongs to somebody who has another: {others:?}"
    );
}

/// What waits to be sent again waits for something.
fn queues(world: &mut World) {
    let model = &mut world.model;
    let Some(relay) = model
        .server
        .as_ref()
        .map(|server| server.profile().anonymous_relay)
    else {
        return;
    };
    let closed = model.is_closed();
    for (key, state) in &mut model.producers {
        let Some(to) = state
            .outbox
            .first_queued()
            .map(|(_, parcel)| parcel.to.clone())
        else {
            continue;
        };
        let index = state.senders.route(to.as_ref(), relay);
        let link = state.senders.at(index).unwrap();
        let waits = match link.incarnation() {
            Incarnation::Attaching(_) => true,
            Incarnation::Live(id) => model
                .server
                .as_ref()
                .is_some_and(|server| server.engine.credit(*id) == 0),
            Incarnation::Closing(_) => true,
            _ => false,
        };
        assert!(
            waits || closed,
            "queued sends of {key} wait for nothing: {link:?}"
        );
    }
}

/// Nothing comes behind a message in work where one is to come in advance (D34).
fn occupied(World { model, .. }: &World) {
    let Some(server) = model.server.as_ref() else {
        return;
    };
    for (key, state) in &model.consumers {
        if let Some(link) = state.link.live()
            && model.is_occupied(*key)
            && !state.inbox.is_draining()
        {
            let credit = server.engine.link_credit(link);
            assert_eq!(credit, 0, "consumer {key} gets messages behind one in work");
        }
    }
}

/// With everything read and done, a consumer that may have messages has credit for one.
pub fn nobody_starves(world: &World) {
    let model = &world.model;
    let Some(server) = model.server.as_ref().filter(|_| model.is_started()) else {
        return;
    };
    for (key, state) in &model.consumers {
        let paused = model
            .sessions
            .get(&state.session())
            .is_none_or(|of| of.is_paused());
        let Some(link) = state.link.live().filter(|_| !paused && state.is_open()) else {
            continue;
        };
        let idle = state.inbox.is_empty() && !state.running.is_any(Waiter::Thread);
        // of one in advance none comes behind a message in work
        if idle && !state.inbox.is_unprefetched() && !model.is_occupied(*key) {
            assert!(
                server.engine.link_credit(link) > 0,
                "consumer {key} starves"
            );
        }
    }
}
