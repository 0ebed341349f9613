//! What the handles of connections, sessions, producers and consumers stand for: the client's object
//! and the texts and borrowed handles that the C side lends out with it.
//!
//! Nothing here blocks. Used by the files of these nouns.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::CString;
use std::ptr;
use std::sync::{Arc, OnceLock};

use super::destination::{self, DestinationObject};
use super::error_context;
use super::handle::{self, Handle, Kind, Stored};
use super::types::{tibemsExceptionCallback, tibemsMsgCallback};
use crate::client::connection::Connection;
use crate::client::consumer::Consumer;
use crate::client::factory::Factory;
use crate::client::producer::Producer;
use crate::client::session::Session;
use crate::client::{ExceptionListener, MessageListener};
use crate::message::{Delivery, Destination, Message};
use crate::status::Result;

impl Stored for Factory {
    const KIND: Kind = Kind::Factory;
}

impl Stored for Session {
    const KIND: Kind = Kind::Session;
}

impl Stored for ConnectionObject {
    const KIND: Kind = Kind::Connection;
}

impl Stored for ProducerObject {
    const KIND: Kind = Kind::Producer;
}

impl Stored for ConsumerObject {
    const KIND: Kind = Kind::Consumer;
}

/// A connection and its client id as a C text.
pub(crate) struct ConnectionObject {
    pub connection: Arc<Connection>,
    client_id: OnceLock<CString>,
}

impl ConnectionObject {
    /// Puts a connection in the table.
    pub fn publish(connection: Arc<Connection>) -> Handle {
        handle::insert(Arc::new(ConnectionObject {
            connection,
            client_id: OnceLock::new(),
        }))
    }

    /// The client id, NULL if there is none; stays where it is as long as the handle.
    pub fn client_id(&self) -> Result<*const c_char> {
        Ok(match self.connection.client_id()? {
            Some(id) => self
                .client_id
                .get_or_init(|| CString::new(id).unwrap_or_default())
                .as_ptr(),
            None => ptr::null(),
        })
    }
}

/// A producer and the handle of its destination.
pub(crate) struct ProducerObject {
    pub producer: Producer,
    destination: OnceLock<Handle>,
}

impl ProducerObject {
    /// Puts a producer in the table.
    pub fn publish(producer: Producer) -> Handle {
        handle::insert(Arc::new(ProducerObject {
            producer,
            destination: OnceLock::new(),
        }))
    }

    /// The borrowed handle of the destination; NULL for an unspecified one.
    pub fn destination(&self) -> Handle {
        match self.producer.destination() {
            Some(destination) => *self
                .destination
                .get_or_init(|| destination::lent(destination.clone())),
            None => Handle::NULL,
        }
    }
}

impl Drop for ProducerObject {
    fn drop(&mut self) {
        withdraw(&self.destination);
    }
}

/// A consumer, the handle of its destination, its selector as a C text.
pub(crate) struct ConsumerObject {
    pub consumer: Consumer,
    destination: OnceLock<Handle>,
    selector: Option<CString>,
}

impl ConsumerObject {
    /// Puts a consumer in the table.
    pub fn publish(consumer: Consumer) -> Handle {
        let selector = consumer.selector().and_then(|text| CString::new(text).ok());
        handle::insert(Arc::new(ConsumerObject {
            consumer,
            destination: OnceLock::new(),
            selector,
        }))
    }

    /// The borrowed handle of the destination.
    pub fn destination(&self) -> Handle {
        let destination: &Destination = self.consumer.destination();
        *self
            .destination
            .get_or_init(|| destination::lent(destination.clone()))
    }

    /// The selector, NULL if there is none.
    pub fn selector(&self) -> *const c_char {
        self.selector.as_deref().map_or(ptr::null(), CStr::as_ptr)
    }
}

impl Drop for ConsumerObject {
    fn drop(&mut self) {
        withdraw(&self.destination);
    }
}

fn withdraw(lent: &OnceLock<Handle>) {
    if let Some(handle) = lent.get() {
        handle::forget::<DestinationObject>(*handle);
    }
}

/// An address or handle of the program, carried to a thread of the library and given back unread.
fn number<T>(pointer: *const T) -> usize {
    pointer.expose_provenance()
}

/// The listener that calls a C function with the handle of its connection.
pub(crate) fn exception_listener(
    connection: *mut c_void,
    callback: tibemsExceptionCallback,
    closure: *const c_void,
) -> Option<ExceptionListener> {
    let function = callback?;
    let (connection, closure) = (number(connection), number(closure));
    Some(ExceptionListener {
        callback: function as usize,
        closure,
        call: Arc::new(move |status, text| {
            error_context::open_for_callbacks();
            error_context::tell(text);
            // SAFETY: the program registered this function for these arguments; both are passed as given.
            unsafe {
                function(
                    ptr::with_exposed_provenance_mut(connection),
                    status,
                    ptr::with_exposed_provenance_mut(closure),
                );
            }
        }),
    })
}

/// The listener that calls a C function with the handle of its consumer and of each message.
pub(crate) fn message_listener(
    consumer: *mut c_void,
    callback: tibemsMsgCallback,
    closure: *mut c_void,
) -> Option<MessageListener> {
    let function = callback?;
    let (consumer, closure) = (number(consumer), number(closure));
    Some(MessageListener {
        callback: function as usize,
        closure,
        call: Arc::new(
            move |message: Message, delivery: Option<Arc<dyn Delivery>>| {
                error_context::open_for_callbacks();
                let message = super::message_handle::hand_out(message, delivery);
                // SAFETY: as above; the message's handle now belongs to the program.
                unsafe {
                    function(
                        ptr::with_exposed_provenance_mut(consumer),
                        message,
                        ptr::with_exposed_provenance_mut(closure),
                    );
                }
            },
        ),
    })
}

/// A stored callback as C knows it.
pub(crate) fn exception_callback(listener: &ExceptionListener) -> tibemsExceptionCallback {
    // SAFETY: the number was made from a function of this very type by `exception_listener`.
    unsafe { std::mem::transmute::<usize, tibemsExceptionCallback>(listener.callback) }
}

/// A stored callback as C knows it.
pub(crate) fn message_callback(listener: &MessageListener) -> tibemsMsgCallback {
    // SAFETY: the number was made from a function of this very type by `message_listener`.
    unsafe { std::mem::transmute::<usize, tibemsMsgCallback>(listener.callback) }
}
