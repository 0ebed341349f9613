/*
 * small_calls.c - calls that no other test is about: small getters and setters, and the older spellings of functions
 *
 * The comment of each function names TIBEMS_OK, and c-tests/check_header.py wants a call that got it; here it also gives
 * what the comment says.
 */
#include "harness.h"

static void status_listener(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)connection, (void)status, (void)closure;
}

TEST_CHEAP("", a_factory_keeps_its_small_settings)
{
    tibemsConnectionFactory factory = factory_for(url_a());
    const char *host = NULL, *user = NULL, *password = NULL;
    tibems_int port = -1;
    char buffer[2048];

    CHECK_OK(tibemsConnectionFactory_SetMetric(factory, TIBEMS_FACTORY_LOAD_BALANCE_METRIC_BYTE_RATE));
    CHECK_OK(tibemsConnectionFactory_SetMulticastEnabled(factory, TIBEMS_FALSE));
    CHECK_OK(tibemsConnectionFactory_SetMulticastDaemon(factory, "7444"));
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, NULL));
    CHECK_OK(tibemsConnectionFactory_SetSSLProxy(factory, "web.example", 3128));
    CHECK_OK(tibemsConnectionFactory_SetSSLProxyAuth(factory, "ann", "secret"));
    CHECK_OK(tibemsConnectionFactory_GetSSLProxyHost(factory, &host));
    CHECK_STR(host, "web.example");
    CHECK_OK(tibemsConnectionFactory_GetSSLProxyPort(factory, &port));
    CHECK_INT(port, 3128);
    CHECK_OK(tibemsConnectionFactory_GetSSLProxyUser(factory, &user));
    CHECK_STR(user, "ann");
    CHECK_OK(tibemsConnectionFactory_GetSSLProxyPassword(factory, &password));
    CHECK_STR(password, "secret");
    CHECK_OK(tibemsConnectionFactory_Print(factory));
    CHECK_OK(tibemsConnectionFactory_PrintToBuffer(factory, buffer, sizeof buffer));
    CHECK(strstr(buffer, "secret") == NULL);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

