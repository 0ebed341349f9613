//! Consumers and message listeners.

use std::ffi::{c_int, c_longlong, c_void};
use std::ptr::null_mut;

use super::{Call, Msg, Object, call, made};
use crate::peer::statuses::library;

library! {
    fn tibemsMsgConsumer_Close(consumer: Object) -> c_int;
    fn tibemsMsgConsumer_Receive(consumer: Object, message: *mut Object) -> c_int;
    fn tibemsMsgConsumer_ReceiveTimeout(
        consumer: Object,
        message: *mut Object,
        ms: c_longlong,
    ) -> c_int;
    fn tibemsMsgConsumer_ReceiveNoWait(consumer: Object, message: *mut Object) -> c_int;
    fn tibemsMsgConsumer_SetMsgListener(
        consumer: Object,
        listener: Option<OnMessage>,
        closure: *mut c_void,
    ) -> c_int;
}

type OnMessage = unsafe extern "C" fn(Object, Object, *mut c_void);
type Handler = Box<dyn Fn(Msg) + Send + Sync>;

unsafe extern "C" fn message(_: Object, message: Object, closure: *mut c_void) {
    // SAFETY: the closure is the leaked box of `on_message`.
    unsafe { (*closure.cast::<Handler>())(Msg(message as usize)) }
}

/// A consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumer(pub(super) usize);

impl Consumer {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgConsumer_Close(self.0 as Object) })
    }

    pub fn receive(self) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsMsgConsumer_Receive(self.0 as Object, &mut message) };
        made(status, message).map(Msg)
    }

    pub fn receive_within(self, ms: i64) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsMsgConsumer_ReceiveTimeout(self.0 as Object, &mut message, ms) };
        made(status, message).map(Msg)
    }

    pub fn receive_now(self) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsMsgConsumer_ReceiveNoWait(self.0 as Object, &mut message) };
        made(status, message).map(Msg)
    }

    /// Receives a text message, reads and destroys it.
    pub fn receive_text(self) -> Call<String> {
        let message = self.receive_within(crate::peer::LIMIT.as_millis() as i64)?;
        let text = message.body();
        message.destroy();
        Ok(text)
    }

    /// Sets the message listener, which owns its messages.
    pub fn on_message(self, handler: impl Fn(Msg) + Send + Sync + 'static) -> Call {
        let closure: *mut Handler = Box::into_raw(Box::new(Box::new(handler)));
        // SAFETY: the closure is never freed, so that late calls are harmless.
        call(unsafe {
            tibemsMsgConsumer_SetMsgListener(
                self.0 as Object,
                Some(message),
                closure.cast::<c_void>(),
            )
        })
    }
}
