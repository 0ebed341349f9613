//! Panics stop here: what every exported function and every thread of the library runs inside.
//!
//! The library lives in a foreign process, so a panic must neither unwind into C nor print
//! (spec 40 §6.7). [`catch`] turns one into a text. Used by `ffi::entry` and at thread entries of
//! `client` and `transport`. Blocks never.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::PerProcess;
use crate::sync::Mutex;

thread_local! {
    /// Depth of `catch` on this thread: the panic hook is silent while it is not 0.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Text and place of the panic that `catch` is about to catch on this thread. It takes it away at once, so nothing
    /// is left at the end of the thread, and no destructor is needed (D32).
    static LAST: Cell<Option<ManuallyDrop<String>>> = const { Cell::new(None) };
}

/// The hook is installed.
static HOOK: AtomicBool = AtomicBool::new(false);

/// Runs `body`; a panic becomes `Err` with its text and place, and prints nothing.
pub fn catch<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    if !HOOK.load(Ordering::Acquire) {
        install_hook();
    }
    let _inside = Inside::enter();
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(|_| take_last().unwrap_or_default())
}

fn take_last() -> Option<String> {
    LAST.take().map(ManuallyDrop::into_inner)
}

/// Counts the depth up for as long as it lives, also when a panic unwinds through it.
struct Inside;

impl Inside {
    fn enter() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Puts a hook before the one in force: it keeps the text of panics inside `catch` and passes all
/// others on (a Rust program or a test may link this library too).
#[cold]
fn install_hook() {
    static TURN: PerProcess<Mutex<()>> = PerProcess::new();
    let _turn = TURN.get().lock();
    if HOOK.load(Ordering::Acquire) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if DEPTH.get() == 0 {
            return previous(info);
        }
        let payload = info.payload();
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("panic");
        let place = info
            .location()
            .map(|at| format!(" ({}:{})", at.file(), at.line()))
            .unwrap_or_default();
        drop(take_last()); // of a panic that somebody else has caught
        LAST.set(Some(ManuallyDrop::new(format!("{text}{place}"))));
    }));
    HOOK.store(true, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_text_with_its_place() {
        let text = catch(|| -> u32 { panic!("lost my {}", "mind") }).unwrap_err();
        assert!(text.starts_with("lost my mind ("), "{text}");
        assert!(text.contains("guard.rs:"), "{text}");
        assert_eq!(catch(|| 7), Ok(7));
    }

    #[test]
    fn an_inner_panic_leaves_the_outer_call_alive() {
        let outer = catch(|| catch(|| panic!("inner")).map(|()| 0).unwrap_or(5));
        assert_eq!(outer, Ok(5));
        assert_eq!(DEPTH.get(), 0);
    }
}
