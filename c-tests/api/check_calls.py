#!/usr/bin/env python3
"""Checks that c-tests/conformance/table.h calls every function of sessions and of what they make.

A function is of that kind by its header; what is not built, and what needs another server than a test has, is left out here.
"""
import re
import sys

from make_checks import HERE, rows

HEADERS = "conn sess qsess tsess qconn tconn msgprod msgcons msgreq send pub recv sub qbrow".split()
# of the process, or it makes a connection
LEFT_OUT = re.compile(r"tibems_(Open|Close|Sleep)$|tibems(Queue|Topic)?Connection_Create$")
BESIDE = {"tibemsMsg_Acknowledge", "tibemsMsg_Recover", "tibemsUFOConnectionFactory_RecoverConnection", "tibems_IsConsumerMulticast"}


def main():
    text = (HERE.parent / "conformance" / "table.h").read_text(encoding="utf-8")
    called = re.findall(r"\bX\((tibems\w+), ", text)
    wanted = {row["function"] for row in rows("functions.tsv") if row["header"].removesuffix(".h") in HEADERS}
    wanted = {name for name in wanted if not LEFT_OUT.match(name)} | BESIDE
    wrong = sorted(wanted ^ set(called)) + sorted({name for name in called if called.count(name) > 1})
    for name in wrong:
        print(f"table.h: {name} is missing, unknown or there twice")
    print(f"{len(wanted)} functions are called")
    return 1 if wrong or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
