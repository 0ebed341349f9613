#!/usr/bin/env python3
"""Checks the register of hard cases, c-tests/register.tsv, against the cases and against what really ran.

    check_cases.py --results target/c-tests/results.tsv [--rust target/c-tests/cargo-test.txt]
    check_cases.py --artemis target/c-tests/results-artemis.tsv --interop target/c-tests/results-interop.tsv

register.tsv: one row a case of docs/spec/cases.tsv: id, test, note. The test is "c:NAME" (a C conformance test), "rust:PATH" (a Rust
test as cargo prints it), "artemis:NAME" (a C conformance test that devbroker cannot serve and Artemis can),
"interop:NAME" (a C test of interop/), several separated by blanks, or "-" with the reason in the note. A problem is: a missing, unknown or double id; a test that does not exist, did not run or did not pass; an
untested case without a reason. Skipped counts as not run. Exit status 0: no problem. --rust is the output of cargo test.
Each form looks at the tests whose results it is given: those on Artemis and of interop/ run with make test-brokers only.

    check_cases.py --sync --results target/c-tests/results.tsv --rust target/c-tests/cargo-test.txt
    check_cases.py --sync --artemis target/c-tests/results-artemis.tsv --interop target/c-tests/results-interop.tsv

Writes the rows of the tests that passed: C tests by the ids that they carry, Rust tests by their names (p_h1_... proves
40-P-H1). Other tests in a row stay. A C test that was skipped leaves its reason in the note.
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
    return [row[0] for row in read_rows(os.path.join(HERE, "..", "docs", "spec", "cases.tsv"))[1:]]


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
    # None: not looked at this time
    ran = {
        "c": ("C test", c_results(arguments.results) if arguments.results else None),
        "rust": ("Rust test", rust_results(arguments.rust) if arguments.rust else None),
        "artemis": ("test on Artemis", c_results(arguments.artemis) if arguments.artemis else None),
        "interop": ("test of interop/", c_results(arguments.interop) if arguments.interop else None),
    }
    tested = untested = 0
    for row in read_rows(os.path.join(HERE, "register.tsv")):
        case, tests, note = (row + ["", ""])[:3]
        if case in seen:
            problems.append(f"{case}: stands twice in register.tsv")
        seen[case] = True
        if case not in known:
            problems.append(f"{case}: not a case of docs/spec/cases.tsv")
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
            if kind not in ran:
                problems.append(f"{case}: unknown kind of test {test!r}")
                continue
            word, results = ran[kind]
            if results is None:
                continue
            got = results.get(name)
            if got is None:
                problems.append(f"{case}: {word} {name} does not exist or did not run")
            elif got != {"ok"}:
                problems.append(f"{case}: {word} {name}: {', '.join(sorted(got))}")
    problems += [f"{case}: missing in register.tsv" for case in known if case not in seen]
    for problem in problems:
        print("cases:", problem)
    print(f"Cases: {len(known)} cases, {tested} tested, {untested} not tested, {len(problems)} problems")
    return 1 if problems else 0


def sync(arguments):
    named, skipped, ignored = {}, {}, {}
    sources = [("c:", arguments.results), ("artemis:", arguments.artemis), ("interop:", arguments.interop)]
    for kind, row in [(kind, row) for kind, path in sources if path for row in read_rows(path)]:
        result, name, ids = row[:3]
        if name.startswith("valgrind:"):
            continue
        for case in [case for case in ids.split(",") if case[:1].isdigit()]:     # others prove no case
            if result == "ok":
                named.setdefault(case, []).append(kind + name)
            elif result == "skip" and kind != "artemis:":
                skipped[case] = f"{kind}{name} is written; {row[4] if len(row) > 4 else 'skipped'}"
    automatic = re.compile(r"(?:^|::)p_([a-z]\d+)_")
    for name, results in sorted(rust_results(arguments.rust).items()) if arguments.rust else []:
        match = automatic.search(name)
        case = match and "40-P-" + match.group(1).upper()
        if match and results == {"ok"}:
            named.setdefault(case, []).append("rust:" + name)
        elif match and max(results).startswith("ignored, "):
            ignored[case] = f"rust:{name} is written; {max(results)[9:]}"

    others = {"c": arguments.results, "artemis": arguments.artemis, "interop": arguments.interop}

    def stays(test):
        """in its row although this sync does not name it"""
        kind, _, name = test.partition(":")
        if kind == "rust":
            return not (arguments.rust and automatic.search(name))
        return kind in others and not others[kind]

    path = os.path.join(HERE, "register.tsv")
    old = {row[0]: row for row in read_rows(path)} if os.path.exists(path) else {}
    unknown = set(named) - set(case_ids())
    if unknown:
        sys.exit(f"tests name unknown cases: {sorted(unknown)}")
    with open(path, "w", encoding="utf-8") as file:
        for case in case_ids():
            row = (old.get(case, []) + ["", "", ""])[:3]
            stay = [test for test in row[1].split() if stays(test)]
            tests = named.get(case, []) + stay
            if any(test.startswith("c:") for test in tests):    # every C test runs on Artemis, too
                tests = [test for test in tests if not test.startswith("artemis:")]
            tests.sort(key=lambda test: (["c", "rust", "artemis", "interop"].index(test.split(":", 1)[0]), test))
            note = "" if row[2].startswith(("c:", "rust:", "artemis:", "interop:")) or row[2] == "not yet tested" else row[2]
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
    parser.add_argument("--artemis")
    parser.add_argument("--interop")
    parser.add_argument("--sync", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.results or arguments.artemis or arguments.interop):
        parser.error("--results, --artemis or --interop is needed")
    return sync(arguments) if arguments.sync else check(arguments)


sys.exit(main())
