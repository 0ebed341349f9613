/*
 * temporaries.h - actors with temporary destinations and requestors
 *
 * A temporary destination is made, written to, read and deleted, in any order that is allowed. What was confirmed arrives,
 * unless the connection was cut meanwhile; what arrives is its own, each message once. Requestors ask a service that runs on
 * connections nobody cuts: each reply belongs to the request that waits for it.
 */
#ifndef STRESS_TEMPORARIES_H
#define STRESS_TEMPORARIES_H

#include "stress.h"

enum { OWNERS = 2, ASKERS = 2, MOST_LEFT = 30 };

static struct {
    char service[128];
    struct sink services[2];
    atomic_int next;                    /* number of the next destination or request */
    atomic_int made, deleted, arrived, lost, replies, unanswered;
} temporary;

/* ---- owners ----------------------------------------------------------------------------------------------------------------- */

struct owner {
    int number, breaks;                 /* of this destination; before it was made */
    bool topic, alive;
    tibemsSession session;
    tibemsDestination destination;
    tibemsMsgConsumer consumer;
    tibemsMsgProducer producer;
};

static tibems_status destination_made(struct owner *owner)
{
    return owner->topic ? tibemsSession_CreateTemporaryTopic(owner->session, &owner->destination)
                        : tibemsSession_CreateTemporaryQueue(owner->session, &owner->destination);
}

static tibems_status destination_deleted(struct owner *owner)
{
    return owner->topic ? tibemsSession_DeleteTemporaryTopic(owner->session, owner->destination)
                        : tibemsSession_DeleteTemporaryQueue(owner->session, owner->destination);
}

/* One message there and back. It may be lost with the destination that it was sent to. */
static void there_and_back(struct owner *owner, int which)
{
    char text[64];
    snprintf(text, sizeof text, "own %d %d", owner->number, which);
    tibemsMsg got = NULL;
    bool cut;
    tibems_status status = text_sent(owner->producer, text, &cut);
    bool sent = status == TIBEMS_OK;
    if (!sent && !cut)
        owner->alive = FINE("send to a temporary destination", status);
    for (long long limit = now_ms() + slow(10000); owner->alive && !got;) {
        bool quiet = quiet_since(owner->breaks);
        status = tibemsMsgConsumer_ReceiveTimeout(owner->consumer, &got, sent && quiet ? 500 : 20);
        if (status == TIBEMS_TIMEOUT && sent && quiet && now_ms() > limit)
            check_failed(__FILE__, __LINE__, "'%s' was confirmed, nothing was cut, and it does not arrive", text);
        else if (status == TIBEMS_TIMEOUT && sent && quiet)
            continue;
        else if (status != TIBEMS_TIMEOUT)
            owner->alive = FINE("receive from a temporary destination", status);
        break;
    }
    if (!got) {
        atomic_fetch_add(&temporary.lost, sent);
        return;
    }
    int number = -1, seen = -1;
    if (sscanf(text_of(got), "own %d %d", &number, &seen) != 2 || number != owner->number || seen > which ||
        (seen < which && quiet_since(owner->breaks)))
        check_failed(__FILE__, __LINE__, "'%s' instead of '%s'", text_of(got), text);
    atomic_fetch_add(&temporary.arrived, 1);
    CHECK_OK(tibemsMsg_Destroy(got));
}

/* deletes it, behind its consumer or before; a deleted one refuses everything */
static void deletes(struct owner *owner)
{
    tibems_status status = TIBEMS_OK;
    tibemsMsgProducer late = NULL;
    if (dice(2)) {
        ASK(status, destination_deleted(owner));
        if (status == TIBEMS_OK)
            check_failed(__FILE__, __LINE__, "deleted while it has a consumer");
        else if (status != TIBEMS_ILLEGAL_STATE)
            owner->alive = FINE("delete with a consumer", status);
    }
    CHECK_OK(tibemsMsgConsumer_Close(owner->consumer));
    owner->consumer = NULL;
    if (!owner->alive)
        return;
    ASK(status, destination_deleted(owner));
    owner->alive = FINE("delete", status);
    if (!owner->alive)
        return;
    atomic_fetch_add(&temporary.deleted, 1);
    ASK(status, tibemsSession_CreateProducer(owner->session, &late, owner->destination));
    if (status != TIBEMS_INVALID_DESTINATION)
        owner->alive = FINE("producer of a deleted destination", status) &&
                       CHECK_STATUS(status, TIBEMS_INVALID_DESTINATION);
    bool cut;
    status = text_sent(owner->producer, "too late", &cut);
    if (status != TIBEMS_INVALID_DESTINATION)
        owner->alive = owner->alive && FINE("send to a deleted destination", status) &&
                       CHECK_STATUS(status, TIBEMS_INVALID_DESTINATION);
}

