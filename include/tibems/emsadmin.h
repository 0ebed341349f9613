/*
 * emsadmin.h - the administration functions of libtibemsufo: what a program asks a server about
 * itself.
 *
 * Generated from src/ffi/admin; do not edit.
 *
 * The rules of all functions stand at the head of tibems.h, which this header includes. Objects are
 * numbers of 32 bits, 0 (TIBEMS_INVALID_ADMIN_ID) is none; collections are handles.
 *
 * Not built into this release: every function returns TIBEMS_NOT_IMPLEMENTED and says so in the
 * error context. Outputs that receive an object are 0 or NULL then, other outputs are not written.
 */

#ifndef TIBEMS_EMSADMIN_H
#define TIBEMS_EMSADMIN_H

#include "tibems.h"

/* No object. */
#define TIBEMS_INVALID_ADMIN_ID (0)

/* What tibemsAdmin_GetConsumers asks for. */
#define TIBEMS_GET_STAT (0x0001)
#define TIBEMS_GET_DETAILED_STAT (0x0002)
#define TIBEMS_GET_SELECTOR (0x0004)

/* Which destinations tibemsAdmin_GetDestinations lists. */
#define TIBEMS_DEST_GET_STATIC 1
#define TIBEMS_DEST_GET_DYNAMIC 2
#define TIBEMS_DEST_GET_NOTEMP 3
#define TIBEMS_DEST_GET_ALL 4

/* What a destination does at its limit. */
#define TIBEMS_OVERFLOW_DEFAULT 0
#define TIBEMS_OVERFLOW_DISCARD_OLD 1
#define TIBEMS_OVERFLOW_REJECT_INCOMING 2

/* Which subscriptions tibemsAdmin_GetSubscriptions lists. */
#define TIBEMS_SUBSCRIPTIONS_FILTER_DURABLE_ONLY (0x01)
#define TIBEMS_SUBSCRIPTIONS_FILTER_NO_DURABLE (0x02)
#define TIBEMS_SUBSCRIPTIONS_FILTER_SHARED_ONLY (0x04)
#define TIBEMS_SUBSCRIPTIONS_FILTER_NO_SHARED (0x08)

/* Queues and topics by functions of destinations. */
#define tibemsAdmin_GetQueue(admin, queue_info, name) \
    tibemsAdmin_GetDestination((admin), (queue_info), (name), TIBEMS_QUEUE)
#define tibemsAdmin_GetTopic(admin, topic_info, name) \
    tibemsAdmin_GetDestination((admin), (topic_info), (name), TIBEMS_TOPIC)
#define tibemsAdmin_GetQueues(admin, collection, pattern, perm_type) \
    tibemsAdmin_GetDestinations((admin), (collection), (pattern), TIBEMS_QUEUE, (perm_type), TIBEMS_FALSE)
#define tibemsAdmin_GetTopics(admin, collection, pattern, perm_type) \
    tibemsAdmin_GetDestinations((admin), (collection), (pattern), TIBEMS_TOPIC, (perm_type), TIBEMS_FALSE)
#define tibemsQueueInfo_Create(info, name) \
    tibemsDestinationInfo_Create((info), (name), TIBEMS_QUEUE)
#define tibemsQueueInfo_GetName(info, name, name_len) \
    tibemsDestinationInfo_GetName((info), (name), (name_len))
#define tibemsQueueInfo_GetPendingMessageCount(info, count) \
    tibemsDestinationInfo_GetPendingMessageCount((info), (count))
#define tibemsQueueInfo_GetPendingMessageSize(info, size) \
    tibemsDestinationInfo_GetPendingMessageSize((info), (size))
#define tibemsQueueInfo_GetPendingPersistentMessageCount(info, count) \
    tibemsDestinationInfo_GetPendingPersistentMessageCount((info), (count))
#define tibemsQueueInfo_GetPendingPersistentMessageSize(info, size) \
    tibemsDestinationInfo_GetPendingPersistentMessageSize((info), (size))
#define tibemsQueueInfo_GetInboundStatistics(info, stat_data) \
    tibemsDestinationInfo_GetInboundStatistics((info), (stat_data))
#define tibemsQueueInfo_GetOutboundStatistics(info, stat_data) \
    tibemsDestinationInfo_GetOutboundStatistics((info), (stat_data))
