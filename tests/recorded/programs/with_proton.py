#!/usr/bin/env python3
"""Apache Qpid Proton (C, through its Python binding) as the one whose frames are recorded.

    with_proton.py values                          every type, encoded: lines `value TAB text TAB hex`
    with_proton.py server PORT                     a peer that listens; outcomes and errors as the addresses and subjects ask
    with_proton.py client URL                      sends with every outcome, receives, drains, is refused
    with_proton.py broker URL                      the same against a broker: PLAIN, large message, transactions
"""
import sys
import uuid

from proton import (Data, Message, Delivery, Condition, symbol, timestamp, ulong, uint, ubyte, ushort, byte, short, int32,
                    float32, char, Array, Described, UNDESCRIBED)
from proton.handlers import MessagingHandler, TransactionHandler
from proton.reactor import Container, Selector, AtLeastOnce, AtMostOnce

ID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")


def values():
    def show(text, put):
        data = Data()
        put(data)
        print(f"value\t{text}\t{data.encode().hex()}")

    def nest(kind, *puts):
        def put(data):
            getattr(data, f"put_{kind}")()
            data.enter()
            for each in puts:
                each(data)
            data.exit()
        return put

    def array(described, element, *puts):
        def put(data):
            data.put_array(described, element)
            data.enter()
            for each in puts:
                each(data)
            data.exit()
        return put

    show("null", lambda d: d.put_null())
    for flag in True, False:
        show(str(flag).lower(), lambda d: d.put_bool(flag))
    for name, numbers in {
        "ubyte": (0, 127, 128, 255), "byte": (0, -1, -128, 127), "ushort": (0, 255, 256, 65535),
        "short": (0, -1, 127, 128, -129, -32768, 32767),
        "uint": (0, 1, 127, 128, 255, 256, 65535, 2 ** 31, 2 ** 32 - 1),
        "int": (0, 1, -1, 127, 128, -128, -129, 255, 256, -2 ** 31, 2 ** 31 - 1),
        "ulong": (0, 1, 127, 128, 255, 256, 2 ** 32, 2 ** 63, 2 ** 64 - 1),
        "long": (0, 1, -1, 127, 128, -128, -129, 255, 256, -2 ** 63, 2 ** 63 - 1),
        "timestamp": (0, -1, 1234567890123, -2 ** 63, 2 ** 63 - 1),
    }.items():
        for number in numbers:
            show(f"{name}:{number}", lambda d: getattr(d, "put_" + name)(number))
    for bits, number in ("3fc00000", 1.5), ("80000000", -0.0), ("7f800000", float("inf")), ("00000001", 2 ** -149):
        show("float:" + bits, lambda d: d.put_float(number))
    for bits, number in ("3fb999999999999a", 0.1), ("fff0000000000000", float("-inf")), ("0000000000000001", 5e-324):
        show("double:" + bits, lambda d: d.put_double(number))
    for code in "A", "\u00e4", "\u20ac", "\U0001F600":
        show("char:%x" % ord(code), lambda d: d.put_char(code))
    show("uuid:" + ID.hex, lambda d: d.put_uuid(ID))
    show("decimal32:22500005", lambda d: d.put_decimal32(0x22500005))
    show("decimal64:2238000000000005", lambda d: d.put_decimal64(0x2238000000000005))
    show("decimal128:" + "0102030405060708090a0b0c0d0e0f10", lambda d: d.put_decimal128(bytes(range(1, 17))))
    for size in 0, 1, 255, 256:
        show("binary:" + "a5" * size, lambda d: d.put_binary(b"\xa5" * size))
        show('"' + "s" * size + '"', lambda d: d.put_string("s" * size))
        show("'" + "y" * size + "'", lambda d: d.put_symbol("y" * size))
    show('"\\xc3\\xa4\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80\\x00\\x22\\x5c"', lambda d: d.put_string("\u00e4\u20ac\U0001F600\0\"\\"))
    one = lambda d: d.put_int(1)
    show("[]", nest("list"))
    show("[int:1]", nest("list", one))
    for count in 254, 255, 256, 300:
        show("[" + " ".join(["null"] * count) + "]", nest("list", *[lambda d: d.put_null()] * count))
    for size in 248, 249, 250, 251, 252, 253, 254, 255:
        show("[binary:" + "00" * size + "]", nest("list", lambda d: d.put_binary(bytes(size))))
    show("{}", nest("map"))
    show("{'k'=int:1 \"k\"=[int:1 {}] ulong:7=null}",
         nest("map", lambda d: d.put_symbol("k"), one, lambda d: d.put_string("k"), nest("list", one, nest("map")),
              lambda d: d.put_ulong(7), lambda d: d.put_null()))
    show("{" + " ".join(f"int:{n}=int:{n}" for n in range(200)) + "}",
         nest("map", *[(lambda d, n=n: d.put_int(n)) for number in range(200) for n in (number, number)]))
    for name, texts, puts in [
        ("NULL", ["null"] * 3, [lambda d: d.put_null()] * 3),
        ("BOOL", ["true", "false"], [lambda d: d.put_bool(True), lambda d: d.put_bool(False)]),
        ("UBYTE", ["ubyte:0", "ubyte:255"], [lambda d: d.put_ubyte(0), lambda d: d.put_ubyte(255)]),
        ("BYTE", ["byte:-1", "byte:1"], [lambda d: d.put_byte(-1), lambda d: d.put_byte(1)]),
        ("USHORT", ["ushort:1", "ushort:65535"], [lambda d: d.put_ushort(1), lambda d: d.put_ushort(65535)]),
        ("SHORT", ["short:-1", "short:1"], [lambda d: d.put_short(-1), lambda d: d.put_short(1)]),
        ("UINT", ["uint:0", "uint:1", "uint:300"], [lambda d, n=n: d.put_uint(n) for n in (0, 1, 300)]),
        ("INT", ["int:0", "int:-1", "int:300"], [lambda d, n=n: d.put_int(n) for n in (0, -1, 300)]),
        ("ULONG", ["ulong:0", "ulong:1", "ulong:300"], [lambda d, n=n: d.put_ulong(n) for n in (0, 1, 300)]),
        ("LONG", ["long:0", "long:-1", "long:300"], [lambda d, n=n: d.put_long(n) for n in (0, -1, 300)]),
        ("FLOAT", ["float:3fc00000"], [lambda d: d.put_float(1.5)]),
        ("DOUBLE", ["double:3ff8000000000000"], [lambda d: d.put_double(1.5)]),
        ("CHAR", ["char:41", "char:1f600"], [lambda d: d.put_char("A"), lambda d: d.put_char("\U0001F600")]),
        ("TIMESTAMP", ["timestamp:-1"], [lambda d: d.put_timestamp(-1)]),
        ("UUID", ["uuid:" + ID.hex] * 2, [lambda d: d.put_uuid(ID)] * 2),
        ("DECIMAL32", ["decimal32:00000007"], [lambda d: d.put_decimal32(7)]),
        ("DECIMAL64", ["decimal64:0000000000000007"], [lambda d: d.put_decimal64(7)]),
        ("DECIMAL128", ["decimal128:" + "07" * 16], [lambda d: d.put_decimal128(b"\7" * 16)]),
        ("BINARY", ["binary:", "binary:00"], [lambda d: d.put_binary(b""), lambda d: d.put_binary(b"\0")]),
        ("STRING", ['""', '"a"'], [lambda d: d.put_string(""), lambda d: d.put_string("a")]),
        ("SYMBOL", ["'a'", "'bc'"], [lambda d: d.put_symbol("a"), lambda d: d.put_symbol("bc")]),
        ("LIST", ["[]", "[int:1 null]"], [nest("list"), nest("list", one, lambda d: d.put_null())]),
        ("MAP", ["{}", "{int:1=int:1}"], [nest("map"), nest("map", one, one)]),
    ]:
        show("array[" + " ".join(texts) + "]", array(False, getattr(Data, name), *puts))
    show("array<int>[]", array(False, Data.INT))
    show("array<symbol>[]", array(False, Data.SYMBOL))
    show("array[array[int:1 int:2] array[int:3]]",
         array(False, Data.ARRAY, array(False, Data.INT, one, lambda d: d.put_int(2)),
               array(False, Data.INT, lambda d: d.put_int(3))))
    show("array@'a:b'[int:1 int:1]", array(True, Data.INT, lambda d: d.put_symbol("a:b"), one, one))
    show("array[" + " ".join(f"int:{n}" for n in range(300)) + "]",
         array(False, Data.INT, *[(lambda d, n=n: d.put_int(n)) for n in range(300)]))

    def described(descriptor, value):
        def put(data):
            data.put_described()
            data.enter()
            descriptor(data)
            value(data)
            data.exit()
        return put
    show("@'com.example:thing'([int:1])", described(lambda d: d.put_symbol("com.example:thing"), nest("list", one)))
    show("@ulong:18446744073709551615(\"x\")", described(lambda d: d.put_ulong(2 ** 64 - 1), lambda d: d.put_string("x")))
    show("@ulong:0(@ulong:255(null))",
         described(lambda d: d.put_ulong(0), described(lambda d: d.put_ulong(255), lambda d: d.put_null())))


