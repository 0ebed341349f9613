/*
 * conversions.h - what every getter gives for stored values, those at the ends of the ranges included: the tables of spec 30
 * §4.3 and §5.6 with their values, shared by the tests of properties, maps and streams
 *
 * A test stores the rows (each by its type), reads each through every getter into a struct got, and gives both to
 * check_cell(). A getter that fails must leave its result alone, so a fresh got() holds a pattern.
 */
#ifndef CONVERSIONS_H
#define CONVERSIONS_H

#include "messages.h"

enum column {BOOLEAN, BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE, STRING, BYTES, COLUMNS};
static const char *const column_names[] = {"Boolean", "Byte",  "Short",  "Char",   "Int",
                                           "Long",    "Float", "Double", "String", "Bytes"};

struct got {
    tibems_status status;
    union {
        tibems_bool truth;
        tibems_byte byte;
        tibems_short small;
        tibems_wchar unit;
        tibems_int number;
        tibems_long large;
        tibems_float single;
        tibems_double real;
        const char *text;
        char *own_text;
        struct {const void *bytes; tibems_uint size;} block;
        unsigned char raw[16];
    } as;
};

UNUSED static struct got nothing_got(void)
{
    struct got got;
    memset(&got, 0x5A, sizeof got);
    return got;
}

struct conversion {
    const char *label;
    int type;                   /* of the stored value */
    const char *cells;          /* by column: o: TIBEMS_OK, a dot: TIBEMS_CONVERSION_FAILED */
    const char *text;           /* what String gives; the stored text; NULL for null */
    bool truth;                 /* what Boolean gives */
    long long whole;            /* what Char and the integers give */
    double real;                /* what Double gives */
    float single;               /* what Float gives */
    int size;                   /* of bytes */
};

#define ROW(TYPE, CELLS, TEXT, ...) {.label = #TYPE " " #TEXT, .type = TYPE, .cells = CELLS, .text = TEXT, __VA_ARGS__}
#define B(VALUE, TEXT) ROW(TIBEMS_BOOL, "o.......o.", TEXT, .truth = VALUE)
#define Y(VALUE) ROW(TIBEMS_BYTE, ".oo.oo..o.", #VALUE, .whole = VALUE)
#define S(VALUE) ROW(TIBEMS_SHORT, "..o.oo..o.", #VALUE, .whole = VALUE)
#define C(VALUE, TEXT) ROW(TIBEMS_WCHAR, "...o....o.", TEXT, .whole = VALUE)
#define LONE(VALUE) ROW(TIBEMS_WCHAR, "...o......", "", .whole = VALUE)
#define I(VALUE, TEXT) ROW(TIBEMS_INT, "....oo..o.", TEXT, .whole = VALUE)
#define L(VALUE, TEXT) ROW(TIBEMS_LONG, ".....o..o.", TEXT, .whole = VALUE)
#define F(VALUE, TEXT) ROW(TIBEMS_FLOAT, "......ooo.", TEXT, .single = VALUE, .real = (double)(VALUE))
#define D(VALUE, TEXT) ROW(TIBEMS_DOUBLE, ".......oo.", TEXT, .real = VALUE)
/* texts: of no number; of a truth; of an integer that fits the types of CELLS; of a number that is none of them */
#define WORD(TEXT) ROW(TIBEMS_UTF8, "o.......o.", TEXT, .truth = false)
#define TRUTH(TEXT) ROW(TIBEMS_UTF8, "o.......o.", TEXT, .truth = true)
#define WHOLE(TEXT, CELLS, VALUE) ROW(TIBEMS_UTF8, CELLS, TEXT, .whole = VALUE, .real = VALUE, .single = VALUE)
#define REAL(TEXT, VALUE, SINGLE) ROW(TIBEMS_UTF8, "o.....ooo.", TEXT, .real = VALUE, .single = SINGLE)