#define tibemsQueueInfo_GetFlowControlMaxBytes(info, max_bytes) \
    tibemsDestinationInfo_GetFlowControlMaxBytes((info), (max_bytes))
#define tibemsQueueInfo_GetMaxBytes(info, max_bytes) \
    tibemsDestinationInfo_GetMaxBytes((info), (max_bytes))
#define tibemsQueueInfo_GetMaxMsgs(info, max_msgs) \
    tibemsDestinationInfo_GetMaxMsgs((info), (max_msgs))
#define tibemsQueueInfo_GetOverflowPolicy(info, policy) \
    tibemsDestinationInfo_GetOverflowPolicy((info), (policy))
#define tibemsQueueInfo_Destroy(info) \
    tibemsDestinationInfo_Destroy((info))
#define tibemsQueueInfo_GetReceiverCount(info, count) \
    tibemsDestinationInfo_GetConsumerCount((info), (count))
#define tibemsTopicInfo_Create(info, name) \
    tibemsDestinationInfo_Create((info), (name), TIBEMS_TOPIC)
#define tibemsTopicInfo_GetName(info, name, name_len) \
    tibemsDestinationInfo_GetName((info), (name), (name_len))
#define tibemsTopicInfo_GetPendingMessageCount(info, count) \
    tibemsDestinationInfo_GetPendingMessageCount((info), (count))
#define tibemsTopicInfo_GetPendingMessageSize(info, size) \
    tibemsDestinationInfo_GetPendingMessageSize((info), (size))
#define tibemsTopicInfo_GetPendingPersistentMessageCount(info, count) \
    tibemsDestinationInfo_GetPendingPersistentMessageCount((info), (count))
#define tibemsTopicInfo_GetPendingPersistentMessageSize(info, size) \
    tibemsDestinationInfo_GetPendingPersistentMessageSize((info), (size))
#define tibemsTopicInfo_GetInboundStatistics(info, stat_data) \
    tibemsDestinationInfo_GetInboundStatistics((info), (stat_data))
#define tibemsTopicInfo_GetOutboundStatistics(info, stat_data) \
    tibemsDestinationInfo_GetOutboundStatistics((info), (stat_data))
#define tibemsTopicInfo_GetFlowControlMaxBytes(info, max_bytes) \
    tibemsDestinationInfo_GetFlowControlMaxBytes((info), (max_bytes))
#define tibemsTopicInfo_GetMaxBytes(info, max_bytes) \
    tibemsDestinationInfo_GetMaxBytes((info), (max_bytes))
#define tibemsTopicInfo_GetMaxMsgs(info, max_msgs) \
    tibemsDestinationInfo_GetMaxMsgs((info), (max_msgs))
#define tibemsTopicInfo_GetOverflowPolicy(info, policy) \
    tibemsDestinationInfo_GetOverflowPolicy((info), (policy))
#define tibemsTopicInfo_Destroy(info) \
    tibemsDestinationInfo_Destroy((info))
#define tibemsTopicInfo_GetSubscriberCount(info, count) \
    tibemsDestinationInfo_GetConsumerCount((info), (count))

/* Handles are identifiers: this structure is never defined. */
typedef struct __tibemsCollection __tibemsCollection;


/**
 * Id of an administration connection.
 */
typedef tibems_int tibemsAdmin;

/**
 * Id of the counts of a server.
 */
typedef tibems_int tibemsServerInfo;

/**
 * Id of what is known of a consumer.
 */
typedef tibems_int tibemsConsumerInfo;

/**
 * Handle of a collection.
 */
typedef __tibemsCollection *tibemsCollection;

/**
 * Id of what is known of a queue or topic.
 */
typedef tibems_int tibemsDestinationInfo;

/**
 * Id of counts.
 */
typedef tibems_int tibemsStatData;

/**
 * Id of what is known of a queue; the same as a tibemsDestinationInfo.
 */
typedef tibems_int tibemsQueueInfo;

/**
 * Id of what is known of a topic; the same as a tibemsDestinationInfo.
 */
typedef tibems_int tibemsTopicInfo;

/**
 * Id of what is known of a producer.
 */
typedef tibems_int tibemsProducerInfo;

/**
 * Id of what is known of a subscription.
 */
typedef tibems_int tibemsSubscriptionInfo;

/**
 * Id of the counts for one of many destinations.
 */
typedef tibems_int tibemsDetailedDestStat;

/**
 * Id of an object of a collection: an info, or the counts for one of many destinations.
 */
