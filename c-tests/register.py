"""What is known about the hard cases: the list, the register, the tests that exist, and what became of them.

Read by check_cases.py. Nothing is judged here except the form of a file: what cannot be read ends up in `problems`.
"""
import collections
import os
import pathlib
import re
import subprocess

KINDS = ["c", "rust", "artemis", "interop", "strict", "proton"]     # in this order in a row
FOREIGN = KINDS[2:]                                                 # proved on brokers and clients of others only
CASE = re.compile(r"(?:10|20|30|50)-\d+|40-P-[A-Z]\d+")
FOR_EVER = {"this library has no LDAP client"}                      # TIBEMS_NOT_IMPLEMENTED by the specification; XA has no text here
NAMED = re.compile(r"\b(%s):([A-Za-z]\w*(?:::\w+)*)" % "|".join(KINDS))     # a test named in a note
BY_NAME = re.compile(r"(?:^|::)p_([a-z]\d+)_\w+$")                          # p_h1_… proves 40-P-H1

Row = collections.namedtuple("Row", "case tests note")
Test = collections.namedtuple("Test", "program ids flags")          # of a C program
Result = collections.namedtuple("Result", "result name ids why")


def lines_of(path):
    return [line.split("\t") for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def case_by_name(test):
    match = BY_NAME.search(test)
    return "40-P-" + match.group(1).upper() if match else None


class Results:
    """rows of C programs: result, name, ids, ms, why; behind the last test of a program: end, PROGRAM, -, 0, how many"""

    def __init__(self, path):
        self.tests = collections.defaultdict(list)                  # name -> its rows; valgrind:NAME apart
        self.programs = collections.defaultdict(list)               # program that came to its end -> its rows
        self.problems = []
        pending = []
        for fields in lines_of(path):
            if len(fields) < 4:
                self.problems.append(f"{path.name}: this is no row: {' '.join(fields)}")
                continue
            row = Result(fields[0], fields[1], [i for i in fields[2].split(",") if i], (fields + [""])[4])
            if row.result != "end":
                pending.append(row)
                self.tests[row.name].append(row)
                continue
            if row.why != str(len(pending)):
                self.problems.append(f"{path.name}: {row.name} ran {row.why} tests and has {len(pending)} rows")
            self.programs[row.name] += pending
            pending = []
        if pending:
            self.problems.append(f"{path.name}: rows without an end: after {pending[-1].name} a program broke off")

    def outcome(self, name):
        return {row.result for row in self.tests.get(name, [])}


class World:
    def __init__(self, root, logs):
        self.root, self.logs = pathlib.Path(root), pathlib.Path(logs)
        self.problems = []
        self.cases = [row[0] for row in lines_of(self.root / "docs/spec/cases.tsv")[1:]]
        self.register = self.root / "c-tests/register.tsv"
        self.rows = []
        for fields in lines_of(self.register):
            case, tests, note = (fields + ["", ""])[:3]
            self.rows.append(Row(case, [] if tests == "-" else tests.split(), note.strip()))
            if not tests.strip() or len(fields) > 3:
                self.problems.append(f"{case}: not a row of case, tests or '-', note")
        self.unbuilt = lines_of(self.root / "c-tests/api/unbuilt.txt")
        self.results = {}
        for kind in ["c"] + FOREIGN:
            path = self.logs / ("results.tsv" if kind == "c" else f"results-{kind}.tsv")
            self.results[kind] = Results(path) if path.exists() else None
        rust = self.logs / "cargo-test.txt"
        self.rust = self.read_rust(rust) if rust.exists() else None

    @staticmethod
    def read_rust(path):
        """name -> what cargo said about it"""
        results = collections.defaultdict(set)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            match = re.match(r"test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored.*)", line)
            if match:
                results[match.group(1)].add(match.group(2))
        return results

    def listed(self, folders):
        """name -> Test, from the programs themselves (-l)"""
        found = {}
        for source in sorted(path for folder in folders for path in (self.root / "c-tests" / folder).glob("*.c")):
            self.list_program(source.stem, found)
        return found

    def list_program(self, program, found):
        path = self.logs / "bin" / program
        run = subprocess.run([path, "-l"], capture_output=True, text=True, check=False) if os.access(path, os.X_OK) else None
        if run is None or run.returncode != 0 or not run.stdout.strip():
            self.problems.append(f"{program}: the program does not exist or lists no test")
            return
        for line in run.stdout.splitlines():
            ids, name, flags = (line.split("\t") + ["", ""])[:3]
            if name in found:
                self.problems.append(f"{name}: two tests have this name, in {found[name].program} and {program}")
            found[name] = Test(program, [i for i in ids.split(",") if i], flags)

    def check_unbuilt(self):
        """the list of what is not built yet against the sources: nothing stale in it, and nothing forgotten"""
        sources = {p: p.read_text(encoding="utf-8") for p in sorted((self.root / "src").rglob("*.rs"))}
        for row in self.unbuilt:
            if len(row) < 3 or not all(row) or row[3:] not in ([], ["whole"]):
                self.problems.append(f"unbuilt.txt: not a row of function, text, what it waits for: {' '.join(row)}")
            elif not any(row[1] in text for text in sources.values()):
                self.problems.append(f"unbuilt.txt: no error text of the library contains {row[1]!r}")
        answer = re.compile(r'fn (tibems\w+)\(|not_implemented\(\s*"([^"]*)"')
        for text in sources.values():
            function = None
            for name, reason in answer.findall(text):
                function = name or function
                listed = name or reason in FOR_EVER or self.not_built(f"not built yet: {function}: {reason}")
                if function and not listed:
                    self.problems.append(f"unbuilt.txt: {function} answers {reason!r} and is not listed")

    def not_built(self, why):
        """whether this reason of a skipped C test stands in the list of what is not built yet"""
        match = re.match(r"not built yet: (\w+): (.*)", why)
        return bool(match) and any(match.group(1) == row[0] and row[1] in match.group(2) for row in self.unbuilt if len(row) > 2)

    def awaited(self, reason):
        """the same of an ignored Rust test, whose reason names what it waits for"""
        return any(row[2] in reason for row in self.unbuilt if len(row) > 2)

    def rust_body(self, test):
        """the text of a Rust test function, None when it is not found"""
        *modules, name = test.split("::")
        bodies = {}
        for path in [p for top in ("src", "tests") for p in sorted((self.root / top).rglob("*.rs"))]:
            text = path.read_text(encoding="utf-8")
            match = re.search(r"^([ \t]*)(?:async )?fn %s\(" % re.escape(name), text, re.M)
            if match:
                end = re.compile(r"^%s\}" % match.group(1), re.M).search(text, match.end())
                bodies[path] = text[match.start():end.end() if end else len(text)]
        places = [m for m in modules if m != "tests"]
        close = [path for path in bodies if all(m in path.with_suffix("").parts for m in places)]
        chosen = close or list(bodies)
        return bodies[chosen[0]] if len(chosen) == 1 else None


def write_register(world, rows):
    text = "".join("\t".join([row.case, " ".join(row.tests) or "-", row.note]) + "\n" for row in rows)
    world.register.write_text(text, encoding="utf-8")
