//! The deprecated queue and topic spellings of sessions.
//!
//! Each is the common call of `session` or `session_create`. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_status, tibemsQueue, tibemsQueueBrowser, tibemsQueueReceiver,
    tibemsQueueSender, tibemsQueueSession, tibemsTemporaryQueue, tibemsTemporaryTopic, tibemsTopic,
    tibemsTopicPublisher, tibemsTopicSession, tibemsTopicSubscriber,
};

/// Deprecated: tibemsSession_CreateConsumer, for topics only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreateSubscriber(
    session: tibemsTopicSession,
    topic_subscriber: *mut tibemsTopicSubscriber,
    topic: tibemsTopic,
    optional_selector: *const c_char,
    no_local: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic_subscriber);
        }
        let _ = (session, topic, optional_selector, no_local);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateDurableSubscriber.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreateDurableSubscriber(
    session: tibemsTopicSession,
    topic_subscriber: *mut tibemsTopicSubscriber,
    topic: tibemsTopic,
    subscriber_name: *const c_char,
    optional_selector: *const c_char,
    no_local: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic_subscriber);
        }
        let _ = (session, topic, subscriber_name, optional_selector, no_local);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateProducer, for a topic or NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreatePublisher(
    session: tibemsTopicSession,
    topic_publisher: *mut tibemsTopicPublisher,
    topic: tibemsTopic,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic_publisher);
        }
        let _ = (session, topic);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_Unsubscribe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_Unsubscribe(
    session: tibemsTopicSession,
    subscriber_name: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (session, subscriber_name);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateTemporaryTopic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreateTemporaryTopic(
    session: tibemsTopicSession,
    tmp_topic: *mut tibemsTemporaryTopic,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(tmp_topic);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_DeleteTemporaryTopic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_DeleteTemporaryTopic(
    session: tibemsTopicSession,
    tmp_topic: tibemsTemporaryTopic,
) -> tibems_status {
    entry!({
        let _ = (session, tmp_topic);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateBrowser.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateBrowser(
    session: tibemsQueueSession,
    browser: *mut tibemsQueueBrowser,
    queue: tibemsQueue,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(browser);
        }
        let _ = (session, queue, optional_selector);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateConsumer, for queues only, without `no_local`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateReceiver(
    session: tibemsQueueSession,
    queue_receiver: *mut tibemsQueueReceiver,
    queue: tibemsQueue,
    optional_selector: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue_receiver);
        }
        let _ = (session, queue, optional_selector);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateProducer, for a queue or NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateSender(
    session: tibemsQueueSession,
    queue_sender: *mut tibemsQueueSender,
    queue: tibemsQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue_sender);
        }
        let _ = (session, queue);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_CreateTemporaryQueue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateTemporaryQueue(
    session: tibemsQueueSession,
    tmp_queue: *mut tibemsTemporaryQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(tmp_queue);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsSession_DeleteTemporaryQueue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_DeleteTemporaryQueue(
    session: tibemsQueueSession,
    tmp_queue: tibemsTemporaryQueue,
) -> tibems_status {
    entry!({
        let _ = (session, tmp_queue);
        not_implemented("not part of this version yet")
    })
}
