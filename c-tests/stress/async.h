/*
 * async.h - actors that send asynchronously: each accepted send completes once, in order, with the truth
 *
 * Some messages are destroyed at once, some in their callback, some later; some callbacks send again. Sinks read the queue
 * of each server meanwhile: what completed with TIBEMS_OK is there (once, where nothing is sent again by the library), what
 * completed with another status is not, unless its outcome is unknown.
 */
#ifndef STRESS_ASYNC_H
#define STRESS_ASYNC_H

#include "stress.h"

enum { SENDERS = 3, MOST_PROMISES = 8000000 };

static struct {
    char queue[128];
    struct sink sinks[2];
    struct promise {
        _Atomic unsigned char calls, outcome, seen;
    } *book;
    atomic_int next;
    atomic_int ok, unknown, refused, again;
} async;

struct sender {
    tibemsSession session;
    tibemsMsgProducer plain, again;     /* the second is for the sends of callbacks */
    int last_plain, last_again;         /* numbers that completed last */
    atomic_int accepted, completed;
    bool alive;
};

struct ticket {
    struct sender *sender;
    int number;
    bool again;                         /* sent by a callback */
    bool destroys;                      /* the callback does */
};

static void async_noted(struct sink *sink, tibemsMsg message)
{
    int number;
    (void)sink;
    if (sscanf(text_of(message), "async %d", &number) != 1 || number < 0 || number >= atomic_load(&async.next)) {
        check_failed(__FILE__, __LINE__, "a message nobody sent: '%s'", text_of(message));
        return;
    }
    struct promise *of = &async.book[number];
    if (atomic_fetch_add(&of->seen, 1) && world.unshared)
        check_failed(__FILE__, __LINE__, "twice: '%s'", text_of(message));
    if (atomic_load(&of->outcome) == NOT_DONE)
        check_failed(__FILE__, __LINE__, "not sent: '%s'", text_of(message));
}

static bool async_complete(void)
{
    for (int number = 0; number < atomic_load(&async.next); number++)
        if (atomic_load(&async.book[number].outcome) == DONE && !atomic_load(&async.book[number].seen))
            return false;
    return true;
}

static void async_begin(void)
{
    snprintf(async.queue, sizeof async.queue, "%s", unique_name("async"));
    REQUIRE((async.book = calloc(MOST_PROMISES, sizeof *async.book)) != NULL);
    sinks_begin(async.sinks, async.queue, async_noted, async_complete);
}

static void completes(tibemsMsg message, tibems_status status, void *closure);

/* true when a callback will come */
static bool promised(struct sender *sender, tibemsMsg message, bool again, bool destroys)
{
    struct ticket *ticket = malloc(sizeof *ticket);
    char text[32];
    int number = atomic_fetch_add(&async.next, 1);
    *ticket = (struct ticket){sender, number, again, destroys};
    snprintf(text, sizeof text, "async %d", number);
    CHECK_OK(tibemsTextMsg_SetText(message, text));
    atomic_fetch_add(&sender->accepted, 1);
    tibems_status status = tibemsMsgProducer_AsyncSend(again ? sender->again : sender->plain, message, completes, ticket);
    if (status == TIBEMS_OK)
        return true;
    enum outcome outcome = outcome_of(status);
    atomic_fetch_sub(&sender->accepted, 1);
    atomic_store(&async.book[number].outcome, outcome);
    /* a callback does not wait for a recovery, and runs while its session closes */
    if (!given_back(status) && !(again && (status == TIBEMS_SERVER_NOT_CONNECTED || status == TIBEMS_ILLEGAL_STATE))) {
        bool alive = FINE("asynchronous send", status);
        if (!again)
            sender->alive = alive;
    }
    atomic_fetch_add(&async.refused, 1);
    free(ticket);
    return false;
}

