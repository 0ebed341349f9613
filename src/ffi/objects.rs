//! What the handles of connections, sessions, producers and consumers stand for: the client's object
//! and the texts and borrowed handles that the C side lends out with it.
//!
//! Nothing here blocks. Used by the files of these nouns.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::CString;
use std::ops::Deref;
use std::ptr;
use std::sync::{Arc, OnceLock};

use super::browser::BrowserObject;
use super::closed::{self, Family};
use super::destination::{self, DestinationObject};
use super::error_context;
use super::handle::{self, Handle, Kind, Stored};
use super::requestor::RequestorObject;
use super::types::{tibemsConnection, tibemsExceptionCallback, tibemsMsgCallback};
use crate::client::connection::Connection;
use crate::client::consumer::Consumer;
use crate::client::factory::Factory;
use crate::client::producer::Producer;
use crate::client::session::Session;
use crate::client::tls::TlsParams;
use crate::client::{ExceptionListener, MessageListener};
use crate::message::{Delivery, Destination, Message};
use crate::status::Result;

impl Stored for Factory {
    const KIND: Kind = Kind::Factory;
}

impl Stored for TlsParams {
    const KIND: Kind = Kind::SslParams;
}

impl Stored for SessionObject {
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

/// A connection, and the handles of what it has made. Its own handle goes with its close, and only the record of closed ones
/// still knows it.
pub(crate) struct ConnectionObject {
    pub connection: Arc<Connection>,
    family: Arc<Family>,
}

impl ConnectionObject {
    /// Puts a connection in the table.
    pub fn publish(connection: Arc<Connection>) -> Handle {
        handle::insert(Arc::new(ConnectionObject {
            connection,
            family: Arc::default(),
        }))
    }

    /// Puts a session of it in the table.
    pub fn publish_session(&self, session: Session) -> Handle {
        publish(SessionObject {
            session: Arc::new(session),
            family: self.family.clone(),
        })
    }
}

/// A session.
pub(crate) struct SessionObject {
    session: Arc<Session>,
    family: Arc<Family>,
}

impl Deref for SessionObject {
    type Target = Arc<Session>;

    fn deref(&self) -> &Arc<Session> {
        &self.session
    }
}

/// What a connection makes and the program closes.
pub(crate) trait Member: Stored {
    /// Of its connection.
    fn family(&self) -> &Arc<Family>;
    /// The close itself.
    fn close(&self) -> Result<()>;
}

impl Member for SessionObject {
    fn family(&self) -> &Arc<Family> {
        &self.family
    }

    fn close(&self) -> Result<()> {
        self.session.close()
    }
}

impl Member for ProducerObject {
    fn family(&self) -> &Arc<Family> {
        &self.family
    }

    fn close(&self) -> Result<()> {
        self.producer.close()
    }
}

impl Member for ConsumerObject {
    fn family(&self) -> &Arc<Family> {
        &self.family
    }

    fn close(&self) -> Result<()> {
        self.consumer.close()
    }
}

/// Puts a member in the table.
pub(super) fn publish<T: Member>(object: T) -> Handle {
    let family = object.family().clone();
    let handle = handle::insert(Arc::new(object));
    family.adopt(handle);
    handle
}

/// Closes a session, producer, consumer or browser; one that went with its connection only loses its handle.
pub(crate) fn close<T: Member, R>(raw: *mut R) -> Result<()> {
    let handle = Handle::from_raw(raw);
    let forgotten = |error| match closed::forget(handle) {
        true => Ok(()),
        false => Err(error),
    };
    let object = match handle::get::<T, _>(raw) {
        Ok(object) => object,
        Err(error) => return forgotten(error),
    };
    object.close()?;
    object.family().release(handle);
    handle::remove::<T, _>(raw).map(drop).or_else(forgotten)
}

/// What a connection that was closed long ago has left open goes; its handles stay known.
fn sweep(family: &Family) {
    for handle in family.take() {
        closed::remember(handle);
        match handle.kind() {
            Some(Kind::Session) => handle::forget::<SessionObject>(handle),
            Some(Kind::Producer) => handle::forget::<ProducerObject>(handle),
            Some(Kind::Consumer) => handle::forget::<ConsumerObject>(handle),
            Some(Kind::Browser) => handle::forget::<BrowserObject>(handle),
            Some(Kind::Requestor) => handle::forget::<RequestorObject>(handle),
            _ => {}
        }
    }
}

/// What a call that a closed connection allows says of one (spec 10 C31): `then` of a live one, `of_closed` of a closed one.
fn even_closed<T>(
    raw: tibemsConnection,
    of_closed: T,
    then: impl FnOnce(&ConnectionObject) -> Result<T>,
) -> Result<T> {
    match handle::get::<ConnectionObject, _>(raw) {
        Ok(object) => then(&object),
        Err(_) if closed::is_known(Handle::from_raw(raw)) => Ok(of_closed),
        Err(error) => Err(error),
    }
}

/// Closes a connection; no effect on a closed one.
pub(crate) fn close_connection(raw: tibemsConnection) -> Result<()> {
    even_closed(raw, (), |object| {
        object.connection.close()?;
        let handle = Handle::from_raw(raw);
        closed::remember(handle); // first: at no time is the handle unknown
        handle::forget::<ConnectionObject>(handle);
        if let Some(oldest) = closed::leave(object.family.clone()) {
            sweep(&oldest);
        }
        Ok(())
    })
}

/// Whether a connection is gone, also by its close.
pub(crate) fn is_disconnected(raw: tibemsConnection) -> Result<bool> {
    even_closed(raw, true, |object| Ok(object.connection.is_disconnected()))
}

/// A producer and the handle of its destination.
pub(crate) struct ProducerObject {
    pub producer: Producer,
    destination: OnceLock<Handle>,
    family: Arc<Family>,
}

impl ProducerObject {
    /// Puts a producer in the table.
    pub fn publish(producer: Producer, session: &SessionObject) -> Handle {
        publish(ProducerObject {
            producer,
            destination: OnceLock::new(),
            family: session.family.clone(),
        })
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
    family: Arc<Family>,
}

impl ConsumerObject {
    /// Puts a consumer in the table.
    pub fn publish(consumer: Consumer, session: &SessionObject) -> Handle {
        let selector = consumer.selector().and_then(|text| CString::new(text).ok());
        publish(ConsumerObject {
            consumer,
            destination: OnceLock::new(),
            selector,
            family: session.family.clone(),
        })
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

/// A handle that was lent goes with its owner.
pub(super) fn withdraw(lent: &OnceLock<Handle>) {
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
