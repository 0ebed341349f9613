#!/usr/bin/env python3
"""Checks that the specification in docs/spec holds together and that what cites it can be looked up.

    check_spec.py [ROOT]

1. The list of cases, docs/spec/cases.tsv, says what the chapters say, case by case.
2. Every citation in sources, tests and documentation leads somewhere: `spec 40 §1.12`, `spec 10 C35`, `D20`,
   `case 20-61`, `40-P-H1`, `P-H1`, and names of tests like `p_h1_…`. A bare `§1.12` belongs to the chapter named
   last in the same file. Chapters cite each other as `40 §1.12` or `40 1.12`.

Prints one line a problem; the last line is 'N passed, M failed': 1 when all is well, else one failure a problem.
"""
import pathlib
import re
import sys

CITING = ["src", "tests", "c-tests", "benches", "fuzz", "include", "docs", "README.md", "CHANGELOG.md", "Makefile", "build.rs"]
ENDINGS = {".rs", ".c", ".h", ".sh", ".py", ".java", ".md", ".toml", ""}
LEFT_OUT = {"target", "check_spec.py", "test_check_spec.py", "test_check_cases.py"}     # the last ones make citations up
COMMENT = re.compile(r"^\s*(?://[/!]?|/?\*+/?|#!?)[ \t]?")
# a citation of a chapter, and what may follow it in the same breath
CHAPTER = re.compile(r"\bspec(?:ification)? (\d\d)\b")
NEXT = re.compile(r"(?:,? (?:and|to|or)|,|;)?\s*(?:\b(?P<chapter>\d\d) )?(?P<place>§\d+(?:\.\d+)*|Part \d|[A-Z]\d{1,2}\b(?!-))")
BARE = re.compile(r"§(\d+(?:\.\d+)*)")
CASE = re.compile(r"(?<![\w.-])((?:10|20|30|50)-\d+|(?:40-)?P-[A-Z]\d+)(?![\w-])")
PROOF = re.compile(r"\bp_([a-z]\d+)_")
DECISION = re.compile(r"(?<![\w\\-])(D[1-9]\d?)\b")
MARKS = re.compile(r"\(([A-Z]\d{1,2}(?:(?:,| to| and) [A-Z]\d{1,2})*)\)")
WITHIN = re.compile(r"\b(10|20|30|40|50) (?:§|section )?(\d+\.\d+(?:\.\d+)*)\b")


class Spec:
    """what can be cited"""

    def __init__(self, folder):
        self.sections, self.marks, self.cases = {}, {}, {}
        for path in sorted(folder.glob("[0-9][0-9]-*.md")):
            chapter, text = path.name[:2], path.read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (?:(Part \d)|(\d+(?:\.\d+)*))\.? ", text, re.M)
            self.sections[chapter] = {part or number for part, number in headings} | {""}
            rule = r"^\| (D\d+) \|" if chapter == "00" else r"DECISION:[* ]*\(([A-Z]\d+)"
            self.marks[chapter] = set(re.findall(rule, text, re.M))
            self.cases.update(cases_of(chapter, text))

    def has(self, chapter, place):
        if chapter not in self.sections:
            return False
        number = place.removeprefix("§")
        return number in self.sections[chapter] or place in self.marks[chapter] or place in self.marks["00"]


def cases_of(chapter, text):
    """the hard cases as the chapter itself lists them, id -> text"""
    found = {}
    tail = text[max(text.rfind("Hard cases to test"), text.rfind("# Part 7."), 0):]
    if chapter in ("20", "30"):
        for number, case in re.findall(r"^(\d+)\. (.*)$", tail, re.M):
            found[f"{chapter}-{number}"] = case
    elif chapter in ("10", "40"):
        for line in tail.splitlines():
            row = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if len(row) == 3 and re.fullmatch(r"\d+|P-[A-Z]\d+", row[0]):
                found[f"{chapter}-{row[0]}"] = f"{row[1]} => {row[2]}"
    return found


def plain(text):
    return re.sub(r"\s+", " ", text.replace("→", "=>")).strip()


