#!/usr/bin/env python3
"""Checks the register of hard cases, c-tests/register.tsv, against the cases and against what really ran.

    check_cases.py here    [--sync] [--no-valgrind] [--logs DIR]
    check_cases.py brokers [--sync] [--logs DIR]

"here" looks at what make test runs: results.tsv and cargo-test.txt of DIR (target/c-tests), and the programs in DIR/bin.
"brokers" looks at what make test-brokers runs: results-artemis.tsv, results-interop.tsv, results-strict.tsv and
results-proton.tsv. A row of the register: case, tests, note.

tests   "c:NAME" a C test on devbroker, "rust:PATH" a Rust test as cargo prints it, and what only servers and clients of
        others prove: "artemis:NAME" a C test that devbroker cannot serve, "interop:NAME", "strict:NAME", "proton:NAME"; or "-"
note    empty, or why there is no test, or "partly: …" when the tests do not prove the whole case. A test that is written
        and waits for something is named here in the same form

A problem is: a missing, unknown or double case; a named test that does not exist, did not run, did not pass or says nothing
of the case; a test that passed or was skipped and is not named; a note without a reason, or with one that has gone; a test
skipped for anything but what c-tests/api/unbuilt.txt lists; a program that broke off; a cheap test that did not pass under
valgrind; a stress test that did not run; a missing file of results. Rust tests whose name is not p_h1_… (for 40-P-H1) say
which case they prove by its id in their body, C tests by their head (and CASE, which the harness enforces).

--sync adds to the register what ran and is not named there. It takes nothing away: a test that fails or is gone, and a
reason that has gone, are problems for a human.
"""
import argparse
import pathlib
import re
import sys

from register import CASE, FOREIGN, KINDS, NAMED, Row, World, case_by_name, write_register

PROGRAMS = ["conformance", "stress"]


