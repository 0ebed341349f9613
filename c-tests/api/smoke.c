/*
 * smoke.c - a program that needs no server: version, texts, error context, factories, lookup parameters,
 * administration.
 * It is linked in every way that programs link, and run against a stand-in library and this one.
 */
#include <stdio.h>
#include <string.h>
#include <tibems/emsadmin.h>
#include <tibems/tibems.h>
#include <tibems/tibemsufo.h>

int main(void) {
    tibemsErrorContext errors = NULL;
    const char *text = NULL;
    tibemsConnectionFactory factory;
    tibemsLookupParams parameters;

    printf("version %s\n", tibems_Version());
    printf("text %s\n", tibemsStatus_GetText(TIBEMS_OK));
    if (tibemsErrorContext_Create(&errors) != TIBEMS_OK) return 1;
    if (tibemsDestination_Destroy(NULL) == TIBEMS_OK) return 2;
    if (tibemsErrorContext_GetLastErrorString(errors, &text) != TIBEMS_OK) return 3;
    if (text == NULL || *text == '\0') return 4;
    if (tibemsErrorContext_Close(errors) != TIBEMS_OK) return 5;
    factory = tibemsUFOConnectionFactory_Create();
    printf("factory %s\n", factory ? "made" : "missing");
    if (factory && tibemsConnectionFactory_Destroy(factory) != TIBEMS_OK) return 6;
    parameters = tibemsLookupParams_Create();
    if (parameters == NULL) return 7;
    tibemsLookupParams_Destroy(parameters);
    if (tibemsAdmin_Close(TIBEMS_INVALID_ADMIN_ID) == TIBEMS_OK) return 8;
    printf("all asked\n");
    return 0;
}
