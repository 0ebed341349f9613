/*
 * pair.h - an unshared connection to two servers that can be lost, for the tests of recovery
 *
 * A and B are proxies in front of the two shared brokers, which share nothing. Taking a proxy down is the loss of that
 * server for this test only. Every test is a process of its own, so the state is plain static data.
 */
#ifndef CONFORMANCE_PAIR_H
#define CONFORMANCE_PAIR_H

#include "calls.h"

struct pair {
    struct proxy a, b;
    struct fixture f;
    struct recovery recovery;
};

static struct pair p = {.recovery = RECOVERY_INIT};

__attribute__((unused)) static void setup_with(tibems_bool transacted, tibemsAcknowledgeMode mode,
                                                      tibemsExceptionCallback listener, void *closure)
{
    proxy_start_url(&p.a, url_a());
    proxy_start_url(&p.b, url_b());
    p.recovery.factory = ufo_factory_for(url_join("+", p.a.url, p.b.url, NULL));
    tibemsConnection connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, listener, closure));
    fresh_on(&p.f, connection, transacted, mode);
    CHECK_STR(active_url(connection), p.a.url);
}

/* connected to A; the exception listener loops RecoverConnection */
__attribute__((unused)) static void setup(tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    setup_with(transacted, mode, recover_listener, &p.recovery);
}

__attribute__((unused)) static void plain(void) { setup(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE); }

__attribute__((unused)) static void a_dies(void) { proxy_set(&p.a, PROXY_REFUSE); }

__attribute__((unused)) static void wait_recovered(void)
{
    REQUIRE(event_wait(&p.recovery.recovered, 1, 10000));
    CHECK_INT(event_at(&p.recovery.broken, 0), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(event_at(&p.recovery.recovered, event_count(&p.recovery.recovered) - 1), TIBEMS_OK);
}

__attribute__((unused)) static void wait_broken(void)
{
    REQUIRE(event_wait(&p.recovery.broken, 1, 5000));
    CHECK_INT(event_at(&p.recovery.broken, 0), TIBEMS_SERVER_NOT_CONNECTED);
}

/* the exception listener does not recover before let_recover */
__attribute__((unused)) static void gated(void) { p.recovery.gated = true; }

__attribute__((unused)) static void let_recover(void)
{
    CHECK_INT(event_count(&p.recovery.recovered), 0);
    event_post(&p.recovery.go, 1);
}

__attribute__((unused)) static void expect_disconnected(bool expected)
{
    tibems_bool gone = !expected;
    CHECK_OK(tibemsConnection_IsDisconnected(p.f.connection, &gone));
    CHECK_INT(gone, expected);
}


__attribute__((unused)) static tibems_status create_session(void *session)
{
    return tibemsConnection_CreateSession(p.f.connection, session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
}

__attribute__((unused)) static tibems_status recover_now(void *unused)
{
    (void)unused;
    return tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection);
}

#endif
