#!/usr/bin/env python3
"""Tests of check_spec.py: citations that lead nowhere are found, in every form, and good ones are not."""
import pathlib
import sys
import tempfile
import unittest

import check_spec

INDEX = "# 00 - Index\n\n| D1 | one | x |\n| D2 | two | y |\n"
TEN = """# 10 - Ten

## 1. One
### 1.2 Two

DECISION: (C3) so.

## 10. Hard cases to test

| # | case | expected |
|---|---|---|
| 1 | a | b |
| 2 | c \\| d | e |
"""
FORTY = """# 40 - Forty

# Part 1. The subset
## 1.12 Credit (10 1.2)

# Part 7. Protocol test cases

| id | peer does | expected |
| --- | --- | --- |
| P-H1 | x | y |
"""
CASES = "id\tcase\n10-1\ta => b\n10-2\tc \\| d => e\n40-P-H1\tx => y\n"


class Citations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, text in [("00-index.md", INDEX), ("10-ten.md", TEN), ("40-forty.md", FORTY), ("cases.tsv", CASES)]:
            (self.folder / name).write_text(text, encoding="utf-8")

    def wrong(self, text):
        spec = check_spec.Spec(self.folder)
        cases = check_spec.check_list(spec, self.folder)[2]
        return check_spec.check_text(spec, cases, text)[0]

    def test_good_ones(self):
        for text in ["// spec 40 §1.12, 10 §1.2", "//! (spec 10 §1,\n//! §1.2, C3; D1)", "spec 40 Part 7", "/* cases 10-1 to 10-2, P-H1 */",
                     "fn p_h1_a_name()", "(C3, D2)", "2026-10-25", "0xD99 \\xD9", "from 10 to 20 ms"]:
            self.assertEqual(self.wrong(text), [], text)

    def test_bad_ones(self):
        for text, what in [
            ("spec 41", "spec 41"), ("spec 40 §1.13", "spec 40 §1.13"), ("spec 10 §1.2, §9", "spec 10 §9"), ("spec 10 C4", "spec 10 C4"),
            ("spec 10 §1, 40 §7.7", "spec 40 §7.7"), ("spec 40 Part 9", "spec 40 Part 9"), ("case 10-3", "case 10-3"), ("P-H2", "case P-H2"),
            ("fn p_h2_a_name()", "case 40-P-H2"), ("as D3 says", "decision D3"), ("(C9)", "mark C9"), ("§1.2 of nothing", "spec chapter §1.2"),
            ("spec 40 §1.12 and later §3.3", "spec 40 §3.3"),
        ]:
            self.assertTrue(any(what in problem for _, problem in self.wrong(text)), (text, self.wrong(text)))

    def test_lines(self):
        self.assertEqual(self.wrong("a\n// spec 10 §1,\n// §8"), [(3, "there is no spec 10 §8")])

    def test_list_of_cases(self):
        for old, new, what in [("a => b", "a => c", "10-1 reads otherwise"), ("10-1\ta => b\n", "", "10-1 is missing"),
                               ("10-1", "10-7", "10-7 is in no chapter"), ("40-P", "10-1\ta => b\n40-P", "10-1 stands there twice")]:
            (self.folder / "cases.tsv").write_text(CASES.replace(old, new), encoding="utf-8")
            problems = check_spec.check_list(check_spec.Spec(self.folder), self.folder)[0]
            self.assertTrue(any(what in problem for problem in problems), (what, problems))

    def test_chapters_cite_each_other(self):
        spec = check_spec.Spec(self.folder)
        self.assertEqual(check_spec.check_chapter(spec, self.folder / "40-forty.md")[0], [])
        (self.folder / "40-forty.md").write_text(FORTY.replace("10 1.2", "10 1.3"), encoding="utf-8")
        self.assertEqual(check_spec.check_chapter(spec, self.folder / "40-forty.md")[0], [(4, "there is no 10 1.3")])


if __name__ == "__main__":
    run = unittest.main(exit=False).result
    bad = len(run.failures) + len(run.errors)
    print(f"{run.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad or not run.testsRun else 0)
