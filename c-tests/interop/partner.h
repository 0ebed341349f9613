/*
 * partner.h - the C side of the interoperation tests: what a JMS or a plain AMQP program makes of our messages, and what we
 * make of theirs
 *
 * The other program is partner/ (Java), started by run.sh; TIBEMS_TEST_PARTNER is its port. A test asks it in one line
 * (the words stand in partner/Conversation.java) and looks at the facts of the answer. Values name their Java class:
 * "Integer:5", "String:text", "byte[]:00ff", "Character:U+0041", "null". Both sides use the broker of TIBEMS_TEST_URL_A.
 */
#ifndef INTEROP_PARTNER_H
#define INTEROP_PARTNER_H

#include "harness.h"

/* our connection, opened by the first of the calls below */
struct ours {
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination to, from;             /* queues: to the partner, from it */
    char to_name[128], from_name[128];
    tibemsMsgProducer producer;
    tibemsMsgConsumer consumer;
};
extern struct ours us;
void ours_open(void);
void ours_close(void);

/* one line to the partner; its answer becomes the facts; an error ends the test */
void ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *fact(const char *name);         /* NULL when there is none; valid until the next question */
int facts_under(const char *prefix);        /* how many names begin so */

/* sends the message and destroys it; the facts are what a JMS program sees, or which sections a plain one gets */
void shown_to_jms(tibemsMsg message);
void shown_to_plain(tibemsMsg message);

/* the message that the partner makes by a recipe, with "name=value" options: from JMS, or from plain sections */
tibemsMsg from_jms(const char *recipe, const char *options);
tibemsMsg from_plain(const char *recipe, const char *options);

#define CHECK_FACT(NAME, WANT) check_str_(__FILE__, __LINE__, NAME, fact(NAME), WANT)
#define CHECK_FACTS(PREFIX, COUNT) check_int_(__FILE__, __LINE__, "facts under " PREFIX, facts_under(PREFIX), COUNT)

const char *worded(const char *format, ...) __attribute__((format(printf, 1, 2)));      /* static ring */
tibemsMsgType body_type(tibemsMsg message);
tibemsMsgField map_item(tibemsMsg map, const char *name);              /* as it came, without conversion */
tibemsMsg new_message(tibems_status (*create)(tibemsMsg *message));

/* values that both sides know (partner/Recipes.java) */
#define GREETING "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"
#define THREE "\0\1\xff"

#endif
