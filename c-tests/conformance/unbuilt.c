/*
 * unbuilt.c - what is not built says so: every function of c-tests/api/unbuilt.txt answers TIBEMS_NOT_IMPLEMENTED with a text
 * that names the feature. Here are those that are built in part; what is unbuilt as a whole is held to the same by the check
 * of bad handles (c-tests/api/robustness.h). A function that is built leaves the list, and its row here goes with it.
 */
#include "harness.h"

static struct fixture f;
static tibemsDestination topic;
static tibemsMsg message;
static void *made;                      /* where handles go that must not come */

#define CALL(NAME, ...) \
    static tibems_status call_##NAME(void) { return NAME(__VA_ARGS__); }
#define OUT ((void *)&made)
#define TLS_URL "ssl://localhost:7243"

CALL(tibemsConnection_Create, OUT, TLS_URL, NULL, NULL, NULL)
CALL(tibemsQueueConnection_Create, OUT, TLS_URL, NULL, NULL, NULL)
CALL(tibemsTopicConnection_Create, OUT, TLS_URL, NULL, NULL, NULL)
CALL(tibemsConnection_CreateSSL, OUT, TLS_URL, NULL, NULL, NULL, NULL, NULL)
CALL(tibemsQueueConnection_CreateSSL, OUT, TLS_URL, NULL, NULL, NULL, NULL, NULL)
CALL(tibemsTopicConnection_CreateSSL, OUT, TLS_URL, NULL, NULL, NULL, NULL, NULL)
CALL(tibemsConnectionFactory_CreateConnection, factory_for(TLS_URL), OUT, NULL, NULL)
CALL(tibemsLookupContext_Create, OUT, url_a(), NULL, NULL)

#define ROW(NAME) {#NAME, call_##NAME}
static const struct {
    const char *name;
    tibems_status (*call)(void);
} calls[] = {
    ROW(tibemsConnection_Create),
    ROW(tibemsQueueConnection_Create), ROW(tibemsTopicConnection_Create), ROW(tibemsConnection_CreateSSL),
    ROW(tibemsQueueConnection_CreateSSL), ROW(tibemsTopicConnection_CreateSSL), ROW(tibemsConnectionFactory_CreateConnection),
    ROW(tibemsLookupContext_Create),
};
enum { CALLS = sizeof calls / sizeof *calls };

/* The feature is named by the beginning of its longest word: "durable subscription" for "durable subscriptions". */
static bool names(const char *text, const char *feature)
{
    char stem[8];
    const char *longest = feature;
    for (const char *word = feature; word; word = strchr(word, ' ') ? strchr(word, ' ') + 1 : NULL)
        if (strcspn(word, " ") > strcspn(longest, " "))
            longest = word;
    snprintf(stem, sizeof stem, "%.*s", (int)strcspn(longest, " "), longest);
    stem[6] = 0;
    return strstr(text, stem) != NULL;
}

TEST_CHEAP("", every_unbuilt_function_names_its_feature)
{
    const char *path = getenv("TIBEMS_TEST_UNBUILT");
    FILE *list = fopen(path ? path : "c-tests/api/unbuilt.txt", "r");
    char line[512];
    bool listed[CALLS] = {false};
    REQUIRE(list != NULL);
    fresh(&f);
    topic = unique_topic();
    message = text_message("unbuilt");
    while (fgets(line, sizeof line, list)) {
        char *save = NULL, *name = strtok_r(line, "\t\n", &save), *part = strtok_r(NULL, "\t\n", &save),
             *feature = strtok_r(NULL, "\t\n", &save);
        int row = 0;
        REQUIRE(name && part && feature);
        if (strtok_r(NULL, "\t\n", &save))
            continue;                           /* unbuilt as a whole */
        while (row < CALLS && strcmp(calls[row].name, name) != 0)
            row++;
        if (row == CALLS) {
            check_failed(__FILE__, __LINE__, "no call of %s, which is in the list", name);
            continue;
        }
        listed[row] = true;
        made = (void *)1;
        tibems_status status = calls[row].call();
        const char *text = error_text();
        if (!CHECK_INT(status, TIBEMS_NOT_IMPLEMENTED) || !CHECK(strstr(text, part) != NULL && names(text, feature)))
            check_failed(__FILE__, __LINE__, "%s: %d [%s], expected %s: %s", name, (int)status, text, feature, part);
        CHECK(made == NULL || made == (void *)1);       /* the second: it has no handle to give */
    }
    fclose(list);
    for (int row = 0; row < CALLS; row++)
        if (!listed[row])
            check_failed(__FILE__, __LINE__, "%s is built: its row here goes", calls[row].name);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}
