//! The deprecated queue and topic spellings of sessions (spec 20 §7).
//!
//! Each is the common call of `session_create`, with a destination of one kind.
//! They block where that one does. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::destination::only;
use super::session_create::{
    tibemsSession_CreateBrowser, tibemsSession_CreateConsumer,
    tibemsSession_CreateDurableSubscriber, tibemsSession_CreateProducer, tibemsSession_Unsubscribe,
};
use super::temporary::{
    tibemsSession_CreateTemporaryQueue, tibemsSession_CreateTemporaryTopic,
    tibemsSession_DeleteTemporaryQueue, tibemsSession_DeleteTemporaryTopic,
};
use super::types::{
    tibems_bool, tibems_status, tibemsQueue, tibemsQueueBrowser, tibemsQueueReceiver,
    tibemsQueueSender, tibemsQueueSession, tibemsTemporaryQueue, tibemsTemporaryTopic, tibemsTopic,
    tibemsTopicPublisher, tibemsTopicSession, tibemsTopicSubscriber,
};
use crate::message::DestinationKind;

/// Deprecated: tibemsSession_CreateConsumer, for topics only.
///
/// Statuses: those of tibemsSession_CreateConsumer; TIBEMS_INVALID_DESTINATION for a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreateSubscriber(
    session: tibemsTopicSession,
    topic_subscriber: *mut tibemsTopicSubscriber,
    topic: tibemsTopic,
    optional_selector: *const c_char,
    no_local: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsSession_CreateConsumer(
            session,
            topic_subscriber,
            only(DestinationKind::Topic, topic),
            optional_selector,
            no_local,
        )
    }
}

/// Deprecated: tibemsSession_CreateDurableSubscriber.
///
/// Statuses: those of tibemsSession_CreateDurableSubscriber.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreateDurableSubscriber(
    session: tibemsTopicSession,
    topic_subscriber: *mut tibemsTopicSubscriber,
    topic: tibemsTopic,
    subscriber_name: *const c_char,
    optional_selector: *const c_char,
    no_local: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsSession_CreateDurableSubscriber(
            session,
            topic_subscriber,
            only(DestinationKind::Topic, topic),
            subscriber_name,
            optional_selector,
            no_local,
        )
    }
}

/// Deprecated: tibemsSession_CreateProducer, for a topic or NULL only.
///
/// Statuses: those of tibemsSession_CreateProducer; TIBEMS_INVALID_DESTINATION for a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreatePublisher(
    session: tibemsTopicSession,
    topic_publisher: *mut tibemsTopicPublisher,
    topic: tibemsTopic,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsSession_CreateProducer(
            session,
            topic_publisher,
            only(DestinationKind::Topic, topic),
        )
    }
}

/// Deprecated: tibemsSession_Unsubscribe.
///
/// Statuses: those of tibemsSession_Unsubscribe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_Unsubscribe(
    session: tibemsTopicSession,
    subscriber_name: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsSession_Unsubscribe(session, subscriber_name) }
}

/// Deprecated: tibemsSession_CreateTemporaryTopic.
///
/// Statuses: those of tibemsSession_CreateTemporaryTopic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_CreateTemporaryTopic(
    session: tibemsTopicSession,
    tmp_topic: *mut tibemsTemporaryTopic,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsSession_CreateTemporaryTopic(session, tmp_topic) }
}

/// Deprecated: tibemsSession_DeleteTemporaryTopic.
///
/// Statuses: those of tibemsSession_DeleteTemporaryTopic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSession_DeleteTemporaryTopic(
    session: tibemsTopicSession,
    tmp_topic: tibemsTemporaryTopic,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsSession_DeleteTemporaryTopic(session, tmp_topic) }
}

/// Deprecated: tibemsSession_CreateBrowser.
///
/// Statuses: those of tibemsSession_CreateBrowser.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateBrowser(
    session: tibemsQueueSession,
    browser: *mut tibemsQueueBrowser,
    queue: tibemsQueue,
    optional_selector: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsSession_CreateBrowser(
            session,
            browser,
            only(DestinationKind::Queue, queue),
            optional_selector,
        )
    }
}

/// Deprecated: tibemsSession_CreateConsumer, for queues only and without `no_local`.
///
/// Statuses: those of tibemsSession_CreateConsumer; TIBEMS_INVALID_DESTINATION for a topic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateReceiver(
    session: tibemsQueueSession,
    queue_receiver: *mut tibemsQueueReceiver,
    queue: tibemsQueue,
    optional_selector: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsSession_CreateConsumer(
            session,
            queue_receiver,
            only(DestinationKind::Queue, queue),
            optional_selector,
            MaybeUninit::new(tibems_bool::TIBEMS_FALSE),
        )
    }
}

/// Deprecated: tibemsSession_CreateProducer, for a queue or NULL only.
///
/// Statuses: those of tibemsSession_CreateProducer; TIBEMS_INVALID_DESTINATION for a topic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateSender(
    session: tibemsQueueSession,
    queue_sender: *mut tibemsQueueSender,
    queue: tibemsQueue,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsSession_CreateProducer(session, queue_sender, only(DestinationKind::Queue, queue))
    }
}

/// Deprecated: tibemsSession_CreateTemporaryQueue.
///
/// Statuses: those of tibemsSession_CreateTemporaryQueue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_CreateTemporaryQueue(
    session: tibemsQueueSession,
    tmp_queue: *mut tibemsTemporaryQueue,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsSession_CreateTemporaryQueue(session, tmp_queue) }
}

/// Deprecated: tibemsSession_DeleteTemporaryQueue.
///
/// Statuses: those of tibemsSession_DeleteTemporaryQueue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSession_DeleteTemporaryQueue(
    session: tibemsQueueSession,
    tmp_queue: tibemsTemporaryQueue,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsSession_DeleteTemporaryQueue(session, tmp_queue) }
}
