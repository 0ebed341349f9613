//! Closes between two waits, as `closing.rs` does them. Each has a deadline.

use super::threads::Next;
use super::world::World;
use crate::client::model::*;
use crate::status::{Error, Status};

pub fn close_producer(world: &mut World, session: u32, key: u32, stage: &mut u8) -> Next {
    *stage += 1;
    match *stage {
        1 => {
            if world.model.is_closing(Object::Session(session)) {
                *stage = 9;
                return Next::Wait(Wait::Called(vec![key], Waiter::Thread), true);
            }
            if !world.model.close_producer(key) {
                *stage = 9;
                return Next::Wait(Wait::Gone(Object::Producer(session, key)), true);
            }
            Next::Wait(Wait::Sends(vec![key]), true)
        }
        2 => {
            world.flush();
            Next::Wait(Wait::Written(vec![key]), true)
        }
        3 => Next::Wait(Wait::Promises(vec![key]), true),
        4 => {
            world.model.give_up_promises(&[key]);
            Next::Wait(Wait::Called(vec![key], Waiter::Thread), true)
        }
        5 => {
            world.model.detach_producer(key);
            world.flush();
            Next::Wait(Wait::Detached(Owner::Producer(key, 0)), true)
        }
        6 => {
            world.model.drop_producer(key);
            Next::Done
        }
        _ => Next::Done,
    }
}

pub fn close_consumer(world: &mut World, session: u32, key: u32, stage: &mut u8) -> Next {
    *stage += 1;
    match *stage {
        1 => {
            if world.model.is_closing(Object::Session(session)) {
                *stage = 9;
                return Next::Wait(Wait::Calls(Calls::Consumer(key), Waiter::Thread), false);
            }
            if !world.model.close_consumer(key, false) {
                *stage = 9;
                return Next::Wait(Wait::Gone(Object::Consumer(session, key)), true);
            }
            Next::Wait(Wait::Calls(Calls::Consumer(key), Waiter::Thread), false)
        }
        2 => {
            world.model.detach_consumer(key, world.now);
            if world.model.is_kept(key) {
                return Next::Done;
            }
            world.flush();
            Next::Wait(Wait::Detached(Owner::Consumer(key)), true)
        }
        3 => {
            world.model.drop_consumer(key);
            Next::Done
        }
        _ => Next::Done,
    }
}

pub fn close_session(world: &mut World, key: u32, stage: &mut u8) -> Next {
    *stage += 1;
    let producers = world.model.producers_of(Some(key));
    match *stage {
        1 => {
            if world.model.is_closing(Object::Session(key)) {
                *stage = 19;
                return Next::Wait(Wait::Calls(Calls::Session(key), Waiter::Thread), false);
            }
            world.model.close_session(key, false);
            Next::Wait(Wait::Calls(Calls::Session(key), Waiter::Thread), false)
        }
        2 => Next::Wait(Wait::Sends(producers), true),
        3 => {
            world.flush();
            Next::Wait(Wait::Written(producers), true)
        }
        4 => Next::Wait(Wait::Promises(producers), true),
        5 => {
            world.model.give_up_promises(&producers);
            Next::Wait(Wait::Called(producers, Waiter::Thread), true)
        }
        20 => Next::Wait(Wait::Called(producers, Waiter::Thread), true),
        21 => Next::Done,
        6 if world.model.end_session(key) => {
            world.flush();
            Next::Wait(Wait::Ended(key), true)
        }
        6 => Next::Again,
        _ => {
            world.model.drop_session(key);
            Next::Done
        }
    }
}

pub fn close(world: &mut World, stage: &mut u8) -> Next {
    *stage += 1;
    let producers = world.model.producers_of(None);
    match *stage {
        1 => {
            if world.model.is_closed() {
                return Next::Done;
            }
            world.model.close();
            Next::Wait(Wait::Calls(Calls::All, Waiter::Thread), false)
        }
        2 => Next::Wait(Wait::Sends(producers), true),
        3 => {
            world.flush();
            Next::Wait(Wait::Written(producers), true)
        }
        4 => Next::Wait(Wait::Promises(producers), true),
        5 => {
            world.model.give_up_promises(&producers);
            Next::Wait(Wait::Called(producers, Waiter::Thread), true)
        }
        6 => {
            for key in world.model.session_keys() {
                world.model.put_back(key);
            }
            let Some((epoch, _)) = world.model.server() else {
                return Next::Again;
            };
            world.model.close_server();
            world.flush();
            Next::Wait(
                Wait::Goodbye {
                    epoch,
                    written: false,
                },
                true,
            )
        }
        7 => match world.model.server() {
            Some((epoch, _)) => Next::Wait(
                Wait::Goodbye {
                    epoch,
                    written: true,
                },
                true,
            ),
            None => Next::Again,
        },
        _ => {
            let error = Error::from(Status::TIBEMS_ILLEGAL_STATE);
            world.lose(error, usize::MAX);
            world.model.shed();
            Next::Done
        }
    }
}
