//! Tests of the handle table: a model, concurrency, random values, forked children.

use std::collections::HashMap;
use std::sync::Barrier;

use proptest::prelude::*;

use super::*;

struct Fish(u32);
impl Stored for Fish {
    const KIND: Kind = Kind::LookupParams;
}

struct Bird(u32);
impl Stored for Bird {
    const KIND: Kind = Kind::LookupContext;
}

fn get_fish(handle: Handle) -> Option<u32> {
    get::<Fish, ()>(handle.to_raw()).ok().map(|fish| fish.0)
}

fn remove_fish(handle: Handle) -> Option<u32> {
    remove::<Fish, ()>(handle.to_raw()).ok().map(|fish| fish.0)
}

#[test]
fn every_index_has_its_own_place() {
    assert_eq!(place(0), (0, 0));
    assert_eq!(place(255), (0, 255));
    assert_eq!(place(256), (1, 0));
    assert_eq!(place(767), (1, 511));
    assert_eq!(place(768), (2, 0));
    assert_eq!(place(SLOTS - 1).0, CHUNKS - 1);
    assert_eq!(
        place(SLOTS - 1).1,
        (1 << (CHUNKS as u32 - 1 + FIRST_CHUNK_BITS)) - 1
    );
}

#[test]
fn a_wrong_kind_gives_the_status_of_the_expected_one() {
    let fish = insert(Arc::new(Fish(1)));
    let error = get::<Bird, ()>(fish.to_raw()).err().unwrap();
    assert_eq!(error.status, Status::TIBEMS_INVALID_ARG);
    assert!(remove::<Bird, ()>(fish.to_raw()).is_err());
    assert_eq!(get_fish(fish), Some(1));
    // The right index and generation under another kind.
    let forged = Handle::new(Kind::LookupContext, fish.generation(), fish.index());
    assert!(get::<Bird, ()>(forged.to_raw()).is_err());
    assert!(remove::<Bird, ()>(forged.to_raw()).is_err());
    assert_eq!(remove_fish(fish), Some(1));
    assert_eq!(remove_fish(fish), None);
    for kind in [Kind::Connection, Kind::Session, Kind::Message] {
        assert!(kind.bad_handle().status.code() > 20, "{kind:?}");
    }
}

