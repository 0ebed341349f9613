//! One table of generation-checked identifiers for all objects that C programs hold.
//!
//! A handle is a number: kind, generation and index, never an address. A NULL, stale, foreign or
//! random value gives the bad-handle status of the kind that the function expects (spec 20 §0.3,
//! spec 10 G4). The table knows only live and removed; that a handle was one of
//! a connection that is closed by now (spec 10 C31) stands in `closed`.
//!
//! Finding a slot takes no lock; taking the object out of it takes that slot's own lock for the
//! time of one reference-count increment. Free slots are kept by each thread and shared in batches.
//! Called by every file of `ffi`. Nothing here waits for another object.

use std::any::Any;
use std::cell::RefCell;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::closed;
use crate::process::PerProcess;
use crate::status::{Error, Result, Status};
use crate::sync::Mutex;
use crate::{cancellation, process, thread_end};

/// What a handle stands for. The numbers are part of the handle and never 0, so that no address
/// of a user process is ever taken for a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Factory = 1,
    Connection,
    Session,
    Producer,
    Consumer,
    Browser,
    Requestor,
    Destination,
    Message,
    MessageEnum,
    ErrorContext,
    MetaData,
    SslParams,
    LookupContext,
    LookupParams,
}

impl Kind {
    /// The error of a call that expects this kind and got something else.
    #[cold]
    pub(crate) fn bad_handle(self) -> Error {
        let (status, text) = match self {
            Kind::Connection => (Status::TIBEMS_INVALID_CONNECTION, "no connection handle"),
            Kind::Session => (Status::TIBEMS_INVALID_SESSION, "no open session handle"),
            Kind::Producer => (Status::TIBEMS_INVALID_PRODUCER, "no open producer handle"),
            Kind::Consumer => (Status::TIBEMS_INVALID_CONSUMER, "no open consumer handle"),
            Kind::Destination => (
                Status::TIBEMS_INVALID_DESTINATION,
                "no destination handle, or one of the other kind",
            ),
            Kind::Message => (Status::TIBEMS_INVALID_MSG, "no message handle"),
            Kind::Factory => (Status::TIBEMS_INVALID_ARG, "no connection factory handle"),
            Kind::Browser => (Status::TIBEMS_INVALID_ARG, "no open browser handle"),
            Kind::Requestor => (Status::TIBEMS_INVALID_ARG, "no open requestor handle"),
            Kind::MessageEnum => (Status::TIBEMS_INVALID_ARG, "no enumeration handle"),
            Kind::ErrorContext => (Status::TIBEMS_INVALID_ARG, "no error context handle"),
            Kind::MetaData => (Status::TIBEMS_INVALID_ARG, "no metadata handle"),
            Kind::SslParams => (Status::TIBEMS_INVALID_ARG, "no TLS parameters handle"),
            Kind::LookupContext => (Status::TIBEMS_INVALID_ARG, "no lookup context handle"),
            Kind::LookupParams => (Status::TIBEMS_INVALID_ARG, "no lookup parameters handle"),
        };
        Error::new(status, text)
    }
}

/// An object that may live in the table.
pub(crate) trait Stored: Any + Send + Sync {
    /// The kind of its handles. One type per kind.
    const KIND: Kind;
}

const INDEX_BITS: u32 = 26;
const GENERATION_BITS: u32 = 32;
const KIND_SHIFT: u32 = INDEX_BITS + GENERATION_BITS;
const FIRST_CHUNK_BITS: u32 = 8;
/// Chunk `n` holds twice as many slots as chunk `n - 1`; together they fill the index.
const CHUNKS: usize = (INDEX_BITS - FIRST_CHUNK_BITS) as usize;
const SLOTS: u32 = ((1 << CHUNKS) - 1) << FIRST_CHUNK_BITS;

const _: () = assert!(SLOTS < 1 << INDEX_BITS);
const _: () = assert!(
    size_of::<*mut ()>() == size_of::<u64>(),
    "handles need 64 bits"
);

/// The identifier that a C program holds. May be any number: only the table can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Handle(u64);

impl Handle {
    /// No object: NULL.
    pub(crate) const NULL: Handle = Handle(0);