static bool one_destination(struct owner *owner)
{
    tibems_status status;
    owner->number = atomic_fetch_add(&temporary.next, 1);
    owner->breaks = breaks();
    owner->topic = dice(2);
    ASK(status, destination_made(owner));
    owner->alive = FINE("temporary destination", status) &&
                   consumer_made(owner->session, &owner->consumer, owner->destination) &&
                   producer_made(owner->session, &owner->producer, owner->destination);
    if (owner->destination)
        atomic_fetch_add(&temporary.made, 1);
    for (int which = 0, count = (int)dice(6); owner->alive && which < count; which++)
        there_and_back(owner, which);
    /* a few stay, and are made again at each recovery */
    int left = atomic_load(&temporary.made) - atomic_load(&temporary.deleted);
    if (owner->alive && (dice(8) || left > MOST_LEFT * atomic_load(&world.lives)))
        deletes(owner);
    if (owner->consumer)
        CHECK_OK(tibemsMsgConsumer_Close(owner->consumer));
    if (owner->producer)
        CHECK_OK(tibemsMsgProducer_Close(owner->producer));
    if (owner->destination)
        CHECK_OK(tibemsDestination_Destroy(owner->destination));
    atomic_fetch_add(&world.turns, 1);
    return owner->alive;
}

/* one session of an owner; false when the connection gives none any more */
static bool owns(void)
{
    tibemsSession session = NULL;
    bool made = session_made(&session, TIBEMS_FALSE, dice(2) ? TIBEMS_AUTO_ACKNOWLEDGE : TIBEMS_NO_ACKNOWLEDGE);
    for (int turn = 1 + (int)dice(10); made && turn > 0 && goes_on(); turn--) {
        struct owner owner = {.session = session};
        if (!one_destination(&owner))
            break;
    }
    if (session)
        CHECK_OK(tibemsSession_Close(session));
    return made;
}

/* ---- askers ----------------------------------------------------------------------------------------------------------------- */

static void served(struct sink *sink, tibemsMsg request)
{
    tibemsDestination reply_to = NULL;
    if (strncmp(text_of(request), "ask ", 4) != 0 || !CHECK_OK(tibemsMsg_GetReplyTo(request, &reply_to)) || !reply_to) {
        check_failed(__FILE__, __LINE__, "a request nobody sent: '%s'", text_of(request));
        return;
    }
    tibemsMsg reply = text_message(text_of(request));
    /* who asked may be gone meanwhile; twice: the second reply belongs to nobody */
    for (int copies = dice(4) ? 1 : 2; copies > 0; copies--)
        (void)tibemsMsgProducer_SendToDestination(sink->answers, reply_to, reply);
    CHECK_OK(tibemsMsg_Destroy(reply));
}

static bool service_complete(void) { return true; }

/* one requestor; false when the connection gives none any more */
static bool asks(void)
{
    tibemsSession session = NULL;
    tibemsMsgRequestor requestor = NULL;
    tibems_status status;
    tibemsDestination service = queue_named(temporary.service);
    bool alive = session_made(&session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    if (alive) {
        ASK(status, tibemsMsgRequestor_Create(session, &requestor, service));
        alive = FINE("requestor", status);
    }
    for (int turn = 1 + (int)dice(20); alive && turn > 0 && goes_on(); turn--) {
        char text[64];
        snprintf(text, sizeof text, "ask %d", atomic_fetch_add(&temporary.next, 1));
        tibemsMsg request = text_message(text), reply = NULL;
        status = tibemsMsgRequestor_Request(requestor, request, &reply);
        if (status == TIBEMS_OK) {
            if (strcmp(text_of(reply), text) != 0)
                check_failed(__FILE__, __LINE__, "the reply to '%s' is '%s'", text, text_of(reply));
            CHECK_OK(tibemsMsg_Destroy(reply));
            atomic_fetch_add(&temporary.replies, 1);
        } else if (status == TIBEMS_SERVER_NOT_CONNECTED && atomic_load(&world.cuts)) {
            atomic_fetch_add(&temporary.unanswered, 1);
        } else {
            alive = FINE("request", status);
        }
        CHECK_OK(tibemsMsg_Destroy(request));
        atomic_fetch_add(&world.turns, 1);
    }
    if (requestor && dice(2))
        CHECK_OK(tibemsMsgRequestor_Close(requestor)), requestor = NULL;
    if (session)
        CHECK_OK(tibemsSession_Close(session));
    if (requestor)
        CHECK_OK(tibemsMsgRequestor_Close(requestor));
    CHECK_OK(tibemsDestination_Destroy(service));
    return alive;
}

/* ---- the kind --------------------------------------------------------------------------------------------------------------- */

static void temporaries_begin(void)
{
    snprintf(temporary.service, sizeof temporary.service, "%s", unique_name("service"));
    sinks_begin(temporary.services, temporary.service, served, service_complete);
}

static tibems_status use_temporaries(void *argument)
{
    tibemsErrorContext context = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    while (goes_on() && ((intptr_t)argument < OWNERS ? owns() : asks()))
        ;
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

static void temporaries_end(void)
{
    sinks_end(temporary.services);
    printf("# temporary destinations: %d made, %d deleted, %d messages arrived, %d lost; %d replies, %d requests without\n",
           atomic_load(&temporary.made), atomic_load(&temporary.deleted), atomic_load(&temporary.arrived),
           atomic_load(&temporary.lost), atomic_load(&temporary.replies), atomic_load(&temporary.unanswered));
}

static bool temporaries_enough(void)
{
    return atomic_load(&temporary.arrived) > 0 && atomic_load(&temporary.replies) > 0 &&
           (world.closes || atomic_load(&temporary.deleted) > 0);
}

static const struct kind temporaries = {"temporaries", OWNERS + ASKERS, temporaries_begin, use_temporaries,
                                        temporaries_enough, temporaries_end};

#endif
