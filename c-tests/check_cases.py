#!/usr/bin/env python3
"""Checks the register of hard cases, c-tests/CASES.tsv, against the cases and against what really ran.

    check_cases.py --results target/c-tests/results.tsv [--rust target/c-tests/cargo-test.txt]

CASES.tsv: one row a case of cases.tsv: id, test, note. The test is "c:NAME" (a C conformance test), "rust:PATH" (a Rust
test as cargo prints it), several separated by blanks, or "-" with the reason in the note. A problem is: a missing,
unknown or double id; a test that does not exist, did not run or did not pass; an untested case without a reason.
Skipped counts as not run. Exit status 0: no problem. --rust is the output of cargo test.

    check_cases.py --sync --results target/c-tests/results.tsv --rust target/c-tests/cargo-test.txt

Writes the rows of the tests that passed: C tests by the ids that they carry, Rust tests by their names (p_h1_... proves
40-P-H1). Other Rust tests in a row stay. A C test that was skipped leaves its reason in the note.
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
            match = re.match(r"test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored.*)", line)
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


def sync(arguments):
    named, skipped, ignored = {}, {}, {}
    for row in read_rows(arguments.results):
        result, name, ids = row[:3]
        if name.startswith("valgrind:"):
            continue
        for case in ids.split(","):
            if result == "ok":
                named.setdefault(case, []).append("c:" + name)
            elif result == "skip":
                skipped[case] = f"c:{name} is written; {row[4] if len(row) > 4 else 'skipped'}"
    automatic = re.compile(r"(?:^|::)p_([a-z]\d+)_")
    for name, results in sorted(rust_results(arguments.rust).items()) if arguments.rust else []:
        match = automatic.search(name)
        case = match and "40-P-" + match.group(1).upper()
        if match and results == {"ok"}:
            named.setdefault(case, []).append("rust:" + name)
        elif match and max(results).startswith("ignored, "):
            ignored[case] = f"rust:{name} is written; {max(results)[9:]}"
    path = os.path.join(HERE, "CASES.tsv")
    old = {row[0]: row for row in read_rows(path)} if os.path.exists(path) else {}
    unknown = set(named) - set(case_ids())
    if unknown:
        sys.exit(f"tests name unknown cases: {sorted(unknown)}")
    with open(path, "w", encoding="utf-8") as file:
        for case in case_ids():
            row = (old.get(case, []) + ["", "", ""])[:3]
            by_hand = [test for test in row[1].split()
                       if test.startswith("rust:") and not automatic.search(test.split(":", 1)[1])]
            tests = named.get(case, []) + by_hand
            note = "" if row[2].startswith(("c:", "rust:")) or row[2] == "not yet tested" else row[2]
            if not tests:
                note = skipped.get(case, "").replace("not built yet: ", "needs ")
                note = note or ignored.get(case) or row[2] or "not yet tested"
                note = re.sub(r" \(\d{4}-\d\d-\d\d .*", "", note)
            elif case in ignored:
                note = "partly: " + ignored[case]
            elif row[1] in ("-", ""):
                note = ""                   # the reason has gone
            file.write("\t".join([case, " ".join(dict.fromkeys(tests)) or "-", note]) + "\n")
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--results")
    parser.add_argument("--rust")
    parser.add_argument("--sync", action="store_true")
    arguments = parser.parse_args()
    if not arguments.results:
        parser.error("--results is needed")
    return sync(arguments) if arguments.sync else check(arguments)


sys.exit(main())