TEST_CHEAP("", a_connection_tells_about_the_library)
{
    tibemsConnection connection = connect_to(url_a());
    tibemsConnectionMetaData data = NULL;
    tibemsExceptionCallback listener = NULL;
    void *closure = NULL;
    tibems_int major = -1, minor = -1;
    const char *text = NULL;
    int mark;

    CHECK_OK(tibemsConnection_SetExceptionListener(connection, status_listener, &mark));
    CHECK_OK(tibemsConnection_GetExceptionListener(connection, &listener, &closure));
    CHECK(listener == status_listener && closure == &mark);
    REQUIRE_OK(tibemsConnection_GetMetaData(connection, &data));
    CHECK_OK(tibemsConnectionMetaData_GetEMSMajorVersion(data, &major));
    CHECK_OK(tibemsConnectionMetaData_GetEMSMinorVersion(data, &minor));
    CHECK(major == 2 && minor == 0);
    CHECK_OK(tibemsConnectionMetaData_GetEMSVersion(data, &text));
    CHECK_STR(text, "2.0");
    CHECK_OK(tibemsConnectionMetaData_GetEMSProviderName(data, &text));
    CHECK_STR(text, "libtibemsufo");
    CHECK_OK(tibemsConnectionMetaData_GetProviderMajorVersion(data, &major));
    CHECK_OK(tibemsConnectionMetaData_GetProviderMinorVersion(data, &minor));
    CHECK_OK(tibemsConnectionMetaData_GetProviderVersion(data, &text));
    char start[32];
    snprintf(start, sizeof start, "%d.%d.", major, minor);
    CHECK(text && strncmp(text, start, strlen(start)) == 0);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("", the_stack_trace_names_the_function)
{
    tibemsErrorContext context = NULL;
    const char *trace = NULL;

    REQUIRE_OK(tibemsErrorContext_Create(&context));
    CHECK_STATUS(tibemsConnection_Close(NULL), TIBEMS_INVALID_CONNECTION);
    CHECK_OK(tibemsErrorContext_GetLastErrorStackTrace(context, &trace));
    CHECK(trace && strstr(trace, "tibemsConnection_Close"));
    CHECK_OK(tibemsErrorContext_Close(context));
}

TEST_CHEAP("", a_session_makes_messages_of_every_kind)
{
    tibemsConnection connection = connect_to(url_a());
    tibemsSession session = session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsg made[6] = {NULL};
    static const tibemsMsgType kinds[] = {TIBEMS_BYTES_MESSAGE,  TIBEMS_MAP_MESSAGE,  TIBEMS_MESSAGE,
                                          TIBEMS_STREAM_MESSAGE, TIBEMS_TEXT_MESSAGE, TIBEMS_TEXT_MESSAGE};

    CHECK_OK(tibemsSession_CreateBytesMessage(session, &made[0]));
    CHECK_OK(tibemsSession_CreateMapMessage(session, &made[1]));
    CHECK_OK(tibemsSession_CreateMessage(session, &made[2]));
    CHECK_OK(tibemsSession_CreateStreamMessage(session, &made[3]));
    CHECK_OK(tibemsSession_CreateTextMessage(session, &made[4]));
    CHECK_OK(tibemsSession_CreateTextMessageEx(session, &made[5], "a text"));
    CHECK_STR(text_of(made[5]), "a text");
    CHECK_OK(tibemsConnection_Close(connection));
    for (int i = 0; i < 6; i++) {           /* they outlive the session */
        tibemsMsgType kind = TIBEMS_MESSAGE_UNKNOWN;
        CHECK_OK(tibemsMsg_GetBodyType(made[i], &kind));
        CHECK_INT(kind, kinds[i]);
        CHECK_OK(tibemsMsg_Destroy(made[i]));
    }
}

TEST_CHEAP("", bytes_have_chars_and_longs)
{
    tibemsBytesMsg message = NULL;
    tibems_wchar unit = 0;
    tibems_long number = 0;

    REQUIRE_OK(tibemsBytesMsg_Create(&message));
    CHECK_OK(tibemsBytesMsg_WriteChar(message, 0x20ac));
    CHECK_OK(tibemsBytesMsg_WriteLong(message, -5000000000LL));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_OK(tibemsBytesMsg_ReadChar(message, &unit));
    CHECK_INT(unit, 0x20ac);
    CHECK_OK(tibemsBytesMsg_ReadLong(message, &number));
    CHECK_INT(number, -5000000000LL);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("", lookup_parameters_are_kept)
{
    tibemsLookupParams params = tibemsLookupParams_Create();

    CHECK_OK(tibemsLookupParams_SetLdapServerUrl(params, "ldap://directory"));
    CHECK_STR(tibemsLookupParams_GetLdapServerUrl(params), "ldap://directory");
    CHECK_OK(tibemsLookupParams_SetLdapBaseDN(params, "dc=example"));
    CHECK_OK(tibemsLookupParams_SetLdapPrincipal(params, "cn=ann"));
    CHECK_OK(tibemsLookupParams_SetLdapCredential(params, "secret"));
    CHECK_OK(tibemsLookupParams_SetLdapSearchScope(params, "subtree"));
    CHECK_OK(tibemsLookupParams_SetLdapConnType(params, "startTLS"));
    CHECK_OK(tibemsLookupParams_SetLdapCAFile(params, "ca.pem"));
    CHECK_OK(tibemsLookupParams_SetLdapCAPath(params, "ca"));
    CHECK_OK(tibemsLookupParams_SetLdapCertFile(params, "own.pem"));
    CHECK_OK(tibemsLookupParams_SetLdapKeyFile(params, "key.pem"));
    CHECK_OK(tibemsLookupParams_SetLdapRandFile(params, "random"));
    CHECK_OK(tibemsLookupParams_SetLdapCiphers(params, "HIGH"));
    tibemsLookupParams_Destroy(params);
}

/* the next message, sent by an older spelling, is there */
static void arrives(tibemsMsgConsumer consumer, tibemsMsg sent)
{
    tibemsMsg message = receive_one(consumer);
    CHECK_STR(text_of(message), text_of(sent));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("", older_spellings_for_queues)
{
    tibemsQueueConnection connection = NULL;
    tibemsQueueSession session = NULL;
    tibemsQueue queue = NULL, found = NULL;
    tibemsQueueReceiver receiver = NULL;
    tibemsQueueSender sender = NULL;
    tibemsMsg message = text_message("older");

    REQUIRE_OK(tibemsQueueConnection_CreateSSL(&connection, url_a(), NULL, USER, PASSWORD, NULL, NULL));
    REQUIRE_OK(tibemsQueueConnection_CreateQueueSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    REQUIRE_OK(tibemsQueue_Create(&queue, unique_name("older")));
    REQUIRE_OK(tibemsQueueSession_CreateReceiver(session, &receiver, queue, NULL));
    REQUIRE_OK(tibemsQueueSession_CreateSender(session, &sender, queue));
    REQUIRE_OK(tibemsConnection_Start(connection));
    CHECK_OK(tibemsQueueSender_GetQueue(sender, &found));
    CHECK(found != NULL);
    CHECK_OK(tibemsQueueSender_Send(sender, message));
    arrives(receiver, message);
    CHECK_OK(tibemsQueueSender_SendEx(sender, message, TIBEMS_PERSISTENT, 5, 0));
    arrives(receiver, message);
    CHECK_OK(tibemsQueueSender_SendToQueueEx(sender, queue, message, TIBEMS_PERSISTENT, 5, 0));
    arrives(receiver, message);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("", older_spellings_for_topics)
{
    tibemsTopicConnection connection = NULL;
    tibemsTopicSession session = NULL;
    tibemsTopic topic = NULL, found = NULL;
    tibemsTopicSubscriber subscriber = NULL;
    tibemsTopicPublisher publisher = NULL;
    tibemsMsg message = text_message("older");
    tibems_bool no_local = TIBEMS_TRUE;
    const char *name = unique_name("older");
    char buffer[TIBEMS_DESTINATION_MAX + 1];

    REQUIRE_OK(tibemsTopicConnection_CreateSSL(&connection, url_a(), NULL, USER, PASSWORD, NULL, NULL));
    REQUIRE_OK(tibemsTopicConnection_CreateTopicSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    REQUIRE_OK(tibemsTopic_Create(&topic, name));
    CHECK_OK(tibemsTopic_GetTopicName(topic, buffer, sizeof buffer));
    CHECK_STR(buffer, name);
    REQUIRE_OK(tibemsTopicSession_CreateSubscriber(session, &subscriber, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsTopicSession_CreatePublisher(session, &publisher, topic));
    REQUIRE_OK(tibemsConnection_Start(connection));
    CHECK_OK(tibemsTopicPublisher_GetTopic(publisher, &found));
    CHECK(found != NULL);
    CHECK_OK(tibemsTopicSubscriber_GetTopic(subscriber, &found));
    CHECK(found != NULL);
    CHECK_OK(tibemsTopicSubscriber_GetNoLocal(subscriber, &no_local));
    CHECK_INT(no_local, TIBEMS_FALSE);
    CHECK_OK(tibemsTopicPublisher_PublishEx(publisher, message, TIBEMS_PERSISTENT, 5, 0));
    arrives(subscriber, message);
    CHECK_OK(tibemsTopicPublisher_PublishToTopic(publisher, topic, message));
    arrives(subscriber, message);
    CHECK_OK(tibemsTopicPublisher_PublishToTopicEx(publisher, topic, message, TIBEMS_PERSISTENT, 5, 0));
    arrives(subscriber, message);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("", a_connection_without_a_factory_or_tls)
{
    tibemsConnection connection = NULL;

    CHECK_OK(tibemsConnection_CreateSSL(&connection, url_a(), NULL, USER, PASSWORD, NULL, NULL));
    CHECK_OK(tibemsConnection_Close(connection));
}
