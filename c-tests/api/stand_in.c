/*
 * stand_in.c - a library with unversioned names, as old programs were linked with. Compiled once for each of its parts:
 * with PART_UFO as libtibemsufo.so, PART_LOOKUP as libtibemslookup.so, PART_ADMIN as libtibemsadmin.so, without as libtibems.so.
 * It only does what smoke.c asks for.
 */
#include <tibems/emsadmin.h>

#if defined PART_UFO
tibemsConnectionFactory tibemsUFOConnectionFactory_Create(void) { return (void *)64; }
#elif defined PART_LOOKUP
tibemsLookupParams tibemsLookupParams_Create(void) { return (void *)96; }
void tibemsLookupParams_Destroy(tibemsLookupParams parameters) { (void)parameters; }
#elif defined PART_ADMIN
tibems_status tibemsAdmin_Close(tibemsAdmin admin) { return admin ? TIBEMS_OK : TIBEMS_INVALID_CONNECTION; }
#else
const char *tibems_Version(void) { return "stand-in"; }
const char *tibemsStatus_GetText(tibems_status status) { return status == TIBEMS_OK ? "fine" : "not fine"; }
tibems_status tibemsErrorContext_Create(tibemsErrorContext *context) {
    *context = (void *)32;
    return TIBEMS_OK;
}
tibems_status tibemsErrorContext_Close(tibemsErrorContext context) { return context ? TIBEMS_OK : TIBEMS_INVALID_ARG; }
tibems_status tibemsErrorContext_GetLastErrorString(tibemsErrorContext context, const char **string) {
    *string = "bad";
    return context ? TIBEMS_OK : TIBEMS_INVALID_ARG;
}
tibems_status tibemsDestination_Destroy(tibemsDestination destination) {
    return destination ? TIBEMS_OK : TIBEMS_INVALID_DESTINATION;
}
tibems_status tibemsConnectionFactory_Destroy(tibemsConnectionFactory factory) {
    return factory ? TIBEMS_OK : TIBEMS_INVALID_ARG;
}
#endif
