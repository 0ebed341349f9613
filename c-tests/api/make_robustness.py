#!/usr/bin/env python3
"""Write a C program that gives bad handles and NULL pointers to every function of the public C API.

usage: make_robustness.py OUT.c

The program comes from functions.tsv beside this file. Each function is called with handles that are
NULL, small numbers, addresses, all ones, random, of another kind, and stale, once with outputs and
once with NULL outputs. It must not crash. The status must be that of a bad handle of the kind of the
first handle parameter, handle outputs must be NULL afterwards and other outputs untouched.
"""
import pathlib
import re
import sys

from make_checks import rows

# the status of a bad handle, by kind (spec 20 section 0.3, spec 10 G4)
KINDS = {
    "connection": ("TIBEMS_INVALID_CONNECTION", "tibemsConnection tibemsTopicConnection tibemsQueueConnection"),
    "session": ("TIBEMS_INVALID_SESSION", "tibemsSession tibemsTopicSession tibemsQueueSession"),
    "consumer": ("TIBEMS_INVALID_CONSUMER", "tibemsMsgConsumer tibemsTopicSubscriber tibemsQueueReceiver"),
    "producer": ("TIBEMS_INVALID_PRODUCER", "tibemsMsgProducer tibemsTopicPublisher tibemsQueueSender"),
    "destination": (
        "TIBEMS_INVALID_DESTINATION",
        "tibemsDestination tibemsTopic tibemsQueue tibemsTemporaryTopic tibemsTemporaryQueue",
    ),
    "message": (
        "TIBEMS_INVALID_MSG",
        "tibemsMsg tibemsTextMsg tibemsBytesMsg tibemsMapMsg tibemsStreamMsg tibemsObjectMsg",
    ),
    "enumeration": ("TIBEMS_INVALID_ARG", "tibemsMsgEnum"),
    "factory": ("TIBEMS_INVALID_ARG", "tibemsConnectionFactory"),
    "browser": ("TIBEMS_INVALID_ARG", "tibemsQueueBrowser"),
    "requestor": ("TIBEMS_INVALID_ARG", "tibemsMsgRequestor"),
    "metadata": ("TIBEMS_INVALID_ARG", "tibemsConnectionMetaData"),
    "tls": ("TIBEMS_INVALID_ARG", "tibemsSSLParams"),
    "lookup": ("TIBEMS_INVALID_ARG", "tibemsLookupContext"),
    "lookup_params": ("TIBEMS_INVALID_ARG", "tibemsLookupParams"),
    "errors": ("TIBEMS_INVALID_ARG", "tibemsErrorContext"),
    "xa": ("TIBEMS_NOT_IMPLEMENTED", "tibemsXAResource"),
    "collection": ("TIBEMS_INVALID_ARG", "tibemsCollection"),
    "administration": ("TIBEMS_INVALID_CONNECTION", "tibemsAdmin"),
    "info": (
        "TIBEMS_INVALID_ARG",
        "tibemsServerInfo tibemsDestinationInfo tibemsQueueInfo tibemsTopicInfo tibemsConsumerInfo tibemsSubscriptionInfo "
        "tibemsProducerInfo tibemsDetailedDestStat tibemsStatData tibemsCollectionObj",
    ),
}
KIND_OF = {name: kind for kind, (_, names) in KINDS.items() for name in names.split()}
ENUMS = "tibems_bool tibemsDestinationType tibemsAcknowledgeMode tibemsDeliveryMode tibemsNpCheckMode " \
    "tibemsMsgType tibemsFactoryLoadBalanceMetric tibems_status".split()
INTEGERS = "int tibems_byte tibems_short tibems_wchar tibems_int tibems_uint tibems_long tibems_float " \
    "tibems_double".split()
CALLBACKS = "tibemsSSLHostNameVerifier tibemsExceptionCallback tibemsMsgCompletionCallback tibemsMsgCallback " \
    "tibemsMulticastExceptionCallback".split()
# NULL stands for something here: the context of the thread, default TLS parameters
NULL_MEANS_SOMETHING = re.compile(r"tibemsErrorContext_Get|_CreateSSL$")
# outputs that are written although the status is not TIBEMS_OK (spec 20 section 9)
WRITES_ANYWAY = re.compile(r"tibemsXAResource_")
# takes a time or a file name and no handle: nothing to learn
LEFT_OUT = {"tibems_Sleep", "tibems_SetTraceFile"}