class Check:
    """one look at the world; says what is wrong"""

    def __init__(self, world, form, valgrind=True):
        self.world, self.form, self.valgrind = world, form, valgrind
        self.here = form == "here"
        self.known = set(world.cases)
        self.row = {row.case: row for row in world.rows}
        self.tests = world.listed(PROGRAMS)                         # C tests, by name
        self.problems = world.problems                              # one list: reading goes on while checking
        self.wanted = []                                            # (case, kind:name, note): what --sync would add

    def problem(self, text):
        if text not in self.problems:
            self.problems.append(text)

    # ---- the results, whatever the register says -------------------------------------------------------------------------

    def results(self, kind):
        """the results of a kind, after a look at whether they are whole"""
        results = self.world.results[kind]
        if results is None:
            if kind == "c" or any(test.startswith(kind + ":") for row in self.world.rows for test in row.tests):
                self.problem(f"there are no results of {kind}: tests: they did not run")
            return None
        for text in results.problems:
            self.problem(text)
        if kind in ("c", "artemis"):
            self.whole(kind, results, self.tests, "")
        elif kind == "interop":
            listed = {}
            self.world.list_program("interop", listed)
            self.whole(kind, results, listed, "")
        elif not results.programs:
            self.problem(f"results-{kind}.tsv: no program came to its end")
        if kind == "c" and self.valgrind:
            if not any(name.startswith("valgrind:") for name in results.tests):
                self.problem("valgrind did not run: install it, or say VALGRIND=0")
            else:
                self.whole(kind, results, {n: t for n, t in self.tests.items() if "C" in t.flags}, "valgrind:")
        for name, rows in results.tests.items():
            for row in rows:
                self.reason(kind, name, row)
        return results

    def whole(self, kind, results, listed, label):
        """every program came to its end and every test of it has a row"""
        for program in {test.program for test in listed.values()}:
            if label + program not in results.programs:
                self.problem(f"{label}{program}: the program did not come to its end ({kind}: tests)")
        for name, test in listed.items():
            if label + name not in results.tests:
                self.problem(f"{label}{name}: the test did not run ({kind}: tests)")
            elif label and not results.outcome(label + name) <= {"ok", "skip"}:
                self.problem(f"{label}{name}: {', '.join(sorted(results.outcome(label + name)))}")
            if "stress" in test.ids and results.outcome(label + name) != {"ok"}:
                self.problem(f"{label}{name}: a stress test that did not pass ({kind}: tests)")

    def reason(self, kind, name, row):
        """a skipped test needs a good reason"""
        if row.result != "skip" or self.world.not_built(row.why):
            return
        plain = name.removeprefix("valgrind:")
        flags = self.tests[plain].flags if kind in ("c", "artemis") and plain in self.tests else ""
        if kind == "artemis" and "D" in flags and row.why == "needs devbroker":
            return
        if kind == "c" and "F" in flags and row.why == "devbroker cannot do this":
            for case in filter(CASE.fullmatch, row.ids):
                if case in self.row and not self.names(self.row[case], "artemis:" + plain):
                    self.problem(f"{case}: artemis:{plain} carries it and is not named (make test-brokers, then --sync)")
            return
        self.problem(f"{kind}:{name} was skipped for no reason of unbuilt.txt: {row.why or 'none given'}")

    # ---- what ran and should be named --------------------------------------------------------------------------------------

    @staticmethod
    def names(row, test):
        return test in row.tests or test in {":".join(pair) for pair in NAMED.findall(row.note)}

    def carried(self, kind, case, name, outcome, why):
        """a test that carries a case: passed it belongs to the tests of its row, waiting to its note"""
        if case not in self.known:
            return self.problem(f"{kind}:{name} names {case}, which is no case")
        test = f"{kind}:{name}"
        row = self.row.get(case, Row(case, [], ""))
        if outcome == "ok" and test not in row.tests and not (kind == "artemis" and "c:" + name in row.tests):
            self.wanted.append((case, test, None))
            self.problem(f"{case}: {test} passed and is not named (--sync)")
        if outcome == "skip" and not self.names(row, test):
            self.wanted.append((case, None, f"{test} is written; {why}"))
            self.problem(f"{case}: {test} is written and the note does not name it (--sync)")
        return None

    def look_for_unnamed(self, kind, results):
        for name, rows in results.tests.items():
            if name.startswith("valgrind:"):
                continue
            outcome = results.outcome(name)
            why = re.sub(r" \(\d{4}-\d\d-\d\d .*", "", rows[0].why).replace("not built yet: ", "needs ")
            for case in [i for i in rows[0].ids if i[:1].isdigit()]:
                if outcome == {"ok"}:
                    self.carried(kind, case, name, "ok", None)
                elif kind != "artemis" and outcome == {"skip"} and self.world.not_built(rows[0].why):
                    self.carried(kind, case, name, "skip", why)

    def look_for_unnamed_rust(self):
        for name, outcome in self.world.rust.items():
            case = case_by_name(name)
            ignored = next((text[9:] for text in outcome if text.startswith("ignored, ")), None)
            if ignored is not None or "ignored" in outcome:
                if not self.world.awaited(ignored or ""):
                    self.problem(f"rust:{name} is ignored for nothing that unbuilt.txt waits for: {ignored or 'none given'}")
                elif case:
                    self.carried("rust", case, name, "skip", f"needs {ignored}")
            elif case and outcome == {"ok"}:
                self.carried("rust", case, name, "ok", None)

    # ---- the rows ------------------------------------------------------------------------------------------------------------

    def outcome(self, kind, name):
        """what became of a test; None: not looked at in this form"""
        if kind == "rust":
            return self.world.rust.get(name, set()) if self.here and self.world.rust is not None else None
        if self.here != (kind == "c") or self.world.results[kind] is None:
            return None
        return self.world.results[kind].outcome(name)

    def says(self, case, kind, name):
        """whether a test says that it proves the case; None: it cannot be told here"""
        if kind == "rust":
            if case_by_name(name) == case:
                return True
            body = self.world.rust_body(name) if self.here else ""
            return None if not self.here or body is None else re.search(rf"\b{re.escape(case)}\b(?!-)", body) is not None
        if kind in ("c", "artemis"):
            return case in self.tests[name].ids if name in self.tests else None
        results = self.world.results[kind]
        return None if self.here or results is None or name not in results.tests else case in results.tests[name][0].ids

    def named_test(self, row, test):
        kind, _, name = test.partition(":")
        if kind not in KINDS:
            return self.problem(f"{row.case}: unknown kind of test {test!r}")
        got = self.outcome(kind, name)
        if got is not None and not got:
            return self.problem(f"{row.case}: {test} does not exist or did not run")
        if got is not None and got != {"ok"}:
            self.problem(f"{row.case}: {test}: {', '.join(sorted(got))}")
        if kind == "artemis" and name not in self.tests:
            return self.problem(f"{row.case}: {test} does not exist")
        if self.says(row.case, kind, name) is False:
            self.problem(f"{row.case}: {test} does not say that it proves this case")
        if kind == "rust" and self.here and case_by_name(name) != row.case and self.world.rust_body(name) is None:
            self.problem(f"{row.case}: {test}: its text is not found, or twice")
        return None

    def waiting_test(self, row, kind, name):
        """named in a note: it must be there and wait"""
        got = self.outcome(kind, name)
        if got is None:
            return
        if not got:
            self.problem(f"{row.case}: {kind}:{name} of its note does not exist or did not run")
        elif "ok" in got:
            self.problem(f"{row.case}: has a passing test, {kind}:{name}, and its note still says otherwise")
        elif got != {"skip"} and not all(text.startswith("ignored") for text in got):
            self.problem(f"{row.case}: {kind}:{name} of its note: {', '.join(sorted(got))}")

    def rows(self):
        seen = set()
        for row in self.world.rows:
            if row.case in seen:
                self.problem(f"{row.case}: stands twice in register.tsv")
            seen.add(row.case)
            if row.case not in self.known:
                self.problem(f"{row.case}: not a case of docs/spec/cases.tsv")
            if not row.tests and not row.note:
                self.problem(f"{row.case}: untested and no reason given")
            if row.tests and row.note and not re.match(r"partly: \S", row.note):
                self.problem(f"{row.case}: tested, but its note says why not: remove it, or begin it with 'partly: '")
            if not row.tests and row.note.startswith("partly:"):
                self.problem(f"{row.case}: proved in part, but no test is named")
            for test in row.tests:
                self.named_test(row, test)
            for kind, name in NAMED.findall(row.note):
                self.waiting_test(row, kind, name)
        for case in self.world.cases:
            if case not in seen:
                self.problem(f"{case}: missing in register.tsv")

    def run(self):
        for kind in ["c"] if self.here else FOREIGN:
            results = self.results(kind)
            if results:
                self.look_for_unnamed(kind, results)
        if self.here:
            self.world.check_unbuilt()
            if self.world.rust is None:
                self.problem("there is no cargo-test.txt: the Rust tests did not run")
            else:
                self.look_for_unnamed_rust()
        self.rows()
        return self.problems

    def totals(self):
        rows = [row for row in self.world.rows if row.tests]
        foreign = sum(all(test.split(":")[0] in FOREIGN for test in row.tests) for row in rows)
        partly = sum(row.note.startswith("partly:") for row in rows)
        return (f"Cases: {len(self.world.cases)} cases, {len(rows) - foreign} tested here, {foreign} only on brokers of "
                f"others, {len(self.world.rows) - len(rows)} not tested; {partly} of the tested in part"
                + ("; the valgrind rows were left out" if self.here and not self.valgrind else ""))