    /// What a C program passed.
    pub(crate) fn from_raw<R>(raw: *mut R) -> Self {
        Handle(raw.addr() as u64)
    }

    /// What a C program gets.
    pub(crate) fn to_raw<R>(self) -> *mut R {
        std::ptr::without_provenance_mut(self.0 as usize)
    }

    fn new(kind: Kind, generation: u32, index: u32) -> Self {
        Handle((kind as u64) << KIND_SHIFT | u64::from(generation) << INDEX_BITS | u64::from(index))
    }

    fn is(self, kind: Kind) -> bool {
        self.0 >> KIND_SHIFT == kind as u64
    }

    /// The kind of an object of a connection.
    pub(crate) fn kind(self) -> Option<Kind> {
        let kinds = [
            Kind::Connection,
            Kind::Session,
            Kind::Producer,
            Kind::Consumer,
            Kind::Browser,
            Kind::Requestor,
        ];
        kinds.into_iter().find(|kind| self.is(*kind))
    }

    fn generation(self) -> u32 {
        (self.0 >> INDEX_BITS) as u32
    }

    fn index(self) -> u32 {
        self.0 as u32 & ((1 << INDEX_BITS) - 1)
    }
}

struct Slot {
    /// Generation of the live handle, or of the next one while the slot is free.
    generation: AtomicU32,
    /// Process that made the object (see `process`).
    process: AtomicU32,
    /// Next free slot, plus one; 0 is the end. Only while in the shared list.
    next_free: AtomicU32,
    object: Mutex<Option<Arc<dyn Any + Send + Sync>>>,
}

/// All slots, made a chunk at a time and never given back.
static CHUNK: [AtomicPtr<Slot>; CHUNKS] = [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS];
/// Held while a chunk is made.
static GROWTH: PerProcess<Mutex<()>> = PerProcess::new();
/// First index that was never used.
static FRESH: AtomicU32 = AtomicU32::new(0);
/// Shared list of free slots: a change counter and the first index plus one. A child begins with none: locks of its parent's
/// slots may have been held by threads that do not exist there.
static FREE: PerProcess<AtomicU64> = PerProcess::new();

/// Chunk and place in it of an index.
fn place(index: u32) -> (usize, usize) {
    let shifted = index + (1 << FIRST_CHUNK_BITS);
    let chunk = shifted.ilog2() - FIRST_CHUNK_BITS;
    (
        chunk as usize,
        (shifted - (1 << (chunk + FIRST_CHUNK_BITS))) as usize,
    )
}

/// The slot of an index, if it was ever used.
fn slot(index: u32) -> Option<&'static Slot> {
    if index >= SLOTS {
        return None;
    }
    let (chunk, at) = place(index);
    let slots = CHUNK[chunk].load(Ordering::Acquire);
    // SAFETY: a chunk that is there stays, and has a slot for each of its places.
    (!slots.is_null()).then(|| unsafe { &*slots.add(at) })
}

/// The slot of an index that was never used before.
fn fresh_slot(index: u32) -> &'static Slot {
    if let Some(slot) = slot(index) {
        return slot;
    }
    let (chunk, at) = place(index);
    let _turn = GROWTH.get().lock();
    if let Some(slot) = slot(index) {
        return slot;
    }
    // Generations start at random numbers, so that neither small numbers nor handles of
    // another process are ever met.
    let random = cancellation::held_back(RandomState::new); // it may ask the system
    let slots = (0..1_u32 << (chunk as u32 + FIRST_CHUNK_BITS)).map(|at| Slot {
        generation: AtomicU32::new((random.hash_one(at) >> 33) as u32),
        process: AtomicU32::new(0),
        next_free: AtomicU32::new(0),
        object: Mutex::new(None),
    });
    let slots = Box::leak(slots.collect::<Box<[Slot]>>());
    CHUNK[chunk].store(slots.as_mut_ptr(), Ordering::Release);
    &slots[at]
}

/// Puts an object in the table and gives it its handle.
pub(crate) fn insert<T: Stored>(object: Arc<T>) -> Handle {
    insert_with(|_| object)
}