static const struct conversion conversions[] = {
    B(1, "true"), B(0, "false"),
    Y(-128), Y(-1), Y(0), Y(1), Y(127),
    S(-32768), S(-129), S(-1), S(0), S(5), S(32767),
    I(INT32_MIN, "-2147483648"), I(-1, "-1"), I(0, "0"), I(5, "5"), I(INT32_MAX, "2147483647"),
    L(INT64_MIN, "-9223372036854775808"), L(-1, "-1"), L(0, "0"), L(5, "5"), L(INT64_MAX, "9223372036854775807"),
    F(0.0f, "0.0"), F(-0.0f, "-0.0"), F(1.0f, "1.0"), F(-1.5f, "-1.5"), F(0.1f, "0.1"), F(1e10f, "1.0E10"),
    F(1e-3f, "0.001"), F(9.999e-4f, "9.999E-4"), F(9999999.0f, "9999999.0"), F(1e7f, "1.0E7"),
    F(3.4028234663852886e38f, "3.4028235E38"), F(1.4e-45f, "1.4E-45"), F(2.8e-45f, "2.8E-45"),
    F(NAN, "NaN"), F(INFINITY, "Infinity"), F(-INFINITY, "-Infinity"),
    D(0.0, "0.0"), D(-0.0, "-0.0"), D(1.0, "1.0"), D(100.0, "100.0"), D(0.1, "0.1"), D(123.456, "123.456"),
    D(1e-3, "0.001"), D(9.999e-4, "9.999E-4"), D(9999999.0, "9999999.0"), D(1e7, "1.0E7"), D(-1e300, "-1.0E300"),
    D(1.7976931348623157e308, "1.7976931348623157E308"), D(4.9e-324, "4.9E-324"), D(2e-3, "0.002"), D(5e-324 * 3, "1.5E-323"),
    D(NAN, "NaN"), D(INFINITY, "Infinity"), D(-INFINITY, "-Infinity"),

    TRUTH("true"), TRUTH("TRUE"), TRUTH("tRuE"), WORD("false"), WORD("yes"), WORD(" true"), WORD("true "), WORD("t"),
    WORD(""), WORD(" "), WORD("abc"), WORD("+"), WORD("-"), WORD("--1"), WORD("+-1"), WORD("0x10"), WORD("1 2"), WORD("1,5"),
    WORD("1_000"), WORD("\xD9\xA3"), WORD("inf"), WORD("nan"), WORD("NAN"), WORD("infinity"), WORD("e5"), WORD("1e"),
    WORD("."), WORD("1d"), WORD("1f"), WORD("0x1p3"),
    WHOLE("0", "ooo.ooooo.", 0), WHOLE("1", "ooo.ooooo.", 1), WHOLE("+5", "ooo.ooooo.", 5), WHOLE("007", "ooo.ooooo.", 7),
    WHOLE("127", "ooo.ooooo.", 127), WHOLE("128", "o.o.ooooo.", 128), WHOLE("-128", "ooo.ooooo.", -128),
    WHOLE("-129", "o.o.ooooo.", -129), WHOLE("32767", "o.o.ooooo.", 32767), WHOLE("32768", "o...ooooo.", 32768),
    WHOLE("-32768", "o.o.ooooo.", -32768), WHOLE("-32769", "o...ooooo.", -32769),
    WHOLE("2147483647", "o...ooooo.", 2147483647), WHOLE("2147483648", "o....oooo.", 2147483648LL),
    WHOLE("-2147483648", "o...ooooo.", INT32_MIN), WHOLE("-2147483649", "o....oooo.", -2147483649LL),
    WHOLE("9223372036854775807", "o....oooo.", INT64_MAX), WHOLE("-9223372036854775808", "o....oooo.", INT64_MIN),
    REAL("9223372036854775808", 9223372036854775808.0, 9223372036854775808.0f),
    REAL("-9223372036854775809", -9223372036854775809.0, -9223372036854775809.0f),
    REAL(" 5", 5, 5), REAL("5 ", 5, 5), REAL("\t5\t", 5, 5), REAL(" 1.5 ", 1.5, 1.5f), REAL("1.0", 1, 1), REAL("+.5E1", 5, 5),
    REAL("5.", 5, 5), REAL("0.1", 0.1, 0.1f), REAL("-0.0", -0.0, -0.0f), REAL("1e300", 1e300, INFINITY),
    REAL("-1E300", -1e300, -INFINITY), REAL("1e400", INFINITY, INFINITY), REAL("-1e400", -INFINITY, -INFINITY),
    REAL("1e-400", 0.0, 0.0f), REAL("4.9E-324", 4.9e-324, 0.0f), REAL("3.4028235e38", 3.4028235e38, 3.4028234663852886e38f),
    REAL("3.4028236e38", 3.4028236e38, INFINITY),
    REAL("NaN", NAN, NAN), REAL("Infinity", INFINITY, INFINITY), REAL("+Infinity", INFINITY, INFINITY),
    REAL("-Infinity", -INFINITY, -INFINITY),
    ROW(TIBEMS_NULL, "o.......oo", NULL, .truth = false),

    C(0x41, "A"), C(0x7F, "\x7F"), C(0xE9, "\xC3\xA9"), C(0x20AC, "\xE2\x82\xAC"), C(0xFFFF, "\xEF\xBF\xBF"), C(0, ""),
    LONE(0xD800), LONE(0xDBFF), LONE(0xDC00), LONE(0xDFFF),
    ROW(TIBEMS_BYTES, ".........o", "a\0\xFF", .size = 3), ROW(TIBEMS_BYTES, ".........o", "", .size = 0),
};
enum {CONVERSIONS = sizeof conversions / sizeof *conversions};

static const tibems_short shorts[3] = {1, -1, 32767};
static const tibems_int ints[3] = {1, -1, 2147483647};
static const tibems_long longs[3] = {1, -1, 1LL << 62};
static const tibems_float floats[3] = {1, -0.0f, 0.5f};
static const tibems_double doubles[3] = {1, -1, 1e300};

