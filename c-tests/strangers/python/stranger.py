#!/usr/bin/env python3
"""A program that uses the package tibems-python of others, unchanged, with this library behind it (ctypes).

usage: stranger.py [NAME pattern ...]; the package is on PYTHONPATH, the library on LD_LIBRARY_PATH, the servers in
STRANGER_URL (needed) and STRANGER_PAIR ("URL URL PID": two servers that share nothing, of which the first is killed).
Rows "ok", "not ok" and "skip" with a name, totals on the last line.

The package declares few of the functions: numbers of Python are cut to 32 bits on their way, and callbacks have one
argument more than they are called with. What it calls wrongly stays out: bytes messages,
acknowledgements of asynchronous consumers (a function that does not exist), queue_publish (an argument of its own).
"""

import asyncio
import ctypes
import itertools
import os
import signal
import sys
import threading
import traceback

import tibems
from tibems import AckMode, DestinationType, JmsPropertyType, JMS_Property, ems_lib

URL = os.environ["STRANGER_URL"]
SOON = 20
OK, TIMEOUT = 0, 50
names = itertools.count()


class Skip(Exception):
    pass


def fresh(kind):
    return f"stranger.{kind}.{os.getpid()}.{next(names)}"


def connect(url=URL):
    return tibems.tibems_connection(url, "ems", "ems", start_connection=True)


def send(session, destination, *bodies, properties=()):
    producer = tibems.create_producer(session, destination)
    for body in bodies:
        with tibems.tibems_message(body, list(properties)) as message:
            message_id, reply = tibems.publish_message(producer, message)
            assert message_id.startswith("ID:") and reply is None


def expect(consumer, *bodies):
    """The bodies come in this order; the package polls, so a watch stops it when they do not."""
    watch = threading.Timer(SOON, consumer.stop)
    watch.start()
    got = [message.body for message in itertools.islice(consumer, len(bodies))]
    watch.cancel()
    assert got == list(bodies), got


def expect_silence(consumer):
    message = ctypes.c_void_p()
    status = ems_lib.tibemsMsgConsumer_ReceiveTimeout(consumer._consumer, ctypes.byref(message), ctypes.c_long(300))
    assert status == TIMEOUT, status


def test_text():
    queue = tibems.create_destination(fresh("queue"))
    with connect() as connection, tibems.tibems_session(connection) as session:
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
            bodies = ["hello", "", "Grüße, 世界", "x" * 300_000]
            send(session, queue, *bodies)
            expect(consumer, *bodies)


def test_properties():
    queue = tibems.create_destination(fresh("queue"))
    sent = [
        JMS_Property("word", "grün"),
        JMS_Property("yes", True, JmsPropertyType.Boolean),
        JMS_Property("no", False, JmsPropertyType.Boolean),
        JMS_Property("byte", -3, JmsPropertyType.Byte),
        JMS_Property("short", -300, JmsPropertyType.Short),
        JMS_Property("int", 1 << 30, JmsPropertyType.Integer),
        JMS_Property("long", -(1 << 60), JmsPropertyType.Long),
        JMS_Property("float", 1.5, JmsPropertyType.Float),
        JMS_Property("double", 0.1, JmsPropertyType.Double),
    ]
    labels = "STRING BOOLEAN BOOLEAN BYTE SHORT INTEGER LONG FLOAT DOUBLE".split()
    with connect() as connection, tibems.tibems_session(connection) as session:
        send(session, queue, "with properties", properties=sent)
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
            message = next(consumer)
            got = {p["name"]: (p["type"], p["value"]) for p in message.properties}
            for prop, label in zip(sent, labels):
                assert got[prop.name] == (label, prop.value), (prop.name, got[prop.name])
            assert got["JMSMessageID"] == ("STRING", message.message_id)
            assert got["JMSPriority"] == ("INTEGER", 4) and got["JMSDeliveryMode"] == ("INTEGER", 2)
            assert got["JMSExpiration"] == ("LONG", 0) and got["JMSRedelivered"] == ("BOOLEAN", False)
            assert got["JMSTimestamp"][1] > 1_500_000_000_000
            assert message.reply_to is None


