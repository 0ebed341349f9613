/*
 * proton.h - what Apache Qpid Proton makes of the bytes that this library writes
 *
 * The other side is server.py, started by run.sh: it is asked with the same line protocol as the partner of ../interop
 * (partner.h); the questions stand at its head. Frames and sections come as text, `name field=value ...`, in the grammar
 * of ../../tests/recorded/facts.py; the texts expected here are written from the AMQP standard and spec 30 §9.
 */
#ifndef PROTON_H
#define PROTON_H

#include "../interop/partner.h"

/* a connected, started fixture on Proton; OPTIONS for TIBEMS_AMQP_OPTIONS; the frames of earlier tests are forgotten */
void fresh_on_proton(struct fixture *f, const char *options);
void fixture_close(struct fixture *f);

/* waits for a frame that starts so, which must be this one; or have this field */
#define CHECK_FRAME(START, WANT) (ask("frame %s", START), CHECK_FACT("frame", WANT))
#define CHECK_FIELD(START, FIELD, WANT) \
    (ask("frame %s", START), check_str_(__FILE__, __LINE__, START " " FIELD, field_of(fact("frame"), FIELD), WANT))

/* how many frames that start so were written; the largest has so many bytes */
int frames_of(const char *start);
int largest_of(const char *start);

/* the value of a field in a frame's text, NULL without it; static ring */
const char *field_of(const char *frame, const char *field);

/* a text of any length; static ring */
const char *said(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* sends the message, whose sections become the facts, and destroys it. Checks that header and properties are the plain ones
 * with these fields added, and that there are COUNT sections */
void look_at(struct fixture *f, tibemsMsg message, const char *annotations, const char *more_properties, int count);
/* the last section is this */
void check_body(const char *file, int line, const char *want);
#define CHECK_BODY(WANT) check_body(__FILE__, __LINE__, WANT)

#endif
