#!/usr/bin/env python3
"""Checks what the comments of the C header say about each function.

    check_header.py                     what a comment must have
    check_header.py --begin FILE        makes an empty record of statuses
    check_header.py --record FILE       compares what calls returned with what the comments name
    check_header.py --returned FILE     the same for a part of the tests: TIBEMS_OK need not have been returned

A comment describes a function in sentences; its last paragraph begins with `Statuses:` and names every status that the
function can return, and with "those of FUNCTION" everything that another one can. A comment that begins with `Deprecated: `
and the name of a function leaves the parameters to that one. The record is written by test programs
(c-tests/api/make_recorder.py, tests/peer/statuses.rs).

Of every function: each parameter is named in backticks, each status and function named exists, times have a unit,
getters do not "store" or "set", what needs the server says so, what unbuilt.txt lists names TIBEMS_NOT_IMPLEMENTED.
Compared with the record: nothing was returned that is not named; TIBEMS_OK is named only where some call got it.

Prints one line a problem; the last line is 'N passed, M failed', a function each.
"""
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ROOT / "c-tests" / "api"
WIDTH = 100
# /** comment */ and the prototype behind it
FUNCTION = re.compile(r"(?:/\*\*\n((?: \*[^\n]*\n)*?) \*/\n)?^(?!typedef|extern|#|\s)([\w ]+?[ *]+)(\w+)\(([^()]*)\);", re.M)
CONSTANT = re.compile(r"^\s*(?:#define )?(TIBEMS_\w+)\b", re.M)
STATUS_ENUM = re.compile(r"typedef enum \{([^}]*)\} tibems_status;")
STATUS = re.compile(r"\bTIBEMS_[A-Z0-9_]+\b")
THOSE_OF = re.compile(r"\bthose of (\w+)")
TIMES = re.compile(r"timeout|delay|millisec|expiration|time_to_live|interval|seconds")
UNIT = re.compile(r"\b(milli)?seconds?\b|\bms\b")
# what a call to the server can meet
SERVER = "TIBEMS_UFO_CONNECTION_FAILURE"
# environment variables that comments may name
ENVIRONMENT = {"TIBEMS_TRACE", "TIBEMS_AMQP_OPTIONS", "TIBEMS_LOOKUP_FILE"}
# a child of fork() with handles of its parent; said once, in the head of the header
IN_CHILD = "TIBEMS_INVALID_CONNECTION"


class Function:
    """a prototype and its comment"""

    def __init__(self, comment, returns, name, parameters):
        self.name, self.returns = name, " ".join(returns.split())
        lines = [line.removeprefix(" *").strip() for line in (comment or "").splitlines()]
        self.paragraphs = [" ".join(part.split()) for part in "\n".join(lines).split("\n\n") if part.strip()]
        self.text = "\n".join(self.paragraphs)
        self.parameters = [re.sub(r"\W", " ", text).split()[-1] for text in parameters.split(",") if text.strip() not in ("", "void")]
        lists = [part for part in self.paragraphs if part.startswith("Statuses:")]
        self.lists = len(lists)
        self.last = bool(lists) and self.paragraphs[-1] == lists[0]
        self.statuses = set(STATUS.findall(lists[0])) if lists else set()
        self.others = THOSE_OF.findall(lists[0]) if lists else []
        deprecated = re.match(r"Deprecated: (\w+)", self.text)
        self.successor = deprecated.group(1) if deprecated else None


def read_headers(folder=ROOT / "include" / "tibems"):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.h")))


def functions(text):
    """every function that the headers declare: name -> Function"""
    found = {}
    for comment, returns, name, parameters in FUNCTION.findall(text):
        found[name] = Function(comment, returns, name, parameters)
    return found


def statuses_of_enum(text):
    body = STATUS_ENUM.search(text)
    return {name: int(value) for name, value in re.findall(r"(TIBEMS_\w+) = (\d+)", body.group(1))} if body else {}


def named(function, known, seen=()):
    """every status that a comment names, also by way of others"""
    result = set(function.statuses)
    for other in function.others:
        if other in known and other not in seen:
            result |= named(known[other], known, (*seen, function.name))
    return result