def test_selector():
    queue = tibems.create_destination(fresh("queue"))
    with connect() as connection, tibems.tibems_session(connection) as session:
        for colour in ("blue", "red", "green"):
            send(session, queue, colour, properties=[JMS_Property("colour", colour)])
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK, "colour LIKE 'r_d'") as consumer:
            expect(consumer, "red")
            expect_silence(consumer)
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
            expect(consumer, "blue", "green")
        try:
            with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK, "colour LIKE"):
                raise AssertionError("a wrong selector was taken")
        except tibems.TibEMSCreateConsumerError as error:
            assert error.status == 4 and "selector" in str(error).lower(), error


def test_client_acknowledge():
    queue = tibems.create_destination(fresh("queue"))
    with connect() as connection:
        with tibems.tibems_session(connection, ack_mode=AckMode.TIBEMS_CLIENT_ACK) as session:
            send(session, queue, "one", "two", "three")
            with tibems.create_consumer(session, queue, AckMode.TIBEMS_CLIENT_ACK) as consumer:
                next(consumer)
                next(consumer).acknowledge()
                next(consumer)
        with tibems.tibems_session(connection) as session:
            with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
                expect(consumer, "three")
                expect_silence(consumer)


def test_transaction():
    queue = tibems.create_destination(fresh("queue"))
    with connect() as connection, tibems.tibems_session(connection, transacted=True) as session:
        send(session, queue, "rolled back")
        tibems.session_rollback(session)
        send(session, queue, "one", "two")
        tibems.session_commit(session)
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
            expect(consumer, "one", "two")
            tibems.session_rollback(session)
            expect(consumer, "one", "two")
            tibems.session_commit(session)
            expect_silence(consumer)


def service(queue, count, ready):
    """Answers through the handle of JMSReplyTo, which belongs to the request."""
    with connect() as connection, tibems.tibems_session(connection) as session:
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
            ready.set()
            for request in itertools.islice(consumer, count):
                send(session, request.reply_to.handle, "re: " + request.body)


def test_requests():
    queue = tibems.create_destination(fresh("queue"))
    ready = threading.Event()
    answering = threading.Thread(target=service, args=(queue, 3, ready))
    answering.start()
    assert ready.wait(SOON)
    with connect() as connection, tibems.tibems_session(connection) as session:
        producer = tibems.create_producer(session, queue)
        for body in ("one", "two", "three"):
            with tibems.tibems_message(body, correlation_id="c-" + body) as message:
                _, reply = tibems.publish_message(
                    producer, message, expect_reply=True, session=session, reply_timeout=SOON * 1000
                )
                assert reply is not None and reply.body == "re: " + body
                assert reply.message_id.startswith("ID:")
        answering.join()
        with tibems.tibems_message("nobody") as message:
            _, reply = tibems.publish_message(producer, message, expect_reply=True, session=session, reply_timeout=50)
            assert reply is None


