#!/usr/bin/python3
"""Records frames of other AMQP 1.0 implementations by running them, with what they mean.

    tests/recorded/record.py [NAME ...]      writes tests/recorded/frames/NAME.txt; all when none is named

Conversations run through a proxy (tap.py); programs/ holds what is run. Meanings come from Qpid Proton's decoder (facts.py)
and from what the programs print about their input: values must agree with Proton, or nothing is written. Lines of a
file, columns separated by tabs:

    # implementations and versions
    value HEX TEXT                                  one encoded value; TEXT is what the program put in
    performative HEX NAMED TYPED                    one encoded performative
    payload HEX SECTIONS                            one message; sections and facts follow
    stream FROM                                     what one end of a connection wrote, in order:
    header HEX
    frame HEX TYPE CHANNEL PAYLOAD-BYTES NAMED TYPED
    message SECTIONS                                after the last frame of a delivery: so many lines follow
    section NAMED TYPED
    fact NAME VALUE                                 what the sending program said about that message

Needs Debian's python3-qpid-proton, a JDK, Maven, node with npm and go; fetches Artemis, the Java clients, rhea and go-amqp.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import proton

import facts
from tap import Tap

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS, CACHE = HERE / "programs", ROOT / ".cache" / "recorded"
RHEA, LIMIT = "3.0.4", 120
PROTON = "Qpid Proton C " + ".".join(map(str, proton.VERSION))


def run(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT * 5, **more).stdout


def jars():
    folder = Path(run([ROOT / "c-tests/interop/fetch.sh"]).strip())
    versions = {match[1]: match[2] for jar in folder.glob("*.jar") if (match := re.match(r"(.*?)-(\d.*)\.jar", jar.name))}
    return folder, versions


def java(program, *words):
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()[0]}/*", PROGRAMS / f"{program}.java", *words]


def node(*words):
    if not (CACHE / "node_modules/rhea").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        run(["npm", "install", "--no-audit", "--no-fund", "--prefix", CACHE, f"rhea@{RHEA}"])
    os.environ["NODE_PATH"] = str(CACHE / "node_modules")
    return ["node", PROGRAMS / "with_rhea.js", *words]


def python(*words):
    return ["/usr/bin/python3", PROGRAMS / "with_proton.py", *words]


def go(*words):
    run(["go", "build", "-o", CACHE / "go-client", "."], cwd=PROGRAMS / "go")
    return [CACHE / "go-client", *words]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """A program that listens; ended with the block."""

    def __init__(self, command, port, **more):
        self.port, self.process = port, subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)

    def __enter__(self):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            try:
                probe = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                time.sleep(0.05)
                continue
            probe.close()
            return self
        raise RuntimeError("the server does not start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Artemis(Server):
    def __init__(self, scram=False):
        self.folder = Path(tempfile.mkdtemp())
        port = free_port()
        command = [ROOT / "tests/brokers/run-broker.sh", "artemis", str(port), self.folder]
        super().__init__(command, port, stderr=subprocess.DEVNULL)
        self.scram = scram

    def __enter__(self):
        super().__enter__()
        if self.scram:
            self.restart_with_scram()
        return self

    def restart_with_scram(self):
        """The same process again with its files changed: only SCRAM is offered."""
        command = Path(f"/proc/{self.process.pid}/cmdline").read_bytes().split(b"\0")[:-1]
        super().__exit__()
        broker, login = self.folder / "etc/broker.xml", self.folder / "etc/login.config"
        broker.write_text(broker.read_text().replace(
            "saslMechanisms=PLAIN,ANONYMOUS",
            "saslMechanisms=SCRAM-SHA-512,SCRAM-SHA-256;saslLoginConfigScope=amqp-sasl-scram"))
        jaas = "org.apache.activemq.artemis.spi.core.security.jaas."
        login.write_text(
            "amqp-sasl-scram {\n  " + jaas + 'SCRAMPropertiesLoginModule required reload=true\n'
            '  org.apache.activemq.jaas.properties.user="artemis-users.properties"\n'
            '  org.apache.activemq.jaas.properties.role="artemis-roles.properties";\n};\n'
            "activemq {\n  " + jaas + "SCRAMLoginModule required;\n};\n")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        super().__enter__()

    def __exit__(self, *words):
        super().__exit__(*words)
        shutil.rmtree(self.folder)


def artemis_version():
    return Path(run([ROOT / "tests/brokers/fetch.sh", "artemis"]).strip()).name.replace("apache-artemis-", "Apache Artemis ")


# ---- values ---------------------------------------------------------------------------------------------------------

def recorded_values(command):
    lines = []
    for line in run(command).splitlines():
        kind, *columns = line.split("\t")
        if kind == "fact":
            lines.append(line)
            continue
        encoded = bytes.fromhex(columns[-1])
        if kind == "payload":
            sections = facts.sections(encoded)
            lines.append(f"payload\t{columns[-1]}\t{len(sections)}")
            lines += [f"section\t{named}\t{typed}" for named, typed in sections]
            continue
        if kind == "value":
            value, taken = facts.decode(encoded)
            if value.text() != columns[0] or taken != len(encoded):
                raise AssertionError(f"put in {columns[0]}, Proton reads {value.text()} from {columns[-1]}")
            lines.append(f"value\t{columns[-1]}\t{columns[0]}")
        else:
            name, typed, rest = facts.performative(encoded)
            assert not rest
            lines.append(f"performative\t{columns[-1]}\t{name}\t{typed}")
    return lines


# ---- conversations --------------------------------------------------------------------------------------------------

def program_facts(output):
    """The blocks of lines behind each line `message`, by the id in them."""
    blocks = []
    for line in output.splitlines():
        if line == "message":
            blocks.append([])
        elif line.startswith("fact\t"):
            blocks[-1].append(line)
    return {line.split("\t")[2]: block for block in blocks for line in block if line.startswith("fact\tid\t")}


def recorded_stream(name, stream, told):
    """The lines of one direction; `told`: by their ids, what the program said about the messages in it."""
    lines = [f"stream\t{name}"]
    open_deliveries, told = {}, dict(told)
    for kind, raw, *frame in facts.frames(bytes(stream)):
        if kind == "header":
            lines.append(f"header\t{raw.hex()}")
            continue
        frame_type, channel, body = frame
        if not body:
            lines.append(f"frame\t{raw.hex()}\t{frame_type}\t{channel}\t0\tempty\tempty")
            continue
        named, typed, payload = facts.performative(body)
        lines.append(f"frame\t{raw.hex()}\t{frame_type}\t{channel}\t{len(payload)}\t{named}\t{typed}")
        if not named.startswith("transfer "):
            assert not payload
            continue
        key = channel, re.search(r" handle=uint:(\d+)", named)[1]
        open_deliveries[key] = open_deliveries.get(key, b"") + payload
        if " aborted=true" in named:
            del open_deliveries[key]
        elif " more=true" not in named:
            sections = facts.sections(open_deliveries.pop(key))
            lines.append(f"message\t{len(sections)}")
            lines += [f"section\t{named}\t{typed}" for named, typed in sections]
            if told:                # a broker may change their order
                identity = re.search(r" message-id=(\S+)", " ".join(named for named, _ in sections))[1]
                lines += told.pop(identity)
    assert not open_deliveries and not told
    return lines


def conversation(client, server, command, target, tells=False):
    """Runs a client through the tap; `tells`: the client's facts hold for what it sends and for what comes back."""
    tap = Tap(target)
    output = run([str(word).replace("@PORT@", str(tap.port)) for word in command])
    tap.end()
    told = program_facts(output) if tells else {}
    lines = []
    for from_client, from_server in tap.connections:
        lines += recorded_stream(client, from_client, told)
        lines += recorded_stream(server, from_server, told)
    return lines


