/*
 * tls_params.c - TLS parameters as objects: what they take, give back and refuse, who owns them, and that their secrets are
 * gone after them (spec 10 §6; cases 10-102 and 10-103). Connections with TLS are not built: an ssl URL is refused.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/stat.h>

/* made for this test, known to everybody */
static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeTCCAR+gAwIBAgIUR0miDJ31p9zlddXuPuJC+jEo06IwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGc2FtcGxlMCAXDTI2MTEyNjIzMDIwM1oYDzIxMjYxMTAyMjMw\n"
    "MjAzWjARMQ8wDQYDVQQDDAZzYW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AAQ+Cr0EwECB+g13l0zBSaoFIe/zF1k0GTg1pbkwJMY73bXuMQ2b2UOJVFyfHq+U\n"
    "ipaj0M+dcXCKG+m7v93DLKEfo1MwUTAdBgNVHQ4EFgQU6xGDF7K7iy8cVghokp2D\n"
    "gK5upnEwHwYDVR0jBBgwFoAU6xGDF7K7iy8cVghokp2DgK5upnEwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBPLLyvl8H81RQ/S1SZ0wRnQkDvHqKn\n"
    "vmtM4GhhOe1kaQIhAJX9CMR5LHZCKjzomCtwuzHBBwe8y+W5kOaHrHZUS9Ua\n"
    "-----END CERTIFICATE-----\n";
static const char key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkJHO98CPgUFj5nET\n"
    "EwjETM7MsYO+5hvVK0ErFQqKnQShRANCAAQ+Cr0EwECB+g13l0zBSaoFIe/zF1k0\n"
    "GTg1pbkwJMY73bXuMQ2b2UOJVFyfHq+Uipaj0M+dcXCKG+m7v93DLKEf\n"
    "-----END PRIVATE KEY-----\n";

static tibemsSSLParams made(void)
{
    tibemsSSLParams params = tibemsSSLParams_Create();
    REQUIRE(params != NULL);
    return params;
}

static void expect(tibems_status (*get)(tibemsSSLParams, const void **, tibems_int *, tibems_int *), tibemsSSLParams params,
                   const char *data)
{
    const void *found = "untouched";
    tibems_int size = -1, encoding = -1;
    if (!data) {
        CHECK_STATUS(get(params, &found, &size, &encoding), TIBEMS_NOT_FOUND);
        CHECK(found == NULL);
        CHECK_INT(size, 0);
        CHECK_INT(encoding, 0);
        return;
    }
    CHECK_OK(get(params, &found, &size, &encoding));
    CHECK_INT(size, strlen(data));
    CHECK(found && memcmp(found, data, strlen(data)) == 0);
    CHECK_INT(encoding, TIBEMS_SSL_ENCODING_PEM);
}