typedef tibems_int tibemsCollectionObj;

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * Would connect to the server at `url` (NULL: TIBEMS_DEFAULT_BROKER) for questions about it, with
 * a connection of its own, as `user_name` with `password` and, for TLS, `ssl_params`, which may be
 * NULL each, and give it in `admin`, which becomes 0. tibemsAdmin_Close would release it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_Create(tibemsAdmin *admin,
                                 const char *url,
                                 const char *user_name,
                                 const char *password,
                                 tibemsSSLParams ssl_params);

/**
 * Would end the connection of `admin`. Infos and collections that came from it would stay.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_Close(tibemsAdmin admin);

/**
 * Would ask the server of `admin` for its counts and give them in `server_info`, which becomes 0.
 * tibemsServerInfo_Destroy would release them.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetInfo(tibemsAdmin admin, tibemsServerInfo *server_info);

/**
 * Would ask the server of `admin` for the consumer with the number `consumer_id` and give it in
 * `cons_info`, which becomes 0. tibemsConsumerInfo_Destroy would release it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetConsumer(tibemsAdmin admin,
                                      tibemsConsumerInfo *cons_info,
                                      tibems_long consumer_id);

/**
 * Would ask the server of `admin` for the consumers that pass every filter and give them in
 * `cons_infos`, which becomes NULL: `username` (NULL for all), `destination` (0 for all), and no
 * consumers of topics that are not durable if `durable`. `connection_id` is reserved: 0.
 * `data_flags` says what to ask for: TIBEMS_GET_STAT, TIBEMS_GET_DETAILED_STAT,
 * TIBEMS_GET_SELECTOR. tibemsCollection_Destroy would release the answer.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetConsumers(tibemsAdmin admin,
                                       tibemsCollection *cons_infos,
                                       tibems_long connection_id,
                                       const char *username,
                                       tibemsDestinationInfo destination,
                                       tibems_bool durable,
                                       tibems_int data_flags);

/**
 * Would ask the server of `admin` for the subscriptions that pass every filter and give them in
 * `subscription_infos`, which becomes NULL: `filter_flags`, for instance
 * TIBEMS_SUBSCRIPTIONS_FILTER_DURABLE_ONLY, `name` and `topic_name` (NULL for any).
 * tibemsCollection_Destroy would release the answer.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetSubscriptions(tibemsAdmin admin,
                                           tibemsCollection *subscription_infos,
                                           tibems_int filter_flags,
                                           const char *name,
                                           const char *topic_name);

/**
 * Would ask the server of `admin` for the queue or topic, as `dest_type` says, with exactly the
 * name `dest_name` and give it in `dest_info`, which becomes 0. tibemsDestinationInfo_Destroy
 * would release it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetDestination(tibemsAdmin admin,
                                         tibemsDestinationInfo *dest_info,
                                         const char *dest_name,
                                         tibemsDestinationType dest_type);

/**
 * Would ask the server of `admin` for the queues or topics, as `dest_type` says, whose name
 * matches `pattern` (NULL for all) and that `perm_type`, for instance TIBEMS_DEST_GET_ALL, lets
 * through, and give them in `collection`, which becomes NULL; `stat_only` leaves out their limits.
 * tibemsCollection_Destroy would release the answer.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetDestinations(tibemsAdmin admin,
                                          tibemsCollection *collection,
                                          const char *pattern,
                                          tibemsDestinationType dest_type,
                                          tibems_int perm_type,
                                          tibems_bool stat_only);

/**
 * Would ask the server of `admin` for the producers that pass every filter and give them in
 * `prod_infos`, which becomes NULL: `username` (NULL for all) and `destination` (0 for all).
 * `connection_id` is reserved: 0. tibemsCollection_Destroy would release the answer.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetProducerStatistics(tibemsAdmin admin,
                                                tibemsCollection *prod_infos,
                                                const char *username,
                                                tibems_long connection_id,
                                                tibemsDestinationInfo destination);

/**
 * Would tell in `timeout` how many milliseconds one question of `admin` may take.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_GetCommandTimeout(tibemsAdmin admin, tibems_long *timeout);

/**
 * Would give one question of `admin` `timeout` milliseconds; 0 for no limit.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_SetCommandTimeout(tibemsAdmin admin, tibems_long timeout);

/**
 * Would have `listener` called with `closure` when the connection of `admin` breaks; NULL for
 * nothing.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsAdmin_SetExceptionListener(tibemsAdmin admin,
                                               tibemsExceptionCallback listener,
                                               const void *closure);

/**
 * Would release `server_info`.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsServerInfo_Destroy(tibemsServerInfo server_info);

/**
 * Would tell of `server_info` in `count` the number of queues of the server.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsServerInfo_GetQueueCount(tibemsServerInfo server_info, tibems_int *count);

/**
 * Would tell of `server_info` in `count` the number of topics of the server.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsServerInfo_GetTopicCount(tibemsServerInfo server_info, tibems_int *count);

/**
 * Would tell of `server_info` in `count` the number of producers of the server, without those of
 * the asking library.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsServerInfo_GetProducerCount(tibemsServerInfo server_info, tibems_int *count);

/**
 * Would tell of `server_info` in `count` the number of consumers of the server, without those of
 * the asking library.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsServerInfo_GetConsumerCount(tibemsServerInfo server_info, tibems_int *count);

/**
 * Would make an info of the name `name`, which may have wildcards, and the type `dest_type`
 * without a server, as a filter for tibemsAdmin_GetConsumers and
 * tibemsAdmin_GetProducerStatistics, and give it in `dest_info`, which becomes 0.
 * tibemsDestinationInfo_Destroy would release it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_Create(tibemsDestinationInfo *dest_info,
                                           const char *name,
                                           tibemsDestinationType dest_type);

/**
 * Would tell of `dest_info` in `count` the number of receivers of a queue, or of active
 * subscribers of a topic.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetConsumerCount(tibemsDestinationInfo dest_info,
                                                     tibems_int *count);

/**
 * Would tell of `dest_info` in `count` the number of messages kept for the destination, those
 * delivered and not yet acknowledged included. Of a topic: the sum over its subscriptions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetPendingMessageCount(tibemsDestinationInfo dest_info,
                                                           tibems_long *count);

/**
 * Would tell of `dest_info` in `size` the size in bytes of the messages that
 * tibemsDestinationInfo_GetPendingMessageCount counts.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetPendingMessageSize(tibemsDestinationInfo dest_info,
                                                          tibems_long *size);

/**
 * Would tell of `dest_info` in `count` how many of the pending messages are persistent.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetPendingPersistentMessageCount(tibemsDestinationInfo dest_info,
                                                                     tibems_long *count);

/**
 * Would tell of `dest_info` in `size` the size in bytes of the pending messages that are
 * persistent.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetPendingPersistentMessageSize(tibemsDestinationInfo dest_info,
                                                                    tibems_long *size);

/**
 * Would give of `dest_info` in `stat_data` the id of the counts of what clients sent to the
 * destination. It belongs to the info.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetInboundStatistics(tibemsDestinationInfo dest_info,
                                                         tibemsStatData *stat_data);

/**
 * Would give of `dest_info` in `stat_data` the id of the counts of what the destination delivered
 * to clients. It belongs to the info.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetOutboundStatistics(tibemsDestinationInfo dest_info,
                                                          tibemsStatData *stat_data);

/**
 * Would copy, of `dest_info`, the name with its NUL into the buffer `name` of `name_len` bytes.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetName(tibemsDestinationInfo dest_info,
                                            char *name,
                                            tibems_int name_len);

/**
 * Would tell of `dest_info` in `dest_type` whether it is a queue or a topic.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetType(tibemsDestinationInfo dest_info,
                                            tibemsDestinationType *dest_type);

/**
 * Would tell of `dest_info` in `max_bytes` the number of pending bytes at which senders are
 * slowed; 0 for never.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetFlowControlMaxBytes(tibemsDestinationInfo dest_info,
                                                           tibems_long *max_bytes);

/**
 * Would tell of `dest_info` in `max_bytes` how many pending bytes the destination takes; 0 for no
 * limit.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetMaxBytes(tibemsDestinationInfo dest_info,
                                                tibems_long *max_bytes);

/**
 * Would tell of `dest_info` in `max_msgs` how many pending messages the destination takes; 0 for
 * no limit.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetMaxMsgs(tibemsDestinationInfo dest_info,
                                               tibems_long *max_msgs);

/**
 * Would tell of `dest_info` in `overflow_policy` what happens at a limit: TIBEMS_OVERFLOW_DEFAULT,
 * TIBEMS_OVERFLOW_DISCARD_OLD or TIBEMS_OVERFLOW_REJECT_INCOMING.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_GetOverflowPolicy(tibemsDestinationInfo dest_info,
                                                      tibems_int *overflow_policy);

/**
 * Would release `dest_info` with its statistics; its collection, if any, would no longer list it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDestinationInfo_Destroy(tibemsDestinationInfo dest_info);

/**
 * Would tell of `queue_info` in `count` how many messages of a queue are delivered and not yet
 * acknowledged; they are a part of the pending ones.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsQueueInfo_GetDeliveredMessageCount(tibemsQueueInfo queue_info,
                                                       tibems_long *count);

/**
 * Would tell of `topic_info` in `count` the number of subscriptions of a topic, durable ones
 * without a consumer included.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsTopicInfo_GetSubscriptionCount(tibemsTopicInfo topic_info, tibems_int *count);

/**
 * Would tell of `topic_info` in `count` the number of durable subscriptions of a topic, with a
 * consumer or without.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsTopicInfo_GetDurableSubscriptionCount(tibemsTopicInfo topic_info,
                                                          tibems_int *count);

/**
 * Would tell of `topic_info` in `count` the number of durable subscriptions of a topic that have a
 * consumer.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsTopicInfo_GetActiveDurableCount(tibemsTopicInfo topic_info, tibems_int *count);

/**
 * Deprecated: tibemsTopicInfo_GetDurableSubscriptionCount.
 *
 * Statuses: those of tibemsTopicInfo_GetDurableSubscriptionCount.
 */
