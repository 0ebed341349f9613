//! Tests of what belongs to a process: a child that is forked while other threads hold everything.

use super::*;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;

/// Forks; the child runs `body` and ends with its result, or by an alarm when it hangs.
fn in_forked_child(body: impl FnOnce() -> bool) {
    watch();
    // SAFETY: the child runs `body`, whose locks are its own, and leaves with _exit.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: an alarm ends the child when it hangs, else it ends itself.
        unsafe {
            libc::alarm(20);
            libc::_exit(i32::from(!body()));
        }
    }
    let mut status = 0;
    // SAFETY: waits for the child made above.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "{status}"
    );
}

#[test]
fn a_child_has_a_lock_of_its_own_while_another_thread_holds_its_parents() {
    static OWN: PerProcess<Mutex<u32>> = PerProcess::new();
    static TEXT: Inherited<String> = Inherited::new();
    *OWN.get().lock() = 5;
    TEXT.lock().set(Some("of the parent".into()));
    let (holds, held) = mpsc::channel();
    let (let_go, end) = mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        let (_own, _text) = (OWN.get().lock(), TEXT.lock());
        holds.send(()).unwrap();
        end.recv().unwrap();
    });
    held.recv().unwrap();
    in_forked_child(|| {
        let fresh = *OWN.get().lock() == 0;
        let mut text = TEXT.lock();
        let inherited = text.get().is_some_and(|text| text == "of the parent");
        text.set(None);
        fresh && inherited && text.get().is_none()
    });
    let_go.send(()).unwrap();
    holder.join().unwrap();
    assert_eq!(*OWN.get().lock(), 5);
    assert!(TEXT.lock().get().is_some());
}

#[test]
fn a_child_makes_what_another_thread_was_making() {
    static NUMBER: Lazy<u32> = Lazy::new();
    let (makes, making) = mpsc::channel();
    let (go_on, made) = mpsc::channel::<()>();
    let maker = std::thread::spawn(move || {
        *NUMBER.get_or_init(|| {
            makes.send(()).unwrap();
            made.recv().unwrap();
            1
        })
    });
    making.recv().unwrap();
    in_forked_child(|| *NUMBER.get_or_init(|| 2) == 2);
    assert_eq!(*NUMBER.get_or_init(|| 3), 3);
    go_on.send(()).unwrap();
    assert_eq!(maker.join().unwrap(), 3, "who comes second takes the first");
}

#[test]
fn what_is_replaced_or_came_second_is_dropped() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    #[derive(Default)]
    struct Counted(#[expect(dead_code)] Arc<()>);
    impl Drop for Counted {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::SeqCst);
        }
    }
    let drops = || DROPS.load(Ordering::SeqCst);
    let value = Inherited::new();
    value.lock().set(Some(Counted::default()));
    value.lock().set(Some(Counted::default()));
    assert_eq!(drops(), 1);
    drop(value);
    assert_eq!(drops(), 2);
    let (lazy, own) = (Lazy::new(), PerProcess::<Counted>::new());
    lazy.get_or_init(Counted::default);
    lazy.get_or_init(Counted::default);
    own.get();
    own.get();
    assert_eq!(drops(), 2);
    drop((lazy, own));
    assert_eq!(drops(), 4);
}
