//! The shared message object, and messages inside messages.
//!
//! A [`MessageObject`] is what a handle stands for: the message behind its lock, the delivery it came with, and who holds
//! it: the program (until `tibemsMsg_Destroy`), the messages that contain it, and asynchronous sends. Locks are taken from the outer message to
//! the inner one only; cycles are refused under one lock for all nesting calls, so no order can deadlock. Nothing here
//! blocks on the server.

use std::fmt;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::delivery::Delivery;
use super::model::{BodyKind, Message};
use super::packed::Nested;
use super::value::Value;
use crate::process::PerProcess;
use crate::status::{Error, Result, Status};
use crate::sync::{Mutex, MutexGuard};

/// Maps and streams inside each other, the outermost included (spec 30 §5.4, spec 40 §1.2).
pub const DEPTH_MAX: usize = 64;

/// Held while a message is put into another one, so that two threads cannot close a cycle between them.
static NESTING: PerProcess<Mutex<()>> = PerProcess::new();

/// Who holds a message, and the handle that stands for it.
#[derive(Default)]
struct Holders {
    program: bool,
    containers: usize,
    /// Upper bound of the number of messages around this one; 0 again when the last container lets go.
    level: usize,
    /// The handle and what takes it out of the handle table.
    handle: Option<(usize, fn(usize))>,
}

/// A message with everything that its handle stands for.
pub struct MessageObject {
    message: Mutex<Message>,
    delivery: Option<Arc<dyn Delivery>>,
    holders: Mutex<Holders>,
    /// Asynchronous sends whose callbacks have not returned. Beside the lock, which only the last of them needs.
    pending: AtomicUsize,
    /// Only asynchronous sends hold it: the program has destroyed it
    orphaned: AtomicBool,
}

/// The share of an asynchronous send in its message: the handle stays good until it goes (spec 20 §3.8).
pub struct PendingSend(Arc<MessageObject>);

impl PendingSend {
    /// The message.
    pub fn object(&self) -> &Arc<MessageObject> {
        &self.0
    }
}

impl Drop for PendingSend {
    fn drop(&mut self) {
        if self.0.pending.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.let_go(&mut self.0.holders.lock());
        }
    }
}

impl MessageObject {
    /// A message without delivery: created, copied, browsed or rebuilt from bytes.
    pub fn new(message: Message) -> Arc<MessageObject> {
        Arc::new(MessageObject {
            message: Mutex::new(message),
            delivery: None,
            holders: Mutex::default(),
            pending: AtomicUsize::new(0),
            orphaned: AtomicBool::new(false),
        })
    }

    /// A message that the program is given with this handle (and what takes it out of the table), in the place of a
    /// retired one if there is one.
    pub fn of_program(
        retired: Option<Arc<MessageObject>>,
        message: Message,
        delivery: Option<Arc<dyn Delivery>>,
        handle: (usize, fn(usize)),
    ) -> Arc<MessageObject> {
        let holders = Holders {
            program: true,
            handle: Some(handle),
            ..Holders::default()
        };
        if let Some(mut object) = retired
            && let Some(retired) = Arc::get_mut(&mut object)
        {
            *retired.message.get_mut() = message;
            *retired.holders.get_mut() = holders;
            retired.delivery = delivery;
            return object;
        }
        Arc::new(MessageObject {
            message: Mutex::new(message),
            delivery,
            holders: Mutex::new(holders),
            pending: AtomicUsize::new(0),
            orphaned: AtomicBool::new(false),
        })
    }

    /// True if the program holds the message and no other message contains it.
    pub fn is_of_program_only(&mut self) -> bool {
        let holders = self.holders.get_mut();
        holders.program && holders.containers == 0
    }

    /// Drops what belongs to a message that nobody holds any more; the object waits for [`MessageObject::of_program`].
    pub fn retire(&mut self) {
        *self.message.get_mut() = Message::plain();
        self.delivery = None;
    }

