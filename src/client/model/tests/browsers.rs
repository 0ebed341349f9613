//! Browsers between two waits, as `browser.rs` and `closing.rs` do them, and what must be true of them.

use super::threads::{APP, Next};
use super::world::World;
use crate::client::model::*;
use crate::client::rules::gate::Call;

/// The next message; `asked` = the incarnation whose answer it has waited for.
pub fn look(
    world: &mut World,
    (session, key): (u32, u32),
    asked: &mut Option<u32>,
    in_time: bool,
) -> Next {
    let entry = Entry {
        caller: APP,
        call: Call::Server,
        object: Object::Browser(session, key),
    };
    let waited = asked.take();
    let present = world.model.present();
    if !in_time && waited.is_some() && waited == present {
        world.model.browse_anew(key, world.now);
        world.flush();
        return Next::Done;
    }
    match world.model.admit(&entry) {
        Some(Ok(())) => {}
        Some(Err(_)) => return Next::Done,
        None => return Next::Wait(Wait::Gate(entry), false),
    }
    match world.model.browse(key, world.now) {
        Err(_) | Ok(Glance::End) => Next::Done,
        // one that was shown before
        Ok(Glance::Message(_)) if world.roll(4) == 0 => Next::Unlocked,
        Ok(Glance::Message(_)) => {
            world.model.shown(key);
            Next::Done
        }
        Ok(Glance::Wait) => {
            *asked = present;
            world.flush();
            Next::Wait(Wait::Look(entry, key), true)
        }
    }
}

pub fn close_browser(world: &mut World, session: u32, key: u32, stage: &mut u8) -> Next {
    *stage += 1;
    match *stage {
        1 => {
            if world.model.is_closing(Object::Session(session)) {
                return Next::Done;
            }
            if !world.model.close_browser(key) {
                *stage = 9;
                return Next::Wait(Wait::Gone(Object::Browser(session, key)), true);
            }
            world.model.detach_browser(key);
            world.flush();
            Next::Wait(Wait::Detached(Owner::Browser(key)), true)
        }
        2 => {
            world.model.drop_browser(key);
            Next::Done
        }
        _ => Next::Done,
    }
}

/// Nothing comes without a question, and each question is asked again until it is answered.
pub fn check(World { model, .. }: &World) {
    let Some(server) = model.server.as_ref() else {
        return;
    };
    for (key, state) in &model.browsers {
        let Some(link) = state.link.live() else {
            assert!(
                state.inbox.is_empty(),
                "browser {key} keeps what came over a link that is gone"
            );
            continue;
        };
        let asks = state.inbox.is_draining();
        let credit = server.engine.link_credit(link);
        assert!(asks || credit == 0, "browser {key} has credit unasked");
        assert!(
            !asks || model.drains.contains(key),
            "nobody asks again for browser {key}"
        );
    }
}
