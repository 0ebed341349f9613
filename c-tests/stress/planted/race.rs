//! The race of race.c that is in Rust. tsan.sh compiles it as it does the library.
#![no_std]

static mut COUNT: u64 = 0;

/// Counts, without a lock.
#[unsafe(no_mangle)]
pub extern "C" fn planted_touch() {
    let count = &raw mut COUNT;
    // SAFETY: none: two threads that call this race, and that is what is to be reported.
    unsafe { count.write_volatile(count.read_volatile().wrapping_add(1)) };
}
