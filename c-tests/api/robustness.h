/*
 * robustness.h - what the program written by make_robustness.py is built on: values that are no
 * handles, live handles of every kind that can be made without a server, stale ones, and the checks.
 * unbuilt.txt lists what is not built yet. From the functions that it calls whole, TIBEMS_NOT_IMPLEMENTED is accepted for a
 * bad handle, and one that never answers so is a failure; the others know a bad handle as if they were built.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tibems/emsadmin.h>
#include <tibems/tibems.h>
#include <tibems/tibemsufo.h>

struct function {
    const char *name;
    const char *kind; /* of the first handle parameter */
    int null_means_something;
    void (*call)(void *bad, int nulls);
};

struct object {
    const char *kind;
    void *handle;
    const char *maker;
};

static long long room[64];
static FILE *sink;
static long checks, failures;
static int collects; /* this thread has an error context */

/* The functions of unbuilt.txt that are unbuilt as a whole, what their texts hold, and which of them answered so. */
static char unbuilt_name[512][64], unbuilt_part[512][128], unbuilt_feature[512][64];
static int unbuilt_count, unbuilt_met[512];

static void *mark(void) { return (void *)(uintptr_t)0x5a5a5a5a5a5a5a5aULL; }

static int untouched(const void *memory, size_t size) {
    const unsigned char *byte = memory;
    while (size--)
        if (*byte++ != 0x5a) return 0;
    return 1;
}

static int unbuilt(const char *function, tibems_status status) {
    if (status != TIBEMS_NOT_IMPLEMENTED) return 0;
    for (int n = 0; n < unbuilt_count; n++)
        if (!strcmp(unbuilt_name[n], function)) return unbuilt_met[n] = 1;
    return 0;
}

/* Rows: function, text in the error context, what it waits for, and "whole" when nothing of the function is built. */
static int read_unbuilt(const char *path) {
    char line[512], name[64], part[128], feature[64], whole[16];
    FILE *list = fopen(path, "r");
    if (!list) return 0;
    while (fgets(line, sizeof line, list)) {
        whole[0] = 0;
        int fields = sscanf(line, "%63[^\t\n]\t%127[^\t\n]\t%63[^\t\n]\t%15s", name, part, feature, whole);
        if (fields < 3 || (fields == 4 && strcmp(whole, "whole")) || unbuilt_count == 512) {
            fclose(list);
            return 0;
        }
        if (fields == 4) {
            strcpy(unbuilt_part[unbuilt_count], part);
            strcpy(unbuilt_feature[unbuilt_count], feature);
            strcpy(unbuilt_name[unbuilt_count++], name);
        }
    }
    fclose(list);
    return 1;
}

/* Counts a check; of its failures the first of each function are worth a line. */
static int bad_check(int good, const char *function) {
    static const char *last;
    static int shown;
    checks++;
    if (good) return 0;
    failures++;
    if (last != function) shown = 0;
    last = function;
    return shown++ < 2;
}

static void nothing(int good, const char *function, const char *what) {
    if (bad_check(good, function)) printf("%s: %s\n", function, what);
}

/* A function that does nothing says why, and one of the list names its feature. */
static void expected_text(const char *function) {
    const char *text = NULL;
    tibems_status status = tibemsErrorContext_GetLastErrorString(NULL, &text);
    int good = status == TIBEMS_OK && text && *text;
    for (int n = 0; good && n < unbuilt_count; n++)
        if (!strcmp(unbuilt_name[n], function)) good = strstr(text, unbuilt_part[n]) && strstr(text, unbuilt_feature[n]);
    if (bad_check(good, function))
        printf("%s: TIBEMS_NOT_IMPLEMENTED with the text '%s'\n", function, text ? text : "NULL");
}

static void expected(int good, const char *function, tibems_status status, void *handle) {
    if (status == TIBEMS_NOT_IMPLEMENTED && collects) expected_text(function);
    if (bad_check(good, function))
        printf("%s: status %d (%s) for handle %p\n", function, (int)status, tibemsStatus_GetText(status), handle);
}

