"""What AMQP bytes mean, told by Apache Qpid Proton's decoder alone.

`Text` of a value: `null` `true` `uint:7` `long:-1` `float:3fc00000` (bits) `char:41` `"string"` `'symbol'` `binary:00ff`
`[a b]` (list) `{k=v}` (map) `array[int:1 int:2]` `array<int>[]` (empty) `@descriptor(value)`. Texts are UTF-8 with everything
but printable ASCII as \\xNN. A performative is `name field=value ...` with the names of the AMQP 1.0 standard; null fields are left
out. Used by the recorder and by the check of what the library writes; needs Debian's python3-qpid-proton.
"""
import struct

from proton import Data

TYPE_NAMES = {Data.NULL: "null", Data.BOOL: "boolean", Data.UBYTE: "ubyte", Data.BYTE: "byte", Data.USHORT: "ushort",
              Data.SHORT: "short", Data.UINT: "uint", Data.INT: "int", Data.CHAR: "char", Data.ULONG: "ulong",
              Data.LONG: "long", Data.TIMESTAMP: "timestamp", Data.FLOAT: "float", Data.DOUBLE: "double",
              Data.DECIMAL32: "decimal32", Data.DECIMAL64: "decimal64", Data.DECIMAL128: "decimal128",
              Data.UUID: "uuid", Data.BINARY: "binary", Data.STRING: "string", Data.SYMBOL: "symbol",
              Data.LIST: "list", Data.MAP: "map", Data.ARRAY: "array", Data.DESCRIBED: "described"}

ERROR = "condition description info"
SOURCE = ("address durable expiry-policy timeout dynamic dynamic-node-properties distribution-mode filter default-outcome "
          "outcomes capabilities")
TARGET = "address durable expiry-policy timeout dynamic dynamic-node-properties capabilities"
# descriptor code: (name, fields); from the AMQP 1.0 standard, parts 2, 3, 4 and 5
COMPOSITES = {code: (name, fields.split()) for code, name, fields in [
    (0x10, "open", "container-id hostname max-frame-size channel-max idle-time-out outgoing-locales incoming-locales "
                   "offered-capabilities desired-capabilities properties"),
    (0x11, "begin", "remote-channel next-outgoing-id incoming-window outgoing-window handle-max offered-capabilities "
                    "desired-capabilities properties"),
    (0x12, "attach", "name handle role snd-settle-mode rcv-settle-mode source target unsettled incomplete-unsettled "
                     "initial-delivery-count max-message-size offered-capabilities desired-capabilities properties"),
    (0x13, "flow", "next-incoming-id incoming-window next-outgoing-id outgoing-window handle delivery-count link-credit "
                   "available drain echo properties"),
    (0x14, "transfer", "handle delivery-id delivery-tag message-format settled more rcv-settle-mode state resume aborted "
                       "batchable"),
    (0x15, "disposition", "role first last settled state batchable"),
    (0x16, "detach", "handle closed error"),
    (0x17, "end", "error"),
    (0x18, "close", "error"),
    (0x1d, "error", ERROR),
    (0x23, "received", "section-number section-offset"),
    (0x24, "accepted", ""),
    (0x25, "rejected", "error"),
    (0x26, "released", ""),
    (0x27, "modified", "delivery-failed undeliverable-here message-annotations"),
    (0x28, "source", SOURCE),
    (0x29, "target", TARGET),
    (0x30, "coordinator", "capabilities"),
    (0x31, "declare", "global-id"),
    (0x32, "discharge", "txn-id fail"),
    (0x33, "declared", "txn-id"),
    (0x34, "transactional-state", "txn-id outcome"),
    (0x40, "sasl-mechanisms", "sasl-server-mechanisms"),
    (0x41, "sasl-init", "mechanism initial-response hostname"),
    (0x42, "sasl-challenge", "challenge"),
    (0x43, "sasl-response", "response"),
    (0x44, "sasl-outcome", "code additional-data"),
    (0x70, "header", "durable priority ttl first-acquirer delivery-count"),
    (0x73, "properties", "message-id user-id to subject reply-to correlation-id content-type content-encoding "
                         "absolute-expiry-time creation-time group-id group-sequence reply-to-group-id"),
]}
MULTIPLE = {"offered-capabilities", "desired-capabilities", "capabilities", "outcomes", "sasl-server-mechanisms",
            "outgoing-locales", "incoming-locales"}