def with_server(server, start):
    def make(client, command, tells=False):
        port = str(free_port())
        with Server(start(port), port) as running:
            return conversation(client, server, command, running.port, tells)
    return make


def with_artemis(client, command, tells=False, scram=False):
    with Artemis(scram) as broker:
        return conversation(client, artemis_version(), command, broker.port, tells)


def jms():
    versions = jars()[1]
    return f"Qpid JMS {versions['qpid-jms-client']}"


def proton_j():
    return f"Qpid proton-j {jars()[1]['proton-j']}"


def protonj2():
    return f"Apache protonj2 {jars()[1]['protonj2']}"


def go_amqp():
    return "go-amqp " + re.search(r"go-amqp v(\S+)", (PROGRAMS / "go/go.mod").read_text())[1]


URI = "amqp://127.0.0.1:@PORT@?jms.username=ems&amqp.maxFrameSize=4096&amqp.idleTimeout=60000"
RECORDINGS = {
    "values-proton": lambda: recorded_values(python("values")),
    "values-proton-j": lambda: recorded_values(java("WithProtonJ")),
    "values-protonj2": lambda: recorded_values(java("WithProtonj2", "values")),
    "values-rhea": lambda: recorded_values(node("values")),
    "proton-with-proton": lambda: with_server(PROTON, lambda port: python("server", port))(
        PROTON, python("client", "127.0.0.1:@PORT@")),
    "proton-with-rhea": lambda: with_server(f"rhea {RHEA}", lambda port: node("server", port))(
        PROTON, python("client", "user:user@127.0.0.1:@PORT@")),
    "proton-with-artemis": lambda: with_artemis(PROTON, python("broker", "127.0.0.1:@PORT@")),
    "protonj2-with-artemis": lambda: with_artemis(protonj2(), java("WithProtonj2", "client", "127.0.0.1", "@PORT@")),
    "rhea-with-artemis": lambda: with_artemis(f"rhea {RHEA}", node("client", "@PORT@")),
    "go-with-artemis": lambda: with_artemis(go_amqp(), go("127.0.0.1:@PORT@")),
    "jms-messages": lambda: with_artemis(jms(), java("WithJms", "messages", URI), tells=True),
    "jms-life": lambda: with_artemis(jms(), java("WithJms", "life", URI)),
    "jms-scram": lambda: with_artemis(jms(), java("WithJms", "login", URI), scram=True),
}
MAKERS = {"values-proton": lambda: PROTON, "values-proton-j": proton_j, "values-protonj2": protonj2,
          "values-rhea": lambda: f"rhea {RHEA}"}


def main():
    (HERE / "frames").mkdir(exist_ok=True)
    for name in sys.argv[1:] or RECORDINGS:
        lines = RECORDINGS[name]()
        made = MAKERS[name]() if name in MAKERS else ", ".join(sorted({line[7:] for line in lines if line.startswith("stream")}))
        head = f"# {name}: {made}; made by record.py, which tells what the lines are"
        (HERE / "frames" / f"{name}.txt").write_text("\n".join([head, *lines, ""]))
        print(name, len(lines), "lines", flush=True)


if __name__ == "__main__":
    main()