static int make(struct object *objects) {
    int count = 0;
    tibemsDestination queue = NULL;
    tibemsMsg message = NULL;
    tibemsTextMsg text = NULL;
    tibemsErrorContext errors = NULL;
    tibemsMsgEnum names = NULL;
    tibemsDestination_Create(&queue, TIBEMS_QUEUE, "robustness");
    tibemsMsg_Create(&message);
    tibemsTextMsg_Create(&text);
    tibemsErrorContext_Create(&errors);
    tibemsMsg_GetPropertyNames(message, &names);
    struct object made[] = {
        {"destination", queue, "tibemsDestination_Create"},
        {"message", message, "tibemsMsg_Create"},
        {"message", text, "tibemsTextMsg_Create"},
        {"errors", errors, "tibemsErrorContext_Create"},
        {"enumeration", names, "tibemsMsg_GetPropertyNames"},
        {"factory", tibemsConnectionFactory_Create(), "tibemsConnectionFactory_Create"},
        {"factory", tibemsUFOConnectionFactory_Create(), "tibemsUFOConnectionFactory_Create"},
        {"tls", tibemsSSLParams_Create(), "tibemsSSLParams_Create"},
        {"lookup_params", tibemsLookupParams_Create(), "tibemsLookupParams_Create"},
    };
    for (size_t n = 0; n < sizeof made / sizeof *made; n++) {
        if (made[n].handle) objects[count++] = made[n];
        else nothing(unbuilt(made[n].maker, TIBEMS_NOT_IMPLEMENTED), made[n].kind, "no object could be made");
    }
    return count;
}

static void destroy(const struct object *object) {
    if (!strcmp(object->kind, "destination")) tibemsDestination_Destroy(object->handle);
    if (!strcmp(object->kind, "message")) tibemsMsg_Destroy(object->handle);
    if (!strcmp(object->kind, "errors")) tibemsErrorContext_Close(object->handle);
    if (!strcmp(object->kind, "enumeration")) tibemsMsgEnum_Destroy(object->handle);
    if (!strcmp(object->kind, "factory")) tibemsConnectionFactory_Destroy(object->handle);
    if (!strcmp(object->kind, "tls")) tibemsSSLParams_Destroy(object->handle);
    if (!strcmp(object->kind, "lookup_params")) tibemsLookupParams_Destroy(object->handle);
}

/* Both with outputs and without. With outputs a function without a handle would do its work. */
static void both(const struct function *function, void *bad) {
    function->call(bad, 1);
    if (strcmp(function->kind, "none") && !(bad == NULL && function->null_means_something)) function->call(bad, 0);
}

static int run(const struct function *functions, size_t count, const char *list) {
    struct object live[16], stale[16];
    unsigned long long random = 88172645463325252ULL;
    nothing(list && read_unbuilt(list), "unbuilt.txt", "cannot be read as such a list");
    sink = tmpfile();
    void *heap = malloc(64);
    void *values[48] = {NULL,      (void *)1,        (void *)8,         (void *)4096, (void *)~(uintptr_t)0, room,
                        &random,   heap,             (void *)(intptr_t)-8, (void *)functions[0].name};
    size_t n = 10;
    for (; n < sizeof values / sizeof *values; n++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        values[n] = (void *)(uintptr_t)random;
    }
    int stale_count = make(stale);
    for (int s = stale_count; s-- > 0;) destroy(&stale[s]);
    int live_count = make(live);
    collects = 1;
    for (size_t f = 0; f < count; f++) {
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) both(&functions[f], values[v]);
        for (int s = 0; s < stale_count; s++) both(&functions[f], stale[s].handle);
        /* a number that the table never gave, one bit from one that it did */
        for (int l = 0; l < live_count; l++)
            for (int bit = 26; bit < 58; bit += 5)
                both(&functions[f], (void *)((uintptr_t)live[l].handle ^ (uintptr_t)1 << bit));
        for (int l = 0; l < live_count; l++)
            if (strcmp(functions[f].kind, live[l].kind)) both(&functions[f], live[l].handle);
    }
    for (int u = 0; u < unbuilt_count; u++)
        nothing(unbuilt_met[u], unbuilt_name[u], "is unbuilt as a whole in unbuilt.txt and answers otherwise");
    collects = 0;
    for (int l = live_count; l-- > 0;) destroy(&live[l]);
    free(heap);
    if (sink) fclose(sink);
    printf("%zu functions, %ld checks, %ld failures\n", count, checks, failures);
    return failures != 0;
}