class Parameter:
    def __init__(self, text, number):
        text, self.name = re.match(r"(.*?)\s*(\w+)$", text).groups()
        self.const = text.startswith("const ")
        plain = text.removeprefix("const ")
        self.stars = plain.count("*")
        self.base = plain.replace("*", "").strip()
        self.kind = KIND_OF.get(self.base)
        self.var = f"v{number}"
        self.handle_in = self.kind is not None and self.stars == 0
        self.handle_out = self.kind is not None and self.stars == 1
        self.text_in = self.const and self.stars == 1
        self.buffer = not self.const and self.base in ("char", "void") and self.stars == 1
        self.output = self.handle_out or self.stars == 2 or (
            self.stars == 1 and not self.const and not self.buffer and self.base not in ("FILE", "XID", "tibemsMsgField"))

    def declare(self):
        if self.handle_out:
            return f"{self.base} {self.var} = ({self.base})(intptr_t)mark();"
        if self.stars == 2:
            return f"{'const ' if self.const else ''}{self.base} *{self.var} = mark();"
        if self.output:
            return f"{self.base} {self.var}; memset(&{self.var}, 0x5a, sizeof {self.var});"
        return None

    def argument(self, first):
        if self.handle_in:  # some handles are numbers of 32 bits
            return f"({self.base})(intptr_t)bad" if first else f"({self.base})0"
        if self.output:
            return f"nulls ? NULL : &{self.var}"
        if self.base == "FILE":
            return "nulls ? NULL : sink"
        if self.base in ("XID", "tibemsMsgField") and self.stars:
            return f"nulls ? NULL : ({self.base} *)room"
        if self.buffer:
            return "nulls ? NULL : (void *)room"
        if self.text_in:
            return 'nulls ? NULL : (const void *)"x\\0\\0\\0\\0\\0\\0\\0"' if self.base == "void" else \
                (f"nulls ? NULL : (const {self.base} *)room" if self.base != "char" else 'nulls ? NULL : "x"')
        if self.base in CALLBACKS:
            return "NULL"
        if self.base in ENUMS:
            return f"({self.base})(nulls ? 0 : 1)"
        if self.base in INTEGERS:
            return f"({self.base})(nulls ? 0 : 1)"
        raise SystemExit(f"make_robustness: what is {self.base} {'*' * self.stars}{self.name}?")

    def check(self, function):
        if self.handle_out or (self.stars == 2 and self.base == "void" and function == "tibemsLookupContext_Lookup"):
            return f"nothing({self.var} == 0, \"{function}\", \"{self.name} is not NULL\");"
        if self.stars == 2:
            return f"nothing({self.var} == mark(), \"{function}\", \"{self.name} was written\");"
        if self.output and not WRITES_ANYWAY.match(function):
            return f"nothing(untouched(&{self.var}, sizeof {self.var}), \"{function}\", \"{self.name} was written\");"
        return None


def program():
    yield "/* generated by make_robustness.py: bad handles and NULL pointers for every function */"
    yield (pathlib.Path(__file__).parent / "robustness.h").read_text()
    table = []
    for row in rows("functions.tsv"):
        name = row["function"]
        if name in LEFT_OUT:
            continue
        parameters = [Parameter(p, n) for n, p in enumerate(filter(None, row["parameters"].split("; ")))]
        handle = next((p for p in parameters if p.handle_in), None)
        yield f"static void call_{name}(void *bad, int nulls) {{"
        for line in filter(None, (p.declare() for p in parameters)):
            yield "    " + line
        call = f"{name}({', '.join(p.argument(p is handle) for p in parameters)})"
        yield "    (void)bad; (void)nulls; memset(room, 0, sizeof room);"
        if row["returns"] == "tibems_status":
            yield f"    tibems_status status = {call};"
            if handle:
                expected = KINDS[handle.kind][0]
                if "XA" in name:
                    expected = "TIBEMS_NOT_IMPLEMENTED"
                if handle is not parameters[0]:
                    yield f"    if (nulls) expected(status != TIBEMS_OK, \"{name}\", status, bad);"
                    yield "    else"
                yield f"    expected(status == {expected} || unbuilt(\"{name}\", status), \"{name}\", status, bad);"
            elif any(p.output for p in parameters):
                yield f"    if (nulls) expected(unbuilt(\"{name}\", status) || status != TIBEMS_OK, \"{name}\", status, bad);"
            else:
                yield "    (void)status;"
        else:
            yield f"    (void){call};" if row["returns"] != "void" else f"    {call};"
        checks = list(filter(None, (p.check(name) for p in parameters))) if handle else []
        if checks and row["returns"] == "tibems_status":
            yield "    if (nulls) return;"
            yield from ("    " + line for line in checks)
        yield "}"
        kind = handle.kind if handle else "none"
        optional = 1 if NULL_MEANS_SOMETHING.search(name) else 0
        table.append(f'    {{"{name}", "{kind}", {optional}, call_{name}}},')
    yield "static const struct function functions[] = {"
    yield from table
    yield "};"
    yield "int main(int count, char **arguments) {\n    return run(functions, sizeof functions / sizeof *functions, count > 1 ? arguments[1] : NULL);\n}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    pathlib.Path(sys.argv[1]).write_text("\n".join(program()) + "\n")


if __name__ == "__main__":
    main()
