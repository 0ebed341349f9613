//! Named subscriptions as a C program sees them: more calls of sessions.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::{Call, Consumer, Destination, Object, Session, c, call, made, ptr};
use crate::peer::statuses::library;

library! {
    fn tibemsSession_CreateDurableSubscriber(
        session: Object,
        consumer: *mut Object,
        topic: Object,
        name: *const c_char,
        selector: *const c_char,
        no_local: c_int,
    ) -> c_int;
    fn tibemsSession_CreateSharedConsumer(
        session: Object,
        consumer: *mut Object,
        topic: Object,
        name: *const c_char,
        selector: *const c_char,
    ) -> c_int;
    fn tibemsSession_CreateSharedDurableConsumer(
        session: Object,
        consumer: *mut Object,
        topic: Object,
        name: *const c_char,
        selector: *const c_char,
    ) -> c_int;
    fn tibemsSession_Unsubscribe(session: Object, name: *const c_char) -> c_int;
}

/// What both kinds of shared subscriptions are created by.
type Create = unsafe fn(Object, *mut Object, Object, *const c_char, *const c_char) -> c_int;

impl Session {
    /// A subscriber of a durable subscription to topic `t`.
    pub fn durable(self, name: &str) -> Call<Consumer> {
        let topic = Destination::topic("t");
        let result = self.durable_of(topic, name, None, false);
        topic.destroy().expect("destroyed");
        result
    }

    /// A subscriber of a durable subscription.
    pub fn durable_of(
        self,
        topic: Destination,
        name: &str,
        selector: Option<&str>,
        no_local: bool,
    ) -> Call<Consumer> {
        let (name, selector) = (c(name), selector.map(c));
        let mut consumer = null_mut();
        // SAFETY: handles are checked by the library; texts that live through the call, a place for the result.
        let status = unsafe {
            tibemsSession_CreateDurableSubscriber(
                self.0 as Object,
                &mut consumer,
                topic.0 as Object,
                name.as_ptr(),
                ptr(&selector),
                no_local.into(),
            )
        };
        made(status, consumer).map(Consumer)
    }

    /// A consumer of a shared subscription to topic `t`.
    pub fn shared(self, name: &str) -> Call<Consumer> {
        self.shared_by(tibemsSession_CreateSharedConsumer, name)
    }

    /// A consumer of a shared durable subscription to topic `t`.
    pub fn shared_durable(self, name: &str) -> Call<Consumer> {
        self.shared_by(tibemsSession_CreateSharedDurableConsumer, name)
    }

    fn shared_by(self, create: Create, name: &str) -> Call<Consumer> {
        let (topic, name) = (Destination::topic("t"), c(name));
        let mut consumer = null_mut();
        // SAFETY: as above.
        let status = unsafe {
            create(
                self.0 as Object,
                &mut consumer,
                topic.0 as Object,
                name.as_ptr(),
                ptr(&None),
            )
        };
        let result = made(status, consumer).map(Consumer);
        topic.destroy().expect("destroyed");
        result
    }

    pub fn unsubscribe(self, name: &str) -> Call {
        // SAFETY: a handle that the library checks, and a text that lives through the call.
        call(unsafe { tibemsSession_Unsubscribe(self.0 as Object, c(name).as_ptr()) })
    }
}
