// rhea (JavaScript): `values` writes every type in every encoding of the AMQP standard, performatives and messages in rare
// ones (lines `value TAB text TAB hex`, `performative TAB hex`, `payload TAB hex`); `client PORT` and `server PORT` talk.
'use strict';
const rhea = require('rhea');
const types = rhea.types;

function hex(value) {
    const buffer = Buffer.alloc(200000);
    const writer = new types.Writer(buffer);
    writer.write(value);
    return writer.toBuffer().toString('hex');
}

function value(text, typed) { console.log('value\t' + text + '\t' + hex(typed)); }

function values() {
    const T = types;
    value('null', new T.Null());
    value('true', new T.True());
    value('false', new T.False());
    value('true', new T.Boolean(true));
    value('false', new T.Boolean(false));
    value('ubyte:255', new T.Ubyte(255));
    value('ushort:65535', new T.Ushort(65535));
    value('uint:0', new T.Uint0());
    value('uint:0', new T.SmallUint(0));
    value('uint:0', new T.Uint(0));
    value('uint:255', new T.SmallUint(255));
    value('uint:255', new T.Uint(255));
    value('uint:4294967295', new T.Uint(4294967295));
    value('ulong:0', new T.Ulong0());
    value('ulong:0', new T.SmallUlong(0));
    value('ulong:0', new T.Ulong(0));
    value('ulong:255', new T.SmallUlong(255));
    value('ulong:255', new T.Ulong(255));
    value('ulong:9007199254740991', new T.Ulong(9007199254740991));
    value('byte:-128', new T.Byte(-128));
    value('short:-32768', new T.Short(-32768));
    value('int:-1', new T.SmallInt(-1));
    value('int:-1', new T.Int(-1));
    value('int:127', new T.SmallInt(127));
    value('int:-2147483648', new T.Int(-2147483648));
    value('long:-128', new T.SmallLong(-128));
    value('long:-1', new T.Long(-1));
    value('long:127', new T.Long(127));
    value('long:-9007199254740991', new T.Long(-9007199254740991));
    value('float:3fc00000', new T.Float(1.5));
    value('double:3fb999999999999a', new T.Double(0.1));
    value('timestamp:-1', new T.Timestamp(-1));
    value('timestamp:1234567890123', new T.Timestamp(1234567890123));
    value('char:1f600', new T.CharUTF32(0x1f600));
    value('uuid:000102030405060708090a0b0c0d0e0f', new T.Uuid(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')));
    value('binary:', new T.Vbin8(Buffer.alloc(0)));
    value('binary:', new T.Vbin32(Buffer.alloc(0)));
    value('binary:00ff', new T.Vbin32(Buffer.from([0, 255])));
    value('"\\xe2\\x82\\xac"', new T.Str8('\u20ac'));
    value('"\\xe2\\x82\\xac"', new T.Str32('\u20ac'));
    value('""', new T.Str32(''));
    value("'s'", new T.Sym8('s'));
    value("'s'", new T.Sym32('s'));
    value("''", new T.Sym32(''));
    value('[]', new T.List0());
    value('[]', new T.List8([]));
    value('[]', new T.List32([]));
    value('[int:1 "a"]', new T.List8([new T.Int(1), new T.Str8('a')]));
    value('[int:1 "a"]', new T.List32([new T.Int(1), new T.Str8('a')]));
    value('{}', new T.Map8([]));
    value('{}', new T.Map32([]));
    value("{'k'=null \"k\"=true}", new T.Map8([new T.Sym8('k'), new T.Null(), new T.Str8('k'), new T.Boolean(true)]));
    value("{'k'=null \"k\"=true}", new T.Map32([new T.Sym8('k'), new T.Null(), new T.Str8('k'), new T.Boolean(true)]));
    value('array[int:1 int:2]', new T.Array8([1, 2], 0x54));
    value('array[int:1 int:2]', new T.Array32([1, 2], 0x71));
    value('array[uint:1 uint:2]', new T.Array8([1, 2], 0x52));
    value('array[ulong:1 ulong:2]', new T.Array8([1, 2], 0x53));
    value('array[long:-1 long:2]', new T.Array8([-1, 2], 0x55));
    value("array['a' 'bc']", new T.Array8(['a', 'bc'], 0xa3));
    value("array['a' 'bc']", new T.Array32(['a', 'bc'], 0xb3));
    value('array["a" ""]', new T.Array8(['a', ''], 0xa1));
    value('array["a" ""]', new T.Array32(['a', ''], 0xb1));
    value('@ulong:5(int:1)', T.described_nc(new T.SmallUlong(5), new T.Int(1)));
    value("@'a:b'([int:1])", T.described_nc(new T.Sym8('a:b'), new T.List8([new T.Int(1)])));
    value('@ulong:5(true)', T.described_nc(new T.Ulong(5), new T.True()));
}

// Performatives in encodings that are legal and seldom: wide numbers, symbolic descriptors, explicit defaults, trailing nulls,
// fields that take several values with none, one bare, or an array of either width.
function performatives() {
    const T = types;
    const uint = (n) => new T.Uint(n), small = (n) => (n ? new T.SmallUint(n) : new T.Uint0());
    const sym = (s) => new T.Sym32(s), str = (s) => new T.Str32(s), bin = (b) => new T.Vbin32(Buffer.from(b));
    const no = new T.Null(), yes = new T.Boolean(true), off = new T.Boolean(false);
    const two = new T.Array32(['a', 'b'], 0xb3), one = new T.Array8(['a'], 0xa3), none = new T.Array8([], 0xa3);
    const map = new T.Map32([sym('k'), new T.List32([uint(0), yes]), sym('e'), new T.Map8([])]), empty = new T.Map32([]);
    const described = (code, fields) => T.described_nc(new T.Ulong(code), new T.List32(fields));
    const accepted = described(0x24, []);
    const error = described(0x1d, [sym('amqp:not-found'), str('gone'), map]);
    const source = described(0x28, [str('q'), uint(0), sym('session-end'), uint(0), off, empty, sym('move'), map,
        described(0x27, [yes, off, map]), two, sym('queue')]);
    const target = described(0x29, [str('q'), small(2), no, small(0), yes, map, one]);
    const frames = [
        [0x10, 'open', [str('c'), str(''), uint(512), new T.Ushort(0), uint(0), sym('en'), none, sym('bare'), two, empty], 10],
        [0x10, 'open', [str('c'), no, no, no, no, no, no, none, one, map], 10],
        [0x11, 'begin', [new T.Ushort(0), uint(0), small(0), small(255), uint(0), sym('bare'), none, map], 8],
        [0x12, 'attach', [str('l'), uint(0), off, new T.Ubyte(0), new T.Ubyte(1), source, target, empty, off, small(0),
            new T.Ulong0(), sym('bare'), two, empty], 14],
        [0x12, 'attach', [str('l'), small(1), new T.True(), no, no, source, described(0x30, [sym('amqp:local-transactions')]),
            no, no, no, new T.SmallUlong(7), none, one, map], 14],
        [0x12, 'attach', [str('l'), small(1), new T.False(), no, no, T.described_nc(new T.Sym32('amqp:source:list'), new T.List0()),
            T.described_nc(new T.Sym8('amqp:target:list'), new T.List8([]))], 14],
        [0x13, 'flow', [no, uint(0), uint(0), uint(0), no, no, no, no, off, off, empty], 11],
        [0x13, 'flow', [small(0), small(1), small(2), small(3), uint(4), uint(5), uint(6), uint(7), yes, yes, map], 11],
        [0x14, 'transfer', [uint(0), uint(0), bin([]), uint(0), off, off, new T.Ubyte(0), accepted, off, off, off], 11],
        [0x14, 'transfer', [uint(1), uint(2), bin([3]), uint(4), yes, yes, new T.Ubyte(1),
            described(0x34, [bin([5]), described(0x25, [error])]), yes, yes, yes], 11],
        [0x15, 'disposition', [yes, uint(0), uint(0), off, accepted, off], 6],
        [0x15, 'disposition', [off, small(1), no, yes, T.described_nc(new T.Sym8('amqp:released:list'), new T.List32([])), yes], 6],
        [0x15, 'disposition', [yes, small(1), no, yes, described(0x23, [uint(0), new T.Ulong(0)])], 6],
        [0x15, 'disposition', [yes, small(1), no, yes, described(0x25, [no])], 6],
        [0x15, 'disposition', [yes, small(1), no, yes, described(0x27, [no, no, empty])], 6],
        [0x15, 'disposition', [yes, small(1), no, yes, described(0x33, [bin([1])])], 6],
        [0x16, 'detach', [uint(0), off, no], 3],
        [0x16, 'detach', [small(0), yes, error], 3],
        [0x17, 'end', [no], 1],
        [0x17, 'end', [described(0x1d, [sym('x'), no, no])], 1],
        [0x18, 'close', [error], 1],
        [0x40, 'sasl-mechanisms', [sym('PLAIN')], 1],
        [0x40, 'sasl-mechanisms', [two], 1],
        [0x41, 'sasl-init', [sym('PLAIN'), bin([0, 1]), str('h')], 3],
        [0x41, 'sasl-init', [sym('EXTERNAL'), bin([]), no], 3],
        [0x42, 'sasl-challenge', [bin([1])], 1],
        [0x43, 'sasl-response', [bin([])], 1],
        [0x44, 'sasl-outcome', [new T.Ubyte(0), no], 2],
        [0x44, 'sasl-outcome', [new T.Ubyte(4), bin([1])], 2],
    ];
    const show = (descriptor, list) => console.log('performative\t' + hex(T.described_nc(descriptor, list)));
    frames.forEach(([code, name, fields, most]) => {
        const nulls = fields.concat(new Array(most - fields.length).fill(no));
        show(new T.SmallUlong(code), new T.List32(fields));
        show(new T.Ulong(code), new T.List32(nulls));
        show(new T.Sym8(`amqp:${name}:list`), new T.List32(fields));
        show(new T.Sym32(`amqp:${name}:list`), new T.List32(nulls));
    });
    show(new T.SmallUlong(0x17), new T.List0());
    show(new T.SmallUlong(0x17), new T.List8([]));
    show(new T.Ulong(0x18), new T.List32([]));
    show(new T.Sym8('amqp:close:list'), new T.List0());
}

// Messages in encodings that are legal and seldom: line `payload TAB hex`, then what a JMS program is to see.
function payloads() {
    const T = types;
    const section = (name, value) => hex(T.described_nc(new T.Sym8(name), value));
    const wide = (code, value) => hex(T.described_nc(new T.Ulong(code), value));
    const uint = (n) => new T.Uint(n), sym = (s) => new T.Sym32(s), str = (s) => new T.Str32(s);
    const no = new T.Null(), yes = new T.Boolean(true), off = new T.Boolean(false);
    const show = (parts, facts) => {
        console.log('payload\t' + parts.join(''));
        const all = Object.assign({ timestamp: 'long:0', mode: 'int:1', priority: 'int:4', destination: "queue the consumer's" }, facts);
        Object.keys(all).forEach((name) => console.log(`fact\t${name}\t${all[name]}`));
    };
    show([
        section('amqp:header:list', new T.List32([yes, new T.Ubyte(0), uint(0), off, uint(0)])),
        section('amqp:delivery-annotations:map', new T.Map32([sym('x'), uint(0)])),
        section('amqp:message-annotations:map', new T.Map32([sym('x-opt-jms-msg-type'), new T.Byte(5),
            sym('x-opt-jms-dest'), new T.Byte(1), sym('other'), new T.List32([])])),
        section('amqp:properties:list', new T.List32([new T.Ulong(0), no, str('news'), str(''), str(''), new T.Ulong0(), sym('a/b'), no,
            new T.Timestamp(0), new T.Timestamp(5), str(''), uint(0), no])),
        section('amqp:application-properties:map', new T.Map32([str('z'), yes, str('n'), no, str('i'), new T.Int(1), str('l'), new T.Long(1)])),
        section('amqp:amqp-value:*', str('text')),
        section('amqp:footer:map', new T.Map8([])),
    ], { kind: 'text', text: '"text"', id: '"ID:AMQP_ULONG:0"', correlation: '"ID:AMQP_ULONG:0"', type: '""', timestamp: 'long:5', mode: 'int:2',
        priority: 'int:0', destination: 'topic news', 'property z': 'true', 'property n': 'null', 'property i': 'int:1',
        'property l': 'long:1', 'property JMSXGroupID': '""', reply: "queue the consumer's" });
    show([section('amqp:data:binary', new T.Vbin32(Buffer.from([1]))), wide(0x75, new T.Vbin8(Buffer.alloc(0))),
        wide(0x75, new T.Vbin32(Buffer.from([2])))], { kind: 'bytes', bytes: 'binary:0102' });
    show([section('amqp:amqp-sequence:list', new T.List32([uint(1)])), wide(0x76, new T.List0()), wide(0x76, new T.List8([new T.True()]))],
        { kind: 'stream', 'element 0': 'long:1', 'element 1': 'true' });
    show([wide(0x70, new T.List0()), wide(0x72, new T.Map32([])), wide(0x73, new T.List32([])), wide(0x74, new T.Map8([])),
        wide(0x77, new T.Map32([str('a'), new T.Array32([1, -1], 0x71), sym('b'), new T.Array8([5, 6], 0x52), new T.True(), new T.Uint0()]))],
        { kind: 'map', 'item a': 'array[int:1 int:-1]', 'item b': 'array[long:5 long:6]', 'item true': 'long:0' });
    show([wide(0x77, T.described_nc(new T.Sym32('some:type'), new T.List32([new T.SmallInt(-1)])))],
        { kind: 'stream', 'element 0': 'int:-1' });
    show([wide(0x77, new T.Vbin32(Buffer.from([9])))], { kind: 'bytes', bytes: 'binary:09' });
}

function message(extra) {
    return Object.assign({
        durable: true, priority: 3, ttl: 60000, first_acquirer: true, delivery_count: 2,
        message_id: 'rhea-1', user_id: Buffer.from('ems'), to: 'to', subject: 'subject', reply_to: 'reply',
        correlation_id: types.wrap_ulong(77), content_type: 'text/plain', content_encoding: 'identity',
        absolute_expiry_time: 4102444800000, creation_time: 1234567890123, group_id: 'group', group_sequence: 5,
        reply_to_group_id: 'reply-group',
        delivery_annotations: { 'x-opt-d': types.wrap_int(-1) },
        message_annotations: { 'x-opt-m': types.wrap_symbol('sym'), 'x-opt-jms-msg-type': types.wrap_byte(5) },
        application_properties: {
            plain: 'text', number: 5, negative: -5, big: 5e9, fraction: 1.5, flag: true, nothing: null,
            ubyte: types.wrap_ubyte(200), ushort: types.wrap_ushort(60000), uint: types.wrap_uint(4000000000),
            ulong: types.wrap_ulong(5000000000), byte: types.wrap_byte(-100), short: types.wrap_short(-30000),
            int: types.wrap_int(-2000000000), long: types.wrap_long(-5000000000), float: types.wrap_float(0.5),
            double: types.wrap_double(0.25), time: types.wrap_timestamp(1234567890123), symbol: types.wrap_symbol('s'),
        },
        footer: { 'x-footer': 'f' },
    }, extra);
}

const MESSAGES = [
    message({ body: 'text' }),
    message({ body: rhea.message.data_section(Buffer.from([1, 2, 3])) }),
    message({ body: rhea.message.data_sections([Buffer.from([1]), Buffer.from([2, 3])]) }),
    message({ body: rhea.message.sequence_section([1, 'two', null, true]) }),
    message({ body: rhea.message.sequence_sections([[1], [2, 3]]) }),
    { body: { a: 1, b: 'two', c: [1, 2, { d: null }] } },
    { body: [1, -1, 300, 1e12, 'x', true, null] },
    { body: types.wrap_array([1, 2, 3], 0x71) },
    { body: types.wrap_described(types.wrap_map({ a: 1 }), 'described:type') },
    { body: types.wrap_uuid(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')) },
    { body: 'y'.repeat(3000) },
    { subject: 'no body' },
];

function client(port) {
    const container = rhea.create_container({ id: 'rhea-client' });
    let sent = 0, settled = 0, got = 0;
    container.on('connection_open', (context) => {
        context.connection.open_sender({ target: { address: 'recorded.rhea', capabilities: ['queue'] }, name: 'rhea-sender' });
    });
    container.on('sendable', (context) => {
        while (context.sender.sendable() && sent < MESSAGES.length) context.sender.send(MESSAGES[sent++]);
    });
    const on_outcome = (context) => {
        if (++settled !== MESSAGES.length) return;
        context.connection.open_receiver({
            source: { address: 'recorded.rhea', capabilities: 'queue', distribution_mode: 'move',
                filter: rhea.filter.selector('1 = 1') },
            name: 'rhea-receiver', credit_window: 0, autoaccept: false, rcv_settle_mode: 0,
        }).add_credit(MESSAGES.length + 5);
    };
    ['accepted', 'rejected', 'released', 'modified'].forEach((name) => container.on(name, on_outcome));
    container.on('message', (context) => {
        got++;
        if (got === 2) context.delivery.reject({ condition: 'app:no', description: 'not this' });
        else if (got === 3) context.delivery.modified({ delivery_failed: true, undeliverable_here: true,
            message_annotations: { 'x-opt-why': 'tired' } });
        else context.delivery.accept();
        if (got === MESSAGES.length) {
            context.receiver.drain = true;
            context.receiver.drain_credit();
        }
    });
    container.on('receiver_drained', (context) => { context.receiver.detach(); });
    container.on('receiver_detach', (context) => { context.connection.close(); });
    container.on('receiver_close', (context) => { context.connection.close(); });
    container.connect({ port, host: '127.0.0.1', username: 'ems', password: 'ems', reconnect: false, idle_time_out: 60000,
        max_frame_size: 4096, properties: { product: 'recorder' }, desired_capabilities: ['ANONYMOUS-RELAY'] });
}

// A peer for others: PLAIN and ANONYMOUS, accepts, sends MESSAGES to whoever reads `everything`, answers errors.
function server(port) {
    const container = rhea.create_container({ id: 'rhea-server' });
    container.sasl_server_mechanisms.enable_plain((user, password) => user === password);
    container.sasl_server_mechanisms.enable_anonymous();
    container.on('message', (context) => {
        const subject = context.message.subject;
        if (subject === 'rejected') context.delivery.reject({ condition: 'app:no', description: 'd', info: { k: 1 } });
        else if (subject === 'released') context.delivery.release();
        else if (subject && subject.startsWith('modified')) context.delivery.modified({ delivery_failed: true });
        else if (subject === 'received') {
            context.delivery.update(false, rhea.message.received({ section_number: 3, section_offset: 300 }).described());
        }
        else if (subject === 'fail-session') context.session.close({ condition: 'amqp:internal-error', description: 'gone' });
        else if (subject === 'fail-connection') context.connection.close({ condition: 'amqp:connection:forced', description: 'bye' });
        else context.delivery.accept();
    });
    container.on('receiver_open', (context) => {
        if (context.receiver.target.address === 'refused') {
            context.receiver.set_target({});
            context.receiver.close({ condition: 'amqp:not-allowed', description: 'not you' });
        }
    });
    container.on('sender_open', (context) => { context.sender.set_source({ address: context.sender.source.address }); });
    // not at once: rhea would write the transfers before the attach that answers
    container.on('sendable', (context) => setImmediate(() => {
        context.sender.at = context.sender.at || 0;
        for (let n = 0; n < 40 && context.sender.sendable(); n++) {
            context.sender.send(MESSAGES[context.sender.at++ % MESSAGES.length]);
        }
    }));
    container.on('sender_draining', (context) => { context.sender.set_drained(true); });
    container.listen({ port, host: '127.0.0.1', receiver_options: { autoaccept: false, credit_window: 10 } });
}

const mode = process.argv[2];
if (mode === 'values') { values(); performatives(); payloads(); }
else if (mode === 'client') client(+process.argv[3]);
else server(+process.argv[3]);
