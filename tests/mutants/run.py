#!/usr/bin/env python3
"""Do the tests notice a library that is wrong?  `make mutants`; not part of `make test` or CI.

list.txt holds deliberate faults ("mutants"), each a breach of one rule. All of them are compiled into one copy of the
sources, switched off, and the environment variable TIBEMS_MUTANT switches one on, so that one build serves all. For each
mutant the tests that it names run first; when they pass, everything else does, up to the first failure. A hang or a crash
counts as noticed. Whatever no test notices is a hole in the tests, and the exit status is 1.

  run.py [--jobs N] [--hints-only] [PATTERN ...]   runs the mutants whose name or file holds a pattern; all without one
  run.py --list [PATTERN ...]                      names, files and rules
  run.py --check                                   the list fits the sources (no build; part of `make test`)
  run.py --compile                                 and all of them compile (`cargo check`; part of `.ci/run`)

The copy is target/mutants/tree. Only the library in it is wrong: scripted peer and devbroker use the crate `plain` there,
the layers below the client as they are. Results: target/mutants/results.tsv. Last line: `N mutants, M noticed`.
"""

import argparse
import concurrent.futures
import fnmatch
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIST = HERE / "list.txt"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "mutants"
TREE = TARGET / "tree"
BUILD = TARGET / "build"
CARGO = os.environ.get("CARGO", "cargo")
FEATURES = os.environ.get("CARGO_FEATURES", "").split()
# Seconds for the tests that a mutant names, and for one whole test program. The slowest test waits 20 s by design.
HINT_LIMIT, ALL_LIMIT = 90, 420
# Seconds after which a named test that fails has waited for something that did not come.
WAITED = 15
# It reads the sources, which have a module more here.
UNUSED_TESTS = {"layers"}
# What a mutant may name.
KINDS = ("lib", "dialogues", "devbroker", "fuzz", "engine_allocations", "message_allocations", "hostile_memory", "c")
# Programs that see the peers' side of a conversation: they take the unmutated crate.
PLAIN_USERS = ("tests/peer/", "tests/dialogues/", "src/bin/devbroker/")
PLAIN_MODULES = ("amqp", "cancellation", "clock", "descriptor", "guard", "message", "process", "settings", "status", "sync", "thread_end",
                 "trace", "transport")
SWITCH = """//! Which fault is switched on: made by tests/mutants/run.py, in its copy only.

use std::sync::atomic::{AtomicU32, Ordering};

const UNREAD: u32 = u32::MAX;
static CHOSEN: AtomicU32 = AtomicU32::new(UNREAD);

#[inline]
pub fn on(number: u32) -> bool {
    let chosen = CHOSEN.load(Ordering::Relaxed);
    number == if chosen == UNREAD { read() } else { chosen }
}

#[cold]
fn read() -> u32 {
    // SAFETY: the name is terminated; nobody changes the environment. No allocation: tests count them.
    let number = unsafe {
        let text = libc::getenv(c"TIBEMS_MUTANT".as_ptr());
        if text.is_null() { 0 } else { libc::atoi(text) as u32 }
    };
    CHOSEN.store(number, Ordering::Relaxed);
    number
}
"""


class Mutant:
    """One block of the list; old and new are texts of source code."""

    def __init__(self, number, name, file):
        self.number, self.name, self.file = number, name, file
        self.rule, self.hints, self.old, self.new = "", [], [], []

    def place(self, source):
        """Where the old text stands: blanks and line ends do not matter. ValueError unless exactly once."""
        pattern = r"\s+".join(re.escape(word) for word in " ".join(self.old).split())
        found = [match.span() for match in re.finditer(pattern, source)]
        if len(found) != 1:
            raise ValueError(f"its old text stands {len(found)} times in {self.file}")
        return found[0]

    def replacement(self, old):
        """An `if` around new and old; new texts that hold the word MUTANT say themselves where they are switched."""
        new = "\n".join(self.new)
        switch = f"crate::mutant::on({self.number})"
        if re.search(r"\bMUTANT\b", new):
            return re.sub(r"\bMUTANT\b", switch, new)
        return f"{{ if {switch} {{ {new} }} else {{ {old} }} }}"


