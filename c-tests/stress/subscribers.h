/*
 * subscribers.h - actors with durable and shared subscriptions that are made, left, taken up again and deleted
 *
 * An actor publishes numbered messages to a topic of its own and reads them through a subscription, by one or two subscribers
 * that come and go. With one server, what was confirmed while the subscription existed arrives, in order but for what is marked
 * as redelivered, and nothing of an earlier subscription does. With two servers each keeps a subscription of its own, so
 * only what no cut has parted must arrive.
 */
#ifndef STRESS_SUBSCRIBERS_H
#define STRESS_SUBSCRIBERS_H

#include "stress.h"

enum { SUBSCRIBERS = 3, MOST_PUBLISHED = 64 };

static struct {
    char topic[SUBSCRIBERS][128], name[SUBSCRIBERS][128];
    atomic_int next;                    /* number of the next subscription */
    atomic_int made, deleted, arrived, lost;
} subscription;

struct subscriber {
    int me, number, breaks;             /* breaks: before the subscription was made */
    bool shared, alive;
    int published;
    bool confirmed[MOST_PUBLISHED], seen[MOST_PUBLISHED];
    int last;                           /* highest number that this subscriber has read */
    tibemsSession session;
    tibemsDestination topic;
    tibemsMsgProducer producer;
    tibemsMsgConsumer consumer;
};

/* whether what was confirmed must arrive */
static bool keeps(const struct subscriber *subscriber) { return !world.unshared || quiet_since(subscriber->breaks); }

/* A server may still know the consumer of a connection that was cut: then it is asked again. */
static void subscribes(struct subscriber *subscriber)
{
    tibems_status status;
    const char *name = subscription.name[subscriber->me];
    for (long long limit = now_ms() + slow(10000);; sleep_ms(5)) {
        if (subscriber->shared)
            ASK(status, tibemsSession_CreateSharedDurableConsumer(subscriber->session, &subscriber->consumer,
                                                                  subscriber->topic, name, NULL));
        else
            ASK(status, tibemsSession_CreateDurableSubscriber(subscriber->session, &subscriber->consumer, subscriber->topic,
                                                              name, NULL, TIBEMS_FALSE));
        if (status != TIBEMS_INVALID_CONSUMER || !atomic_load(&world.cuts) || now_ms() > limit)
            break;
    }
    subscriber->last = -1;
    subscriber->alive = FINE("subscriber", status);
}

static void publishes(struct subscriber *subscriber)
{
    char text[64];
    if (subscriber->published == MOST_PUBLISHED)
        return;
    int which = subscriber->published++;
    snprintf(text, sizeof text, "published %d %d %d", subscriber->me, subscriber->number, which);
    bool cut;
    tibems_status status = text_sent(subscriber->producer, text, &cut);
    subscriber->confirmed[which] = status == TIBEMS_OK;
    if (status != TIBEMS_OK && !cut)
        subscriber->alive = FINE("publish", status);
}

static void reads(struct subscriber *subscriber, tibemsMsg message)
{
    int me, number, which;
    tibems_bool redelivered = TIBEMS_FALSE;
    CHECK_OK(tibemsMsg_GetRedelivered(message, &redelivered));
    if (sscanf(text_of(message), "published %d %d %d", &me, &number, &which) != 3 || me != subscriber->me ||
        number > subscriber->number || (number == subscriber->number && which >= subscriber->published)) {
        check_failed(__FILE__, __LINE__, "a message nobody published: '%s'", text_of(message));
    } else if (number < subscriber->number) {
        if (keeps(subscriber) && !world.unshared)
            check_failed(__FILE__, __LINE__, "of a subscription that was deleted: '%s'", text_of(message));
    } else {
        if (which < subscriber->last && quiet_since(subscriber->breaks) && !redelivered)
            check_failed(__FILE__, __LINE__, "behind %d: '%s'", subscriber->last, text_of(message));
        if (subscriber->seen[which] && quiet_since(subscriber->breaks))
            check_failed(__FILE__, __LINE__, "twice: '%s'", text_of(message));
        subscriber->seen[which] = true;
        subscriber->last = which;
        atomic_fetch_add(&subscription.arrived, 1);
    }
}

static bool all_seen(const struct subscriber *subscriber)
{
    for (int which = 0; which < subscriber->published; which++)
        if (subscriber->confirmed[which] && !subscriber->seen[which])
            return false;
    return true;
}