def durable(client_id):
    topic = tibems.create_destination(fresh("topic"), DestinationType.Topic)
    name = fresh("durable").encode()
    consumer = ctypes.c_void_p()

    def subscribe(session):
        return ems_lib.tibemsSession_CreateDurableSubscriber(
            session, ctypes.byref(consumer), topic, name, ctypes.c_char_p(None), ctypes.c_bool(False)
        )

    def receive():
        message, text = ctypes.c_void_p(), ctypes.c_char_p()
        timeout = ctypes.c_long(SOON * 1000)
        assert ems_lib.tibemsMsgConsumer_ReceiveTimeout(consumer, ctypes.byref(message), timeout) == OK
        assert ems_lib.tibemsTextMsg_GetText(message, ctypes.byref(text)) == OK
        body = text.value.decode()
        ems_lib.tibemsMsg_Destroy(message)
        return body

    with tibems.tibems_connection(URL, "ems", "ems") as connection:
        # The package knows no client id; it is the first thing that a connection is told.
        if client_id:
            assert ems_lib.tibemsConnection_SetClientId(connection, client_id.encode()) == OK
        assert ems_lib.tibemsConnection_Start(connection) == OK
        with tibems.tibems_session(connection) as session:
            assert subscribe(session) == OK
            assert ems_lib.tibemsMsgConsumer_Close(consumer) == OK
            send(session, topic, "absent")
            assert subscribe(session) == OK
            assert receive() == "absent"
            assert ems_lib.tibemsMsgConsumer_Close(consumer) == OK
            assert ems_lib.tibemsSession_Unsubscribe(session, name) == OK


def test_durable():
    durable(fresh("client"))


def test_durable_without_client_id():
    durable(None)


async def take(consumer, count):
    return [await asyncio.wait_for(anext(consumer), SOON) for _ in range(count)]


def test_asynchronous():
    """Completions and messages come on threads of the library and go to the event loop."""
    queue = tibems.create_destination(fresh("queue"))
    bodies = [str(number) for number in range(50)]

    async def run():
        with connect() as connection, tibems.tibems_session(connection) as session, connect() as other:
            with tibems.tibems_session(other) as listening:
                async with tibems.create_async_consumer(listening, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
                    producer = tibems.create_producer(session, queue)
                    for body in bodies:
                        with tibems.tibems_message(body) as message:
                            assert (await tibems.async_publish_message(producer, message)).startswith("ID:")
                    got = await take(consumer, len(bodies))
                    assert [message.body for message in got] == bodies

    asyncio.run(run())


def test_asynchronous_many():
    """Many sends of which none waits for the one before."""
    queue = tibems.create_destination(fresh("queue"))

    async def run():
        with connect() as connection, tibems.tibems_session(connection) as session:
            producer = tibems.create_producer(session, queue)
            messages = [tibems.message.create_message(str(number)) for number in range(200)]
            sends = (tibems.async_publish_message(producer, message) for message in messages)
            ids = await asyncio.wait_for(asyncio.gather(*sends), SOON)
            assert len(set(ids)) == len(messages)
            for message in messages:
                tibems.message.destroy_message(message)
            with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
                expect(consumer, *(str(number) for number in range(200)))

    asyncio.run(run())


def test_no_server():
    try:
        with connect("tcp://127.0.0.1:1"):
            raise AssertionError("connected to nothing")
    except tibems.TibEMSConnectionError as error:
        assert error.status == 11, error


def test_failover():
    if "STRANGER_PAIR" not in os.environ:
        raise Skip("no pair of servers")
    first, second, pid = os.environ["STRANGER_PAIR"].split()
    queue = tibems.create_destination(fresh("queue"))
    with connect(f"{first},{second}") as connection, tibems.tibems_session(connection) as session:
        with tibems.create_consumer(session, queue, AckMode.TIBEMS_AUTO_ACK) as consumer:
            send(session, queue, "before")
            expect(consumer, "before")
            os.kill(int(pid), signal.SIGKILL)
            send(session, queue, "behind")
            expect(consumer, "behind")


def main(patterns):
    passed = failed = skipped = 0
    for key, test in list(globals().items()):
        name = key.removeprefix("test_").replace("_", " ")
        if not key.startswith("test_") or patterns and not any(pattern in name for pattern in patterns):
            continue
        try:
            test()
        except Skip as why:
            skipped += 1
            print(f"skip\t{name}\t{why}")
        except Exception as error:
            failed += 1
            traceback.print_exc()
            print(f"not ok\t{name}\t{error!r}")
        else:
            passed += 1
            print(f"ok\t{name}")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed != 0 or passed == 0


sys.exit(main(sys.argv[1:]))