def every_message():
    """Messages with every field of the sections, and bodies of every kind."""
    full = Message(body="text", durable=True, priority=9, ttl=5.5, first_acquirer=True, delivery_count=3, id="ID:m1",
                   user_id=b"user", address="to-address", subject="subject", reply_to="reply-address",
                   correlation_id="correlation", content_type="text/plain", content_encoding="identity",
                   expiry_time=4102444800.123, creation_time=1600000000.456, group_id="group", group_sequence=2 ** 32 - 1,
                   reply_to_group_id="reply-group")
    full.instructions = {symbol("x-opt-delivery"): ulong(2 ** 64 - 1), symbol("x-opt-list"): [1, "two", None]}
    full.annotations = {symbol("x-opt-jms-msg-type"): byte(5), symbol("x-opt-described"): Described(symbol("d"), "v"),
                        symbol("x-opt-time"): timestamp(1234567890123)}
    full.properties = {"null": None, "true": True, "false": False, "ubyte": ubyte(255), "ushort": ushort(65535),
                       "uint": uint(2 ** 32 - 1), "ulong": ulong(2 ** 64 - 1), "byte": byte(-128), "short": short(-32768),
                       "int": int32(-2 ** 31), "long": -2 ** 63, "float": float32(1.5), "double": 0.1, "char": char("\u00e4"),
                       "timestamp": timestamp(-1), "uuid": ID, "binary": b"\0\xff", "string": "\u00e4\u20ac\U0001F600",
                       "symbol": symbol("sym"), "": "empty name"}
    yield full
    for message_id in ulong(0), ulong(255), ulong(2 ** 64 - 1), ID, b"\1\2\3", "plain":
        message = Message(body=b"bytes", id=message_id, correlation_id=message_id)
        message.inferred = True          # a data section
        yield message
    for body in (None, True, 0, -1, 2 ** 40, 1.5, "", "x" * 300, b"", b"\0" * 300, ID, [], [1, [2, [3]], {"k": None}], {},
                 {"a": 1, symbol("b"): [True, False], 7: {"deep": b"x"}},
                 {f"k{n}": n for n in range(100)}, Array(UNDESCRIBED, Data.INT, 1, 2, 300),
                 Array(UNDESCRIBED, Data.INT), symbol("s"), timestamp(7), char("x"), ubyte(7), ushort(7), uint(7), ulong(7),
                 float32(0.5), Described(symbol("type"), {"a": 1})):
        yield Message(body=body)
    message = Message(body=[1, "two", 3.5, None, b"4"])
    message.inferred = True              # a sequence section
    yield message
    yield Message(body="no durable", durable=False, priority=0, ttl=0)


