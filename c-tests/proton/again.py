#!/usr/bin/python3
"""What the library read of the recorded frames and wrote again (tests/recorded), read by Proton: it must mean the same.

    again.py FOLDER         with the files that the test leaves there; prints one row as the C harness does
"""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests" / "recorded"))
import facts                                                            # noqa: E402


def read(kind, encoded):
    if kind == "performative":
        named, _, rest = facts.performative(encoded)
        return named if not rest else f"{len(rest)} bytes behind {named}"
    value, taken = facts.decode(encoded)
    return value.text() if taken == len(encoded) else f"{len(encoded) - taken} bytes behind {value.text()}"


def main():
    begun, lines, wrong = time.monotonic(), 0, []
    for file in sorted(Path(sys.argv[1]).iterdir()):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            kind, text, encoded = line.split("\t")
            lines += 1
            try:
                got = read(kind, bytes.fromhex(encoded))
            except Exception as error:                  # Proton refuses it
                got = f"{type(error).__name__}: {error}"
            if got != text:
                wrong.append(f"{file.name}:{number}: Proton reads {got}, written was {text}")
    if lines < 1000:
        wrong.append(f"only {lines} values and performatives were written again")
    for fault in wrong[:20]:
        print(f"#   {fault}", file=sys.stderr)
    why = wrong[0].replace("\t", " ") if wrong else ""
    took = int((time.monotonic() - begun) * 1000)
    print(f"{'not ok' if wrong else 'ok'}\tproton_reads_what_is_written_again\t-\t{took}\t{why}")


if __name__ == "__main__":
    main()
