#!/usr/bin/env python3
"""Write THIRD-PARTY.txt: what of others is linked into the library, with its licences and their texts.

usage: packaging/third_party.py [--check]

The crates are those that cargo links into the library for Linux, the texts are the licence files of their sources. A text that
several crates share stands once. Nothing is fetched: cargo reads what a build has left. --check writes nothing and fails when
the file is not what it would write.
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "THIRD-PARTY.txt"
# Linked in by feature or by the compiler, and so in no list of cargo's.
HEAD = """Software of others in libtibemsufo
==================================

The binary library holds code of the crates below. Each comes with a choice of licences or one; the texts follow the list.

Rust's standard library is linked in: Copyright (c) The Rust Project Contributors, MIT OR Apache-2.0. The notices of its
parts come with the compiler, in share/doc/rust/COPYRIGHT-library.html, which is installed beside this file where it exists.

OpenSSL is used as a library of the system, or, in a build with OPENSSL=vendored, linked in: Copyright (c) The OpenSSL Project
Authors, Apache-2.0. Its licence has the text of the file LICENSE beside this one.

Written by packaging/third_party.py from the sources of the crates; do not edit.
"""


def linked():
    """the packages whose code the library holds, by name and version"""
    command = ["cargo", "metadata", "--format-version=1", "--offline", "--locked", "--filter-platform=x86_64-unknown-linux-gnu"]
    known = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    packages = {package["id"]: package for package in known["packages"]}
    needs = {node["id"]: node["deps"] for node in known["resolve"]["nodes"]}
    found, ahead = set(), [known["resolve"]["root"]]
    while ahead:
        for need in needs[ahead.pop()]:
            kinds = packages[need["pkg"]]["targets"]
            macro = any("proc-macro" in target["kind"] for target in kinds)     # runs in the compiler
            normal = any(kind["kind"] is None for kind in need["dep_kinds"])    # neither for tests nor for build scripts
            if normal and not macro and need["pkg"] not in found:
                found.add(need["pkg"])
                ahead.append(need["pkg"])
    return sorted((packages[package] for package in found), key=lambda package: (package["name"], package["version"]))


def licence_texts(package):
    """the licence files of a crate"""
    folder = pathlib.Path(package["manifest_path"]).parent
    names = ("LICEN", "COPYING", "COPYRIGHT", "NOTICE", "UNICODE")
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(names))
    if not files:
        sys.exit(f"third_party: {package['name']} has no file with a licence")
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        yield "\n".join(line.rstrip() for line in text.rstrip().lstrip("\ufeff\r\n").splitlines())


def written():
    packages = linked()
    lines = [HEAD, "Crates", "------", ""]
    of_text = {}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        lines.append(f"    {name:<32} {package['license']}")
        for text in licence_texts(package):
            of_text.setdefault(text, []).append(name)
    lines.append("")
    for text, names in of_text.items():
        lines += ["", "-" * 100, "Licence text of " + ", ".join(dict.fromkeys(names)), "-" * 100, "", text, ""]
    return "\n".join(lines)


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    text = written()
    if sys.argv[1:]:
        if not OUT.exists() or OUT.read_text(encoding="utf-8") != text:
            sys.exit("third_party: THIRD-PARTY.txt is not what the crates say: run packaging/third_party.py")
        return
    OUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
