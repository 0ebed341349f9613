/*
 * other_name.c - the recovering call under the other name that manuals give it. Compiled with HEADER as each header that
 * programs of unshared connections include; it must be the same function.
 */
#include HEADER

int main(void) {
    tibems_status (*call)(tibemsConnectionFactory, tibemsConnection) = tibemsConnectionFactory_RecoverConnection;
    if (call != tibemsUFOConnectionFactory_RecoverConnection) return 1;
    return tibemsConnectionFactory_RecoverConnection(NULL, NULL) != TIBEMS_INVALID_ARG;
}