def check_list(spec, folder):
    problems, count = [], 0
    listed = {}
    for line in (folder / "cases.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        case, _, text = line.partition("\t")
        if case in listed:
            problems.append(f"cases.tsv: {case} stands there twice")
        listed[case] = text
    for case, text in spec.cases.items():
        count += 1
        if case not in listed:
            problems.append(f"cases.tsv: {case} is missing")
        elif plain(listed[case]) != plain(text):
            problems.append(f"cases.tsv: {case} reads otherwise than in its chapter: {text}")
    problems += [f"cases.tsv: {case} is in no chapter" for case in listed
                 if case not in spec.cases and not case.startswith("50-")]
    return problems, count, set(listed)


def joined(text):
    """comments read as running text; the offsets of the lines go with it"""
    parts, lines, length = [], [], 0
    for number, line in enumerate(text.splitlines(), 1):
        line = COMMENT.sub("", line).strip() + " "
        lines.append((length, number))
        parts.append(line)
        length += len(line)
    return "".join(parts), lines


def check_text(spec, cases, text):
    """(line, what is wrong) and how many citations there are"""
    text, lines = joined(text)
    problems, count = [], 0
    chapters, taken = [], set()

    def note(offset, good, what):
        nonlocal count
        count += 1
        if not good:
            line = next(number for start, number in reversed(lines) if start <= offset)
            problems.append((line, f"there is no {what}"))

    for match in CHAPTER.finditer(text):
        chapter, end = match.group(1), match.end()
        note(match.start(), chapter in spec.sections, f"spec {chapter}")
        chapters.append((match.start(), chapter))
        while (step := NEXT.match(text, end)) is not None:
            chapter = step.group("chapter") or chapter
            chapters.append((step.start(), chapter))
            note(step.start("place"), spec.has(chapter, step.group("place")), f"spec {chapter} {step.group('place')}")
            taken.add(step.start("place"))
            end = step.end()
    chapters.sort()
    for match in BARE.finditer(text):
        if match.start() not in taken:
            before = [chapter for start, chapter in chapters if start < match.start()]
            named = re.search(r"\b(\d\d) $", text[:match.start()])
            chapter = named.group(1) if named else before[-1] if before else "chapter"
            note(match.start(), spec.has(chapter, match.group()), f"spec {chapter} {match.group()}")
    for match in CASE.finditer(text):
        case = match.group(1)
        note(match.start(), (case if case[0] != "P" else "40-" + case) in cases, f"case {case}")
    for match in PROOF.finditer(text):
        case = "40-P-" + match.group(1).upper()
        note(match.start(), case in cases, f"case {case}, which {match.group()}… should prove")
    for match in MARKS.finditer(text):
        for mark in re.findall(r"[A-CE-Z]\d+", match.group(1)):
            note(match.start(), any(mark in marks for marks in spec.marks.values()), f"mark {mark}")
    for match in DECISION.finditer(text):
        note(match.start(), match.group(1) in spec.marks["00"], f"decision {match.group(1)}")
    return problems, count


def check_chapter(spec, path):
    """references from chapter to chapter"""
    problems, count = [], 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in WITHIN.finditer(line):
            count += 1
            if match.group(2) not in spec.sections[match.group(1)]:
                problems.append((number, f"there is no {match.group()}"))
    return problems, count


def files(root):
    for name in CITING:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            inside = path.relative_to(root)
            if path.is_file() and path.suffix in ENDINGS and not LEFT_OUT & set(inside.parts) and "seeds" not in inside.parts:
                yield inside


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    folder = root / "docs" / "spec"
    spec = Spec(folder)
    problems, count, cases = check_list(spec, folder)
    for path in files(root):
        if path.parts[:2] == ("docs", "spec"):
            found, more = check_chapter(spec, root / path)
        else:
            found, more = check_text(spec, cases, (root / path).read_text(encoding="utf-8"))
        problems += [f"{path}:{line}: {what}" for line, what in found]
        count += more
    for problem in problems:
        print("spec:", problem)
    print(f"Specification: {count} citations and cases looked at")
    print(f"{0 if problems else 1} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
