//! What a session makes: consumers, producers, browsers.
//!
//! All of it blocks until the server has answered. Called by C programs.

use core::ffi::c_char;
use std::ffi::CStr;
use std::mem::MaybeUninit;

use super::browser::BrowserObject;
use super::destination;
use super::entry::{HandleOut, entry, text};
use super::handle;
use super::objects::{ConsumerObject, ProducerObject, SessionObject};
use super::types::{
    flag, tibems_bool, tibems_status, tibemsDestination, tibemsMsgConsumer, tibemsMsgProducer,
    tibemsQueue, tibemsQueueBrowser, tibemsSession, tibemsTopic, tibemsTopicSubscriber,
};
use crate::client::browser::Browser;
use crate::client::consumer::{Consumer, Kind};
use crate::client::producer::Producer;
use crate::status::Result;

/// The common part of the calls that create a consumer; `named`: kind and name of its subscription.
///
/// # Safety
/// Every pointer is NULL or valid for what its type says.
unsafe fn create_consumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    destination: tibemsDestination,
    selector: *const c_char,
    no_local: bool,
    named: Option<(Kind, *const c_char)>,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let (out, selector) = unsafe { (HandleOut::new(consumer), text(selector)) };
    // SAFETY: likewise.
    let named = named.map(|(kind, name)| (kind, unsafe { text(name) }.map(CStr::to_bytes)));
    let session = handle::get::<SessionObject, _>(session)?;
    let out = out.required()?;
    let destination = destination::resolve(destination)?;
    out.set(ConsumerObject::publish(
        Consumer::create(
            &session,
            destination,
            selector.map(CStr::to_bytes),
            no_local,
            named,
        )?,
        &session,
    ));
    Ok(())
}

/// The common part of the calls that create a producer.
///
/// # Safety
/// Every pointer is NULL or valid for what its type says.
unsafe fn create_producer(
    session: tibemsSession,
    producer: *mut tibemsMsgProducer,
    destination: tibemsDestination,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let out = unsafe { HandleOut::new(producer) };
    let session = handle::get::<SessionObject, _>(session)?;
    let out = out.required()?;
    let destination = destination::resolve_optional(destination)?;
    out.set(ProducerObject::publish(
        Producer::create(&session, destination)?,
        &session,
    ));
    Ok(())
}

/// Makes a consumer of the queue or topic `destination` in `session` and gives it in `consumer`, to
/// be released with tibemsMsgConsumer_Close. `destination` may be destroyed afterwards.
///
/// `optional_selector` is a copied condition in the selector language that messages must meet; NULL
/// or blanks: all messages. The text of an error names the place in it. `no_local` TIBEMS_TRUE keeps
/// away what the same connection publishes; it counts for topics only. Where the server does not
/// offer that, the library does it.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_SELECTOR, without asking the server; TIBEMS_INVALID_DESTINATION when the handle is
/// none, the name cannot be used here or the server does not have it; TIBEMS_SECURITY_EXCEPTION or
/// TIBEMS_NOT_PERMITTED when the server forbids it; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE,
/// TIBEMS_INVALID_SIZE or TIBEMS_EXCEPTION when the server refuses for other reasons;
/// TIBEMS_INVALID_CONSUMER when it lets the consumer go at once; TIBEMS_NOT_IMPLEMENTED for
/// wildcards and selectors that the server does not offer; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateConsumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    destination: tibemsDestination,
    optional_selector: *const c_char,
    no_local: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises; parameters of this function.
        unsafe {
            create_consumer(
                session,
                consumer,
                destination,
                optional_selector,
                flag(no_local),
                None,
            )
        }
    })
}

