//! Stored messages: `tibemsMsg_CreateFromBytes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tibemsufo_fuzz::archive(data));