SUBJECTS = ["accepted", "rejected", "rejected-bare", "released", "modified", "modified-failed", "modified-here", "received"]


class Server(MessagingHandler):
    """Settles as the subject asks, sends what the address asks, refuses what the address says."""

    def __init__(self, port):
        super().__init__(auto_accept=False, prefetch=0)
        self.port = port

    def on_start(self, event):
        event.container.listen(f"127.0.0.1:{self.port}")

    def on_connection_opening(self, event):
        event.connection.offered_capabilities = [symbol("ANONYMOUS-RELAY"), symbol("SHARED-SUBS")]
        event.connection.properties = {symbol("product"): "proton-server", symbol("numbers"): [uint(1), None]}

    def on_link_opening(self, event):
        link = event.link
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        if link.is_receiver:
            if link.target.address == "refused":
                link.target.address = None
                return
            link.flow(100)

    def on_link_opened(self, event):
        if event.link.remote_target.address == "refused":
            event.link.condition = Condition("amqp:unauthorized-access", "not you", {symbol("who"): "you"})
            event.link.close()

    def on_message(self, event):
        delivery, subject = event.delivery, event.message.subject
        if subject == "rejected":
            delivery.local.condition = Condition("app:bad", "a \u00e4 description", {symbol("info"): [1, 2], symbol("k"): None})
            delivery.update(Delivery.REJECTED)
        elif subject == "rejected-bare":
            delivery.update(Delivery.REJECTED)
        elif subject == "released":
            delivery.update(Delivery.RELEASED)
        elif subject == "modified":
            delivery.local.failed = True
            delivery.local.undeliverable = True
            delivery.local.annotations = {symbol("x-opt-why"): "tired"}
            delivery.update(Delivery.MODIFIED)
        elif subject == "modified-failed":
            delivery.local.failed = True
            delivery.update(Delivery.MODIFIED)
        elif subject == "modified-here":
            delivery.local.undeliverable = True
            delivery.update(Delivery.MODIFIED)
        elif subject == "received":
            delivery.local.section_number = 3
            delivery.local.section_offset = 2 ** 33
            delivery.update(Delivery.RECEIVED)
            return
        else:
            delivery.update(Delivery.ACCEPTED)
        if subject != "fail-session" and subject != "fail-connection":
            delivery.settle()
        elif subject == "fail-session":
            event.session.condition = Condition("amqp:resource-limit-exceeded", "no more sessions")
            event.session.close()
        else:
            event.connection.condition = Condition("amqp:connection:forced", "maintenance", {symbol("until"): timestamp(5)})
            event.connection.close()

    def on_sendable(self, event):
        if event.sender.source.address != "everything":
            return
        messages = list(every_message())
        done = getattr(event.sender, "sent", 0)
        while done < len(messages) and event.sender.credit:
            event.sender.send(messages[done])
            done += 1
        event.sender.sent = done
        if done == len(messages):
            event.sender.drained()
            event.sender.offered(0)

    def on_connection_closed(self, event):
        event.connection.close()