#[test]
fn the_object_outlives_its_handle() {
    let handle = insert(Arc::new(Bird(8)));
    let held = get::<Bird, ()>(handle.to_raw()).unwrap();
    forget::<Bird>(handle);
    assert!(get::<Bird, ()>(handle.to_raw()).is_err());
    assert_eq!(held.0, 8);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn only_a_sole_object_that_may_go_is_removed_as_such() {
    let handle = insert_with(|handle| Arc::new(Bird(handle.index())));
    let held = get::<Bird, ()>(handle.to_raw()).unwrap();
    assert_eq!(held.0, handle.index());
    let refused = remove_sole::<Bird, ()>(handle.to_raw(), |_| panic!("another one holds it"));
    assert!(refused.unwrap().is_none());
    drop(held);
    let refused = remove_sole::<Bird, ()>(handle.to_raw(), |_| false);
    assert!(refused.unwrap().is_none());
    assert!(get::<Bird, ()>(handle.to_raw()).is_ok());
    let removed = remove_sole::<Bird, ()>(handle.to_raw(), |bird| bird.0 == handle.index());
    assert_eq!(
        removed.unwrap().map(|bird| Arc::strong_count(&bird)),
        Some(1)
    );
    assert!(get::<Bird, ()>(handle.to_raw()).is_err());
    assert!(remove_sole::<Bird, ()>(handle.to_raw(), |_| true).is_err());
    let fish = insert(Arc::new(Fish(1)));
    assert!(remove_sole::<Bird, ()>(fish.to_raw(), |_| true).is_err());
    assert_eq!(remove_fish(fish), Some(1));
}

#[test]
fn a_slot_is_used_again_with_a_new_generation() {
    let mut seen = HashMap::new();
    for round in 0..1000 {
        let handle = insert(Arc::new(Fish(round)));
        assert_eq!(seen.insert(handle, round), None);
        assert_eq!(remove_fish(handle), Some(round));
    }
    let indexes: std::collections::HashSet<_> = seen.keys().map(|handle| handle.index()).collect();
    assert!(
        indexes.len() < 100,
        "{} slots for one live object",
        indexes.len()
    );
    assert!(seen.keys().all(|handle| get_fish(*handle).is_none()));
}

#[test]
fn addresses_and_small_numbers_are_no_handles() {
    let live: Vec<_> = (0..300).map(|n| insert(Arc::new(Fish(n)))).collect();
    let local = 0_u64;
    let boxed = Box::new(0_u64);
    for value in (0..5000).chain([&raw const local as u64, &raw const *boxed as u64]) {
        assert_eq!(get_fish(Handle(value)), None);
        assert_eq!(get_fish(Handle(u64::MAX - value)), None);
    }
    for handle in live {
        assert!(remove_fish(handle).is_some());
    }
}

proptest! {
    #[test]
    fn random_values_never_resolve(value: u64, low in 0_u64..4096) {
        let live = insert(Arc::new(Fish(9)));
        for candidate in [
            value,
            low,
            value & !0xffff_ffff | low,
            (Kind::LookupParams as u64) << KIND_SHIFT | low,
            (Kind::LookupParams as u64) << KIND_SHIFT | value >> 6,
        ] {
            if Handle(candidate).index() == live.index() || candidate == live.0 {
                continue;
            }
            prop_assert_eq!(get_fish(Handle(candidate)).filter(|found| *found == 9), None);
        }
        prop_assert_eq!(remove_fish(live), Some(9));
    }

    #[test]
    fn the_table_behaves_like_a_map(steps in prop::collection::vec((0_u8..3, any::<usize>()), 1..200)) {
        let mut live: Vec<(Handle, u32)> = Vec::new();
        let mut dead: Vec<Handle> = Vec::new();
        for (number, (step, pick)) in steps.into_iter().enumerate() {
            match step {
                0 => live.push((insert(Arc::new(Fish(number as u32))), number as u32)),
                1 if !live.is_empty() => {
                    let (handle, value) = live.swap_remove(pick % live.len());
                    prop_assert_eq!(remove_fish(handle), Some(value));
                    dead.push(handle);
                }
                _ => {
                    for (handle, value) in &live {
                        prop_assert_eq!(get_fish(*handle), Some(*value));
                    }
                    for handle in &dead {
                        prop_assert_eq!(get_fish(*handle), None);
                        prop_assert_eq!(remove_fish(*handle), None);
                    }
                }
            }
        }
        for (handle, _) in live {
            forget::<Fish>(handle);
        }
    }
}

#[test]
fn of_concurrent_removals_one_succeeds() {
    for round in 0..200 {
        let handle = insert(Arc::new(Fish(round)));
        let barrier = Barrier::new(4);
        let removed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        for _ in 0..10 {
                            if let Some(value) = get_fish(handle) {
                                assert_eq!(value, round);
                            }
                        }
                        usize::from(remove_fish(handle) == Some(round))
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(removed, 1);
    }
}

#[test]
fn threads_that_make_and_break_never_see_foreign_objects() {
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            scope.spawn(move || {
                let mut mine = Vec::new();
                for round in 0..5000_u32 {
                    let value = thread << 24 | round;
                    mine.push((insert(Arc::new(Fish(value))), value));
                    if round % 3 != 0 {
                        let (handle, value) = mine.swap_remove(round as usize % mine.len());
                        assert_eq!(get_fish(handle), Some(value));
                        assert_eq!(remove_fish(handle), Some(value));
                        assert_eq!(get_fish(handle), None);
                    }
                }
                for (handle, value) in mine {
                    assert_eq!(remove_fish(handle), Some(value));
                }
            });
        }
    });
}

#[test]
fn a_forked_child_is_refused_its_parents_objects() {
    let handle = insert(Arc::new(Fish(3)));
    // SAFETY: the child only reads atomics, fills a slot of its own and leaves with _exit.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let refused = get::<Fish, ()>(handle.to_raw())
            .is_err_and(|error| error.status == Status::TIBEMS_INVALID_CONNECTION);
        let own = insert(Arc::new(Fish(4)));
        let works = get_fish(own) == Some(4);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(i32::from(!(refused && works))) };
    }
    let mut status = 0;
    // SAFETY: waits for the child made above.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "{status}"
    );
    assert_eq!(remove_fish(handle), Some(3));
}

#[test]
fn a_forked_child_takes_no_free_slot_of_its_parent() {
    // a thread that ends leaves its slots to all
    let leaves = || {
        let fish: Vec<Handle> = (0..CACHE).map(|_| insert(Arc::new(Fish(1)))).collect();
        fish.into_iter()
            .for_each(|fish| assert!(remove_fish(fish).is_some()));
    };
    std::thread::spawn(leaves).join().unwrap();
    let own = insert(Arc::new(Fish(2))); // and so does this one, for a while
    remove_fish(own);
    // SAFETY: the child fills slots of its own, whose locks are free, and leaves with _exit.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let first = FRESH.load(Ordering::Relaxed);
        let fresh = |_| insert(Arc::new(Fish(3))).index() >= first;
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(i32::from(!(0..2 * CACHE).all(fresh))) };
    }
    let mut status = 0;
    // SAFETY: waits for the child made above.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "{status}"
    );
}
