/* proton.c - Qpid Proton C's side: the same as ems.c with its proactor.
 *
 *   proton send|persistent|pipeline|receive|request HOST:PORT ADDRESS N
 *
 * Every message is built anew with the same sections as an EMS text message (header, annotations, properties, value).
 * send: settled. persistent: durable, unsettled, one behind the outcome of the other. pipeline: the same, as many under
 * way as there is credit for, to the last outcome. receive: decoded and accepted. request: to a dynamic address and
 * back, one behind the other. */
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/proactor.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

static bool sending, unsettled, requesting, in_turn;
static long outcomes;
static char reply_to[256];
static const char *address;
static long count, wanted;
static struct mark begin;
static char text[100];

static void send_all(pn_link_t *link)
{
    static char buffer[1024];
    if (count == 0)
        begin = mark_now();
    pn_message_t *message = pn_message();
    long most = in_turn ? outcomes + 1 : wanted;
    while (count < most && pn_link_credit(link) > 0) {
        char id[64];
        pn_message_clear(message);
        pn_message_set_address(message, address);
        pn_message_set_durable(message, unsettled);
        if (requesting)
            pn_message_set_reply_to(message, reply_to);
        pn_message_set_creation_time(message, 1700000000000);
        pn_atom_t atom = {.type = PN_STRING};
        atom.u.as_bytes = pn_bytes((size_t)snprintf(id, sizeof id, "ID:0123456789abcdef0123456789abcdef:%ld", count), id);
        pn_message_set_id(message, atom);
        pn_data_t *annotations = pn_message_annotations(message);
        pn_data_put_map(annotations);
        pn_data_enter(annotations);
        pn_data_put_symbol(annotations, pn_bytes(14, "x-opt-jms-dest"));
        pn_data_put_byte(annotations, 0);
        pn_data_put_symbol(annotations, pn_bytes(18, "x-opt-jms-msg-type"));
        pn_data_put_byte(annotations, 5);
        pn_data_exit(annotations);
        pn_data_put_string(pn_message_body(message), pn_bytes(sizeof text, text));
        size_t size = sizeof buffer;
        if (pn_message_encode(message, buffer, &size))
            exit(1);
        pn_delivery_t *delivery = pn_delivery(link, pn_dtag((const char *)&count, sizeof count));
        pn_link_send(link, buffer, size);
        if (!unsettled)
            pn_delivery_settle(delivery);
        pn_link_advance(link);
        count++;
    }
    pn_message_free(message);
    if (count == wanted && !unsettled && !requesting)
        pn_connection_close(pn_session_connection(pn_link_session(link)));
}

static void take(pn_delivery_t *delivery)
{
    static char buffer[4096];
    static pn_message_t *message;
    if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery))
        return;
    if (count == 0) {
        begin = mark_now();
        message = pn_message();
    }
    pn_link_t *link = pn_delivery_link(delivery);
    ssize_t size = pn_link_recv(link, buffer, sizeof buffer);
    if (size <= 0 || pn_message_decode(message, buffer, (size_t)size))
        exit(1);
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    if (++count == wanted) {
        report("proton_receive", begin, wanted);
        pn_connection_close(pn_session_connection(pn_link_session(link)));
    } else if (pn_link_credit(link) < 500) {
        pn_link_flow(link, 1000 - pn_link_credit(link));
    }
}

/* an outcome of the pipeline, or of the one message that is under way */
static void settled(pn_delivery_t *delivery)
{
    if (!pn_delivery_updated(delivery))
        return;
    if (pn_delivery_remote_state(delivery) != PN_ACCEPTED)
        exit(1);
    pn_link_t *link = pn_delivery_link(delivery);
    pn_delivery_settle(delivery);
    if (++outcomes == wanted) {
        report(in_turn ? "proton_persistent" : "proton_async", begin, wanted);
        pn_connection_close(pn_session_connection(pn_link_session(link)));
    } else if (in_turn) {
        send_all(link);
    }
}

static pn_link_t *request_link;

