/*
 * partner.c - the conversation with the partner program, and our own connection
 *
 * Blocking calls with a limit: a partner that stays silent for half a minute fails the test.
 */
#include "partner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

struct ours us;

static FILE *partner;               /* one socket, both ways */
static char *answer;                /* the facts: name, tab, value, NUL, ... */
static size_t answer_size;

static void partner_open(void)
{
    const char *port = getenv("TIBEMS_TEST_PARTNER");
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct timeval limit = {.tv_sec = slow(30000) / 1000};
    REQUIRE(port != NULL);          /* c-tests/interop/run.sh starts the partner program */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_port = htons((uint16_t)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    REQUIRE(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    partner = fdopen(fd, "r+");
    REQUIRE(partner != NULL);
}

/* takes the escapes of Facts.escaped back, in place */
static void unescape(char *text)
{
    char *to = text;
    for (; *text; text++) {
        if (*text == '\\' && text[1]) {
            text++;
            *to++ = *text == 't' ? '\t' : *text == 'n' ? '\n' : *text == 'r' ? '\r' : *text == '0' ? '\1' : *text;
        } else {
            *to++ = *text;
        }
    }
    *to = 0;
}

/* with a time limit on the socket the system does not go on waiting by itself when the process was stopped meanwhile */
static ssize_t answered_line(char **line, size_t *room)
{
    ssize_t length;
    while ((errno = 0, length = getline(line, room, partner)) < 0 && errno == EINTR)
        clearerr(partner);
    return length;
}

void ask(const char *format, ...)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    va_list arguments;
    if (!partner)
        partner_open();
    va_start(arguments, format);
    vfprintf(partner, format, arguments);
    va_end(arguments);
    fputc('\n', partner);
    fflush(partner);
    answer_size = 0;
    while ((length = answered_line(&line, &room)) > 1) {
        line[--length] = 0;
        answer = realloc(answer, answer_size + (size_t)length + 1);
        memcpy(answer + answer_size, line, (size_t)length + 1);
        unescape(answer + answer_size);
        answer_size += strlen(answer + answer_size) + 1;
    }
    free(line);
    REQUIRE(length == 1);           /* else the partner is gone or silent */
    if (fact("error")) {
        check_failed("partner", 0, "asked \"%s\": %s", format, fact("error"));
        test_over();
    }
}

const char *fact(const char *name)
{
    size_t length = strlen(name);
    for (const char *at = answer; at && at < answer + answer_size; at += strlen(at) + 1)
        if (strncmp(at, name, length) == 0 && at[length] == '\t')
            return at + length + 1;
    return NULL;
}

int facts_under(const char *prefix)
{
    int count = 0;
    for (const char *at = answer; at && at < answer + answer_size; at += strlen(at) + 1)
        count += strncmp(at, prefix, strlen(prefix)) == 0;
    return count;
}

void ours_open(void)
{
    if (us.connection)
        return;
    snprintf(us.to_name, sizeof us.to_name, "%s", unique_name("interop.to"));
    snprintf(us.from_name, sizeof us.from_name, "%s", unique_name("interop.from"));
    us.connection = connect_to(url_a());
    us.session = session_of(us.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    us.to = queue_named(us.to_name);
    us.from = queue_named(us.from_name);
    REQUIRE_OK(tibemsSession_CreateProducer(us.session, &us.producer, us.to));
    REQUIRE_OK(tibemsSession_CreateConsumer(us.session, &us.consumer, us.from, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsConnection_Start(us.connection));
}

void ours_close(void)
{
    if (us.connection)
        CHECK_OK(tibemsConnection_Close(us.connection));
    us.connection = NULL;
    if (partner)
        fclose(partner);
    partner = NULL;
}

static void shown(tibemsMsg message, const char *word)
{
    ours_open();
    REQUIRE_OK(tibemsMsgProducer_Send(us.producer, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    ask("%s queue:%s", word, us.to_name);
}

void shown_to_jms(tibemsMsg message) { shown(message, "receive"); }

void shown_to_plain(tibemsMsg message) { shown(message, "plain-receive"); }

static tibemsMsg sent(const char *word, const char *recipe, const char *options)
{
    ours_open();
    ask("%s %s queue:%s%s%s", word, recipe, us.from_name, *options ? " " : "", options);
    return receive_one(us.consumer);
}

tibemsMsg from_jms(const char *recipe, const char *options) { return sent("send", recipe, options); }

tibemsMsg from_plain(const char *recipe, const char *options) { return sent("plain-send", recipe, options); }

const char *worded(const char *format, ...)
{
    static char ring[8][256];
    static unsigned turn;
    char *slot = ring[turn++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(slot, 256, format, arguments);
    va_end(arguments);
    return slot;
}

tibemsMsgField map_item(tibemsMsg map, const char *name)
{
    tibemsMsgField field = {.type = 99};
    CHECK_OK(tibemsMapMsg_GetField(map, name, &field));
    return field;
}

tibemsMsgType body_type(tibemsMsg message)
{
    tibemsMsgType type = TIBEMS_MESSAGE_UNKNOWN;
    CHECK_OK(tibemsMsg_GetBodyType(message, &type));
    return type;
}

tibemsMsg new_message(tibems_status (*create)(tibemsMsg *message))
{
    tibemsMsg message = NULL;
    REQUIRE_OK(create(&message));
    return message;
}