tibems_status tibemsTopicInfo_GetDurableCount(tibemsTopicInfo topic_info, tibems_int *count);

/**
 * Would tell of `consumer_info` in `created` when the consumer was created, in milliseconds since
 * 1970 (UTC).
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetCreateTime(tibemsConsumerInfo consumer_info,
                                               tibems_long *created);

/**
 * Would copy, of `consumer_info`, the name of what it consumes with its NUL into the buffer
 * `dest_name` of `name_len` bytes; wildcards stand as subscribed.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetDestinationName(tibemsConsumerInfo consumer_info,
                                                    char *dest_name,
                                                    tibems_int name_len);

/**
 * Would copy, of `consumer_info`, the name of its durable subscription with its NUL into the
 * buffer `durable_name` of `name_len` bytes; empty when it has none.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetDurableName(tibemsConsumerInfo consumer_info,
                                                char *durable_name,
                                                tibems_int name_len);

/**
 * Would tell of `consumer_info` in `dest_type` whether it consumes a queue or a topic.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetDestinationType(tibemsConsumerInfo consumer_info,
                                                    tibemsDestinationType *dest_type);

/**
 * Would give of `consumer_info` in `detail_stat` a collection of the counts for each destination
 * of a wildcard consumer, or NULL. It belongs to the info.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetDetailedStatistics(tibemsConsumerInfo consumer_info,
                                                       tibemsCollection *detail_stat);

/**
 * Would tell of `consumer_info` in `id` the number that the server knows the consumer by.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetID(tibemsConsumerInfo consumer_info, tibems_long *id);

/**
 * Would tell of `consumer_info` in `count` the number of messages kept for the subscription of a
 * topic consumer; 0 for consumers of queues.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetPendingMessageCount(tibemsConsumerInfo consumer_info,
                                                        tibems_long *count);

/**
 * Would tell of `consumer_info` in `size` the size in bytes of the messages that
 * tibemsConsumerInfo_GetPendingMessageCount counts.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetPendingMessageSize(tibemsConsumerInfo consumer_info,
                                                       tibems_long *size);

/**
 * Would tell of `consumer_info` in `count` how many messages were sent to the consumer and are not
 * yet acknowledged.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetCurrentMsgCountSentByServer(tibemsConsumerInfo consumer_info,
                                                                tibems_long *count);

/**
 * Would tell of `consumer_info` in `size` the size in bytes of the messages sent to the consumer
 * and not yet acknowledged.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetCurrentMsgSizeSentByServer(tibemsConsumerInfo consumer_info,
                                                               tibems_long *size);

/**
 * Would tell of `consumer_info` in `time` the milliseconds since the consumer last acknowledged; 0
 * when it never did.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetElapsedSinceLastAcknowledged(tibemsConsumerInfo consumer_info,
                                                                 tibems_long *time);

/**
 * Would tell of `consumer_info` in `time` the milliseconds since a message was last sent to the
 * consumer; 0 when none was.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetElapsedSinceLastSent(tibemsConsumerInfo consumer_info,
                                                         tibems_long *time);

/**
 * Would tell of `consumer_info` in `count` how many messages the consumer has acknowledged in all.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetTotalAcknowledgedCount(tibemsConsumerInfo consumer_info,
                                                           tibems_long *count);

/**
 * Would tell of `consumer_info` in `count` how many messages were sent to the consumer in all.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetTotalMsgCountSentByServer(tibemsConsumerInfo consumer_info,
                                                              tibems_long *count);

/**
 * Would tell of `consumer_info` in `connected` whether the consumer is connected; false only for a
 * durable subscriber that is away.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_IsConnected(tibemsConsumerInfo consumer_info,
                                             tibems_bool *connected);

/**
 * Would tell of `consumer_info` in `connection_consumer` whether it is a connection consumer. No
 * client of this interface makes such.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_IsConnectionConsumer(tibemsConsumerInfo consumer_info,
                                                      tibems_bool *connection_consumer);

/**
 * Would tell of `consumer_info` in `active` whether the consumer has ever asked for a message;
 * consumers of topics always have.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_IsActive(tibemsConsumerInfo consumer_info, tibems_bool *active);

/**
 * Would tell of `consumer_info` in `shared` whether it consumes a shared subscription.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_IsShared(tibemsConsumerInfo consumer_info, tibems_bool *shared);

/**
 * Would copy, of `consumer_info`, the name of its shared subscription with its NUL into the buffer
 * `shared_name` of `name_len` bytes; empty when it has none.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetSharedSubscriptionName(tibemsConsumerInfo consumer_info,
                                                           char *shared_name,
                                                           tibems_int name_len);

/**
 * Would give of `consumer_info` in `stat` the id of the counts of what the consumer received,
 * or 0. It belongs to the info.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_GetStatistics(tibemsConsumerInfo consumer_info,
                                               tibemsStatData *stat);

/**
 * Would release `consumer_info` with its statistics; its collection, if any, would no longer list
 * it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsConsumerInfo_Destroy(tibemsConsumerInfo consumer_info);

/**
 * Would tell of `producer_info` in `created` when the producer was created, in milliseconds since
 * 1970 (UTC).
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_GetCreateTime(tibemsProducerInfo producer_info,
                                               tibems_long *created);

/**
 * Would copy, of `producer_info`, the name of the producer's destination with its NUL into the
 * buffer `dest_name` of `name_len` bytes; empty for a producer without one.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_GetDestinationName(tibemsProducerInfo producer_info,
                                                    char *dest_name,
                                                    tibems_int name_len);

/**
 * Would tell of `producer_info` in `dest_type` the type of the producer's destination;
 * TIBEMS_UNKNOWN for a producer without one.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_GetDestinationType(tibemsProducerInfo producer_info,
                                                    tibemsDestinationType *dest_type);

/**
 * Would give of `producer_info` in `details` a collection of the counts for each destination of a
 * producer without one of its own, or NULL. It belongs to the info.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_GetDetailedStatistics(tibemsProducerInfo producer_info,
                                                       tibemsCollection *details);

/**
 * Would tell of `producer_info` in `id` the number that the server knows the producer by.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_GetID(tibemsProducerInfo producer_info, tibems_long *id);

/**
 * Would give of `producer_info` in `stat` the id of the counts of what the producer sent, or 0. It
 * belongs to the info.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_GetStatistics(tibemsProducerInfo producer_info,
                                               tibemsStatData *stat);

/**
 * Would release `producer_info` with its statistics; its collection, if any, would no longer list
 * it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsProducerInfo_Destroy(tibemsProducerInfo producer_info);

/**
 * Would tell of `subscription_info` in `id` the number that the server knows the subscription by.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetID(tibemsSubscriptionInfo subscription_info,
                                           tibems_long *id);

/**
 * Would copy, of `subscription_info`, the name of the subscription, without the client id, with
 * its NUL into the buffer `name` of `name_length` bytes; empty when it has none.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetName(tibemsSubscriptionInfo subscription_info,
                                             char *name,
                                             tibems_int name_length);

/**
 * Would tell of `subscription_info` in `created` when the subscription was created, in
 * milliseconds since 1970 (UTC).
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetCreateTime(tibemsSubscriptionInfo subscription_info,
                                                   tibems_long *created);

/**
 * Would copy, of `subscription_info`, the name of the topic, wildcards included, with its NUL into
 * the buffer `topic_name` of `topic_name_length` bytes.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetTopicName(tibemsSubscriptionInfo subscription_info,
                                                  char *topic_name,
                                                  tibems_int topic_name_length);

/**
 * Would tell of `subscription_info` in `msg_count` the number of messages kept for the
 * subscription.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetPendingMessageCount(tibemsSubscriptionInfo subscription_info,
                                                            tibems_long *msg_count);

/**
 * Would tell of `subscription_info` in `msg_size` the size in bytes of the messages kept for the
 * subscription.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetPendingMessageSize(tibemsSubscriptionInfo subscription_info,
                                                           tibems_long *msg_size);

/**
 * Would tell of `subscription_info` in `consumer_count` how many consumers it has now.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetConsumerCount(tibemsSubscriptionInfo subscription_info,
                                                      tibems_int *consumer_count);

/**
 * Would tell of `subscription_info` in `has_selector` whether the subscription has a selector.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_HasSelector(tibemsSubscriptionInfo subscription_info,
                                                 tibems_bool *has_selector);

/**
 * Would copy, of `subscription_info`, the selector with its NUL into the buffer `selector` of
 * `selector_length` bytes; empty when there is none.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_GetSelector(tibemsSubscriptionInfo subscription_info,
                                                 char *selector,
                                                 tibems_int selector_length);

/**
 * Would tell of `subscription_info` in `shared` whether the subscription is shared.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_IsShared(tibemsSubscriptionInfo subscription_info,
                                              tibems_bool *shared);

/**
 * Would tell of `subscription_info` in `durable` whether the subscription is durable.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_IsDurable(tibemsSubscriptionInfo subscription_info,
                                               tibems_bool *durable);

/**
 * Would release `subscription_info`; its collection would no longer list it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsSubscriptionInfo_Destroy(tibemsSubscriptionInfo subscription_info);

/**
 * Would tell of `stat_data` in `rate_size` the bytes per second.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsStatData_GetByteRate(tibemsStatData stat_data, tibems_long *rate_size);

/**
 * Would tell of `stat_data` in `rate_msgs` the messages per second.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsStatData_GetMessageRate(tibemsStatData stat_data, tibems_long *rate_msgs);

/**
 * Would tell of `stat_data` in `size` the bytes since the server began to count.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsStatData_GetTotalBytes(tibemsStatData stat_data, tibems_long *size);

/**
 * Would tell of `stat_data` in `msgs` the messages since the server began to count.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsStatData_GetTotalMessages(tibemsStatData stat_data, tibems_long *msgs);

/**
 * Would copy, of `detailed_dest_stat`, the name of the destination with its NUL into the buffer
 * `dest_name` of `name_len` bytes.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDetailedDestStat_GetDestinationName(tibemsDetailedDestStat detailed_dest_stat,
                                                        char *dest_name,
                                                        tibems_int name_len);

/**
 * Would tell of `detailed_dest_stat` in `dest_type` whether the destination is a queue or a topic.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDetailedDestStat_GetDestinationType(tibemsDetailedDestStat detailed_dest_stat,
                                                        tibemsDestinationType *dest_type);

/**
 * Would give of `detailed_dest_stat` in `stat` the id of the counts for this destination. It
 * belongs to the info that the details came from.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsDetailedDestStat_GetStatData(tibemsDetailedDestStat detailed_dest_stat,
                                                 tibemsStatData *stat);

/**
 * Would give the id of the first object of `collection` in `obj`, which becomes 0, and begin the
 * walk again.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsCollection_GetFirst(tibemsCollection collection, tibemsCollectionObj *obj);

/**
 * Would give the id of the next object of `collection` in `obj`, which becomes 0, in the walk that
 * tibemsCollection_GetFirst began.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsCollection_GetNext(tibemsCollection collection, tibemsCollectionObj *obj);

/**
 * Would tell of `collection` in `count` how many objects the answer had.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsCollection_GetCount(tibemsCollection collection, tibems_int *count);

/**
 * Would release `collection` and the infos that are still in it.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
 */
tibems_status tibemsCollection_Destroy(tibemsCollection collection);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif  /* TIBEMS_EMSADMIN_H */