def sync(world, check):
    """adds what the check found missing; the rows are those of the list of cases, in its order"""
    old = {row.case: row for row in world.rows}
    if len(old) != len(world.rows) or set(old) - set(world.cases):
        return                                                      # double or unknown rows: a human first
    rows = []
    for case in world.cases:
        row = old.get(case, Row(case, [], ""))
        tests, note = list(row.tests), row.note
        for _, test, reason in [want for want in check.wanted if want[0] == case]:
            if test and test not in tests:
                tests.append(test)
            if reason and reason not in note:
                note = f"{note}; {reason}" if note else reason
        if note and tests and not row.note:
            note = "partly: " + note                                # what is added here is a test that waits
        order = {kind: number for number, kind in enumerate(KINDS)}
        tests.sort(key=lambda test: (order.get(test.partition(":")[0], len(order)), test))
        rows.append(Row(case, tests, note))
    write_register(world, rows)


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("form", choices=["here", "brokers"])
    parser.add_argument("--sync", action="store_true")
    parser.add_argument("--no-valgrind", action="store_true")
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--logs", default=root / "target/c-tests", type=pathlib.Path)
    parser.add_argument("--root", default=root, type=pathlib.Path)
    given = parser.parse_args(arguments)

    def look():
        check = Check(World(given.root, given.logs), given.form, not given.no_valgrind)
        check.run()
        return check

    check = look()
    if given.sync:
        sync(check.world, check)
        check = look()
    for text in check.problems:
        print("cases:", text)
    print(check.totals())
    failed = len(check.problems)
    print(f"{0 if failed else 1} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
