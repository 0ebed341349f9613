#!/usr/bin/env python3
"""Runs the tests again and again, to find those that luck decides (make test-again).

    tests/again.py [-n N] [--all N] [--only WORD] [--settings quiet,loaded,pinned] [--seed SEED] [--core C] [--out DIR]

Each round runs every test program once in each setting, in another order each time:

    quiet    nothing else computes
    loaded   one busy loop a core runs beside the tests, and every call that waits alone reads the socket itself
             (TIBEMS_TEST_WAITERS_READ, src/client/runtime/reading.rs)
    pinned   the tests and their servers share one core

Most tests wait most of the time, so more of them run side by side than there are cores, Rust tests beside C tests. Two of these scripts may run at
the same time, each with a core (--core) for its pinned rounds and a folder of its own (--out).

-n rounds for the programs in which time or threads take part (sockets, servers, callbacks); --all rounds, at most -n, for
the others too. --only WORD: programs whose name contains it. The Rust tests are shuffled by libtest, property tests draw
from the same seed, the C tests are shuffled by their runner. A test that fails is printed at once with setting, seed and
program; its log is kept in target/again (--out). The last line counts executions: 'N passed, M failed'. Exit status 0: none failed.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
WIDTH = str(3 * os.cpu_count())     # tests at the same time
# Pure computation: nothing waits, nothing runs beside something else. All other programs count as timed.
UNTIMED = re.compile(r"^(tibemsufo|devbroker-bin|fuzz|layers|recorded|.*_allocations|messages_.*)$")
LIMIT = 1800                        # seconds; a program that needs longer hangs
# what computes, for as long as this script lives
BUSY = "while kill -0 $PPID 2>/dev/null; do :; done"


def cargo_programs():
    """name -> path of each Rust test program, built if need be"""
    features = os.environ.get("CARGO_FEATURES", "").split()
    command = [os.environ.get("CARGO", "cargo"), "test", "--no-run", "--message-format=json", *features]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    programs = {}
    for line in done.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("executable") and message.get("profile", {}).get("test"):
            target = message["target"]
            name = target["name"]
            programs[name + "-bin" if target["kind"] == ["bin"] else name] = message["executable"]
    return programs


def c_programs():
    folders = ["conformance", "stress"]
    names = [name for folder in folders for name in os.listdir(os.path.join(ROOT, "c-tests", folder))]
    return sorted(name[:-2] for name in names if name.endswith(".c"))


class Setting:
    """One of the three settings; leaving it ends what it started."""

    def __init__(self, name, core):
        self.name, self.core, self.busy = name, core, []

    def __enter__(self):
        if self.name == "loaded":
            for _ in range(os.cpu_count()):
                self.busy.append(subprocess.Popen(["sh", "-c", BUSY]))
        return self

    def __exit__(self, *_):
        for process in self.busy:
            process.kill()
            process.wait()

    def environment(self):
        return {"TIBEMS_TEST_WAITERS_READ": "1"} if self.name == "loaded" else {}

    def command(self, command):
        return ["taskset", "-c", str(self.core), *command] if self.name == "pinned" else command


def run(setting, command, environment, log):
    """exit status, or None when the program had to be ended"""
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen(setting.command(command), cwd=ROOT, env={**os.environ, **setting.environment(), **environment}, stdout=file,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            return process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            return None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Tally:
    """What ran how often, and what failed."""

    def __init__(self):
        self.runs, self.failures, self.passed = {}, [], 0
        self.lock = threading.Lock()

    def add(self, setting, seed, program, names_ok, names_bad, log):
        with self.lock:
            for name in names_ok + names_bad:
                key = (setting, f"{program}::{name}")
                self.runs[key] = self.runs.get(key, 0) + 1
            self.passed += len(names_ok)
        if not names_bad:
            os.remove(log)
        for name in names_bad:
            self.failures.append((setting, f"{program}::{name}", seed))
            print(f"FAILED {program}::{name} ({setting}, seed {seed}); log: {os.path.relpath(log, ROOT)}", flush=True)


def rust_results(log):
    text = open(log, encoding="utf-8", errors="replace").read()
    # what a test prints may stand between its name and its result
    good = re.findall(r"^test (\S+)(?: - should panic)? \.\.\. ok$", text, re.M)
    bad = re.findall(r"^    (\S+)$", text.rsplit("\nfailures:\n", 1)[1], re.M) if "\nfailures:\n" in text else []
    return good, bad, re.search(r"^test result: ", text, re.M) is not None


def rust_round(setting, seed, programs, tally, out):
    for name, path in programs.items():
        log = os.path.join(out, f"{name}-{setting.name}-{seed}.txt")
        # libtest shuffles only where unstable options are allowed
        environment = {"RUSTC_BOOTSTRAP": "1", "PROPTEST_RNG_SEED": str(seed), "RUST_TEST_THREADS": WIDTH}
        status = run(setting, [path, "-Zunstable-options", f"--shuffle-seed={seed}"], environment, log)
        good, bad, ended = rust_results(log)
        if not ended or (status != 0 and not bad):
            bad.append(f"(the program: status {status})")
        tally.add(setting.name, seed, name, good, bad, log)


def c_round(setting, seed, programs, tally, ready, out):
    if not programs:
        return
    log = os.path.join(out, f"c-{setting.name}-{seed}.txt")
    results = os.path.join(out, f"c-{setting.name}-{seed}.tsv")
    environment = {"VALGRIND": "0", "SEED": str(seed), "READY": ready, "PROGRAMS": " ".join(programs), "RESULTS": results,
                   "JOBS": WIDTH}
    status = run(setting, ["c-tests/run.sh"], environment, log)
    rows = [line.rstrip("\n").split("\t") for line in open(results, encoding="utf-8")] if os.path.exists(results) else []
    good = [row[1] for row in rows if row[0] == "ok"]
    bad = [row[1] for row in rows if row[0] == "not ok"]
    ended = {row[1] for row in rows if row[0] == "end"}
    bad += [f"(the program {name} did not end)" for name in programs if name not in ended]
    if status != 0 and not bad:
        bad.append(f"(the script: status {status})")
    tally.add(setting.name, seed, "c", good, bad, log)
    if os.path.exists(results):
        os.remove(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=20)
    parser.add_argument("--all", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--settings", default="quiet,loaded,pinned")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--out", default=os.path.join(TARGET, "again"))
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    os.makedirs(arguments.out)
    rust = {name: path for name, path in sorted(cargo_programs().items()) if arguments.only in name}
    c = [name for name in c_programs() if arguments.only in name]
    if not rust and not c:
        parser.error(f"no program has {arguments.only!r} in its name")
    tally, ready, begin = Tally(), "0", time.monotonic()
    for turn in range(arguments.n):
        seed = (arguments.seed + turn) % (1 << 32)
        chosen = [name for name in [*rust, *c] if turn < arguments.all or not UNTIMED.match(name)]
        for name in arguments.settings.split(","):
            with Setting(name, arguments.core) as setting:
                beside = threading.Thread(target=rust_round, args=(
                    setting, seed, {name: rust[name] for name in chosen if name in rust}, tally, arguments.out))
                beside.start()
                c_round(setting, seed, [name for name in chosen if name in c], tally, ready, arguments.out)
                beside.join()
            # the first run has compiled the C programs, all of them
            ready = "1"
        print(f"round {turn + 1} of {arguments.n}: seed {seed}, {tally.passed} passed, {len(tally.failures)} failed, "
              f"{time.monotonic() - begin:.0f} s", flush=True)
    for name in arguments.settings.split(","):
        counts = sorted(count for (setting, _), count in tally.runs.items() if setting == name)
        if counts:
            failed = sum(1 for failure in tally.failures if failure[0] == name)
            print(f"{name}: {len(counts)} tests, {counts[0]} to {counts[-1]} runs each, {sum(counts)} runs, {failed} failed")
    for setting, test, seed in tally.failures:
        print(f"FAILED {test} ({setting}, seed {seed})")
    print(f"{tally.passed} passed, {len(tally.failures)} failed")
    return 1 if tally.failures or not tally.passed else 0


sys.exit(main())
