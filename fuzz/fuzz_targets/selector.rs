//! Message selectors: the texts of programs, and of clients of devbroker.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tibemsufo_fuzz::selector(data));