/* the message belongs to the callback now, unless somebody has destroyed it */
static void completes(tibemsMsg message, tibems_status status, void *closure)
{
    struct ticket *ticket = closure;
    struct sender *sender = ticket->sender;
    struct promise *of = &async.book[ticket->number];
    int *last = ticket->again ? &sender->last_again : &sender->last_plain;
    char text[32];
    enum outcome outcome = outcome_of(status);
    if (atomic_fetch_add(&of->calls, 1))
        check_failed(__FILE__, __LINE__, "async %d: called twice", ticket->number);
    atomic_store(&of->outcome, outcome);
    if (outcome == NOT_DONE && atomic_load(&of->seen))
        check_failed(__FILE__, __LINE__, "async %d: status %d, and somebody has read it", ticket->number, (int)status);
    if (status != TIBEMS_OK && status != TIBEMS_SERVER_NOT_CONNECTED)
        FINE("completion", status);
    atomic_fetch_add(outcome == DONE ? &async.ok : outcome == UNKNOWN ? &async.unknown : &async.refused, 1);
    snprintf(text, sizeof text, "async %d", ticket->number);
    if (strcmp(text_of(message), text) != 0)
        check_failed(__FILE__, __LINE__, "'%s' instead of '%s'", text_of(message), text);
    if (ticket->number <= *last)
        check_failed(__FILE__, __LINE__, "async %d behind %d", ticket->number, *last);
    *last = ticket->number;
    /* the message goes with the last callback */
    if (!(ticket->destroys && dice(4) == 0 && promised(sender, message, true, true)) && ticket->destroys)
        CHECK_OK(tibemsMsg_Destroy(message));
    else if (ticket->destroys)
        atomic_fetch_add(&async.again, 1);
    free(ticket);
    atomic_fetch_add(&sender->completed, 1);
}

static void sends(struct sender *sender)
{
    enum { BURST = 40 };
    for (int burst = 1 + (int)dice(BURST); burst > 0 && sender->alive; burst--) {
        bool destroys = dice(2);
        tibemsMsg message = text_message("");
        bool sent = promised(sender, message, false, destroys);
        if (!sent || !destroys)
            CHECK_OK(tibemsMsg_Destroy(message));   /* at once: its callback sees it all the same */
    }
}

/* one session of a sender; false when the connection gives none any more */
static bool one_sender(void)
{
    struct sender sender = {.last_plain = -1, .last_again = -1};
    tibemsDestination queue = queue_named(async.queue);
    bool made = session_made(&sender.session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE) &&
                producer_made(sender.session, &sender.plain, queue) && producer_made(sender.session, &sender.again, queue);
    sender.alive = made;
    for (int turn = 1 + (int)dice(100); turn > 0 && sender.alive && goes_on() &&
                                        atomic_load(&async.next) < MOST_PROMISES - 10000; turn--) {
        sends(&sender);
        atomic_fetch_add(&world.turns, 1);
        sleep_ms(dice(10));
    }
    /* the close waits for what is pending, of the session or only of a producer */
    if (sender.plain && dice(2))
        CHECK_OK(tibemsMsgProducer_Close(sender.plain)), sender.plain = NULL;
    if (sender.session)
        CHECK_OK(tibemsSession_Close(sender.session));
    CHECK_INT(atomic_load(&sender.completed), atomic_load(&sender.accepted));
    if (sender.plain)
        CHECK_OK(tibemsMsgProducer_Close(sender.plain));
    if (sender.again)
        CHECK_OK(tibemsMsgProducer_Close(sender.again));
    CHECK_OK(tibemsDestination_Destroy(queue));
    return made;
}

static tibems_status send_asynchronously(void *argument)
{
    tibemsErrorContext context = NULL;
    (void)argument;
    CHECK_OK(tibemsErrorContext_Create(&context));
    while (goes_on() && one_sender())
        ;
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

static void async_end(void)
{
    int wrong = 0;
    sinks_end(async.sinks);
    for (int number = 0; number < atomic_load(&async.next); number++) {
        struct promise *of = &async.book[number];
        if (((of->outcome == DONE && !of->seen) || (of->outcome == NOT_DONE && of->seen) || of->outcome == NEVER_TOLD) &&
            wrong++ < 5)
            check_failed(__FILE__, __LINE__, "async %d: outcome %d, read %d times", number, of->outcome, of->seen);
    }
    free(async.book);
    printf("# asynchronous sends: %d OK, %d unknown, %d not sent, %d sent again in callbacks\n", atomic_load(&async.ok),
           atomic_load(&async.unknown), atomic_load(&async.refused), atomic_load(&async.again));
}

static bool async_enough(void) { return atomic_load(&async.ok) > 0 && atomic_load(&async.again) > 0; }

static const struct kind asynchronous = {"async", SENDERS, async_begin, send_asynchronously, async_enough,
                                         async_end};

#endif