    /// The message, locked. Never lock two messages unless one contains the other.
    pub fn lock(&self) -> MutexGuard<'_, Message> {
        self.message.lock()
    }

    /// `tibemsMsg_Acknowledge`: without a delivery nothing happens (spec 30 §2.4). May block on the server.
    pub fn acknowledge(&self) -> Result<()> {
        self.delivery
            .as_ref()
            .map_or(Ok(()), |delivery| delivery.acknowledge())
    }

    /// `tibemsMsg_Recover`: without a delivery there is nothing to put back (spec 30 §2.4). May block on the server.
    pub fn recover(&self) -> Result<()> {
        match &self.delivery {
            Some(delivery) => delivery.recover(),
            None => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the message was not received from a server",
            )),
        }
    }

    /// The handle of this message; `publish` makes one if there is none yet. `owned` tells that the program is given
    /// the message with it. `release` takes the handle out of the table when nobody holds the message any more.
    pub fn handle(
        &self,
        owned: bool,
        publish: impl FnOnce() -> usize,
        release: fn(usize),
    ) -> usize {
        let mut holders = self.holders.lock();
        holders.program |= owned;
        holders.handle.get_or_insert_with(|| (publish(), release)).0
    }

    /// `tibemsMsg_Destroy`: the program gives up its share; refused with `TIBEMS_NOT_PERMITTED` when it has none
    /// (spec 30 §2.1). The handle goes when no message contains this one.
    pub fn destroy(&self) -> Result<()> {
        let mut holders = self.holders.lock();
        if self.is_orphaned() {
            return Err(Error::new(
                Status::TIBEMS_INVALID_MSG,
                "the message was destroyed; it waits for the callback of its asynchronous send",
            ));
        }
        if !holders.program {
            return Err(Error::new(
                Status::TIBEMS_NOT_PERMITTED,
                "the message belongs to the message that contains it",
            ));
        }
        holders.program = false;
        self.let_go(&mut holders);
        Ok(())
    }

    /// The program has destroyed it, and only asynchronous sends still hold it.
    pub fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Relaxed)
    }

    /// An asynchronous send holds it from now on.
    pub fn pend(self: &Arc<Self>) -> PendingSend {
        self.pending.fetch_add(1, Ordering::Relaxed);
        PendingSend(self.clone())
    }

    /// Somebody has given up a share.
    fn let_go(&self, holders: &mut Holders) {
        if holders.program || holders.containers > 0 {
            return;
        }
        if self.pending.load(Ordering::Acquire) > 0 {
            return self.orphaned.store(true, Ordering::Relaxed);
        }
        if let Some((handle, release)) = holders.handle.take() {
            release(handle);
        }
    }

    pub(super) fn enter_container(&self) {
        self.holders.lock().containers += 1;
    }

    pub(super) fn leave_container(&self) {
        let mut holders = self.holders.lock();
        holders.containers -= 1;
        if holders.containers == 0 {
            holders.level = 0;
        }
        self.let_go(&mut holders);
    }

    /// The messages directly inside this one; `level` messages are around them. `TIBEMS_INVALID_SIZE` if what is still
    /// encoded goes too deep: it cannot contain anything else that matters.
    fn children(&self, level: usize) -> Result<Vec<Arc<MessageObject>>> {
        let message = self.lock();
        let mut children = Vec::new();
        for nested in message.nested() {
            match nested.opened() {
                Some(object) => children.push(object.clone()),
                None if level + nested.depth() > DEPTH_MAX => return Err(too_deep()),
                None => {}
            }
        }
        Ok(children)
    }

    /// Walks everything inside; `seen` holds what has been visited with its level, so that shared parts cost once.
    /// Fails with `TIBEMS_INVALID_ARG` on meeting `outer`, with `TIBEMS_INVALID_SIZE` below the depth limit.
    fn check_inside(
        self: &Arc<Self>,
        outer: *const MessageObject,
        level: usize,
        seen: &mut Vec<(Arc<MessageObject>, usize)>,
    ) -> Result<()> {
        if ptr::eq(Arc::as_ptr(self), outer) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "a message cannot contain itself",
            ));
        }
        if level >= DEPTH_MAX {
            return Err(too_deep());
        }
        match seen.iter_mut().find(|(other, _)| Arc::ptr_eq(other, self)) {
            Some((_, known)) if *known >= level => return Ok(()),
            Some((_, known)) => *known = level,
            None => seen.push((self.clone(), level)),
        }
        self.children(level + 1)?
            .iter()
            .try_for_each(|child| child.check_inside(outer, level + 1, seen))
    }
}

impl fmt::Debug for MessageObject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.lock(), out)
    }
}

/// The status for more than [`DEPTH_MAX`] levels.
pub fn too_deep() -> Error {
    Error::new(
        Status::TIBEMS_INVALID_SIZE,
        "messages are nested deeper than 64 levels",
    )
}

/// `SetMapMsg` and `SetStreamMsg` of a map message: nests by reference (spec 30 §5.4).
pub fn nest(
    outer: &Arc<MessageObject>,
    name: &[u8],
    inner: &Arc<MessageObject>,
    kind: BodyKind,
) -> Result<()> {
    let _nesting = NESTING.get().lock();
    outer.lock().check_set_item(name)?;
    if inner.lock().kind() != kind {
        return Err(Error::new(
            Status::TIBEMS_INVALID_TYPE,
            "the nested message has the wrong body type",
        ));
    }
    let level = outer.holders.lock().level + 1;
    let mut inside = Vec::new();
    inner.check_inside(Arc::as_ptr(outer), level, &mut inside)?;
    note_levels(&inside);
    let share = Nested::share(inner);
    let value = if kind == BodyKind::Map {
        Value::Map(share)
    } else {
        Value::Stream(share)
    };
    outer.lock().set_item(name, value)
}

/// `WriteMapMsg` and `WriteStreamMsg` of a stream message: nests a deep copy (spec 30 §5.5).
pub fn nest_copy(
    outer: &Arc<MessageObject>,
    inner: &Arc<MessageObject>,
    kind: BodyKind,
) -> Result<()> {
    let _nesting = NESTING.get().lock();
    let copy = {
        let inner = inner.lock();
        inner.expect(kind)?;
        MessageObject::new(inner.clone())
    };
    let level = outer.holders.lock().level + 1;
    let mut inside = Vec::new();
    copy.check_inside(ptr::null(), level, &mut inside)?;
    note_levels(&inside);
    let share = Nested::share(&copy);
    let value = if kind == BodyKind::Map {
        Value::Map(share)
    } else {
        Value::Stream(share)
    };
    outer.lock().stream_write(value)
}

fn note_levels(inside: &[(Arc<MessageObject>, usize)]) {
    for (object, level) in inside {
        let mut holders = object.holders.lock();
        holders.level = holders.level.max(*level);
    }
}