/// As [`insert`], for an object that knows its handle.
pub(crate) fn insert_with<T: Stored>(make: impl FnOnce(Handle) -> Arc<T>) -> Handle {
    process::watch();
    let (index, slot) = free_slot();
    slot.process.store(process::epoch(), Ordering::Relaxed);
    let handle = Handle::new(T::KIND, slot.generation.load(Ordering::Relaxed), index);
    let object = make(handle);
    *slot.object.lock() = Some(object);
    handle
}

/// The live object behind a handle, or the bad-handle error of its kind. Objects of a parent
/// process give TIBEMS_INVALID_CONNECTION.
pub(crate) fn get<T: Stored, R>(raw: *mut R) -> Result<Arc<T>> {
    let handle = Handle::from_raw(raw);
    find(handle).map_err(|error| gone::<T>(handle, error))
}

/// Why there is no object: TIBEMS_ILLEGAL_STATE for one that was closed, by itself or with its connection.
#[cold]
fn gone<T: Stored>(handle: Handle, error: Error) -> Error {
    if !handle.is(T::KIND) || !closed::is_known(handle) {
        return error;
    }
    let text = match T::KIND {
        Kind::Connection => "the connection is closed",
        _ => "it was closed with its connection",
    };
    Error::new(Status::TIBEMS_ILLEGAL_STATE, text)
}

fn find<T: Stored>(handle: Handle) -> Result<Arc<T>> {
    let slot = live_slot::<T>(handle)?;
    let found = {
        let content = slot.object.lock();
        if slot.generation.load(Ordering::Relaxed) != handle.generation() {
            return Err(T::KIND.bad_handle());
        }
        content.clone()
    };
    typed(found)
}

/// Takes an object out of the table: the handle is dead from now on, whoever holds the object
/// keeps it. Of several concurrent calls one succeeds.
pub(crate) fn remove<T: Stored, R>(raw: *mut R) -> Result<Arc<T>> {
    match remove_if::<T, R>(raw, |_| true)? {
        Some(found) => typed(Some(found)),
        None => Err(T::KIND.bad_handle()),
    }
}

/// As [`remove`], of an object that nobody else holds and that `may` lets go; otherwise nothing happens, and the result
/// is `None`. `may` runs under the lock of the slot.
pub(crate) fn remove_sole<T: Stored, R>(
    raw: *mut R,
    may: impl FnOnce(&mut T) -> bool,
) -> Result<Option<Arc<T>>> {
    let sole = |object: &mut Arc<dyn Any + Send + Sync>| {
        Arc::get_mut(object)
            .and_then(|object| object.downcast_mut())
            .is_some_and(may)
    };
    match remove_if::<T, R>(raw, sole)? {
        Some(found) => typed(Some(found)).map(Some),
        None => Ok(None),
    }
}

/// Takes an object out of the table if `may` says so.
fn remove_if<T: Stored, R>(
    raw: *mut R,
    may: impl FnOnce(&mut Arc<dyn Any + Send + Sync>) -> bool,
) -> Result<Option<Arc<dyn Any + Send + Sync>>> {
    let handle = Handle::from_raw(raw);
    let slot = live_slot::<T>(handle)?;
    let mut content = slot.object.lock();
    let object = content.as_mut().filter(|object| (***object).is::<T>());
    let Some(object) = object else {
        return Err(T::KIND.bad_handle());
    };
    if slot.generation.load(Ordering::Relaxed) != handle.generation() {
        return Err(T::KIND.bad_handle());
    }
    if !may(object) {
        return Ok(None);
    }
    let found = content.take();
    let next = slot.generation.load(Ordering::Relaxed).wrapping_add(1);
    slot.generation.store(next, Ordering::Release);
    drop(content);
    // A slot whose generations are used up is never used again.
    if next != 0 {
        give_back(handle.index());
    }
    Ok(found)
}

/// Takes a handle out of the table if it is a live one of this kind: for borrowed handles that go
/// with their owner.
pub(crate) fn forget<T: Stored>(handle: Handle) {
    if handle != Handle::NULL {
        let _ = remove::<T, ()>(handle.to_raw());
    }
}

