//! Sessions, and what they make.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::{
    Browser, Call, Consumer, Destination, Object, Producer, Requestor, c, call, made, ptr,
};
use crate::peer::statuses::library;

library! {
    fn tibemsSession_Close(session: Object) -> c_int;
    fn tibemsSession_Recover(session: Object) -> c_int;
    fn tibemsSession_Commit(session: Object) -> c_int;
    fn tibemsSession_Rollback(session: Object) -> c_int;
    fn tibemsSession_CreateProducer(session: Object, producer: *mut Object, to: Object) -> c_int;
    fn tibemsSession_CreateConsumer(
        session: Object,
        consumer: *mut Object,
        from: Object,
        selector: *const c_char,
        no_local: c_int,
    ) -> c_int;
    fn tibemsSession_CreateBrowser(
        session: Object,
        browser: *mut Object,
        queue: Object,
        selector: *const c_char,
    ) -> c_int;
    fn tibemsSession_CreateTemporaryQueue(session: Object, queue: *mut Object) -> c_int;
    fn tibemsSession_DeleteTemporaryQueue(session: Object, queue: Object) -> c_int;
    fn tibemsSession_CreateTemporaryTopic(session: Object, topic: *mut Object) -> c_int;
    fn tibemsMsgRequestor_Create(session: Object, requestor: *mut Object, to: Object) -> c_int;
}

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session(pub(super) usize);

impl Session {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_Close(self.0 as Object) })
    }

    pub fn recover(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_Recover(self.0 as Object) })
    }

    pub fn commit(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_Commit(self.0 as Object) })
    }

    pub fn rollback(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_Rollback(self.0 as Object) })
    }

    /// A producer for a queue.
    pub fn producer(self, queue: &str) -> Call<Producer> {
        let destination = Destination::queue(queue);
        let result = self.producer_to(Some(destination));
        destination.destroy().expect("destroyed");
        result
    }

    /// A producer for a destination, or for none.
    pub fn producer_to(self, to: Option<Destination>) -> Call<Producer> {
        let mut producer = null_mut();
        let to = to.map_or(0, |to| to.0);
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsSession_CreateProducer(self.0 as Object, &mut producer, to as Object) };
        made(status, producer).map(Producer)
    }

    /// A consumer of a queue.
    pub fn consumer(self, queue: &str) -> Call<Consumer> {
        let destination = Destination::queue(queue);
        let result = self.consumer_of(destination, None, false);
        destination.destroy().expect("destroyed");
        result
    }

    /// A consumer of a destination.
    pub fn consumer_of(
        self,
        from: Destination,
        selector: Option<&str>,
        no_local: bool,
    ) -> Call<Consumer> {
        let selector = selector.map(c);
        let mut consumer = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe {
            tibemsSession_CreateConsumer(
                self.0 as Object,
                &mut consumer,
                from.0 as Object,
                ptr(&selector),
                no_local.into(),
            )
        };
        made(status, consumer).map(Consumer)
    }

    /// A browser of a queue.
    pub fn browser(self, queue: &str, selector: Option<&str>) -> Call<Browser> {
        let destination = Destination::queue(queue);
        let result = self.browser_of(destination, selector);
        destination.destroy().expect("destroyed");
        result
    }

    /// A browser of a destination.
    pub fn browser_of(self, of: Destination, selector: Option<&str>) -> Call<Browser> {
        let selector = selector.map(c);
        let mut browser = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe {
            tibemsSession_CreateBrowser(
                self.0 as Object,
                &mut browser,
                of.0 as Object,
                ptr(&selector),
            )
        };
        made(status, browser).map(Browser)
    }

    pub fn temporary_queue(self) -> Call<Destination> {
        let mut queue = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsSession_CreateTemporaryQueue(self.0 as Object, &mut queue) };
        made(status, queue).map(Destination)
    }

    pub fn temporary_topic(self) -> Call<Destination> {
        let mut topic = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsSession_CreateTemporaryTopic(self.0 as Object, &mut topic) };
        made(status, topic).map(Destination)
    }

    pub fn requestor(self, queue: &str) -> Call<Requestor> {
        let to = Destination::queue(queue);
        let mut requestor = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsMsgRequestor_Create(self.0 as Object, &mut requestor, to.0 as Object) };
        let result = made(status, requestor).map(Requestor);
        to.destroy().expect("destroyed");
        result
    }

    pub fn delete_temporary_queue(self, queue: Destination) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_DeleteTemporaryQueue(self.0 as Object, queue.0 as Object) })
    }
}