def read_list():
    mutants, faults = [], []
    for at, line in enumerate(LIST.read_text().splitlines(), 1):
        head = re.fullmatch(r"\[([a-z0-9-]+)\] (\S+)", line)
        if line.startswith("#") or not line.strip():
            continue
        if head:
            mutants.append(Mutant(len(mutants) + 1, *head.groups()))
        elif not mutants:
            faults.append(f"list.txt:{at}: not understood: {line}")
        elif line.startswith("tests: "):
            mutants[-1].hints = [hint.split() for hint in line[7:].split(";")]
        elif line == "-" or line.startswith("- "):
            mutants[-1].old.append(line[2:])
        elif line == "+" or line.startswith("+ "):
            mutants[-1].new.append(line[2:])
        else:
            mutants[-1].rule = f"{mutants[-1].rule} {line.strip()}".strip()
    return mutants, faults


@functools.cache
def texts(pattern):
    """Sources by name of the file."""
    return {path.stem: path.read_text() for path in ROOT.glob(pattern)}


def c_words(words):
    """A C program, and tests of it by name or case; the name of one test finds its program."""
    sources = texts("c-tests/[cs]*/*.c")
    if words[0] in sources:
        tests = re.findall(r'^TEST\w*\("([^"]*)", (\w+)', sources[words[0]], re.M)
        there = {name for cases, test in tests for name in (test, *cases.split(","))}
        if not all(fnmatch.filter(there, word) for word in words[1:]):
            raise LookupError(f"no test {words[1:]} in {words[0]}")
        return words
    return [[name, *words] for name, text in sources.items() if re.search(rf"TEST\w*\([^)]*, {words[0]}\b", text)][0]


def known(hint):
    """Are there such C programs or tests, or dialogues? What else is named, the run itself finds out."""
    if hint[0] == "c":
        try:
            return bool(c_words(hint[1:]))
        except LookupError:
            return False
    if hint[0] != "dialogues" or len(hint) == 1:
        return True
    module, _, name = hint[1].rpartition("::")
    sources = texts("tests/dialogues/*.rs")
    chosen = [sources.get(module, "")] if module else sources.values()
    return any(re.search(rf"#\[test\]\s+fn {name}", text) for text in chosen)


def check(mutants, faults):
    """Every fault of the list, and the mutated sources by file."""
    names, edits = set(), {}
    for mutant in mutants:
        try:
            if mutant.name in names:
                raise ValueError("its name is used twice")
            names.add(mutant.name)
            if not (mutant.rule and mutant.hints and "".join(mutant.old).strip()):
                raise ValueError("rule, tests or old text are missing")
            for hint in mutant.hints:
                if hint[0] not in KINDS or hint == ["c"]:
                    raise ValueError(f"no such tests: {' '.join(hint)}")
                if not known(hint):
                    raise ValueError(f"no such tests: {' '.join(hint)}")
            source = (ROOT / mutant.file).read_text()
            start, end = mutant.place(source)
            edits.setdefault(mutant.file, []).append((start, end, mutant))
        except (ValueError, OSError) as error:
            faults.append(f"mutant {mutant.name}: {error}")
    sources = {}
    for file, places in edits.items():
        source, last = (ROOT / file).read_text(), None
        for start, end, mutant in sorted(places, key=lambda place: place[:2], reverse=True):
            if last is not None and end > last:
                faults.append(f"mutant {mutant.name}: it overlaps another one")
            source, last = source[:start] + mutant.replacement(source[start:end]) + source[end:], start
        sources[file] = source
    return sources