fn live_slot<T: Stored>(handle: Handle) -> Result<&'static Slot> {
    if !handle.is(T::KIND) {
        return Err(T::KIND.bad_handle());
    }
    match slot(handle.index()) {
        Some(slot) if slot.generation.load(Ordering::Acquire) == handle.generation() => {
            if slot.process.load(Ordering::Relaxed) != process::epoch() {
                return Err(Error::new(
                    Status::TIBEMS_INVALID_CONNECTION,
                    "the object belongs to the parent of this forked process",
                ));
            }
            Ok(slot)
        }
        _ => Err(T::KIND.bad_handle()),
    }
}

fn typed<T: Stored>(found: Option<Arc<dyn Any + Send + Sync>>) -> Result<Arc<T>> {
    found
        .and_then(|object| object.downcast().ok())
        .ok_or_else(|| T::KIND.bad_handle())
}

/// Free slots of one thread. They go back to the shared list when the thread ends.
struct Cache {
    process: u32,
    /// Has no memory until the thread keeps its first slot.
    indexes: ManuallyDrop<Vec<u32>>,
}

const CACHE: usize = 64;

thread_local! {
    static MINE: RefCell<Cache> = const {
        RefCell::new(Cache { process: 0, indexes: ManuallyDrop::new(Vec::new()) })
    };
}

impl Cache {
    /// Forgets what a forked child inherited, as `FREE` does.
    fn check_process(&mut self) {
        if self.process != process::epoch() {
            self.process = process::epoch();
            self.indexes.clear();
        }
    }

    /// Whether this thread may keep slots: not when nobody would share them at its end.
    fn keeps(&mut self) -> bool {
        if self.indexes.capacity() == 0 && thread_end::call(tidy) {
            self.indexes.reserve_exact(CACHE);
        }
        self.indexes.capacity() != 0
    }
}

/// The thread ends: its slots are for others.
fn tidy() {
    MINE.with(|mine| {
        let mut mine = mine.borrow_mut();
        mine.check_process();
        share(&std::mem::take(&mut *mine.indexes));
    });
}

/// A slot that nobody uses.
fn free_slot() -> (u32, &'static Slot) {
    let reused = MINE.with(|mine| {
        let mut mine = mine.borrow_mut();
        mine.check_process();
        if !mine.keeps() {
            return take_shared();
        }
        if mine.indexes.is_empty() {
            let room = CACHE / 4;
            mine.indexes
                .extend(std::iter::from_fn(take_shared).take(room));
        }
        mine.indexes.pop()
    });
    if let Some((index, slot)) = reused.and_then(|index| Some((index, slot(index)?))) {
        return (index, slot);
    }
    let index = FRESH.fetch_add(1, Ordering::Relaxed);
    assert!(index < SLOTS, "more than {SLOTS} objects are alive");
    (index, fresh_slot(index))
}

fn give_back(index: u32) {
    MINE.with(|mine| {
        let mut mine = mine.borrow_mut();
        mine.check_process();
        if !mine.keeps() {
            return share(&[index]);
        }
        if mine.indexes.len() >= CACHE {
            share(&mine.indexes[CACHE / 2..]);
            mine.indexes.truncate(CACHE / 2);
        }
        mine.indexes.push(index);
    });
}

/// Puts slots on the shared list, all with one exchange.
fn share(indexes: &[u32]) {
    let (Some(&first), Some(&last)) = (indexes.first(), indexes.last()) else {
        return;
    };
    for pair in indexes.windows(2) {
        if let Some(slot) = slot(pair[0]) {
            slot.next_free.store(pair[1] + 1, Ordering::Relaxed);
        }
    }
    let Some(last) = slot(last) else { return };
    let free = FREE.get();
    let _ = free.fetch_update(Ordering::AcqRel, Ordering::Acquire, |head| {
        last.next_free.store(head as u32, Ordering::Relaxed);
        Some(changed(head, first + 1))
    });
}

fn take_shared() -> Option<u32> {
    let head = FREE
        .get()
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, |head| {
            let first = (head as u32).checked_sub(1)?;
            let next = slot(first)?.next_free.load(Ordering::Relaxed);
            Some(changed(head, next))
        })
        .ok()?;
    (head as u32).checked_sub(1)
}

/// The next value of the list head: the counter keeps a slow thread from taking an old one for new.
fn changed(head: u64, first: u32) -> u64 {
    ((head >> 32).wrapping_add(1) << 32) | u64::from(first)
}

#[cfg(test)]
mod tests;