/* arrays, which are read as fields only */
static const struct {const char *name; int type; size_t size; const void *elements;} arrays[] = {
    {"shorts", TIBEMS_SHORT_ARRAY, sizeof shorts, shorts},    {"ints", TIBEMS_INT_ARRAY, sizeof ints, ints},
    {"longs", TIBEMS_LONG_ARRAY, sizeof longs, longs},        {"floats", TIBEMS_FLOAT_ARRAY, sizeof floats, floats},
    {"doubles", TIBEMS_DOUBLE_ARRAY, sizeof doubles, doubles},
};
enum {ARRAYS = sizeof arrays / sizeof *arrays};

#undef ROW
#undef B
#undef Y
#undef S
#undef C
#undef LONE
#undef I
#undef L
#undef F
#undef D
#undef WORD
#undef TRUTH
#undef WHOLE
#undef REAL

UNUSED static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }
UNUSED static bool same_double(double a, double b) { return isnan(b) ? isnan(a) : memcmp(&a, &b, sizeof a) == 0; }
UNUSED static bool same_float(float a, float b) { return isnan(b) ? isnan(a) : memcmp(&a, &b, sizeof a) == 0; }

/* what a getter must give for bytes (a stream tells the end of its item instead of no bytes) */
UNUSED static bool same_bytes(const struct conversion *row, const void *bytes, tibems_uint size, tibems_uint none)
{
    if (row->type == TIBEMS_NULL) return bytes == NULL && size == none;
    if (row->size == 0) return size == none;
    return bytes != NULL && size == (tibems_uint)row->size && memcmp(bytes, row->text, size) == 0;
}

/* none: the size that Bytes gives when there are no bytes */
UNUSED static bool right_value(const struct conversion *row, enum column column, const struct got *got, tibems_uint none)
{
    switch (column) {
    case BOOLEAN: return got->as.truth == (tibems_bool)row->truth;
    case BYTE: return got->as.byte == row->whole;
    case SHORT: return got->as.small == row->whole;
    case CHAR: return got->as.unit == row->whole;
    case INT: return got->as.number == row->whole;
    case LONG: return got->as.large == row->whole;
    case FLOAT: return same_float(got->as.single, row->single);
    case DOUBLE: return same_double(got->as.real, row->real);
    case STRING: return same_text(got->as.text, row->text);
    default: return same_bytes(row, got->as.block.bytes, got->as.block.size, none);
    }
}

UNUSED static bool wants_ok(const struct conversion *row, enum column column) { return row->cells[column] == 'o'; }

UNUSED static void check_cell(const char *where, const struct conversion *row, enum column column, struct got got,
                              tibems_uint none)
{
    struct got untouched = nothing_got();
    count_check();
    if (got.status != (wants_ok(row, column) ? TIBEMS_OK : TIBEMS_CONVERSION_FAILED))
        check_failed(__FILE__, __LINE__, "%s: %s as %s: status %d", where, row->label, column_names[column], got.status);
    else if (got.status == TIBEMS_OK && !right_value(row, column, &got, none))
        check_failed(__FILE__, __LINE__, "%s: %s as %s: wrong value (%s)", where, row->label, column_names[column],
                     column == STRING && got.as.text ? got.as.text : "no text");
    else if (got.status != TIBEMS_OK && memcmp(&got.as, &untouched.as, sizeof got.as) != 0)
        check_failed(__FILE__, __LINE__, "%s: %s as %s failed and wrote its result", where, row->label, column_names[column]);
}

/* the value as it is stored: type, size, count and content of a field that held other bytes before */
UNUSED static void check_field(const char *where, const struct conversion *row, const tibemsMsgField *field)
{
    static const int sizes[] = {0, 1, 1, 2, 2, 4, 8, 4, 8};
    bool right = field->type == row->type && field->count == 0;
    int size = row->type == TIBEMS_UTF8 ? (int)strlen(row->text) + 1 : row->type == TIBEMS_BYTES ? row->size : sizes[row->type];
    count_check();
    switch (row->type) {
    case TIBEMS_NULL: right = right && field->data.utf8Value == NULL && field->data.longValue == 0; break;
    case TIBEMS_BOOL: right = right && field->data.boolValue == (tibems_bool)row->truth; break;
    case TIBEMS_BYTE: right = right && field->data.byteValue == row->whole; break;
    case TIBEMS_WCHAR: right = right && field->data.wcharValue == row->whole; break;
    case TIBEMS_SHORT: right = right && field->data.shortValue == row->whole; break;
    case TIBEMS_INT: right = right && field->data.intValue == row->whole; break;
    case TIBEMS_LONG: right = right && field->data.longValue == row->whole; break;
    case TIBEMS_FLOAT: right = right && same_float(field->data.floatValue, row->single); break;
    case TIBEMS_DOUBLE: right = right && same_double(field->data.doubleValue, row->real); break;
    case TIBEMS_UTF8: right = right && same_text(field->data.utf8Value, row->text); break;
    default: right = right && (size == 0 || memcmp(field->data.bytesValue, row->text, (size_t)size) == 0); break;
    }
    if (!right || (int)field->size != size)
        check_failed(__FILE__, __LINE__, "%s: %s as field: type %d, size %d, count %d", where, row->label, field->type,
                     (int)field->size, (int)field->count);
}

#endif