class Client(MessagingHandler):
    """Subjects first, then everything that the server has, then a refused link, a lost session, a lost connection."""

    def __init__(self, url):
        super().__init__(auto_accept=False, prefetch=0, auto_settle=False)
        self.url, self.left, self.taken = url, [], 0

    def on_start(self, event):
        self.connection = event.container.connect(
            self.url, reconnect=False, heartbeat=30, virtual_host="the-host", sasl_enabled=True,
            desired_capabilities=[symbol("ONE"), symbol("two")], offered_capabilities=symbol("alone"),
            properties={symbol("product"): "proton-client", symbol("pid"): 1})
        self.container = event.container

    def on_connection_opened(self, event):
        self.sender = self.container.create_sender(self.connection, "outcomes", name="sender-1")
        self.left = list(SUBJECTS)

    def on_sendable(self, event):
        if event.sender.target.address == "fail":
            if not getattr(event.sender, "used", False):
                event.sender.used = True
                event.sender.send(Message(subject=event.sender.name, body="x"))
            return
        while event.sender.name == "sender-1" and self.left and event.sender.credit:
            event.sender.send(Message(subject=self.left.pop(0), body="outcome"))

    def on_delivery(self, event):
        delivery = event.delivery
        if event.link.name == "sender-1" and delivery.remote_state == Delivery.RECEIVED and not delivery.settled:
            delivery.settle()
            self.next_step(event)

    def next_step(self, event):
        self.receiver = self.container.create_receiver(
            self.connection, "everything", name="receiver-1",
            options=[Selector("a = 'b'"), AtLeastOnce()])
        self.receiver.source.capabilities.put_object(symbol("queue"))
        self.receiver.flow(20)

    def on_message(self, event):
        self.taken += 1
        delivery = event.delivery
        states = [Delivery.ACCEPTED, Delivery.RELEASED, Delivery.REJECTED, Delivery.MODIFIED]
        state = states[self.taken % 4]
        if state == Delivery.MODIFIED:
            delivery.local.failed = True
        delivery.update(state)
        delivery.settle()
        if self.taken == 20:
            event.receiver.drain(100)

    def on_link_flow(self, event):
        link = event.link
        if link.name == "receiver-1" and self.taken > 20 and not link.credit \
                and not getattr(self, "drained", False):
            self.drained = True
            link.detach()
            other = self.container.create_sender(self.connection, "refused", name="refused-1", options=AtMostOnce())

    def on_link_error(self, event):
        if event.link.name == "refused-1":
            event.link.close()
            session = self.connection.session()
            session.open()
            self.failing = self.container.create_sender(session, "fail", name="fail-session")

    def on_session_error(self, event):
        event.session.close()
        self.container.create_sender(self.connection, "fail", name="fail-connection")

    def on_connection_error(self, event):
        event.connection.close()

    def on_disconnected(self, event):
        event.container.stop()


