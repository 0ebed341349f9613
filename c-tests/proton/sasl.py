"""The SASL layer of the Proton server: frames by Proton's codec, PLAIN and SCRAM (RFC 5802, RFC 7677) by Python's hashlib.

Debian's Proton knows only ANONYMOUS as a server. `login` talks to one client and returns what came, or raises.
"""
import base64
import hashlib
import hmac
import os
import struct

from proton import Data

import facts

HEADER = b"AMQP\x03\x01\x00\x00"
MECHANISMS = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "ANONYMOUS"]
ITERATIONS = 4096


class Refused(Exception):
    pass


def frame(code, put):
    """A SASL frame with one performative, whose fields `put` writes into a proton.Data."""
    data = Data()
    data.put_described()
    data.enter()
    data.put_ulong(code)
    data.put_list()
    data.enter()
    put(data)
    data.exit()
    data.exit()
    body = data.encode()
    return struct.pack(">IBBH", len(body) + 8, 2, 1, 0) + body


def mechanisms(data):
    data.put_array(False, Data.SYMBOL)
    data.enter()
    for name in MECHANISMS:
        data.put_symbol(name)
    data.exit()


def outcome(code, additional=None):
    def put(data):
        data.put_ubyte(code)
        if additional is not None:
            data.put_binary(additional)
    return frame(0x44, put)


class Login:
    """One client: `read(count)` gives bytes of it, `write(bytes)` sends."""

    def __init__(self, read, write, user, password):
        self.read, self.write, self.user, self.password = read, write, user, password
        self.facts = {}

    def receive(self, code):
        """The fields of the next frame, which must be of this code: what Proton reads."""
        size, doff, kind, channel = struct.unpack(">IBBH", self.read(8))
        body = self.read(size - 8)
        value, taken = facts.decode(body)
        if (doff, kind, channel, value.code(), taken) != (2, 1, 0, code, len(body)) or size > 512:
            raise Refused(f"no frame of code {code}: {value.text()}")
        return [None if item.kind == "null" else item.content for item in value.content.content] + [None] * 3

    def run(self):
        """Behind the header of the client, which has been read."""
        self.write(HEADER + frame(0x40, mechanisms))
        mechanism, response, hostname, *_ = self.receive(0x41)
        self.facts = {"mechanism": mechanism, "hostname": hostname}
        final = None
        try:
            if mechanism == "PLAIN":
                authorization, user, password = response.split(b"\0")
                if (authorization, user, password) != (b"", self.user, self.password):
                    raise Refused("wrong user or password")
            elif mechanism.startswith("SCRAM-"):
                final = self.scram(mechanism.replace("SCRAM-SHA-", "sha"), response)
            elif mechanism != "ANONYMOUS":
                raise Refused(f"{mechanism} was not offered")
        except (Refused, ValueError) as error:
            self.facts["refused"] = str(error)
            self.write(outcome(1))
            raise
        self.write(outcome(0, final))

    def scram(self, digest, first):
        channel_binding, authorization, *attributes = first.decode().split(",")
        bare = ",".join(attributes)
        given = dict(attribute.split("=", 1) for attribute in attributes)
        if (channel_binding, authorization) != ("n", "") or given["n"].encode() != self.user or len(given["r"]) < 16:
            raise Refused(f"not a first message: {first}")
        salt = os.urandom(16)
        nonce = given["r"] + base64.b64encode(os.urandom(15)).decode()
        challenge = f"r={nonce},s={base64.b64encode(salt).decode()},i={ITERATIONS}"
        self.write(frame(0x42, lambda data: data.put_binary(challenge.encode())))
        response = self.receive(0x43)[0].decode()
        without_proof, proof = response.rsplit(",p=", 1)
        if without_proof != f"c={base64.b64encode(b'n,,').decode()},r={nonce}":
            raise Refused(f"not a final message: {response}")
        salted = hashlib.pbkdf2_hmac(digest, self.password, salt, ITERATIONS)
        key = lambda secret, text: hmac.new(secret, text, digest).digest()
        client_key = key(salted, b"Client Key")
        signed = f"{bare},{challenge},{without_proof}".encode()
        signature = key(hashlib.new(digest, client_key).digest(), signed)
        expected = bytes(a ^ b for a, b in zip(client_key, signature))
        if base64.b64decode(proof) != expected:
            raise Refused("the proof is wrong")
        return b"v=" + base64.b64encode(key(key(salted, b"Server Key"), signed))