def problems_of_text(function, known, enum, constants, unbuilt):
    """what a comment lacks, whatever calls return"""
    if not function.paragraphs:
        yield "has no comment"
        return
    text, names = function.text, named(function, known)
    if function.returns == "tibems_status":
        if function.lists != 1 or not function.last:
            yield "has not exactly one paragraph of statuses, the last one"
    elif function.lists:
        yield "names statuses and returns none"
    yield from (f"names {name}, which is no status" for name in sorted(function.statuses - set(enum)))
    yield from (f"names {name}, which does not exist" for name in sorted(set(STATUS.findall(text)) - constants - ENVIRONMENT))
    yield from (f"names {name}, which does not exist" for name in sorted(set(re.findall(r"\btibems\w+_\w+", text)) - set(known)))
    if function.successor:
        if function.successor not in known:
            yield f"is followed by {function.successor}, which does not exist"
    else:
        yield from (f"does not name `{name}`" for name in function.parameters if f"`{name}`" not in text)
        if any(TIMES.search(name) for name in function.parameters) and not UNIT.search(text):
            yield "has a time without a unit"
    if re.search(r"_(Get|get|Is)[A-Z]", function.name) and re.match(r"(Stores|Sets)\b", text):
        yield "is a getter and says that it stores or sets"
    if SERVER in function.statuses and "Needs the server" not in text:
        yield "can fail for want of a server and does not say: Needs the server"
    if "Needs the server" in text and SERVER not in names:
        yield f"needs the server and does not name {SERVER}"
    whole = unbuilt.get(function.name)
    if whole is not None and function.returns == "tibems_status":
        if "TIBEMS_NOT_IMPLEMENTED" not in names:
            yield "is not built and does not name TIBEMS_NOT_IMPLEMENTED"
        if whole and "TIBEMS_OK" in names:
            yield "is not built at all and names TIBEMS_OK"


def problems_of_record(function, known, returned, whole):
    """what the comment says otherwise than calls; returned: ordinary calls, and those of a forked child"""
    ordinary, child = returned
    names = named(function, known)
    for status in sorted(ordinary - names):
        yield f"has returned {status}, which its comment does not name"
    for status in sorted(child - ordinary - names - {IN_CHILD}):
        yield f"has returned {status} in a forked child, which its comment does not name"
    if whole and "TIBEMS_OK" in names and "TIBEMS_OK" not in ordinary:
        yield "names TIBEMS_OK, which no call has got"


def table():
    with open(TABLES / "functions.tsv", newline="", encoding="utf-8") as file:
        return [row["function"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def read_unbuilt():
    """function -> whether nothing of it is built"""
    lines = (TABLES / "unbuilt.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0]: line.split("\t")[3:] == ["whole"] for line in lines if line and not line.startswith("#")}


def read_record(path, order, enum):
    """function -> (statuses of ordinary calls, statuses in a forked child)"""
    data = pathlib.Path(path).read_bytes()
    if len(data) != 2 * len(order) * 256:
        sys.exit(f"{path} is no record of {len(order)} functions")
    text = {value: name for name, value in enum.items()}

    def part(index):
        bytes_of = data[index * 256:(index + 1) * 256]
        return {text.get(value, str(value)) for value, mark in enumerate(bytes_of) if mark}

    return {name: (part(index), part(len(order) + index)) for index, name in enumerate(order)}


def check(text, unbuilt, record=None, whole=True):
    """(function, problem) for each problem; record: what read_record gives, whole: of all tests"""
    known, enum = functions(text), statuses_of_enum(text)
    constants = set(CONSTANT.findall(text)) | set(enum)
    for name, function in known.items():
        for problem in problems_of_text(function, known, enum, constants, unbuilt):
            yield name, problem
        if record is not None and function.returns == "tibems_status" and function.lists:
            for problem in problems_of_record(function, known, record.get(name, (set(), set())), whole):
                yield name, problem
    for line in text.splitlines():
        if line.startswith(" *") and len(line) > WIDTH:
            yield "(header)", f"has a comment wider than {WIDTH} columns: {line}"


def main():
    arguments = sys.argv[1:]
    order = table()
    if arguments[:1] == ["--begin"] and len(arguments) == 2:
        record = pathlib.Path(arguments[1])
        record.parent.mkdir(parents=True, exist_ok=True)   # the first thing that a fresh clone makes
        record.write_bytes(bytes(2 * len(order) * 256))
        return 0
    if arguments and (arguments[0] not in ("--record", "--returned") or len(arguments) != 2):
        sys.exit(__doc__)
    text = read_headers()
    record = read_record(arguments[1], order, statuses_of_enum(text)) if arguments else None
    if record is not None and not any(ordinary for ordinary, _ in record.values()):
        print("nothing was recorded")
        print("0 passed, 1 failed")
        return 1
    wrong = list(check(text, read_unbuilt(), record, arguments[:1] != ["--returned"]))
    for name, problem in wrong:
        print(f"FAIL {name} {problem}")
    failed = len({name for name, _ in wrong})
    print(f"{len(functions(text)) - len({name for name, _ in wrong if name != '(header)'})} passed, {failed} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