class Broker(MessagingHandler, TransactionHandler):
    """A queue of a broker: a large message, transactions that commit and roll back, and everything back again."""

    def __init__(self, url):
        super().__init__(auto_accept=False, prefetch=0)
        self.url, self.state, self.sent, self.got = url, "large", 0, 0

    def on_start(self, event):
        self.container = event.container
        self.connection = event.container.connect(self.url, user="ems", password="ems", allowed_mechs="PLAIN",
                                                  reconnect=False, max_frame_size=4096)
        self.sender = event.container.create_sender(self.connection, "recorded.proton", name="to-queue")
        self.messages = [Message(subject="large", body=b"0123456789" * 1000, durable=True)] + \
            [each for each in every_message()]

    def on_sendable(self, event):
        while self.state == "large" and self.messages and event.sender.credit:
            event.sender.send(self.messages.pop(0))
            self.sent += 1
        if not self.messages and self.state == "large":
            self.state = "receive"
            self.receiver = self.container.create_receiver(self.connection, "recorded.proton", name="from-queue")
            self.receiver.flow(self.sent)

    def on_message(self, event):
        self.got += 1
        if self.state == "receive":
            event.delivery.update(Delivery.ACCEPTED)
            event.delivery.settle()
            if self.got == self.sent:
                self.state = "declare"
                self.container.declare_transaction(self.connection, handler=self)
        elif self.state == "transaction":
            self.transaction.accept(event.delivery)
            self.state = "discharge"
            self.transaction.commit()

    def on_transaction_declared(self, event):
        self.transaction = event.transaction
        if self.state == "declare":
            self.transaction.send(self.sender, Message(body="rolled back"))
            self.transaction.abort()
            self.state = "aborting"
        elif self.state == "again":
            self.transaction.send(self.sender, Message(body="committed"))
            self.transaction.commit()
            self.state = "committing"
        elif self.state == "third":
            self.state = "transaction"
            self.receiver.flow(1)

    def on_transaction_aborted(self, event):
        self.state = "again"
        self.container.declare_transaction(self.connection, handler=self)

    def on_transaction_committed(self, event):
        if self.state == "committing":
            self.state = "third"
            self.container.declare_transaction(self.connection, handler=self)
        else:
            self.connection.close()

    def on_transaction_commit_failed(self, event):
        sys.exit("the commit failed")


if __name__ == "__main__":
    mode = sys.argv[1]
    if mode == "values":
        values()
    elif mode == "server":
        Container(Server(sys.argv[2])).run()
    elif mode == "client":
        Container(Client(sys.argv[2])).run()
    elif mode == "broker":
        Container(Broker(sys.argv[2])).run()
    else:
        sys.exit(__doc__)
