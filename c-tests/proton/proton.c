/*
 * proton.c - connections to the Proton server, and its answers taken apart
 */
#define _GNU_SOURCE
#include "proton.h"

#define RING 8

const char *said(const char *format, ...)
{
    static char *ring[RING];
    static unsigned turn;
    va_list arguments;
    char **slot = &ring[turn++ % RING];
    free(*slot);
    va_start(arguments, format);
    if (vasprintf(slot, format, arguments) < 0)
        *slot = NULL;
    va_end(arguments);
    return *slot;
}

void fresh_on_proton(struct fixture *f, const char *options)
{
    setenv("TIBEMS_AMQP_OPTIONS", options, 1);
    ask("forget");
    fresh(f);
}

void fixture_close(struct fixture *f)
{
    CHECK_OK(tibemsConnection_Close(f->connection));
}

const char *field_of(const char *frame, const char *field)
{
    const char *at = frame ? strstr(frame, said(" %s=", field)) : NULL;
    int depth = 0;
    char quote = 0;
    if (!at)
        return NULL;
    at += strlen(field) + 2;
    const char *end = at;
    for (; *end && (depth || quote || (*end != ' ' && *end != ')')); end++) {
        if (quote)
            quote = *end == quote ? 0 : quote;
        else if (*end == '"' || *end == '\'')
            quote = *end;
        else if (strchr("([{", *end))
            depth++;
        else if (strchr(")]}", *end))
            depth--;
    }
    return said("%.*s", (int)(end - at), at);
}

static int counted(const char *start, const char *name)
{
    ask("frames %s", start);
    return atoi(fact(name));
}

int frames_of(const char *start) { return counted(start, "count"); }

int largest_of(const char *start) { return counted(start, "largest"); }

void look_at(struct fixture *f, tibemsMsg message, const char *annotations, const char *more_properties, int count)
{
    const char *id = NULL;
    tibems_long sent = 0;
    REQUIRE_OK(tibemsMsgProducer_Send(f->producer, message));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK_OK(tibemsMsg_GetTimestamp(message, &sent));
    ask("message %s", f->name);
    CHECK_FACT("section.0", "header durable=true");
    CHECK_FACT("section.1", said("message-annotations {%s}", annotations));
    CHECK_FACT("section.2", said("properties message-id=\"%s\" to=\"%s\"%s creation-time=timestamp:%lld", id, f->name,
                                 more_properties, (long long)sent));
    CHECK_FACT("sections", said("%d", count));
    CHECK_FACT("proton.id", id);
    CHECK_FACT("proton.durable", "True");
    CHECK_OK(tibemsMsg_Destroy(message));
}

void check_body(const char *file, int line, const char *want)
{
    const char *count = fact("sections");
    const char *got = count ? fact(worded("section.%d", atoi(count) - 1)) : NULL;
    check_str_(file, line, "the body", got, want);
}