def put(path, content):
    """Writes a file unless it is so already: what did not change is not compiled again."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def make_tree(sources):
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    files = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for old in list(TREE.glob("src/**/*.rs")) + list(TREE.glob("tests/**/*.rs")):
        if str(old.relative_to(TREE)) not in files | {"src/mutant.rs"}:
            old.unlink()
    for name in sorted(files):
        content = (ROOT / name).read_bytes()
        if name in sources:
            content = sources[name].encode()
        if name == "src/lib.rs":
            content += b"\npub mod mutant;\n"
        if name.startswith(PLAIN_USERS):
            content = re.sub(rb"\btibemsufo::amqp\b", b"plain::amqp", content)
        if name == "Cargo.toml":
            plain = content.decode()
            content = content.replace(b"\n[dependencies]\n", b'\n[dependencies]\nplain = { path = "plain" }\n')
        put(TREE / name, content)
        os.chmod(TREE / name, (ROOT / name).stat().st_mode)
        if name.startswith("src/") and name.split("/")[1].removesuffix(".rs") in PLAIN_MODULES:
            put(TREE / "plain" / name, (ROOT / name).read_bytes())
    put(TREE / "src/mutant.rs", SWITCH.encode())
    # the crate of the layers below the client: the same manifest without targets, tests and build script
    left_out = r"lib|\[bin\]|\[bench\]|dev-dependencies|build-dependencies|profile[^\]]*|lints[^\]]*"
    plain = re.sub(rf"(?ms)^\[({left_out})\].*?(?=^\[|\Z)", "", plain)
    plain = plain.replace('name = "tibemsufo"', 'name = "plain"\nbuild = false')
    put(TREE / "plain/Cargo.toml", plain.encode())
    put(TREE / "plain/src/lib.rs", "".join(f"pub mod {name};\n" for name in PLAIN_MODULES).encode())


def compiles():
    """Whether the mutated copy passes `cargo check`. In the project's own target directory: what `cargo clippy` checked
    of the dependencies is used again, and only the copy itself is new."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(TARGET.parent))
    words = [CARGO, "check", "--lib", "--tests", *FEATURES]
    checked = subprocess.run(words, cwd=TREE, env=environment, stderr=subprocess.PIPE, text=True)
    if checked.returncode != 0:    # switches bring warnings, which say nothing
        blocks = checked.stderr.split("\n\n")
        print("\n\n".join(block for block in blocks if block.startswith("error")), file=sys.stderr)
    return checked.returncode == 0


