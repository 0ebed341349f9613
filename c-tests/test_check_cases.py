#!/usr/bin/env python3
"""Tests of check_cases.py: small made-up projects, in each of which the register is fooled in one way.

The last line is 'N passed, M failed', as the other parts of make test print it.
"""
import os
import pathlib
import stat
import sys
import tempfile
import unittest

import check_cases
from register import World

LIST = """id\tcase
10-1\tone
10-2\ttwo
30-1\tthree
40-P-H1\tfour
20-1\tfive
50-1\tsix
"""
# (ids, name, flags) by program; the stress program is asked for like the others
PROGRAMS = {
    "conformance/one": [("10-1,10-2", "first", "C-"), ("20-1", "foreign", "F-"), ("50-1", "waiting", "-"), ("harness", "other", "-")],
    "conformance/heavy": [("harness", "slow", "-")],                # nothing of it is cheap
    "stress/stress": [("stress", "load", "AC-")],
}
UNBUILT = "tibemsSession_CreateBrowser\tqueue browsers are not built\tqueue browsers\n"
WAITS = "not built yet: tibemsSession_CreateBrowser: queue browsers are not built (2026-11-26 00:00:00)"
REGISTER = """10-1\tc:first\t
10-2\tc:first\t
30-1\trust:text::tests::reads\t
40-P-H1\trust:headers::p_h1_a_name\t
20-1\tartemis:foreign\t
50-1\t-\tc:waiting is written; needs browsers
"""
RUST = """test text::tests::reads ... ok
test headers::p_h1_a_name ... ok
"""
SOURCES = {
    "src/text.rs": "mod tests {\n    #[test]\n    fn reads() {\n        assert!(true); // 30-1\n    }\n\n    fn other() {\n    }\n}\n",
    "src/ffi/browser.rs": "pub extern fn tibemsSession_CreateBrowser(\n) {\n    not_implemented(\"queue browsers are not built\")\n}\n",
}
RESULTS = f"""ok\tfirst\t10-1,10-2\t5\t
skip\tforeign\t20-1\t0\tdevbroker cannot do this
skip\twaiting\t50-1\t1\t{WAITS}
ok\tother\tharness\t1\t
end\tone\t-\t0\t4
ok\tslow\tharness\t1\t
end\theavy\t-\t0\t1
ok\tload\tstress\t1\t
end\tstress\t-\t0\t1
ok\tvalgrind:first\t10-1,10-2\t5\t
end\tvalgrind:one\t-\t0\t1
end\tvalgrind:heavy\t-\t0\t0
ok\tvalgrind:load\tstress\t1\t
end\tvalgrind:stress\t-\t0\t1
"""
ARTEMIS = f"""ok\tfirst\t10-1,10-2\t5\t
ok\tforeign\t20-1\t3\t
skip\twaiting\t50-1\t1\t{WAITS}
ok\tother\tharness\t1\t
end\tone\t-\t0\t4
ok\tslow\tharness\t1\t
end\theavy\t-\t0\t1
ok\tload\tstress\t1\t
end\tstress\t-\t0\t1
"""


class Project:
    """files of a project that is in order; a test spoils one thing"""

    def __init__(self, folder):
        self.root = pathlib.Path(folder)
        self.logs = self.root / "logs"
        self.write("docs/spec/cases.tsv", LIST)
        self.write("c-tests/register.tsv", REGISTER)
        self.write("c-tests/api/unbuilt.txt", UNBUILT)
        self.write("logs/results.tsv", RESULTS)
        self.write("logs/results-artemis.tsv", ARTEMIS)
        self.write("logs/cargo-test.txt", RUST)
        for path, text in SOURCES.items():
            self.write(path, text)
        for path, tests in PROGRAMS.items():
            self.write(f"c-tests/{path}.c", "")
            self.program(path.rpartition("/")[2], tests)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def replace(self, path, old, new):
        text = self.read(path)
        assert old in text, old
        self.write(path, text.replace(old, new))

    def program(self, name, tests):
        rows = "".join("\t".join(test) + "\n" for test in tests)
        self.write(f"logs/bin/{name}", f"#!/bin/sh\ncat <<'ROWS'\n{rows}ROWS\n")
        os.chmod(self.root / f"logs/bin/{name}", stat.S_IRWXU)

    def check(self, form="here", valgrind=True):
        return check_cases.Check(World(self.root, self.logs), form, valgrind)

    def problems(self, form="here", valgrind=True):
        return self.check(form, valgrind).run()

    def sync(self, form="here"):
        check = self.check(form)
        check.run()
        check_cases.sync(check.world, check)