/* a reply: the next request */
static void replied(pn_delivery_t *delivery)
{
    static char buffer[4096];
    static pn_message_t *message;
    pn_link_t *link = pn_delivery_link(delivery);
    if (pn_link_is_sender(link) || !pn_delivery_readable(delivery) || pn_delivery_partial(delivery))
        return;
    if (!message)
        message = pn_message();
    ssize_t size = pn_link_recv(link, buffer, sizeof buffer);
    if (size <= 0 || pn_message_decode(message, buffer, (size_t)size))
        exit(1);
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    pn_link_flow(link, 1);
    if (++outcomes == wanted) {
        report("proton_request", begin, wanted);
        pn_connection_close(pn_session_connection(pn_link_session(link)));
    } else {
        send_all(request_link);
    }
}

static bool handle(pn_event_t *event)
{
    switch (pn_event_type(event)) {
    case PN_CONNECTION_INIT: {
        pn_connection_t *connection = pn_event_connection(event);
        pn_connection_set_container(connection, "proton-bench");
        pn_connection_set_user(connection, "ems");
        pn_connection_set_password(connection, "ems");
        pn_connection_open(connection);
        pn_session_t *session = pn_session(connection);
        pn_session_open(session);
        pn_link_t *link = sending ? pn_sender(session, "bench") : pn_receiver(session, "bench");
        if (sending) {
            pn_terminus_set_address(pn_link_target(link), address);
            pn_link_set_snd_settle_mode(link, unsettled ? PN_SND_UNSETTLED : PN_SND_SETTLED);
        } else {
            pn_terminus_set_address(pn_link_source(link), address);
        }
        pn_link_open(link);
        if (requesting) {
            request_link = link;
            link = pn_receiver(session, "replies");
            pn_terminus_set_dynamic(pn_link_source(link), true);
            pn_link_open(link);
            pn_link_flow(link, 10);
        } else if (!sending) {
            pn_link_flow(link, 1000);
        }
        break;
    }
    case PN_CONNECTION_BOUND:
        pn_sasl_set_allow_insecure_mechs(pn_sasl(pn_event_transport(event)), true);
        break;
    case PN_LINK_REMOTE_OPEN:
        if (requesting && pn_link_is_receiver(pn_event_link(event))) {
            const char *address = pn_terminus_get_address(pn_link_remote_source(pn_event_link(event)));
            snprintf(reply_to, sizeof reply_to, "%s", address);
            send_all(request_link);
        }
        break;
    case PN_LINK_FLOW:
        if (sending && count < wanted && pn_link_is_sender(pn_event_link(event)) && (!requesting || *reply_to))
            send_all(pn_event_link(event));
        break;
    case PN_DELIVERY:
        if (requesting)
            replied(pn_event_delivery(event));
        else if (unsettled)
            settled(pn_event_delivery(event));
        else if (!sending)
            take(pn_event_delivery(event));
        break;
    case PN_TRANSPORT_CLOSED: {
        pn_condition_t *condition = pn_transport_condition(pn_event_transport(event));
        if (pn_condition_is_set(condition))
            fprintf(stderr, "proton: %s\n", pn_condition_get_description(condition));
        break;
    }
    case PN_PROACTOR_INACTIVE:
        return false;
    default:
        break;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    bool persistent = strcmp(argv[1], "persistent") == 0;
    unsettled = persistent || strcmp(argv[1], "pipeline") == 0;
    requesting = strcmp(argv[1], "request") == 0;
    in_turn = persistent || requesting;
    sending = strcmp(argv[1], "send") == 0 || unsettled || requesting;
    address = argv[3];
    wanted = atol(argv[4]);
    memset(text, 'x', sizeof text);
    pn_proactor_t *proactor = pn_proactor();
    pn_proactor_connect2(proactor, NULL, NULL, argv[2]);
    bool active = true;
    while (active) {
        pn_event_batch_t *batch = pn_proactor_wait(proactor);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));)
            active = handle(event) && active;
        pn_proactor_done(proactor, batch);
    }
    if (count != wanted)
        return 1;
    if (sending && !unsettled && !requesting)
        report("proton_send", begin, wanted);
    pn_proactor_free(proactor);
    return 0;
}