TEST_CHEAP("", tls_parameters_keep_what_they_get)
{
    tibemsSSLParams params = made();
    tibems_int length = (tibems_int)strlen(certificate), bytes = (tibems_int)strlen(key), any = TIBEMS_SSL_ENCODING_AUTO;
    expect(tibemsSSLParams_GetIdentity, params, NULL);
    expect(tibemsSSLParams_GetPrivateKey, params, NULL);
    CHECK_OK(tibemsSSLParams_SetIdentity(params, certificate, length, TIBEMS_SSL_ENCODING_PEM));
    CHECK_OK(tibemsSSLParams_SetPrivateKey(params, key, bytes, any));
    CHECK_OK(tibemsSSLParams_AddTrustedCert(params, certificate, length, any));
    CHECK_OK(tibemsSSLParams_AddIssuerCert(params, certificate, length, any));
    expect(tibemsSSLParams_GetIdentity, params, certificate);
    expect(tibemsSSLParams_GetPrivateKey, params, key);
    /* what is refused changes nothing */
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, key, bytes, TIBEMS_SSL_ENCODING_PEM), TIBEMS_INVALID_CERT_DATA);
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, key, bytes, any), TIBEMS_INVALID_ENCODING);
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, certificate, length, TIBEMS_SSL_ENCODING_ENTRUST), TIBEMS_INVALID_ENCODING);
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, certificate, length, TIBEMS_SSL_ENCODING_KEYSTORE), TIBEMS_INVALID_ENCODING);
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, certificate, length, 77), TIBEMS_INVALID_ENCODING);
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, certificate, -1, any), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSSLParams_SetIdentity(params, NULL, 5, any), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSSLParams_SetPrivateKey(params, certificate, length, TIBEMS_SSL_ENCODING_PEM), TIBEMS_INVALID_CERT_DATA);
    expect(tibemsSSLParams_GetIdentity, params, certificate);
    expect(tibemsSSLParams_GetPrivateKey, params, key);
    CHECK_OK(tibemsSSLParams_SetCiphers(params, "HIGH:!aNULL"));
    CHECK_STATUS(tibemsSSLParams_SetCiphers(params, "HIGH:NO-SUCH-CIPHER"), TIBEMS_ALGORITHM_ERROR);
    CHECK(strstr(error_text(), "NO-SUCH-CIPHER") != NULL);
    CHECK_STATUS(tibemsSSLParams_SetCiphers(params, ""), TIBEMS_ALGORITHM_ERROR);
    CHECK_OK(tibemsSSLParams_SetCiphers(params, NULL));
    CHECK_OK(tibemsSSLParams_SetAuthOnly(params, TIBEMS_TRUE));
    CHECK_OK(tibemsSSLParams_SetVerifyHost(params, TIBEMS_FALSE));
    CHECK_OK(tibemsSSLParams_SetVerifyHostName(params, TIBEMS_FALSE));
    CHECK_OK(tibemsSSLParams_SetExpectedHostName(params, "server"));
    CHECK_OK(tibemsSSLParams_SetExpectedHostName(params, NULL));
    CHECK_OK(tibemsSSLParams_SetHostNameVerifier(params, NULL, NULL));
    CHECK_OK(tibemsSSLParams_SetRenegotiateInterval(params, 0));
    CHECK_STATUS(tibemsSSLParams_SetRenegotiateInterval(params, -1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsSSLParams_SetRenegotiateSize(params, 65536));
    CHECK_STATUS(tibemsSSLParams_SetRenegotiateSize(params, -1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsSSLParams_SetRandEGD(params, "/nowhere"));
    CHECK_OK(tibemsSSLParams_SetRandData(params, "seed", 4));
    CHECK_STATUS(tibemsSSLParams_SetRandData(params, "seed", -1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsSSLParams_SetRandFile(params, "/dev/urandom"));
    tibemsSSLParams_Destroy(params);
    tibemsSSLParams_Destroy(params);
    CHECK_STATUS(tibemsSSLParams_SetAuthOnly(params, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
}

TEST_CHEAP("", tls_files_are_read_at_once)
{
    tibemsSSLParams params = made();
    char name[128];
    snprintf(name, sizeof name, "/tmp/%s.pem", unique_name("tibemsufo"));
    CHECK_STATUS(tibemsSSLParams_SetIdentityFile(params, name, TIBEMS_SSL_ENCODING_AUTO), TIBEMS_FILE_NOT_FOUND);
    CHECK(strstr(error_text(), name) != NULL);
    FILE *file = fopen(name, "w");
    REQUIRE(file != NULL);
    fputs(certificate, file);
    fclose(file);
    CHECK_OK(tibemsSSLParams_SetIdentityFile(params, name, TIBEMS_SSL_ENCODING_AUTO));
    CHECK_OK(tibemsSSLParams_AddTrustedCertFile(params, name, TIBEMS_SSL_ENCODING_PEM));
    CHECK_OK(tibemsSSLParams_AddIssuerCertFile(params, name, TIBEMS_SSL_ENCODING_PEM));
    CHECK_STATUS(tibemsSSLParams_SetPrivateKeyFile(params, name, TIBEMS_SSL_ENCODING_PEM), TIBEMS_INVALID_CERT_DATA);
    REQUIRE((file = fopen(name, "w")) != NULL);
    fputs(key, file);
    fclose(file);
    CHECK_OK(tibemsSSLParams_SetPrivateKeyFile(params, name, TIBEMS_SSL_ENCODING_PEM));
    unlink(name);
    expect(tibemsSSLParams_GetIdentity, params, certificate);   /* the file is needed no more */
    expect(tibemsSSLParams_GetPrivateKey, params, key);
    CHECK_STATUS(tibemsSSLParams_SetIdentityFile(params, "/tmp", TIBEMS_SSL_ENCODING_PEM), TIBEMS_IO_FAILED);
    CHECK_STATUS(tibemsSSLParams_SetIdentityFile(params, "/dev/zero", TIBEMS_SSL_ENCODING_PEM), TIBEMS_IO_FAILED);
    REQUIRE(mkfifo(name, 0600) == 0);                           /* nobody writes: no call may wait for that */
    CHECK_STATUS(tibemsSSLParams_SetIdentityFile(params, name, TIBEMS_SSL_ENCODING_PEM), TIBEMS_IO_FAILED);
    unlink(name);
    CHECK_STATUS(tibemsSSLParams_SetIdentityFile(params, NULL, TIBEMS_SSL_ENCODING_PEM), TIBEMS_INVALID_ARG);
    tibemsSSLParams_Destroy(params);
}

static bool is_live(tibemsSSLParams params) { return tibemsSSLParams_SetAuthOnly(params, TIBEMS_FALSE) == TIBEMS_OK; }

TEST_CHEAP("10-102,10-103", a_factory_owns_tls_parameters)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create(), other = tibemsConnectionFactory_Create();
    tibemsSSLParams params = made(), next = made();
    CASE("10-102");
    CHECK_STATUS(tibemsConnectionFactory_SetPkPassword(factory, "secret"), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, params));
    CHECK_OK(tibemsConnectionFactory_SetPkPassword(factory, "secret"));
    CASE("10-103");
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, params));        /* again the same */
    CHECK(is_live(params));
    CHECK_STATUS(tibemsConnectionFactory_SetSSLParams(other, params), TIBEMS_INVALID_ARG);
    CHECK(strstr(error_text(), "another factory") != NULL);
    tibemsSSLParams_Destroy(params);                                        /* ignored: the factory owns them */
    CHECK(is_live(params));
    tibemsConnectionFactory copy = tibemsUFOConnectionFactory_CreateFromConnectionFactory(factory);
    REQUIRE(copy != NULL);
    CHECK_OK(tibemsConnectionFactory_Destroy(copy));
    CHECK(is_live(params));
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, next));          /* destroys the earlier ones (C6) */
    CHECK(!is_live(params));
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, NULL));
    CHECK(!is_live(next));
    CHECK_STATUS(tibemsConnectionFactory_SetPkPassword(factory, "secret"), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsConnectionFactory_SetSSLParams(factory, next), TIBEMS_INVALID_ARG);      /* stale */
    params = made();
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(other, params));
    CHECK_OK(tibemsConnectionFactory_Destroy(other));
    CHECK(!is_live(params));
    tibemsSSLParams_Destroy(params);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