/* reads what is there, or until everything that was confirmed has arrived */
static void reads_some(struct subscriber *subscriber, bool all)
{
    for (long long limit = now_ms() + slow(10000); subscriber->alive;) {
        tibemsMsg message = NULL;
        bool waits = all && !all_seen(subscriber) && keeps(subscriber);
        tibems_status status = waits ? tibemsMsgConsumer_ReceiveTimeout(subscriber->consumer, &message, 100)
                                     : tibemsMsgConsumer_ReceiveNoWait(subscriber->consumer, &message);
        if (status == TIBEMS_OK) {
            reads(subscriber, message);
            CHECK_OK(tibemsMsg_Destroy(message));
        } else if (status == TIBEMS_TIMEOUT && now_ms() > limit) {
            check_failed(__FILE__, __LINE__, "what was published by %d for subscription %d does not arrive", subscriber->me,
                         subscriber->number);
            break;
        } else if (status == TIBEMS_NOT_FOUND) {
            break;
        } else if (status != TIBEMS_TIMEOUT) {
            subscriber->alive = FINE("receive from a subscription", status);
        }
    }
    if (subscriber->alive && all && !all_seen(subscriber))
        atomic_fetch_add(&subscription.lost, 1);
}

/* A server may still know the consumer of a connection that was cut, or have no such subscription when another made it. */
static void unsubscribes(struct subscriber *subscriber)
{
    tibems_status status;
    for (long long limit = now_ms() + slow(10000);; sleep_ms(5)) {
        ASK(status, tibemsSession_Unsubscribe(subscriber->session, subscription.name[subscriber->me]));
        if (status != TIBEMS_EXCEPTION || !atomic_load(&world.cuts) || now_ms() > limit)
            break;
    }
    if (status == TIBEMS_INVALID_DESTINATION && !quiet_since(subscriber->breaks))
        status = TIBEMS_OK;
    subscriber->alive = FINE("unsubscribe", status);
    atomic_fetch_add(&subscription.deleted, subscriber->alive);
}

static bool one_subscription(struct subscriber *subscriber)
{
    subscriber->breaks = breaks();
    subscribes(subscriber);
    subscriber->alive = subscriber->alive && producer_made(subscriber->session, &subscriber->producer, subscriber->topic);
    atomic_fetch_add(&subscription.made, subscriber->alive);
    for (int turn = 1 + (int)dice(4); subscriber->alive && turn > 0; turn--) {
        for (int count = (int)dice(8); subscriber->alive && count > 0; count--)
            publishes(subscriber);
        if (subscriber->alive && dice(2)) {                     /* it keeps what is published while nobody reads */
            CHECK_OK(tibemsMsgConsumer_Close(subscriber->consumer));
            subscriber->consumer = NULL;
            for (int count = (int)dice(8); subscriber->alive && count > 0; count--)
                publishes(subscriber);
            if (subscriber->alive)
                subscribes(subscriber);
        }
        reads_some(subscriber, false);
    }
    reads_some(subscriber, true);
    if (subscriber->consumer)
        CHECK_OK(tibemsMsgConsumer_Close(subscriber->consumer));
    if (subscriber->alive)
        unsubscribes(subscriber);
    if (subscriber->producer)
        CHECK_OK(tibemsMsgProducer_Close(subscriber->producer));
    atomic_fetch_add(&world.turns, 1);
    return subscriber->alive;
}

static tibems_status subscribe_and_leave(void *argument)
{
    int me = (int)(intptr_t)argument;
    tibemsErrorContext context = NULL;
    tibemsSession session = NULL;
    tibemsDestination topic = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    CHECK_OK(tibemsDestination_Create(&topic, TIBEMS_TOPIC, subscription.topic[me]));
    bool alive = session_made(&session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    while (alive && goes_on()) {
        struct subscriber subscriber = {.me = me, .shared = me % 2, .session = session, .topic = topic};
        subscriber.number = atomic_fetch_add(&subscription.next, 1);
        alive = one_subscription(&subscriber);
    }
    if (session)
        CHECK_OK(tibemsSession_Close(session));
    CHECK_OK(tibemsDestination_Destroy(topic));
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

static void subscriptions_begin(void)
{
    for (int me = 0; me < SUBSCRIBERS; me++) {
        snprintf(subscription.topic[me], sizeof subscription.topic[me], "%s", unique_name("topic"));
        snprintf(subscription.name[me], sizeof subscription.name[me], "%s", unique_name("durable"));
    }
}

static void subscriptions_end(void)
{
    printf("# subscriptions: %d made, %d deleted, %d messages arrived, %d lost some between two servers\n",
           atomic_load(&subscription.made), atomic_load(&subscription.deleted), atomic_load(&subscription.arrived),
           atomic_load(&subscription.lost));
}

static bool subscriptions_enough(void)
{
    return atomic_load(&subscription.arrived) > 0 && (world.closes || atomic_load(&subscription.deleted) > 0);
}

static const struct kind subscriptions = {"subscriptions", SUBSCRIBERS, subscriptions_begin, subscribe_and_leave,
                                          subscriptions_enough, subscriptions_end};

#endif