/// Makes a consumer of the subscription `shared_subscription_name` to `topic` in `session` and gives
/// it in `consumer`, to be released with tibemsMsgConsumer_Close. Each message goes to one of the
/// consumers that share the subscription, in this session or others, of this connection or others
/// with the same client ID; without client ID, of all such connections. It begins with its first
/// consumer and ends with its last. `topic` may be destroyed afterwards.
///
/// The copied name has 1 to 255 bytes and no '|'. A durable subscription may have the same name.
/// `optional_selector` is a copied condition in the selector language that messages must meet; NULL
/// or blanks: all messages. All consumers that share a subscription have the same topic and
/// selector.
///
/// Needs the server.
///
/// Statuses: those of tibemsSession_CreateConsumer, and TIBEMS_INVALID_ARG for a NULL, empty or too
/// long name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_INVALID_DESTINATION for a queue;
/// TIBEMS_INVALID_CONSUMER when an active consumer of that name has another topic or selector;
/// TIBEMS_NOT_IMPLEMENTED, too, when the server has no shared subscriptions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateSharedConsumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    topic: tibemsTopic,
    shared_subscription_name: *const c_char,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        let named = Some((Kind::Shared, shared_subscription_name));
        // SAFETY: NULL or valid, as C promises; parameters of this function.
        unsafe { create_consumer(session, consumer, topic, optional_selector, false, named) }
    })
}

/// Makes a subscriber of the durable subscription `subscriber_name` to `topic` in `session` and
/// gives it in `topic_subscriber`, to be released with tibemsMsgConsumer_Close. The subscription is
/// made when there is none and keeps messages while nobody receives them, until
/// tibemsSession_Unsubscribe. One subscriber is active at a time. `topic` may be destroyed
/// afterwards.
///
/// The copied name has 1 to 255 bytes and no '|'. It belongs to the client ID of the connection; of
/// connections without client ID, to all such connections, on servers that have shared
/// subscriptions. `optional_selector` is a copied condition in the selector language that messages
/// must meet; NULL or blanks: all messages. `no_local` TIBEMS_TRUE keeps away what the same
/// connection publishes. A subscription that had another topic, selector or `no_local` is deleted
/// with its messages and made anew. What a closed subscriber has left unacknowledged in this
/// connection goes back to the subscription.
///
/// Needs the server. After a recovery on another server the subscription is that of the same name
/// there; what the former server keeps stays with it.
///
/// Statuses: those of tibemsSession_CreateConsumer, and TIBEMS_INVALID_ARG for a NULL, empty or too
/// long name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_INVALID_DESTINATION for a queue or a
/// temporary topic; TIBEMS_INVALID_CONSUMER when a subscriber of that name is active or the
/// subscription is a shared one; TIBEMS_ILLEGAL_STATE in a session that does not acknowledge;
/// TIBEMS_INVALID_CLIENT_ID when the connection has none and the server has no shared subscriptions;
/// TIBEMS_NOT_IMPLEMENTED, too, when it has no durable subscriptions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateDurableSubscriber(
    session: tibemsSession,
    topic_subscriber: *mut tibemsTopicSubscriber,
    topic: tibemsTopic,
    subscriber_name: *const c_char,
    optional_selector: *const c_char,
    no_local: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let named = Some((Kind::Durable, subscriber_name));
        // SAFETY: NULL or valid, as C promises; parameters of this function.
        unsafe {
            create_consumer(
                session,
                topic_subscriber,
                topic,
                optional_selector,
                flag(no_local),
                named,
            )
        }
    })
}

/// Makes a consumer of the durable subscription `durable_name` to `topic` in `session` and gives it
/// in `consumer`, to be released with tibemsMsgConsumer_Close. The subscription is made when there
/// is none and keeps messages while nobody receives them, until tibemsSession_Unsubscribe. Each
/// message goes to one of the consumers that share it, in this session or others, of this connection
/// or others with the same client ID; without client ID, of all such connections. `topic` may be
/// destroyed afterwards.
///
/// The copied name has 1 to 255 bytes and no '|'. `optional_selector` is a copied condition in the
/// selector language that messages must meet; NULL or blanks: all messages. All consumers that share
/// a subscription have the same topic and selector; with others and no active consumer it is deleted
/// with its messages and made anew.
///
/// Needs the server. After a recovery on another server the subscription is that of the same name
/// there; what the former server keeps stays with it.
///
/// Statuses: those of tibemsSession_CreateConsumer, and TIBEMS_INVALID_ARG for a NULL, empty or too
/// long name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_INVALID_DESTINATION for a queue or a
/// temporary topic; TIBEMS_INVALID_CONSUMER when an active consumer of that name has another topic
/// or selector, or the subscription is not a shared one; TIBEMS_ILLEGAL_STATE in a session that
/// does not acknowledge; TIBEMS_NOT_IMPLEMENTED, too, when the server has no shared subscriptions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateSharedDurableConsumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    topic: tibemsTopic,
    durable_name: *const c_char,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        let named = Some((Kind::SharedDurable, durable_name));
        // SAFETY: NULL or valid, as C promises; parameters of this function.
        unsafe { create_consumer(session, consumer, topic, optional_selector, false, named) }
    })
}