TEST_CHEAP("", tls_parameters_are_taken_by_connections)
{
    tibemsConnection connection = NULL;
    tibemsSSLParams params = made(), stale = made();
    tibemsSSLParams_Destroy(stale);
    /* C19: a tcp URL has no use for them */
    CHECK_OK(tibemsConnection_CreateSSL(&connection, url_a(), NULL, USER, PASSWORD, params, "secret"));
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_STATUS(tibemsConnection_CreateSSL(&connection, url_a(), NULL, USER, PASSWORD, stale, NULL), TIBEMS_INVALID_ARG);
    CHECK(connection == NULL);
    tibemsConnectionFactory factory = factory_for(url_a());
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, params));
    connection = connect_with(factory);
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

/* How often a text stands in the writable memory of this process. The text is given with every byte but the first one lower,
 * so that the search does not find itself. */
static int count_in_memory(const char *lowered)
{
    static unsigned char page[1 << 16];
    size_t length = strlen(lowered);
    char line[512];
    int found = 0, memory = open("/proc/self/mem", O_RDONLY);
    FILE *maps = fopen("/proc/self/maps", "r");
    REQUIRE(memory >= 0 && maps != NULL);
    while (fgets(line, sizeof line, maps)) {
        unsigned long long start, end;
        char rights[8] = "";
        if (sscanf(line, "%llx-%llx %7s", &start, &end, rights) != 3 || rights[1] != 'w')
            continue;
        for (unsigned long long at = start; at < end; at += sizeof page - length) {
            if (at <= (uintptr_t)page + sizeof page && at + sizeof page > (uintptr_t)page)
                continue;                       /* what this function reads into */
            size_t want = end - at < sizeof page ? (size_t)(end - at) : sizeof page;
            ssize_t got = pread(memory, page, want, (off_t)at);
            for (ssize_t i = 0; got > 0 && i + (ssize_t)length <= got; i++) {
                size_t same = page[i] == (unsigned char)lowered[0];
                while (same && same < length && page[i + (ssize_t)same] == (unsigned char)(lowered[same] + 1))
                    same++;
                found += same == length;
            }
        }
    }
    fclose(maps);
    close(memory);
    return found;
}

/* Gives a secret that stands nowhere in the program, and wipes it: USE gets it in a buffer. */
static void with_secret(const char *lowered, void (*use)(char *secret, void *argument), void *argument)
{
    char secret[1024];
    size_t length = strlen(lowered);
    for (size_t i = 0; i <= length; i++)
        secret[i] = (char)(i == 0 || i == length ? lowered[i] : lowered[i] + 1);
    use(secret, argument);
    for (volatile char *byte = secret; byte < secret + sizeof secret; byte++)
        *byte = 0;
}

static void set_password(char *secret, void *factory) { CHECK_OK(tibemsConnectionFactory_SetPkPassword(factory, secret)); }

static void set_key(char *secret, void *params)
{
    char *end = secret + strlen(secret);
    snprintf(end, 1024 - (size_t)(end - secret), "\n%s", key);     /* text before a PEM block is a comment */
    CHECK_OK(tibemsSSLParams_SetPrivateKey(params, secret, (tibems_int)strlen(secret), TIBEMS_SSL_ENCODING_PEM));
    *end = 0;
}

TEST("", secrets_go_with_tls_parameters)
{
    static const char password[] = "PhisIsLnlxTheP`rrvnqc", comment[] = "KhrhrQtgdBnlldmsNeSgdJdx";
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibemsSSLParams params = made();
    CHECK_OK(tibemsConnectionFactory_SetSSLParams(factory, params));
    with_secret(password, set_password, factory);
    with_secret(comment, set_key, params);
    CHECK_INT(count_in_memory(password), 1);
    CHECK_INT(count_in_memory(comment), 1);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
    CHECK_INT(count_in_memory(password), 0);
    CHECK_INT(count_in_memory(comment), 0);
}
