/*
 * transactions.h - actors that move messages in transactions
 *
 * On each server tokens go round between two queues. A mover takes some from one queue, puts each into the other with a
 * higher hop, sends fresh messages of the same transaction to a third queue, and commits or rolls back, in its own thread or
 * inside a message listener. However often it is cut: each token is in one of the queues, once, never behind a hop that
 * a commit has confirmed; of a transaction's fresh messages all are there or none, as the commit said.
 */
#ifndef STRESS_TRANSACTIONS_H
#define STRESS_TRANSACTIONS_H

#include "stress.h"

enum { TOKENS = 120, MOVERS = 4, MOST_TRANSACTIONS = 2000000, MOST_FRESH = 4 };

static struct {
    char ring[2][128], fresh[128];
    struct sink fresh_sinks[2];
    struct {
        atomic_int committed, tried;    /* highest hop that a commit has confirmed; that was sent */
        int found;
    } token[2][TOKENS];
    struct transaction {
        _Atomic unsigned char outcome, sent, seen;      /* seen: a bit for each fresh message */
    } *book[MOVERS];
    atomic_int next[MOVERS];            /* number of the next transaction, over all lives of the mover */
    atomic_int commits, rollbacks, lost, unknown;
} tx;

struct mover {
    int me, number;                     /* of the open transaction */
    tibemsSession session;
    tibemsMsgConsumer consumer;
    tibemsMsgProducer to, fresh;
    bool listens;
    bool doomed;                        /* a call has said that the transaction is lost */
    int count;                          /* tokens in it */
    struct { int server, number, hop; } token[64];
    atomic_int promised, completed;     /* asynchronous sends of this session */
    atomic_bool alive;
    atomic_bool leaving;                /* its session closes: calls of the listener are ILLEGAL_STATE */
};

/* what a call of a mover has said: it goes on, or it ends */
static void goes_on_after(struct mover *mover, int line, const char *what, tibems_status status)
{
    bool closed = status == TIBEMS_ILLEGAL_STATE && mover->listens && atomic_load(&mover->leaving);
    atomic_store(&mover->alive, !closed && fine_at(line, what, status));
}

static void fresh_noted(struct sink *sink, tibemsMsg message)
{
    int me, number, which;
    (void)sink;
    if (sscanf(text_of(message), "fresh %d %d %d", &me, &number, &which) != 3 || me < 0 || me >= MOVERS || number < 0 ||
        number >= atomic_load(&tx.next[me]) || which < 0 || which >= MOST_FRESH) {
        check_failed(__FILE__, __LINE__, "a message nobody sent: '%s'", text_of(message));
        return;
    }
    struct transaction *of = &tx.book[me][number];
    if (atomic_fetch_or(&of->seen, (unsigned char)(1u << which)) & 1u << which)
        check_failed(__FILE__, __LINE__, "twice: '%s'", text_of(message));
    if (atomic_load(&of->outcome) == NOT_DONE)
        check_failed(__FILE__, __LINE__, "of a transaction that was not committed: '%s'", text_of(message));
}

static bool fresh_complete(void)
{
    for (int me = 0; me < MOVERS; me++)
        for (int number = 0; number < atomic_load(&tx.next[me]); number++) {
            struct transaction *of = &tx.book[me][number];
            if (atomic_load(&of->outcome) == DONE && atomic_load(&of->seen) != (1u << atomic_load(&of->sent)) - 1)
                return false;
        }
    return true;
}

static void transactions_begin(void)
{
    char text[64];
    snprintf(tx.ring[0], sizeof tx.ring[0], "%s", unique_name("ring0"));
    snprintf(tx.ring[1], sizeof tx.ring[1], "%s", unique_name("ring1"));
    snprintf(tx.fresh, sizeof tx.fresh, "%s", unique_name("fresh"));
    for (int me = 0; me < MOVERS; me++)
        REQUIRE((tx.book[me] = calloc(MOST_TRANSACTIONS, sizeof *tx.book[me])) != NULL);
    sinks_begin(tx.fresh_sinks, tx.fresh, fresh_noted, fresh_complete);
    for (int server = 0; server < world.count; server++)
        for (int number = 0; number < TOKENS; number++) {
            tibemsDestination queue = queue_named(tx.ring[number % 2]);
            snprintf(text, sizeof text, "token %d %d 0", server, number);
            tibemsMsg message = text_message(text);
            REQUIRE_OK(tibemsMsgProducer_SendToDestination(tx.fresh_sinks[server].answers, queue, message));
            CHECK_OK(tibemsMsg_Destroy(message));
            CHECK_OK(tibemsDestination_Destroy(queue));
        }
}

static void transaction_opens(struct mover *mover)
{
    mover->number = atomic_fetch_add(&tx.next[mover->me], 1);
    mover->doomed = false;
    mover->count = 0;
}

static void raise_to(atomic_int *at, int value)
{
    int old = atomic_load(at);
    while (old < value && !atomic_compare_exchange_weak(at, &old, value))
        ;
}