FIELD_MAPS = {"properties", "info", "dynamic-node-properties", "filter", "message-annotations"}
FALSE_BY_DEFAULT = {("attach", "incomplete-unsettled"), ("flow", "drain"), ("flow", "echo"), ("transfer", "more"),
                    ("transfer", "resume"), ("transfer", "aborted"), ("transfer", "batchable"), ("disposition", "settled"),
                    ("disposition", "batchable"), ("detach", "closed"), ("source", "dynamic"), ("target", "dynamic"),
                    ("modified", "delivery-failed"), ("modified", "undeliverable-here"), ("discharge", "fail")}
SECTIONS = {0x71: "delivery-annotations", 0x72: "message-annotations", 0x74: "application-properties", 0x75: "data",
            0x76: "amqp-sequence", 0x77: "amqp-value", 0x78: "footer"}
# symbolic descriptors of the standard stand for their codes
SYMBOLIC = {f"amqp:{name}:list": code for code, (name, _) in COMPOSITES.items()} | {
    "amqp:delivery-annotations:map": 0x71, "amqp:message-annotations:map": 0x72, "amqp:application-properties:map": 0x74,
    "amqp:data:binary": 0x75, "amqp:amqp-sequence:list": 0x76, "amqp:amqp-value:*": 0x77, "amqp:footer:map": 0x78}


class Value:
    """A decoded value: type name, content, and for described values and arrays the descriptor."""

    def __init__(self, kind, content, descriptor=None):
        self.kind, self.content, self.descriptor = kind, content, descriptor

    def text(self):
        kind, content = self.kind, self.content
        if kind == "null":
            return "null"
        if kind == "boolean":
            return "true" if content else "false"
        if kind in ("float", "double"):
            return kind + ":" + struct.pack(">f" if kind == "float" else ">d", content).hex()
        if kind == "char":
            return "char:%x" % ord(content)
        if kind in ("binary", "uuid", "decimal32", "decimal64", "decimal128"):
            return kind + ":" + content.hex()
        if kind == "string":
            return '"' + escaped(content, '"') + '"'
        if kind == "symbol":
            return "'" + escaped(content, "'") + "'"
        if kind == "list":
            return "[" + " ".join(item.text() for item in content) + "]"
        if kind == "map":
            return "{" + " ".join(f"{key.text()}={value.text()}" for key, value in content) + "}"
        if kind == "array":
            element, items = content
            described = f"@{self.descriptor.text()}" if self.descriptor else ""
            if not items:
                return f"array{described}<{element}>[]"
            return f"array{described}[" + " ".join(item.text() for item in items) + "]"
        if kind == "described":
            return f"@{self.number() or self.descriptor.text()}({content.text()})"
        return f"{kind}:{content}"

    def code(self):
        """The number of a described value's descriptor."""
        if self.kind != "described":
            return None
        if self.descriptor.kind == "ulong":
            return self.descriptor.content
        return SYMBOLIC.get(self.descriptor.content)

    def number(self):
        """A symbolic descriptor of the standard as the number that it stands for."""
        code = self.code()
        return None if code is None else f"ulong:{code}"


def escaped(text, quote):
    out = ""
    for byte in text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text:
        if 0x20 <= byte < 0x7f and chr(byte) not in "\\" + quote:
            out += chr(byte)
        else:
            out += "\\x%02x" % byte
    return out


