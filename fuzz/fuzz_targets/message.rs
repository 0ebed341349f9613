//! Deliveries: AMQP sections of a server.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tibemsufo_fuzz::message(data));