class Fooled(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = Project(folder.name)

    def found(self, words, form="here", count=1):
        """the check finds exactly what was spoilt"""
        problems = self.project.problems(form)
        self.assertEqual(len(problems), count, problems)
        self.assertTrue(any(words in text for text in problems), (words, problems))

    def spoil(self, path, old, new):
        self.project.replace(path, old, new)

    # ---- the project as it is ----------------------------------------------------------------------------------------------

    def test_nothing_wrong(self):
        self.assertEqual(self.project.problems(), [])
        self.assertEqual(self.project.problems("brokers"), [])

    def test_totals(self):
        totals = self.project.check().totals()
        self.assertIn("6 cases, 4 tested here, 1 only on brokers of others, 1 not tested; 0 of the tested in part", totals)

    # ---- rows of the register ------------------------------------------------------------------------------------------------

    def test_missing_case(self):
        self.spoil("c-tests/register.tsv", "30-1\trust:text::tests::reads\t\n", "")
        self.found("30-1: missing")

    def test_unknown_case(self):
        self.spoil("docs/spec/cases.tsv", "30-1\tthree\n", "")
        self.found("30-1: not a case")

    def test_double_case(self):
        self.spoil("c-tests/register.tsv", "10-1\tc:first\t\n", "10-1\tc:first\t\n10-1\tc:first\t\n")
        self.found("10-1: stands twice")

    def test_no_reason(self):
        self.spoil("c-tests/register.tsv", "-\tc:waiting is written; needs browsers", "-\t")
        self.found("50-1: untested and no reason", count=2)

    def test_test_that_does_not_exist(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first", "10-2\tc:first c:gone")
        self.found("10-2: c:gone does not exist")

    def test_test_that_failed(self):
        self.spoil("logs/results.tsv", "ok\tfirst", "not ok\tfirst")
        self.found("10-2: c:first: not ok", count=2)

    def test_test_that_was_skipped(self):
        self.spoil("logs/results.tsv", "ok\tfirst\t10-1,10-2\t5\t\n", f"skip\tfirst\t10-1,10-2\t5\t{WAITS}\n")
        self.found("10-1: c:first: skip", count=2)

    def test_test_of_another_case(self):
        self.spoil("c-tests/register.tsv", "50-1\t-\tc:waiting is written; needs browsers", "50-1\tc:first\tpartly: c:waiting is written")
        self.found("50-1: c:first does not say that it proves this case")

    def test_unknown_kind(self):
        self.spoil("c-tests/register.tsv", "10-1\tc:first", "10-1\tc:first java:Test")
        self.found("unknown kind of test 'java:Test'")

    def test_note_beside_a_test(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first\t", "10-2\tc:first\tnot yet tested")
        self.found("10-2: tested, but its note says why not")

    def test_partly_without_test(self):
        self.spoil("c-tests/register.tsv", "-\tc:waiting", "-\tpartly: c:waiting")
        self.found("50-1: proved in part, but no test is named")

    def test_partly_is_counted(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first\t", "10-2\tc:first\tpartly: the other half is not built yet")
        self.assertEqual(self.project.problems(), [])
        self.assertIn("1 of the tested in part", self.project.check().totals())

    # ---- tests that ran and are not named ----------------------------------------------------------------------------------

    def test_untested_row_with_a_passing_test(self):
        self.spoil("logs/results.tsv", f"skip\twaiting\t50-1\t1\t{WAITS}", "ok\twaiting\t50-1\t1\t")
        self.found("50-1: has a passing test, c:waiting", count=2)

    def test_note_names_a_test_that_is_gone(self):
        self.spoil("c-tests/register.tsv", "c:waiting is written", "c:waiting and c:vanished are written")
        self.found("50-1: c:vanished of its note does not exist")

    def test_note_names_a_test_that_failed(self):
        self.spoil("logs/results.tsv", f"skip\twaiting\t50-1\t1\t{WAITS}", "not ok\twaiting\t50-1\t1\t")
        self.found("50-1: c:waiting of its note: not ok")

    def test_skipped_test_that_no_note_names(self):
        self.spoil("c-tests/register.tsv", "c:waiting is written; needs browsers", "too hard")
        self.found("50-1: c:waiting is written and the note does not name it")

    def test_passed_and_not_named(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first\t", "10-2\t-\tnot yet tested")
        self.found("10-2: c:first passed and is not named")

    def test_rust_passed_and_not_named(self):
        self.spoil("logs/cargo-test.txt", "test headers", "test headers::p_h1_another_name ... ok\ntest headers")
        self.found("40-P-H1: rust:headers::p_h1_another_name passed and is not named")

    def test_test_of_no_case(self):
        self.spoil("logs/results.tsv", "other\tharness", "other\t10-99")
        self.found("c:other names 10-99, which is no case")

    def test_rust_test_of_no_case(self):
        self.spoil("logs/cargo-test.txt", "test headers", "test headers::p_h77_a_name ... ok\ntest headers")
        self.found("names 40-P-H77, which is no case")

    # ---- skipping ------------------------------------------------------------------------------------------------------------

    def test_skipped_for_another_function(self):
        self.spoil("logs/results.tsv", "tibemsSession_CreateBrowser", "tibemsSession_CreateConsumer")
        self.found("c:waiting was skipped for no reason of unbuilt.txt")

    def test_skipped_with_another_text(self):
        self.spoil("logs/results.tsv", "queue browsers are not built", "the server does not know")
        self.found("c:waiting was skipped for no reason of unbuilt.txt")

    def test_skipped_without_reason(self):
        self.spoil("logs/results.tsv", "ok\tother\tharness\t1\t", "skip\tother\tharness\t1\t")
        self.found("c:other was skipped for no reason")

    def test_not_for_devbroker_without_flag(self):
        self.spoil("logs/results.tsv", "ok\tother\tharness\t1\t", "skip\tother\tharness\t1\tdevbroker cannot do this")
        self.found("c:other was skipped for no reason")

    def test_foreign_test_that_nobody_names(self):
        self.spoil("c-tests/register.tsv", "20-1\tartemis:foreign\t", "20-1\t-\tdevbroker cannot")
        self.found("20-1: artemis:foreign carries it and is not named")

    def test_ignored_rust_test(self):
        self.spoil("logs/cargo-test.txt", "a_name ... ok", "a_name ... ok\ntest text::tests::hard ... ignored, no time")
        self.found("rust:text::tests::hard is ignored for nothing")

    def test_ignored_rust_test_that_waits(self):
        self.spoil("logs/cargo-test.txt", "a_name ... ok", "a_name ... ok\ntest headers::p_h1_more ... ignored, queue browsers")
        self.found("40-P-H1: rust:headers::p_h1_more is written and the note does not name it")

    def test_list_of_the_unbuilt(self):
        self.spoil("c-tests/api/unbuilt.txt", UNBUILT, UNBUILT + "tibemsX\tnever said\tnothing\n")
        self.found("no error text of the library contains 'never said'")
        self.project.write("c-tests/api/unbuilt.txt", UNBUILT + "tibemsX\n")
        self.found("not a row of function, text")
        self.project.write("c-tests/api/unbuilt.txt", UNBUILT)
        self.spoil("src/ffi/browser.rs", "pub extern", 'fn tibemsQueueBrowser_GetNext() { not_implemented("no") }\npub extern')
        self.found("tibemsQueueBrowser_GetNext answers 'no' and is not listed")

    # ---- runs that were not whole --------------------------------------------------------------------------------------------

    def test_program_that_broke_off(self):
        self.spoil("logs/results.tsv", "end\tstress\t-\t0\t1\n", "")
        self.found("stress: the program did not come to its end", count=2)

    def test_last_program_that_broke_off(self):
        self.spoil("logs/results.tsv", "end\tvalgrind:stress\t-\t0\t1\n", "")
        self.found("rows without an end", count=2)

    def test_count_of_tests(self):
        self.spoil("logs/results.tsv", "end\tone\t-\t0\t4", "end\tone\t-\t0\t5")
        self.found("one ran 5 tests and has 4 rows")

    def test_test_that_did_not_run(self):
        self.spoil("logs/results.tsv", "ok\tother\tharness\t1\t\n", "")
        self.spoil("logs/results.tsv", "end\tone\t-\t0\t4", "end\tone\t-\t0\t3")
        self.found("other: the test did not run")

    def test_program_that_does_not_exist(self):
        self.project.write("c-tests/conformance/two.c", "")
        self.found("two: the program does not exist")

    def test_two_tests_of_one_name(self):
        self.project.program("stress", [("stress", "load", "AC-"), ("10-1", "first", "C-")])
        self.found("first: two tests have this name", count=2)

    def test_row_that_is_none(self):
        self.spoil("logs/results.tsv", "ok\tload\tstress", "Segmentation fault\nok\tload\tstress")
        self.found("this is no row: Segmentation fault")

    def test_no_results_at_all(self):
        (self.project.logs / "results.tsv").unlink()
        self.found("there are no results of c: tests")

    def test_no_rust_results(self):
        (self.project.logs / "cargo-test.txt").unlink()
        self.found("the Rust tests did not run")

    def test_stress_that_did_not_run(self):
        self.spoil("logs/results.tsv", "ok\tload\tstress", "not ok\tload\tstress")
        self.found("load: a stress test that did not pass")

    # ---- valgrind ------------------------------------------------------------------------------------------------------------

    def test_no_valgrind(self):
        rows = [line for line in RESULTS.splitlines(True) if "valgrind:" not in line]
        self.project.write("logs/results.tsv", "".join(rows))
        self.found("valgrind did not run: install it, or say VALGRIND=0")
        self.assertEqual(self.project.problems(valgrind=False), [])
        self.assertIn("the valgrind rows were left out", self.project.check(valgrind=False).totals())

    def test_failed_under_valgrind(self):
        self.spoil("logs/results.tsv", "ok\tvalgrind:first", "not ok\tvalgrind:first")
        self.found("valgrind:first: not ok")

    def test_cheap_test_not_under_valgrind(self):
        self.spoil("logs/results.tsv", "ok\tvalgrind:first", "ok\tvalgrind:other")
        self.found("valgrind:first: the test did not run")

    # ---- Rust tests that say nothing of the case -----------------------------------------------------------------------------

    def test_rust_body_without_the_case(self):
        self.spoil("src/text.rs", " // 30-1", " // 30-11")
        self.found("30-1: rust:text::tests::reads does not say that it proves this case")

    def test_case_in_another_body(self):
        self.spoil("src/text.rs", " // 30-1", "")
        self.spoil("src/text.rs", "fn other() {", "fn other() { // 30-1")
        self.found("30-1: rust:text::tests::reads does not say")

    def test_rust_body_that_is_not_found(self):
        self.spoil("src/text.rs", "fn reads(", "fn writes(")
        self.found("30-1: rust:text::tests::reads: its text is not found")

    # ---- brokers of others ---------------------------------------------------------------------------------------------------

    def test_no_results_of_artemis(self):
        (self.project.logs / "results-artemis.tsv").unlink()
        self.found("there are no results of artemis: tests", "brokers")

    def test_no_results_of_a_named_kind(self):
        for kind in ("interop", "strict", "proton"):
            self.project.write("c-tests/register.tsv", REGISTER.replace("artemis:foreign", f"artemis:foreign {kind}:talks"))
            self.found(f"there are no results of {kind}: tests", "brokers")

    def test_foreign_test_that_failed(self):
        self.spoil("logs/results-artemis.tsv", "ok\tforeign", "not ok\tforeign")
        self.found("20-1: artemis:foreign: not ok", "brokers")

    def test_foreign_test_that_was_skipped(self):
        self.spoil("logs/results-artemis.tsv", "ok\tforeign\t20-1\t3\t", "skip\tforeign\t20-1\t3\tneeds devbroker")
        self.found("20-1: artemis:foreign: skip", "brokers", count=2)

    def test_foreign_test_that_is_gone(self):
        self.spoil("c-tests/register.tsv", "artemis:foreign", "artemis:vanished")
        self.found("20-1: artemis:vanished does not exist", "brokers", count=2)

    def test_strict_program_that_broke_off(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first", "10-2\tc:first strict:talks")
        self.project.write("logs/results-strict.tsv", "ok\ttalks\t10-2\t3\t\n")
        self.found("no program came to its end", "brokers", count=2)
        self.project.write("logs/results-strict.tsv", "ok\ttalks\t10-2\t3\t\nend\tstrict\t-\t0\t1\n")
        self.assertEqual(self.project.problems("brokers"), [])

    def test_strict_test_of_another_case(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first", "10-2\tc:first strict:talks")
        self.project.write("logs/results-strict.tsv", "ok\ttalks\t10-1\t3\t\nend\tstrict\t-\t0\t1\n")
        self.found("10-2: strict:talks does not say that it proves this case", "brokers", count=2)

    # ---- sync -------------------------------------------------------------------------------------------------------------------

    def test_sync_adds(self):
        self.spoil("c-tests/register.tsv", "10-2\tc:first\t\n", "")
        self.spoil("c-tests/register.tsv", "10-1\tc:first\t", "10-1\t-\tnot yet tested")
        self.spoil("c-tests/register.tsv", "c:waiting is written; needs browsers", "hard")
        self.project.sync()
        register = self.project.read("c-tests/register.tsv")
        self.assertIn("10-2\tc:first\t\n", register)
        self.assertIn("10-1\tc:first\tnot yet tested\n", register)
        self.assertIn("50-1\t-\thard; c:waiting is written; needs tibemsSession_CreateBrowser: queue browsers are not built\n", register)
        self.found("10-1: tested, but its note says why not")

    def test_sync_adds_what_waits_to_a_tested_case(self):
        self.spoil("logs/results.tsv", "waiting\t50-1", "waiting\t50-1,10-1")
        self.project.sync()
        self.assertIn("10-1\tc:first\tpartly: c:waiting is written; needs", self.project.read("c-tests/register.tsv"))
        self.assertEqual(self.project.problems(), [])

    def test_sync_adds_foreign_tests(self):
        self.project.write("logs/results-strict.tsv", "ok\ttalks\t10-2\t3\t\nend\tstrict\t-\t0\t1\n")
        self.project.sync("brokers")
        self.assertIn("10-2\tc:first strict:talks\t\n", self.project.read("c-tests/register.tsv"))

    def test_sync_never_takes_away(self):
        for path, old, new in [
            ("logs/results.tsv", "ok\tfirst", "not ok\tfirst"),
            ("logs/results.tsv", "ok\tfirst\t10-1,10-2\t5\t\n", ""),
            ("logs/cargo-test.txt", "test headers::p_h1_a_name ... ok\n", ""),
            ("logs/cargo-test.txt", "p_h1_a_name ... ok", "p_h1_a_name ... FAILED"),
            ("src/text.rs", " // 30-1", ""),
        ]:
            kept = self.project.read(path)
            self.spoil(path, old, new)
            self.project.sync()
            self.assertEqual(self.project.read("c-tests/register.tsv"), REGISTER)
            self.assertTrue(self.project.problems())
            self.project.write(path, kept)

    def test_sync_refuses_a_broken_register(self):
        self.spoil("c-tests/register.tsv", "10-1\tc:first\t\n", "10-1\tc:first\t\n10-1\t-\tno\n")
        before = self.project.read("c-tests/register.tsv")
        self.project.sync()
        self.assertEqual(self.project.read("c-tests/register.tsv"), before)


if __name__ == "__main__":
    run = unittest.main(exit=False).result
    bad = len(run.failures) + len(run.errors)
    print(f"{run.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad or not run.testsRun else 0)