def build():
    """Compiles everything once; the Rust test programs by name."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(BUILD), RUSTFLAGS="-Awarnings")
    run = lambda *words: subprocess.run(  # noqa: E731
        [CARGO, *words, *FEATURES], cwd=TREE, env=environment, stdout=subprocess.PIPE, text=True
    )
    compiled = run("test", "--no-run", "--lib", "--tests", "--message-format=json")
    if compiled.returncode != 0:
        for line in compiled.stdout.splitlines():
            message = json.loads(line) if line.startswith("{") else {}
            if message.get("message", {}).get("level") == "error":
                print(message["message"]["rendered"], file=sys.stderr)
        sys.exit("the mutated copy does not compile")
    programs = {}
    for line in compiled.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["profile"]["test"] and message["target"]["kind"] != ["bin"]:
            target = message["target"]
            programs["lib" if "rlib" in target["kind"] else target["name"]] = message["executable"]
    for unused in UNUSED_TESTS:
        programs.pop(unused, None)
    if run("build", "-q", "--lib", "--bins").returncode != 0:
        sys.exit("the mutated library does not compile")
    if subprocess.run([str(HERE / "c.sh"), "build", str(TREE), str(BUILD)]).returncode != 0:
        sys.exit("the C programs do not compile")
    return programs


class Tests:
    def __init__(self, programs):
        self.programs = programs
        folders = [TREE / "c-tests" / name for name in ("conformance", "stress")]
        self.c_programs = sorted(path.stem for folder in folders for path in folder.glob("*.c"))

    def command(self, hint):
        kind, *rest = hint
        if kind == "c":
            return [str(HERE / "c.sh"), "run", str(TREE), str(BUILD), *c_words(rest)]
        return [self.programs[kind], *rest]

    def everything(self):
        order = ["lib"] + sorted(set(self.programs) - {"lib"})
        return [[name] for name in order] + [["c", name] for name in self.c_programs]

    def noticed(self, hint, number, limit):
        """What of the tests fails for sure: outside of `lib` chance may play a part, so it must fail twice; but what
        waited for something in vain has had its time."""
        started = time.monotonic()
        failed = self.first_failure(hint, number, limit)
        if not failed or hint[0] == "lib" or (len(hint) > 1 and time.monotonic() - started > WAITED):
            return failed
        kind, *name = failed.split()
        alone = {"c": ["c", *name[:2]]}.get(kind, [kind, *name[:1], "--exact"]) if "(" not in failed else list(hint)
        return failed if self.first_failure(alone, number, limit) else None

    def first_failure(self, hint, number, limit):
        """Runs tests with a mutant on; None when they pass, else what failed first."""
        environment = dict(os.environ, TIBEMS_MUTANT=str(number), RUST_BACKTRACE="0")
        log = open(TARGET / f"stderr-{number}.txt", "a")
        process = subprocess.Popen(
            self.command(hint), cwd=TREE, env=environment, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
        )
        log.close()
        hung = threading.Event()
        clock = threading.Timer(limit, lambda: (hung.set(), end(process)))
        clock.start()
        failed, ran = None, 0
        try:
            for line in process.stdout:
                rust = re.match(r"test (\S+) \.\.\. (ok|FAILED)", line)
                c = re.match(r"(not ok|ok|skip) (?:\S+)? ?(\w+)", line)    # a test may carry no case
                ran += bool(rust or c)
                if rust and rust[2] == "FAILED":
                    failed = f"{hint[0]} {rust[1]}"
                elif c and c[1] == "not ok":
                    failed = f"c {hint[1]} {c[2]}" + (" (hang)" if "HANG" in line else "")
                if failed:
                    break
        finally:
            clock.cancel()
            end(process)
            status = process.wait()
        if failed:
            return failed
        if hung.is_set():
            return f"{' '.join(hint)} (hang)"
        if status != 0:
            return f"{' '.join(hint)} (crash, status {status})"
        if ran == 0:
            return f"{' '.join(hint)}: no such test" if number == 0 else None
        return None

    def judge(self, mutant, hints_only):
        started = time.monotonic()
        found = None
        for hint in mutant.hints:
            found = found or self.noticed(hint, mutant.number, HINT_LIMIT)
        if not found and not hints_only:
            for hint in self.everything():
                if found := self.noticed(hint, mutant.number, ALL_LIMIT):
                    found += " (not named)"
                    break
        return mutant, found, time.monotonic() - started


def end(process):
    """Ends a test program and the servers that it started; what ended by itself leaves its group empty."""
    if process.poll() is not None and process.stdout.closed:
        return
    try:
        os.killpg(process.pid, signal.SIGTERM)
        for _ in range(20):
            if process.poll() is not None:
                break
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true", help="the list fits the sources, and the copy compiles")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--hints-only", action="store_true", help="leave out the tests that a mutant does not name")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at the same time (most tests wait)")
    options = parser.parse_args()
    mutants, faults = read_list()
    sources = check(mutants, faults)
    for fault in faults:
        print(fault)
    if options.compile and not faults:
        make_tree(sources)
        if not compiles():
            faults.append("the mutated copy does not compile")
            print(faults[-1])
    if options.check or options.compile:
        print(f"{len(mutants) - len(faults)} passed, {len(faults)} failed")
    if faults or options.check or options.compile:
        return bool(faults)
    chosen = [m for m in mutants if not options.patterns or any(p in m.name or p in m.file for p in options.patterns)]
    if options.list:
        for mutant in chosen:
            print(f"{mutant.name:40} {mutant.file}\n    {mutant.rule}")
        print(f"{len(chosen)} mutants in {len({m.file for m in chosen})} files")
        return False
    for old in TARGET.glob("stderr-*.txt"):
        old.unlink()
    make_tree(sources)
    tests = Tests(build())
    print("# the named tests without a mutant", flush=True)
    hints = sorted({tuple(hint) for mutant in chosen for hint in mutant.hints})
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        broken = [failed for failed in pool.map(lambda hint: tests.noticed(hint, 0, ALL_LIMIT), hints) if failed]
        if broken:
            sys.exit("failing without a mutant: " + "; ".join(broken))
        results = []
        for mutant, found, seconds in pool.map(lambda mutant: tests.judge(mutant, options.hints_only), chosen):
            results.append((mutant, found, seconds))
            print(f"{mutant.name:40} {found or 'NOT NOTICED':60} {seconds:6.1f} s", flush=True)
    with open(TARGET / "results.tsv", "w") as file:
        for mutant, found, seconds in results:
            file.write(f"{mutant.name}\t{mutant.file}\t{found or 'NOT NOTICED'}\t{seconds:.1f}\n")
    noticed = sum(bool(found) for _, found, _ in results)
    for mutant, found, _ in results:
        if not found:
            print(f"# not noticed: {mutant.name} ({mutant.file}): {mutant.rule}")
    print(f"{len(results)} mutants, {noticed} noticed")
    return noticed != len(results)


if __name__ == "__main__":
    sys.exit(main())
