//! Producers, and the callbacks of asynchronous sends.

use std::ffi::{c_int, c_longlong, c_void};

use super::{Call, Destination, Msg, Object, call};
use crate::peer::statuses::library;

library! {
    fn tibemsMsgProducer_Close(producer: Object) -> c_int;
    fn tibemsMsgProducer_SetDeliveryMode(producer: Object, mode: c_int) -> c_int;
    fn tibemsMsgProducer_SetDeliveryDelay(producer: Object, ms: c_longlong) -> c_int;
    fn tibemsMsgProducer_SetTimeToLive(producer: Object, ms: c_longlong) -> c_int;
    fn tibemsMsgProducer_Send(producer: Object, message: Object) -> c_int;
    fn tibemsMsgProducer_AsyncSend(
        producer: Object,
        message: Object,
        callback: Option<OnCompletion>,
        closure: *mut c_void,
    ) -> c_int;
    fn tibemsMsgProducer_AsyncSendToDestination(
        producer: Object,
        to: Object,
        message: Object,
        callback: Option<OnCompletion>,
        closure: *mut c_void,
    ) -> c_int;
    fn tibemsMsgProducer_SendToDestination(producer: Object, to: Object, message: Object) -> c_int;
}

type OnCompletion = unsafe extern "C" fn(Object, c_int, *mut c_void);
type Told = Box<dyn Fn(Msg, Call) + Send + Sync>;

unsafe extern "C" fn completion(message: Object, status: c_int, closure: *mut c_void) {
    // SAFETY: the closure is the leaked box of `send_async`.
    unsafe { (*closure.cast::<Told>())(Msg(message as usize), call(status)) }
}

/// A producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Producer(pub(super) usize);

impl Producer {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_Close(self.0 as Object) })
    }

    pub fn set_delivery_mode(self, mode: i32) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_SetDeliveryMode(self.0 as Object, mode) }).expect("mode");
    }

    pub fn set_delivery_delay(self, ms: i64) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_SetDeliveryDelay(self.0 as Object, ms) }).expect("delay");
    }

    pub fn set_time_to_live(self, ms: i64) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_SetTimeToLive(self.0 as Object, ms) }).expect("a time");
    }

    pub fn send(self, message: Msg) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_Send(self.0 as Object, message.0 as Object) })
    }

    pub fn send_to(self, to: Destination, message: Msg) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe {
            tibemsMsgProducer_SendToDestination(
                self.0 as Object,
                to.0 as Object,
                message.0 as Object,
            )
        })
    }

    /// Sends a message; `told` is called with it and what became of it.
    pub fn send_async(
        self,
        message: Msg,
        told: impl Fn(Msg, Call) + Send + Sync + 'static,
    ) -> Call {
        let closure: *mut Told = Box::into_raw(Box::new(Box::new(told)));
        // SAFETY: handles are checked by the library; the closure is never freed, so that late calls are harmless.
        call(unsafe {
            tibemsMsgProducer_AsyncSend(
                self.0 as Object,
                message.0 as Object,
                Some(completion),
                closure.cast::<c_void>(),
            )
        })
    }

    /// Sends a message to a destination; `told` is called with it and what became of it.
    pub fn send_async_to(
        self,
        to: Destination,
        message: Msg,
        told: impl Fn(Msg, Call) + Send + Sync + 'static,
    ) -> Call {
        let closure: *mut Told = Box::into_raw(Box::new(Box::new(told)));
        // SAFETY: handles are checked by the library; the closure is never freed, so that late calls are harmless.
        call(unsafe {
            tibemsMsgProducer_AsyncSendToDestination(
                self.0 as Object,
                to.0 as Object,
                message.0 as Object,
                Some(completion),
                closure.cast::<c_void>(),
            )
        })
    }

    /// Sends a text in a message of its own.
    pub fn send_text(self, text: &str) -> Call {
        let message = Msg::text(text);
        let result = self.send(message);
        message.destroy();
        result
    }
}