/* The end of a transaction: what every outcome means for its tokens is written down before anybody can take them further. */
static void transaction_ends(struct mover *mover)
{
    struct transaction *book = &tx.book[mover->me][mover->number];
    bool commits = dice(4) != 0;
    tibems_status status = commits ? tibemsSession_Commit(mover->session) : tibemsSession_Rollback(mover->session);
    enum outcome outcome = outcome_of(status);
    if (status == TIBEMS_OK && commits) {
        for (int i = 0; i < mover->count; i++)
            raise_to(&tx.token[mover->token[i].server][mover->token[i].number].committed, mover->token[i].hop + 1);
        if (mover->doomed)
            check_failed(__FILE__, __LINE__, "a lost transaction was committed");
        atomic_fetch_add(&tx.commits, 1);
    } else if (status == TIBEMS_OK) {
        outcome = NOT_DONE;
        atomic_fetch_add(&tx.rollbacks, 1);
    } else if (commits && status == TIBEMS_TRANSACTION_ROLLBACK) {
        atomic_fetch_add(outcome == UNKNOWN ? &tx.unknown : &tx.lost, 1);
    } else if (status != TIBEMS_SERVER_NOT_CONNECTED || !(mover->listens || (outcome == UNKNOWN && atomic_load(&world.over)))) {
        /* 11: inside a listener at once while there is no server; otherwise in flight at the close */
        goes_on_after(mover, __LINE__, commits ? "commit" : "rollback", status);
        if (!commits)
            outcome = NOT_DONE;
    }
    atomic_store(&book->outcome, outcome);
    atomic_fetch_add(&world.turns, 1);
    transaction_opens(mover);
}

static void taken_by_the_server(tibemsMsg message, tibems_status status, void *closure)
{
    struct mover *mover = closure;
    (void)message;
    (void)status;
    atomic_fetch_add(&mover->completed, 1);
}

/* a send of the open transaction: true when it is in it */
static bool sent_in_it(struct mover *mover, tibemsMsgProducer producer, const char *text, bool promised)
{
    tibemsMsg message = text_message(text);
    if (promised)
        atomic_fetch_add(&mover->promised, 1);
    tibems_status status = promised ? tibemsMsgProducer_AsyncSend(producer, message, taken_by_the_server, mover)
                                    : tibemsMsgProducer_Send(producer, message);
    if (promised && status != TIBEMS_OK)
        atomic_fetch_sub(&mover->promised, 1);
    if (status == TIBEMS_FT_SERVER_LACKS_TRANSACTION)
        mover->doomed = true;
    else if (!given_back(status) && !(mover->listens && status == TIBEMS_SERVER_NOT_CONNECTED))
        goes_on_after(mover, __LINE__, "send in a transaction", status);
    CHECK_OK(tibemsMsg_Destroy(message));
    return status == TIBEMS_OK;
}

static void move(struct mover *mover, tibemsMsg message)
{
    char text[64];
    int server, number, hop;
    struct transaction *book = &tx.book[mover->me][mover->number];
    if (sscanf(text_of(message), "token %d %d %d", &server, &number, &hop) != 3 || server < 0 || server >= world.count ||
        number < 0 || number >= TOKENS || hop > atomic_load(&tx.token[server][number].tried)) {
        check_failed(__FILE__, __LINE__, "a token nobody sent: '%s'", text_of(message));
        return;
    }
    raise_to(&tx.token[server][number].tried, hop + 1);
    snprintf(text, sizeof text, "token %d %d %d", server, number, hop + 1);
    if (sent_in_it(mover, mover->to, text, dice(4) == 0)) {
        mover->token[mover->count].server = server;
        mover->token[mover->count].number = number;
        mover->token[mover->count++].hop = hop;
    }
    if (atomic_load(&mover->alive) && !mover->doomed && dice(4) == 0 && atomic_load(&book->sent) < MOST_FRESH) {
        snprintf(text, sizeof text, "fresh %d %d %d", mover->me, mover->number, atomic_load(&book->sent));
        atomic_fetch_add(&book->sent, 1);
        sent_in_it(mover, mover->fresh, text, dice(2));
    }
    if (atomic_load(&mover->alive) && (dice(5) == 0 || mover->count == 64))
        transaction_ends(mover);
}