/// Makes a browser of `queue` in `session` and gives it in `browser`, to be released with
/// tibemsQueueBrowser_Close. A browser reads the messages of the queue and leaves them there; it
/// needs no started connection. `queue` may be destroyed afterwards.
///
/// `optional_selector` is a copied condition in the selector language that messages must meet; NULL
/// or blanks: all messages. The text of an error names the place in it.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_SELECTOR, without asking the server; TIBEMS_INVALID_DESTINATION when the handle is
/// none or a topic, the name is a wildcard or cannot be used here or the server does not have it;
/// TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE or TIBEMS_EXCEPTION when the server
/// refuses for other reasons; TIBEMS_INVALID_CONSUMER when it lets the browser go at once;
/// TIBEMS_NOT_IMPLEMENTED when it offers no browsing, or not this selector; TIBEMS_TIMEOUT;
/// TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateBrowser(
    session: tibemsSession,
    browser: *mut tibemsQueueBrowser,
    queue: tibemsQueue,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (out, selector) = unsafe { (HandleOut::new(browser), text(optional_selector)) };
        let session = handle::get::<SessionObject, _>(session)?;
        let out = out.required()?;
        let queue = destination::resolve(queue)?;
        let made = Browser::create(&session, queue, selector.map(CStr::to_bytes))?;
        out.set(BrowserObject::publish(made, &session));
        Ok(())
    })
}

/// Makes a producer of `session` and gives it in `producer`, to be released with
/// tibemsMsgProducer_Close. It sends to `destination`, which may be destroyed afterwards; NULL
/// makes one that is given the destination with each message.
///
/// Needs the server, which says at once whether it has the destination.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_DESTINATION when the handle is none, the name cannot be used here or the server
/// does not have it; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE or TIBEMS_EXCEPTION when the server
/// refuses for other reasons; TIBEMS_DESTINATION_LIMIT_EXCEEDED; TIBEMS_INVALID_PRODUCER when it
/// lets the producer go at once; TIBEMS_NOT_IMPLEMENTED; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateProducer(
    session: tibemsSession,
    producer: *mut tibemsMsgProducer,
    destination: tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create_producer(session, producer, destination) }
    })
}

/// Deletes the durable subscription `subscriber_name`, shared or not, with the messages that it
/// keeps. It may have been made by another session than `session`, also of another connection with
/// the same client ID; without client ID, of any such connection.
///
/// Needs the server. On a connection that was recovered on another server the subscription is that
/// server's.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL, empty or too long
/// name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_EXCEPTION while it has an active consumer
/// or messages of it are not acknowledged, and when the server refuses for other reasons;
/// TIBEMS_INVALID_DESTINATION when there is no such subscription; TIBEMS_SECURITY_EXCEPTION or
/// TIBEMS_NOT_PERMITTED when the server forbids it; TIBEMS_SERVER_LIMIT; TIBEMS_INVALID_SIZE;
/// TIBEMS_NOT_IMPLEMENTED; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Unsubscribe(
    session: tibemsSession,
    subscriber_name: *const c_char,
) -> tibems_status {
    entry!({
        let session = handle::get::<SessionObject, _>(session)?;
        // SAFETY: NULL or valid, as C promises.
        let name = unsafe { text(subscriber_name) };
        session.unsubscribe(name.map(CStr::to_bytes))
    })
}
