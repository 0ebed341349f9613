#!/usr/bin/env python3
"""Checks the register of hard cases, c-tests/CASES.tsv, against the cases and against what really ran.

    check_cases.py --results target/c-tests/results.tsv [--rust target/c-tests/cargo-test.txt]

CASES.tsv: one row a case of cases.tsv: id, test, note. The test is "c:NAME" (a C conformance test), "rust:PATH" (a Rust
test as cargo prints it), several separated by blanks, or "-" with the reason in the note. A problem is: a missing,
unknown or double id; a test that does not exist, did not run or did not pass; an untested case without a reason.
Skipped counts as not run. Exit status 0: no problem. --rust is the output of cargo test.

    check_cases.py --sync LISTING

LISTING holds lines "ids<TAB>name" (the programs' option -l): rows of C tests are set from it, all others stay.
"""
import argparse
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if line.strip()]


def case_ids():
    return [row[0] for row in read_rows(os.path.join(HERE, "cases.tsv"))[1:]]


def c_results(path):
    """name -> set of results; the runs under valgrind count separately"""
    results = {}
    for row in read_rows(path):
        results.setdefault(row[1], set()).add(row[0])
    return results


def rust_results(path):
    results = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)", line)
            if match:
                results.setdefault(match.group(1), set()).add(match.group(2))
    return results


def check(arguments):
    problems = []
    known = case_ids()
    seen = {}
    c_tests = c_results(arguments.results)
    rust_tests = rust_results(arguments.rust) if arguments.rust else None
    tested = untested = 0
    for row in read_rows(os.path.join(HERE, "CASES.tsv")):
        case, tests, note = (row + ["", ""])[:3]
        if case in seen:
            problems.append(f"{case}: stands twice in CASES.tsv")
        seen[case] = True
        if case not in known:
            problems.append(f"{case}: not a case of cases.tsv")
        if tests == "-":
            untested += 1
            if not note.strip():
                problems.append(f"{case}: untested and no reason given")
            continue
        tested += 1
        if not tests.strip():
            problems.append(f"{case}: no test named")
        for test in tests.split():
            kind, _, name = test.partition(":")
            if kind == "c":
                got = c_tests.get(name)
                if got is None:
                    problems.append(f"{case}: C test {name} does not exist or did not run")
                elif got != {"ok"}:
                    problems.append(f"{case}: C test {name}: {', '.join(sorted(got))}")
            elif kind == "rust":
                if rust_tests is None:
                    continue
                got = rust_tests.get(name)
                if got is None:
                    problems.append(f"{case}: Rust test {name} does not exist or did not run")
                elif got != {"ok"}:
                    problems.append(f"{case}: Rust test {name}: {', '.join(sorted(got))}")
            else:
                problems.append(f"{case}: unknown kind of test {test!r}")
    problems += [f"{case}: missing in CASES.tsv" for case in known if case not in seen]
    for problem in problems:
        print("cases:", problem)
    print(f"Cases: {len(known)} cases, {tested} tested, {untested} not tested, {len(problems)} problems")
    return 1 if problems else 0


def sync(listing):
    tests = {}
    for ids, name in read_rows(listing):
        for case in ids.split(","):
            tests.setdefault(case, []).append("c:" + name)
    path = os.path.join(HERE, "CASES.tsv")
    old = {row[0]: row for row in read_rows(path)} if os.path.exists(path) else {}
    unknown = set(tests) - set(case_ids())
    if unknown:
        sys.exit(f"tests name unknown cases: {sorted(unknown)}")
    with open(path, "w", encoding="utf-8") as file:
        for case in case_ids():
            row = (old.get(case, []) + ["", "", ""])[:3]
            others = [test for test in row[1].split() if test != "-" and not test.startswith("c:")]
            named = tests.get(case, []) + others
            note = row[2]
            if not named:
                note = note or "not yet tested"
            elif note == "not yet tested":
                note = ""
            file.write("\t".join([case, " ".join(named) or "-", note]) + "\n")
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--results")
    parser.add_argument("--rust")
    parser.add_argument("--sync")
    arguments = parser.parse_args()
    if arguments.sync:
        return sync(arguments.sync)
    if not arguments.results:
        parser.error("--results or --sync is needed")
    return check(arguments)


sys.exit(main())
