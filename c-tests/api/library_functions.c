/*
 * library_functions.c - a program of old that includes tibems.h alone and uses memory and text functions of the C library. Compiled
 * with implicit declarations as errors: without a declaration an address would be cut to 32 bits.
 */
#include <tibems/tibems.h>

int main(void) {
    char *copy = malloc(8);
    int length;
    if (copy == NULL) exit(1);
    strcpy(copy, "12345");
    length = (int)strlen(copy) + atoi(copy);
    free(copy);
    return length != 12350;
}