static void moved_by_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    struct mover *mover = closure;
    (void)consumer;
    if (atomic_load(&mover->alive))
        move(mover, message);
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* one session of a mover; false when the connection gives none any more */
static bool moves(struct mover *mover)
{
    tibemsDestination from = queue_named(tx.ring[mover->me % 2]), to = queue_named(tx.ring[1 - mover->me % 2]);
    tibemsDestination fresh = queue_named(tx.fresh);
    bool made = session_made(&mover->session, TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED) &&
                producer_made(mover->session, &mover->to, to) && producer_made(mover->session, &mover->fresh, fresh) &&
                consumer_made(mover->session, &mover->consumer, from);
    atomic_store(&mover->alive, made);
    transaction_opens(mover);
    if (made && mover->listens)
        atomic_store(&mover->alive,
                     FINE("listener", tibemsMsgConsumer_SetMsgListener(mover->consumer, moved_by_listener, mover)));
    for (int turn = 20 + (int)dice(200); turn > 0 && atomic_load(&mover->alive) && goes_on() &&
                                         atomic_load(&tx.next[mover->me]) < MOST_TRANSACTIONS - 1000; turn--) {
        tibemsMsg message = NULL;
        if (mover->listens) {
            sleep_ms(dice(10));
            continue;
        }
        tibems_status status = tibemsMsgConsumer_ReceiveTimeout(mover->consumer, &message, 50);
        if (status == TIBEMS_OK) {
            move(mover, message);
            CHECK_OK(tibemsMsg_Destroy(message));
        } else if (status == TIBEMS_FT_SERVER_LACKS_TRANSACTION) {
            mover->doomed = true;
            transaction_ends(mover);
        } else if (status != TIBEMS_TIMEOUT) {
            goes_on_after(mover, __LINE__, "receive in a transaction", status);
        }
    }
    /* what is in the open transaction goes back */
    atomic_store(&mover->leaving, true);
    if (mover->consumer && dice(2))
        CHECK_OK(tibemsMsgConsumer_Close(mover->consumer)), mover->consumer = NULL;
    if (mover->session)
        CHECK_OK(tibemsSession_Close(mover->session));
    if (mover->consumer)
        CHECK_OK(tibemsMsgConsumer_Close(mover->consumer));
    atomic_store(&tx.book[mover->me][mover->number].outcome, NOT_DONE);
    if (mover->to)
        CHECK_OK(tibemsMsgProducer_Close(mover->to));
    if (mover->fresh)
        CHECK_OK(tibemsMsgProducer_Close(mover->fresh));
    CHECK_INT(atomic_load(&mover->completed), atomic_load(&mover->promised));
    CHECK_OK(tibemsDestination_Destroy(from));
    CHECK_OK(tibemsDestination_Destroy(to));
    CHECK_OK(tibemsDestination_Destroy(fresh));
    return made;
}

static tibems_status move_in_transactions(void *argument)
{
    tibemsErrorContext context = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    for (bool made = true; made && goes_on();) {
        struct mover mover = {.me = (int)(intptr_t)argument, .listens = (intptr_t)argument >= MOVERS / 2};
        made = moves(&mover);
    }
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

static void token_found(struct sink *sink, tibemsMsg message)
{
    int server, number, hop;
    if (sscanf(text_of(message), "token %d %d %d", &server, &number, &hop) != 3 || server != sink->server || number < 0 ||
        number >= TOKENS)
        check_failed(__FILE__, __LINE__, "a token nobody sent: '%s'", text_of(message));
    else if (hop < atomic_load(&tx.token[server][number].committed))
        check_failed(__FILE__, __LINE__, "left behind its commit (%d): '%s'",
                     atomic_load(&tx.token[server][number].committed), text_of(message));
    else
        __atomic_add_fetch(&tx.token[server][number].found, 1, __ATOMIC_RELAXED);
}

static bool tokens_complete(void)
{
    for (int server = 0; server < world.count; server++)
        for (int number = 0; number < TOKENS; number++)
            if (!__atomic_load_n(&tx.token[server][number].found, __ATOMIC_RELAXED))
                return false;
    return true;
}

static void transactions_end(void)
{
    static struct sink tokens[2][2];
    int wrong = 0;
    sinks_end(tx.fresh_sinks);
    for (int ring = 0; ring < 2; ring++)
        sinks_begin(tokens[ring], tx.ring[ring], token_found, tokens_complete);
    for (int ring = 0; ring < 2; ring++)
        sinks_end(tokens[ring]);
    for (int server = 0; server < world.count; server++)
        for (int number = 0; number < TOKENS; number++)
            if (tx.token[server][number].found != 1 && wrong++ < 5)
                check_failed(__FILE__, __LINE__, "token %d of server %d is there %d times", number, server,
                             tx.token[server][number].found);
    for (int me = 0; me < MOVERS; me++) {
        for (int number = 0; number < atomic_load(&tx.next[me]); number++) {
            struct transaction *of = &tx.book[me][number];
            unsigned all = (1u << of->sent) - 1;
            if (((of->outcome == DONE && of->seen != all) || (of->outcome == NOT_DONE && of->seen) ||
                 (of->seen && of->seen != all)) && wrong++ < 5)
                check_failed(__FILE__, __LINE__, "transaction %d of mover %d: outcome %d, fresh messages %#x of %#x", number,
                             me, of->outcome, of->seen, all);
        }
        free(tx.book[me]);
    }
    printf("# transactions: %d commits, %d rollbacks, %d lost, %d unknown\n", atomic_load(&tx.commits),
           atomic_load(&tx.rollbacks), atomic_load(&tx.lost), atomic_load(&tx.unknown));
}

static bool transactions_enough(void) { return atomic_load(&tx.commits) > 0 && atomic_load(&tx.rollbacks) > 0; }

static const struct kind transactions = {"transactions", MOVERS, transactions_begin, move_in_transactions,
                                         transactions_enough, transactions_end};

#endif
