#!/usr/bin/python3
"""A server made of Apache Qpid Proton, for programs of this library: every byte that they write is decoded by Proton.

Proton's engine holds the conversation behind sasl.py; a tap in front keeps the bytes, which Proton's decoder turns into text
(tests/recorded/facts.py). Nodes are queues in memory. Started by run.sh; it prints the ports of AMQP and of the
questions and ends with its standard input. A question is a line, its answer lines `name TAB value` and an empty one:

    login                       of the newest connection: `mechanism`, `hostname`, `refused` and why
    forget                      the frames seen so far
    frame START                 waits for a frame whose text starts so: `frame`, `size`
    frames START                how many there were: `count`, `largest` (bytes)
    message NODE                waits for the next message at NODE: `sections`, `section.N`, `frames` (of its delivery),
                                `largest` (bytes of one), `payload` (bytes), `proton.FIELD` as Proton's message object has it
    outcome NODE WORD           the outcome of what NODE gets from now on: accepted, rejected, released, modified, ...
    send NODE WORD              puts a message of that recipe into NODE
    given NODE COUNT            waits until the program has given so many outcomes to what NODE sent: `0`, `1`, ...
"""
import re
import socket
import socketserver
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "recorded"))
# SASL is sasl.py's; Proton gets plain AMQP
USER, PASSWORD, LIMIT = b"ems", b"ems", 20

import facts                                                            # noqa: E402
import sasl                                                             # noqa: E402
from proton import Condition, Delivery, Message, byte, int32, symbol    # noqa: E402
from proton.handlers import MessagingHandler                            # noqa: E402
from proton.reactor import ApplicationEvent, Container, EventInjector   # noqa: E402
from tap import Tap                                                     # noqa: E402

OUTCOMES = {"accepted": Delivery.ACCEPTED, "rejected": Delivery.REJECTED, "released": Delivery.RELEASED,
            "modified": Delivery.MODIFIED}
STATES = {number: name for name, number in OUTCOMES.items()}


class Record:
    """What was seen, shared by the reactor and the questions."""

    def __init__(self):
        self.changed = threading.Condition()
        self.messages, self.outcomes, self.given = {}, {}, {}

    def wait(self, test):
        with self.changed:
            if not self.changed.wait_for(test, LIMIT):
                raise TimeoutError("it does not happen")

    def note(self, table, node, value):
        with self.changed:
            table.setdefault(node, []).append(value)
            self.changed.notify_all()


class Server(MessagingHandler):
    """Proton's part. Runs in one thread."""

    def __init__(self, record, injector, port):
        super().__init__(auto_accept=False, prefetch=0, auto_settle=False)
        self.record, self.injector, self.port, self.queues, self.senders = record, injector, port, {}, {}

    def on_start(self, event):
        event.container.selectable(self.injector)
        event.container.listen(f"127.0.0.1:{self.port}")

    def on_connection_bound(self, event):
        event.transport.max_frame_size = 4096

    def on_connection_opening(self, event):
        if event.connection.remote_hostname == "heartbeats":
            event.transport.idle_timeout = 8    # Proton asks for a frame each 4 s
        event.connection.offered_capabilities = [symbol("ANONYMOUS-RELAY"), symbol("SHARED-SUBS"), symbol("queue")]

    def on_link_opening(self, event):
        link = event.link
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        if link.is_receiver:
            link.flow(100)
        else:
            link.snd_settle_mode = link.remote_snd_settle_mode
            self.senders.setdefault(link.source.address, []).append(link)

    def on_link_closed(self, event):
        for links in self.senders.values():
            if event.link in links:
                links.remove(event.link)
        event.link.close()

    def on_message(self, event):
        message, delivery = event.message, event.delivery
        node = event.link.target.address or message.address
        named = {name: getattr(message, name) for name in (
            "durable", "priority", "ttl", "id", "address", "subject", "reply_to", "correlation_id", "content_type",
            "group_id", "group_sequence", "expiry_time", "creation_time")}
        self.record.note(self.record.messages, node, {**named, "body": type(message.body).__name__,
                                                      "properties": len(message.properties or {})})
        if delivery.settled:
            return
        word = self.record.outcomes.get(node, "accepted")
        if word == "rejected":
            delivery.local.condition = Condition("app:refused", "not wanted", {symbol("k"): int32(1)})
        if word == "modified":
            delivery.local.failed = True
        delivery.update(OUTCOMES[word])
        delivery.settle()

    def on_put(self, event):
        node, message = event.subject
        self.queues.setdefault(node, []).append(message)
        for link in self.senders.get(node, []):
            self.serve(link)

    def on_sendable(self, event):
        self.serve(event.link)

    def serve(self, link):
        waiting = self.queues.get(link.source.address, [])
        while waiting and link.credit:
            link.send(waiting.pop(0))
        if link.drain_mode:
            link.drained()

    def on_delivery(self, event):
        delivery = event.delivery
        if event.link.is_sender and delivery.updated and delivery.remote_state:
            node = event.link.source.address
            self.record.note(self.record.given, node, STATES.get(delivery.remote_state, str(delivery.remote_state)))
            delivery.settle()


def recipe(word):
    """A message as Proton writes it."""
    if word == "text":
        return Message(body="from proton", id="ID:proton", durable=True, priority=7, subject="the type",
                       correlation_id="the correlation", reply_to="answers", properties={"n": int32(5), "s": "text"},
                       annotations={symbol("x-opt-jms-msg-type"): byte(5), symbol("x-opt-jms-reply-to"): byte(1)})
    return Message(body=word)


