//! What a session makes: consumers, producers, browsers, temporary destinations.
//!
//! All of it blocks until the server has answered. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::destination;
use super::entry::{HandleOut, entry, not_implemented, utf8};
use super::handle;
use super::objects::{ConsumerObject, ProducerObject};
use super::types::{
    flag, tibems_bool, tibems_status, tibemsDestination, tibemsMsgConsumer, tibemsMsgProducer,
    tibemsQueue, tibemsQueueBrowser, tibemsSession, tibemsTemporaryQueue, tibemsTemporaryTopic,
    tibemsTopic, tibemsTopicSubscriber,
};
use crate::client::consumer::Consumer;
use crate::client::producer::Producer;
use crate::client::session::Session;
use crate::status::Result;

/// The common part of the calls that create a consumer.
///
/// # Safety
/// Every pointer is NULL or valid for what its type says.
unsafe fn create_consumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    destination: tibemsDestination,
    selector: *const c_char,
    no_local: bool,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let (out, selector) = unsafe { (HandleOut::new(consumer), utf8(selector)) };
    let session = handle::get::<Session, _>(session)?;
    let out = out.required()?;
    let destination = destination::resolve(destination)?;
    out.set(ConsumerObject::publish(Consumer::create(
        &session,
        destination,
        selector?,
        no_local,
    )?));
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
    let session = handle::get::<Session, _>(session)?;
    let out = out.required()?;
    let destination = destination::resolve_optional(destination)?;
    out.set(ProducerObject::publish(Producer::create(
        &session,
        destination,
    )?));
    Ok(())
}

/// Makes a consumer of a queue or topic. `optional_selector` may be NULL; `no_local`
/// TIBEMS_TRUE keeps messages of the same connection away from a topic consumer. Blocks until
/// the server has answered. Release it with tibemsMsgConsumer_Close.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_INVALID_SELECTOR; TIBEMS_ILLEGAL_STATE; TIBEMS_SECURITY_EXCEPTION;
/// TIBEMS_SERVER_NOT_CONNECTED.
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
            )
        }
    })
}

/// Makes a consumer of a shared subscription to a topic, which lives as long as it has
/// consumers. Otherwise as tibemsSession_CreateConsumer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateSharedConsumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    topic: tibemsTopic,
    shared_subscription_name: *const c_char,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(consumer) };
        handle::get::<Session, _>(session)?.ensure_open()?;
        out.required()?;
        let _ = (topic, shared_subscription_name, optional_selector);
        not_implemented("shared subscriptions are not built into this release")
    })
}

/// Makes a consumer of a durable subscription to a topic; the server stores its messages until
/// tibemsSession_Unsubscribe. Otherwise as tibemsSession_CreateConsumer.
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
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(topic_subscriber) };
        handle::get::<Session, _>(session)?.ensure_open()?;
        out.required()?;
        let _ = (topic, subscriber_name, optional_selector, no_local);
        not_implemented("durable subscriptions are not built into this release")
    })
}

/// Makes a consumer of a durable subscription to a topic that several consumers share.
/// Otherwise as tibemsSession_CreateConsumer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateSharedDurableConsumer(
    session: tibemsSession,
    consumer: *mut tibemsMsgConsumer,
    topic: tibemsTopic,
    durable_name: *const c_char,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(consumer) };
        handle::get::<Session, _>(session)?.ensure_open()?;
        out.required()?;
        let _ = (topic, durable_name, optional_selector);
        not_implemented("shared subscriptions are not built into this release")
    })
}

/// Makes a browser that reads the messages of a queue and leaves them there.
/// `optional_selector` may be NULL. Release it with tibemsQueueBrowser_Close.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_INVALID_SELECTOR; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateBrowser(
    session: tibemsSession,
    browser: *mut tibemsQueueBrowser,
    queue: tibemsQueue,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(browser) };
        handle::get::<Session, _>(session)?.ensure_open()?;
        out.required()?;
        let _ = (queue, optional_selector);
        not_implemented("queue browsers are not built into this release")
    })
}

/// Makes a producer. `destination` NULL makes one that sends with
/// tibemsMsgProducer_SendToDestination. Blocks until the server has answered. Release it with
/// tibemsMsgProducer_Close.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_ILLEGAL_STATE; TIBEMS_SECURITY_EXCEPTION; TIBEMS_SERVER_NOT_CONNECTED.
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

/// Deletes a durable subscription of this client. Blocks until the server has answered.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_INVALID_DESTINATION when there is none of this name or it is in use;
/// TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Unsubscribe(
    session: tibemsSession,
    subscriber_name: *const c_char,
) -> tibems_status {
    entry!({
        handle::get::<Session, _>(session)?.ensure_open()?;
        let _ = subscriber_name;
        not_implemented("durable subscriptions are not built into this release")
    })
}

/// Makes a temporary topic, which lives as long as the connection. Blocks until the server has
/// answered. Release the handle with tibemsDestination_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTemporaryTopic(
    session: tibemsSession,
    tmp_topic: *mut tibemsTemporaryTopic,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(tmp_topic) };
        handle::get::<Session, _>(session)?.ensure_open()?;
        out.required()?;
        not_implemented("temporary destinations are not built into this release")
    })
}

/// Deletes a temporary topic of this connection at the server. The handle must still be
/// released.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION; TIBEMS_ILLEGAL_STATE while
/// it has consumers; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_DeleteTemporaryTopic(
    session: tibemsSession,
    tmp_topic: tibemsTemporaryTopic,
) -> tibems_status {
    entry!({
        handle::get::<Session, _>(session)?.ensure_open()?;
        let _ = tmp_topic;
        not_implemented("temporary destinations are not built into this release")
    })
}

/// Makes a temporary queue, which lives as long as the connection. Blocks until the server has
/// answered. Release the handle with tibemsDestination_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTemporaryQueue(
    session: tibemsSession,
    tmp_queue: *mut tibemsTemporaryQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(tmp_queue) };
        handle::get::<Session, _>(session)?.ensure_open()?;
        out.required()?;
        not_implemented("temporary destinations are not built into this release")
    })
}

/// Deletes a temporary queue of this connection at the server. The handle must still be
/// released.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION; TIBEMS_ILLEGAL_STATE while
/// it has consumers; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_DeleteTemporaryQueue(
    session: tibemsSession,
    tmp_queue: tibemsTemporaryQueue,
) -> tibems_status {
    entry!({
        handle::get::<Session, _>(session)?.ensure_open()?;
        let _ = tmp_queue;
        not_implemented("temporary destinations are not built into this release")
    })
}
