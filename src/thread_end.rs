//! What the library keeps for a thread is given back when that thread ends, without thread-local destructors (D32).
//!
//! A program may call the API anywhere: in an `atexit` handler, where the C library has run the thread-local destructors
//! of the thread that called `exit`, and in the destructor of a `pthread` key, where all of them have run. So the
//! thread-local variables of this library have none (`ManuallyDrop` takes them away), and can be used at any time. Whoever
//! keeps memory in one asks here, when it begins to, for a call at the end of the thread: one `pthread` key for the
//! whole library. What is kept again after that, in the destructor of another key, is given back in the next round.
//!
//! Blocks never. May be used by every layer.

use std::cell::Cell;

use crate::process::Lazy;

/// Empties what its place keeps for the calling thread.
type Tidy = fn();

/// Most places that keep something.
const PLACES: usize = 4;

thread_local! {
    /// Whom to call at the end of this thread.
    static ASKED: [Cell<Option<Tidy>>; PLACES] = const { [const { Cell::new(None) }; PLACES] };
}

/// The key; none when the process has no key left.
fn key() -> Option<libc::pthread_key_t> {
    static KEY: Lazy<Key> = Lazy::new();
    KEY.get_or_init(Key::new).0
}

/// A key that goes back when another thread was faster to make one.
struct Key(Option<libc::pthread_key_t>);

impl Key {
    fn new() -> Key {
        let mut key = 0;
        // SAFETY: writes the key; the destructor is code of this library, which is never unloaded (linked with nodelete).
        let made = unsafe { libc::pthread_key_create(&raw mut key, Some(at_end)) };
        Key((made == 0).then_some(key))
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        if let Some(key) = self.0 {
            // SAFETY: made above, and nobody else has seen it.
            unsafe { libc::pthread_key_delete(key) };
        }
    }
}

/// The destructor of the key: runs in the thread that ends, with the key's value taken away.
unsafe extern "C" fn at_end(_: *mut libc::c_void) {
    // a panic must not reach the C library, and there is nobody to tell
    let _ = crate::guard::catch(|| {
        ASKED.with(|asked| {
            for place in asked {
                if let Some(tidy) = place.take() {
                    tidy();
                }
            }
        });
    });
}

/// Has `tidy` called once when the calling thread ends, however often it is asked. False: nothing will call it, and
/// nothing should be kept.
pub fn call(tidy: Tidy) -> bool {
    let Some(key) = key() else { return false };
    ASKED.with(|asked| {
        for place in asked {
            match place.get() {
                Some(known) if std::ptr::fn_addr_eq(known, tidy) => return true,
                Some(_) => {}
                None => {
                    // SAFETY: any address but NULL makes the destructor run; it is never read.
                    let set = unsafe { libc::pthread_setspecific(key, std::ptr::dangling()) };
                    place.set((set == 0).then_some(tidy));
                    return set == 0;
                }
            }
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    static CALLS: AtomicU32 = AtomicU32::new(0);

    fn count() {
        CALLS.fetch_add(1, Ordering::SeqCst);
    }

    /// Asks again while it is called, as a place does that is used in the destructor of another key.
    fn count_and_ask() {
        if CALLS.fetch_add(10, Ordering::SeqCst) < 20 {
            assert!(call(count_and_ask));
        }
    }

    #[test]
    fn a_place_is_tidied_once_and_again_when_it_is_used_again() {
        std::thread::spawn(|| {
            assert!(call(count) && call(count) && call(count_and_ask));
            assert_eq!(CALLS.load(Ordering::SeqCst), 0);
        })
        .join()
        .unwrap();
        // the join waits for the end of the thread, with its keys
        assert_eq!(CALLS.load(Ordering::SeqCst), 31);
    }
}