def _walk(data):
    """The value at the cursor of a proton.Data."""
    kind = TYPE_NAMES[data.type()]
    if kind in ("list", "map"):
        data.enter()
        items = []
        while data.next() is not None:
            items.append(_walk(data))
        data.exit()
        if kind == "list":
            return Value(kind, items)
        assert len(items) % 2 == 0
        return Value(kind, list(zip(items[::2], items[1::2])))
    if kind == "described":
        data.enter()
        data.next()
        descriptor = _walk(data)
        data.next()
        value = _walk(data)
        data.exit()
        return Value(kind, value, descriptor)
    if kind == "array":
        count, described, element = data.get_array()
        data.enter()
        descriptor = None
        if described:
            data.next()
            descriptor = _walk(data)
        items = []
        while data.next() is not None:
            items.append(_walk(data))
        data.exit()
        assert len(items) == count
        return Value(kind, (TYPE_NAMES[element], items), descriptor)
    if kind == "null":
        return Value(kind, None)
    name = {"boolean": "bool"}.get(kind, kind)
    content = getattr(data, "get_" + name)()
    if kind == "binary":
        content = bytes(content)
    elif kind == "uuid":
        content = content.bytes
    elif kind == "decimal32":
        content = struct.pack(">I", int(content))
    elif kind == "decimal64":
        content = struct.pack(">Q", int(content))
    elif kind == "decimal128":
        content = bytes(content)
    elif kind in ("string", "symbol"):
        content = str(content)
    elif kind != "char":
        content = float(content) if kind in ("float", "double") else int(content)
    return Value(kind, content)


def decode(encoded):
    """The first value of these bytes and the number of bytes that it takes."""
    data = Data()
    taken = data.decode(encoded)
    data.rewind()
    data.next()
    return _walk(data), taken


def field_text(field, item, name):
    """The text of a field's meaning, None when it says nothing: null, false where that is the default, an empty map of fields;
    one symbol, an array or (older peers) a list are the same for a field that takes several."""
    if item.kind == "null" or (item.kind == "boolean" and not item.content and (name, field) in FALSE_BY_DEFAULT):
        return None
    if field in MULTIPLE:
        items = item.content[1] if item.kind == "array" else item.content if item.kind == "list" else [item]
        return "[" + " ".join(each.text() for each in items) + "]" if items else None
    if item.kind == "map" and not item.content:
        return None
    if field in FIELD_MAPS:         # keys are symbols; some peers write strings
        keys = [Value("symbol", key.content) if key.kind == "string" else key for key, _ in item.content]
        return Value("map", [(key, value) for key, (_, value) in zip(keys, item.content)]).text()
    return named(item)


def named(value):
    """The text of a value in which composites have field names."""
    code = value.code()
    if code in COMPOSITES and value.content.kind == "list":
        name, fields = COMPOSITES[code]
        items = value.content.content
        assert len(items) <= len(fields), f"{name} with {len(items)} fields"
        parts = []
        for field, item in zip(fields, items):
            shown = field_text(field, item, name)
            if shown is not None:
                parts.append(f"{field}={shown}")
        return "(" + " ".join([name] + parts) + ")"
    return value.text()


def performative(body):
    """Name-and-fields text, typed text and payload of a frame's body."""
    value, taken = decode(body)
    assert value.code() in COMPOSITES, value.text()
    return named(value)[1:-1], value.text(), body[taken:]


def sections(payload):
    """The sections of a message: pairs of text with names and typed text."""
    found = []
    while payload:
        value, taken = decode(payload)
        payload = payload[taken:]
        code = value.code()
        if code in COMPOSITES:
            found.append((named(value)[1:-1], value.text()))
        else:
            found.append((f"{SECTIONS[code]} {named(value.content)}", value.text()))
    return found


def frames(stream):
    """The headers and frames of one direction: ('header', bytes) or ('frame', bytes, kind, channel, body)."""
    at = 0
    while at < len(stream):
        if stream[at:at + 4] == b"AMQP":
            yield "header", stream[at:at + 8]
            at += 8
            continue
        size, doff, kind, channel = struct.unpack(">IBBH", stream[at:at + 8])
        assert size >= 8 and at + size <= len(stream), f"cut frame at {at}"
        yield "frame", stream[at:at + size], kind, channel, stream[at + doff * 4:at + size]
        at += size