class Front(Tap):
    """The tap, with the SASL layer in front."""

    logins = []

    def greet(self, client, kept):
        def read(count):
            chunk = b""
            while len(chunk) < count:
                more = client.recv(count - len(chunk))
                if not more:
                    raise OSError("the client is gone")
                chunk += more
                self.keep(kept, more)
            return chunk
        header = read(8)
        if header != sasl.HEADER:
            return header
        login = sasl.Login(read, client.sendall, USER, PASSWORD)
        self.logins.append(login)
        try:
            login.run()
        except sasl.Refused as error:
            raise OSError(error) from error
        return b""


class Seen:
    """The frames of all connections in their order, decoded by Proton, each once."""

    def __init__(self, tap):
        self.tap, self.start, self.taken, self.decoded, self.known = tap, 0, {}, {}, []

    def wait(self, test):
        with self.tap.changed:
            if not self.tap.changed.wait_for(test, LIMIT):
                raise TimeoutError("it does not come")

    def frames(self):
        """(text, size, payload, (connection, channel)) of every whole frame since `forget`."""
        for at, (from_client, _) in enumerate(self.tap.connections):
            stream = whole(bytes(from_client[self.decoded.get(at, 0):]))
            self.decoded[at] = self.decoded.get(at, 0) + len(stream)
            for kind, raw, *frame in facts.frames(stream):
                if kind == "header":
                    self.known.append((f"header {raw.hex()}", len(raw), b"", (at, 0)))
                elif not frame[2]:
                    self.known.append(("empty", len(raw), b"", (at, frame[1])))
                else:
                    named, _, payload = facts.performative(frame[2])
                    self.known.append((named, len(raw), payload, (at, frame[1])))
        return self.known[self.start:]

    def forget(self):
        self.frames()
        self.start = len(self.known)

    def deliveries(self, node):
        """(payload, frames, largest) of each whole delivery to a node, from the beginning: links outlive a `forget`."""
        self.frames()
        links, open_deliveries, found = {}, {}, []
        for text, size, payload, channel in self.known:
            handle = re.search(r" handle=uint:(\d+)", text)
            key = channel, handle and handle[1]
            if text.startswith("attach "):
                address = re.search(r'target=\(target address="([^"]*)"', text)
                links[key] = address and address[1]
            elif text.startswith("transfer ") and links.get(key) in (node, None):
                parts, frames, largest = open_deliveries.pop(key, ([], 0, 0))
                delivery = parts + [payload], frames + 1, max(largest, size)
                if " more=true" in text:
                    open_deliveries[key] = delivery
                elif links[key] or destination(b"".join(delivery[0])) == node:
                    found.append((b"".join(delivery[0]), *delivery[1:]))
        return found


def destination(payload):
    """The address that a message names, for links without one."""
    to = re.search(r' to="([^"]*)"', " ".join(named for named, _ in facts.sections(payload)))
    return to and to[1]


def whole(stream):
    """The part of a stream that ends with a whole frame."""
    at = 0
    while at + 8 <= len(stream):
        size = 8 if stream[at:at + 4] == b"AMQP" else int.from_bytes(stream[at:at + 4], "big")
        if at + size > len(stream):
            break
        at += size
    return stream[:at]


class Questions(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            words = line.decode().split()
            answers = []
            try:
                self.answer(words, lambda name, value: answers.append((name, str(value))))
            except Exception as error:                          # the C program shows it
                answers = [("error", f"{type(error).__name__}: {error}")]
            text = "".join(f"{name}\t{escaped(value)}\n" for name, value in answers) + "\n"
            self.wfile.write(text.encode())
            self.wfile.flush()

    def answer(self, words, fact):
        record, seen, injector = self.server.record, self.server.seen, self.server.injector
        word, rest = words[0], " ".join(words[1:])
        if word == "login":
            for name, value in Front.logins[-1].facts.items():
                fact(name, value)
        elif word == "forget":
            seen.forget()
        elif word == "frame":
            find = lambda: next((frame for frame in seen.frames() if frame[0].startswith(rest)), None)
            seen.wait(find)
            text, size, _, channel = find()
            fact("frame", text)
            fact("size", size)
            fact("channel", channel[1])
        elif word == "frames":
            sizes = [size for text, size, _, _ in seen.frames() if text.startswith(rest)]
            fact("count", len(sizes))
            fact("largest", max(sizes, default=0))
        elif word == "message":
            number = seen.taken.get(rest, 0)
            seen.taken[rest] = number + 1
            seen.wait(lambda: len(seen.deliveries(rest)) > number)
            payload, frames, largest = seen.deliveries(rest)[number]
            sections = facts.sections(payload)
            fact("sections", len(sections))
            for at, (named, _) in enumerate(sections):
                fact(f"section.{at}", named)
            fact("frames", frames)
            fact("largest", largest)
            fact("payload", len(payload))
            record.wait(lambda: len(record.messages.get(rest, [])) > number)
            for name, value in record.messages[rest][number].items():
                fact(f"proton.{name}", value)
        elif word == "outcome":
            record.outcomes[words[1]] = words[2]
        elif word == "send":
            injector.trigger(ApplicationEvent("put", subject=(words[1], recipe(words[2]))))
        elif word == "given":
            record.wait(lambda: len(record.given.get(words[1], [])) >= int(words[2]))
            for at, state in enumerate(record.given[words[1]]):
                fact(str(at), state)
        else:
            raise ValueError(f"no question {word}")


def escaped(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as probe:
        inner = probe.getsockname()[1]
    record, injector = Record(), EventInjector()
    container = Container(Server(record, injector, inner))
    threading.Thread(target=container.run, daemon=True).start()
    tap = Front(inner)
    questions = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Questions)
    questions.record, questions.seen, questions.injector = record, Seen(tap), injector
    threading.Thread(target=questions.serve_forever, daemon=True).start()
    print(f"proton: {questions.server_address[1]} {tap.port}", flush=True)
    sys.stdin.read()
