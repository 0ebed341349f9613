/*
 * selectors.c - what a server makes of texts that are no selectors (spec 20 §4.2). The library refuses them before it asks, so a
 * client that looks at nothing shows what the server would have said.
 */
#include "partner.h"
#include "selector_table.h"

TEST_X("20-136", wrong_selectors_at_the_server, 0, 120)
{
    tibemsMsgProducer publisher = NULL;
    ours_open();
    read_table();
    const char *name = unique_name("interop.selectors");
    tibemsDestination topic = NULL;
    REQUIRE_OK(tibemsDestination_Create(&topic, TIBEMS_TOPIC, name));
    REQUIRE_OK(tibemsSession_CreateProducer(us.session, &publisher, topic));
    for (int i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        char hex[512] = "";
        if (strcmp(row->result, "invalid") != 0)
            continue;
        for (size_t at = 0; row->selector[at] && at < sizeof hex / 2 - 1; at++)
            sprintf(hex + 2 * at, "%02x", (unsigned char)row->selector[at]);
        ask("plain-select topic:%s %s", name, hex);
        const char *came = "refused";
        if (fact("refused") == NULL) {
            for (int number = 0; number < message_count; number++)
                send_message(publisher, number);
            ask("plain-selected");
            came = *fact("bodies") ? fact("bodies") : "-";
        }
        if (!CHECK_STR(came, on_artemis() && row->artemis ? row->artemis : "refused"))
            fprintf(stderr, "   selector %s\n", row->selector);
    }
    ours_close();
}
