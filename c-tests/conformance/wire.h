/*
 * wire.h - messages that arrived: as an archive made and read back (no server needed), or through the shared server
 */
#ifndef CONFORMANCE_WIRE_H
#define CONFORMANCE_WIRE_H

#include "harness.h"

/* a read-only copy, as a receiver would see it; the original stays the caller's */
__attribute__((unused)) static tibemsMsg as_received(tibemsMsg message)
{
    const void *bytes = NULL;
    tibems_int size = 0;
    tibemsMsg copy = NULL;
    REQUIRE_OK(tibemsMsg_GetAsBytes(message, &bytes, &size));
    REQUIRE_OK(tibemsMsg_CreateFromBytes(&copy, bytes));
    return copy;
}

static struct fixture wire;

/* the message that a consumer gets when MESSAGE is sent; one connection for the whole test */
__attribute__((unused)) static tibemsMsg through_server(tibemsMsg message)
{
    if (!wire.connection)
        fresh(&wire);
    REQUIRE_OK(tibemsMsgProducer_Send(wire.producer, message));
    return receive_one(wire.consumer);
}

__attribute__((unused)) static void wire_close(void) { CHECK_OK(tibemsConnection_Close(wire.connection)); }

#endif
