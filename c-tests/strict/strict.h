/*
 * strict.h - dialogues with scripted AMQP peers that others wrote: the test driver of protonj2
 *
 * The peers are peers/ (Java), started by run.sh. A test plays the script of the same meaning: it starts it, does what the
 * script expects, and asks at the end whether everything was as written (final: also that the connection is gone).
 */
#ifndef STRICT_H
#define STRICT_H

#include "interop/partner.h"

#define CLIENT "strict-client"

void play(const char *script);          /* makes and starts its peers */
const char *peer(int number);           /* URL of the first, second, ... peer */
void await(const char *mark);           /* until the script has come there */
void cue(void);                         /* lets the script's next "on cue" happen */
void played(void);                      /* the end: the script is over, or the test fails */

/* a connection of the client id CLIENT to the first peer of SCRIPT, with exception listener and AUTO session */
struct scene {
    tibemsConnectionFactory factory;
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination queue;            /* "orders" */
    tibemsMsgProducer producer;
    tibemsMsgConsumer consumer;
    struct events exceptions;
    struct recovery recovery;
};
extern struct scene scene;

tibemsConnectionFactory named_factory(bool unshared, const char *url);
/* connection only: create() with USER and PASSWORD */
tibems_status connect_status(tibemsConnectionFactory factory, const char *user, const char *password);
void open_scene(const char *script);                    /* plays it, connects to peer 1 */
void open_session(tibemsAcknowledgeMode mode);
void open_producer(void);
void open_consumer(void);
void close_scene(void);                                 /* Connection_Close is OK; played() */
tibems_status send_now(const char *text);               /* a text message; why it failed: send_error */
extern char send_error[256];
void receive_now(const char *text);                     /* the next message has that text */

#endif
