//! An allocator that counts what each thread asks for, for tests and benchmarks that include this file with `#[path]` and
//! install it with `#[global_allocator]`.
#![allow(dead_code)] // each of them uses a part

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

pub struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Allocations of this thread so far; growing a block counts as one.
pub fn calls() -> usize {
    CALLS.get()
}

/// Bytes that this thread asked for so far; what was freed is not taken off.
pub fn bytes() -> usize {
    BYTES.get()
}

/// Begins a measurement: the most that this thread has held at once is what it holds now.
pub fn mark() -> isize {
    PEAK.set(LIVE.get());
    LIVE.get()
}

/// The most that this thread has held at once since [`mark`].
pub fn peak() -> isize {
    PEAK.get()
}

fn took(size: usize, instead_of: usize) {
    CALLS.set(CALLS.get() + 1);
    BYTES.set(BYTES.get() + size);
    LIVE.set(LIVE.get() + size as isize - instead_of as isize);
    PEAK.set(PEAK.get().max(LIVE.get()));
}

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - layout.size() as isize);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        took(size, layout.size());
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
