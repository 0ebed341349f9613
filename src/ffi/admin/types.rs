//! The C types of the administration functions: objects are numbers of 32 bits, but for collections.
//!
//! The header `emsadmin.h` is generated from this file. Nothing here blocks. Called by the other files of `ffi::admin`.

#![allow(non_camel_case_types)]

use crate::ffi::types::tibems_int;

/// Never defined: handles of collections are identifiers, not addresses.
pub struct __tibemsCollection(());

/// Id of an administration connection.
pub type tibemsAdmin = tibems_int;
/// Id of the counts of a server.
pub type tibemsServerInfo = tibems_int;
/// Id of what is known of a queue or topic.
pub type tibemsDestinationInfo = tibems_int;
/// Id of what is known of a queue; the same as a tibemsDestinationInfo.
pub type tibemsQueueInfo = tibems_int;
/// Id of what is known of a topic; the same as a tibemsDestinationInfo.
pub type tibemsTopicInfo = tibems_int;
/// Id of what is known of a consumer.
pub type tibemsConsumerInfo = tibems_int;
/// Id of what is known of a subscription.
pub type tibemsSubscriptionInfo = tibems_int;
/// Id of what is known of a producer.
pub type tibemsProducerInfo = tibems_int;
/// Id of the counts for one of many destinations.
pub type tibemsDetailedDestStat = tibems_int;
/// Id of counts.
pub type tibemsStatData = tibems_int;
/// Id of an object of a collection: an info, or the counts for one of many destinations.
pub type tibemsCollectionObj = tibems_int;
/// Handle of a collection.
pub type tibemsCollection = *mut __tibemsCollection;
