import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.client.AdvancedMessage;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.Session;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Encoder;
import org.apache.qpid.protonj2.types.*;
import org.apache.qpid.protonj2.types.messaging.*;
import org.apache.qpid.protonj2.types.security.*;
import org.apache.qpid.protonj2.types.transactions.*;
import org.apache.qpid.protonj2.types.transport.*;

/**
 * Apache protonj2: `values` writes every type and every performative with all fields as its codec encodes them (lines
 * `value TAB text TAB hex`, `performative TAB hex`); `client HOST PORT` talks to a broker.
 */
public final class WithProtonj2 {
    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final Symbol A = Symbol.valueOf("a");

    public static void main(String[] words) throws Exception {
        if (words[0].equals("values")) {
            values();
            performatives();
        } else {
            client(words[1], Integer.parseInt(words[2]));
        }
    }

    private static String hex(Encoder encoder, Object value) {
        ProtonBuffer buffer = ProtonBufferAllocator.defaultAllocator().allocate();
        encoder.writeObject(buffer, encoder.newEncoderState(), value);
        byte[] bytes = new byte[buffer.getReadableBytes()];
        buffer.readBytes(bytes, 0, bytes.length);
        return HexFormat.of().formatHex(bytes);
    }

    private static void value(String text, Object value) {
        System.out.println("value\t" + text + "\t" + hex(CodecFactory.getDefaultEncoder(), value));
    }

    private static void performative(Object value) {
        boolean sasl = value instanceof SaslPerformative;
        Encoder encoder = sasl ? CodecFactory.getDefaultSaslEncoder() : CodecFactory.getDefaultEncoder();
        System.out.println("performative\t" + hex(encoder, value));
    }

    private static UnsignedInteger uint(long value) { return UnsignedInteger.valueOf(value); }

    private static void values() {
        value("null", null);
        value("true", true);
        value("false", false);
        for (int n : new int[] {0, 1, 127, 128, 255}) value("ubyte:" + n, UnsignedByte.valueOf((byte) n));
        for (int n : new int[] {0, -1, 127, -128}) value("byte:" + n, (byte) n);
        for (int n : new int[] {0, 255, 256, 65535}) value("ushort:" + n, UnsignedShort.valueOf((short) n));
        for (int n : new int[] {0, -1, 255, -32768}) value("short:" + n, (short) n);
        for (long n : new long[] {0, 1, 127, 128, 255, 256, 1L << 31, (1L << 32) - 1}) value("uint:" + n, uint(n));
        for (int n : new int[] {0, 1, -1, 127, 128, -128, -129, 255, Integer.MIN_VALUE, Integer.MAX_VALUE}) value("int:" + n, n);
        for (long n : new long[] {0, 1, 127, 128, 255, 256, Long.MAX_VALUE}) value("ulong:" + n, UnsignedLong.valueOf(n));
        value("ulong:18446744073709551615", UnsignedLong.valueOf(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)));
        for (long n : new long[] {0, 1, -1, 127, 128, -128, -129, Long.MIN_VALUE, Long.MAX_VALUE}) value("long:" + n, n);
        value("float:bf800000", -1.0f);
        value("double:3fb999999999999a", 0.1);
        value("char:20ac", '\u20ac');
        for (long n : new long[] {0, -1, 1234567890123L}) value("timestamp:" + n, new Date(n));
        value("uuid:00112233445566778899aabbccddeeff", ID);
        value("decimal32:01020304", new Decimal32(0x01020304));
        value("decimal64:0102030405060708", new Decimal64(0x0102030405060708L));
        value("decimal128:0102030405060708090a0b0c0d0e0f10", new Decimal128(0x0102030405060708L, 0x090a0b0c0d0e0f10L));
        for (int size : new int[] {0, 1, 255, 256}) {
            value("binary:" + "00".repeat(size), new Binary(new byte[size]));
            value("\"" + "s".repeat(size) + "\"", "s".repeat(size));
            value("'" + "y".repeat(size) + "'", Symbol.valueOf("y".repeat(size)));
        }
        value("\"\\xc3\\xa4\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80\\x00\"", "\u00e4\u20ac\ud83d\ude00\0");
        value("[]", List.of());
        value("[int:1 'a' [true]]", List.of(1, A, List.of(true)));
        value("[" + "true ".repeat(299) + "true]", java.util.Collections.nCopies(300, true));
        value("{}", Map.of());
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("k", 1);
        map.put(A, null);
        map.put(UnsignedLong.valueOf(7), Map.of());
        value("{\"k\"=int:1 'a'=null ulong:7={}}", map);
        Map<Object, Object> large = new LinkedHashMap<>();
        for (int n = 0; n < 200; n++) large.put(n, n);
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < 200; n++) text.append(n == 0 ? "{" : " ").append("int:" + n + "=int:" + n);
        value(text + "}", large);
        value("array[true false]", new boolean[] {true, false});
        value("array[byte:-1 byte:1]", new byte[] {-1, 1});
        value("array[short:-1 short:1]", new short[] {-1, 1});
        value("array[int:-1 int:1 int:300]", new int[] {-1, 1, 300});
        value("array[long:-1 long:1 long:300]", new long[] {-1, 1, 300});
        value("array[float:3f000000]", new float[] {0.5f});
        value("array[double:3fe0000000000000]", new double[] {0.5});
        value("array[char:78 char:20ac]", new char[] {'x', '\u20ac'});
        value("array<int>[]", new int[0]);
        value("array[ubyte:255]", new UnsignedByte[] {UnsignedByte.valueOf((byte) -1)});
        value("array[ushort:65535]", new UnsignedShort[] {UnsignedShort.valueOf((short) -1)});
        value("array[uint:0 uint:1]", new UnsignedInteger[] {uint(0), uint(1)});
        value("array[ulong:0 ulong:1]", new UnsignedLong[] {UnsignedLong.valueOf(0), UnsignedLong.valueOf(1)});
        value("array[uuid:00112233445566778899aabbccddeeff]", new UUID[] {ID});
        value("array['a' 'a']", new Symbol[] {A, A});
        value("array[\"a\" \"\"]", new String[] {"a", ""});
        value("array['" + "y".repeat(300) + "' 'a']", new Symbol[] {Symbol.valueOf("y".repeat(300)), A});
        value("array[decimal32:00000007]", new Decimal32[] {new Decimal32(7)});
        value("array[long:1]", new Date[] {new Date(1)});       // protonj2 1.1.0 writes longs here
        value("array[binary:01]", new Binary[] {new Binary(new byte[] {1})});
        value("array[[int:1] []]", new List<?>[] {List.of(1), List.of()});
        value("array[{int:1=int:2}]", new Map<?, ?>[] {Map.of(1, 2)});
        value("array[array[int:1 int:2] array[int:3]]", new int[][] {{1, 2}, {3}});
        value("@ulong:9([\"x\"])", new UnknownDescribedType(UnsignedLong.valueOf(9), List.of("x")));
        value("@'com.example:thing'(null)", new UnknownDescribedType(Symbol.valueOf("com.example:thing"), null));
    }

    private static Map<Symbol, Object> properties() {
        Map<Symbol, Object> map = new LinkedHashMap<>();
        map.put(Symbol.valueOf("list"), List.of(1, "x"));
        map.put(Symbol.valueOf("map"), Map.of("k", UnsignedLong.valueOf(300)));
        map.put(Symbol.valueOf("null"), null);
        map.put(Symbol.valueOf("symbols"), new Symbol[] {A, A});
        return map;
    }

    private static ErrorCondition error() {
        return new ErrorCondition(Symbol.valueOf("amqp:not-found"), "no such \u00e4", properties());
    }

    private static Source source() {
        Map<Symbol, Object> filter = new LinkedHashMap<>();
        filter.put(Symbol.valueOf("apache.org:selector-filter:string"),
                new UnknownDescribedType(UnsignedLong.valueOf(0x468C00000004L), "a = 'b'"));
        filter.put(Symbol.valueOf("apache.org:no-local-filter:list"),
                new UnknownDescribedType(Symbol.valueOf("apache.org:no-local-filter:list"), List.of()));
        return new Source().setAddress("address").setDurable(TerminusDurability.UNSETTLED_STATE)
                .setExpiryPolicy(TerminusExpiryPolicy.NEVER).setTimeout(UnsignedInteger.MAX_VALUE).setDynamic(true)
                .setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), DeleteOnNoLinksOrMessages.getInstance()))
                .setDistributionMode(Symbol.valueOf("copy")).setFilter(filter)
                .setDefaultOutcome(new Modified(true, false, properties()))
                .setOutcomes(Symbol.valueOf("amqp:accepted:list"), Symbol.valueOf("amqp:rejected:list"))
                .setCapabilities(Symbol.valueOf("queue"));
    }

    private static Target target() {
        Target target = new Target();
        target.setAddress("address").setDurable(TerminusDurability.CONFIGURATION);
        target.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
        target.setTimeout(uint(0));
        target.setDynamic(true);
        target.setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), DeleteOnClose.getInstance()));
        target.setCapabilities(Symbol.valueOf("queue"), Symbol.valueOf("other"));
        return target;
    }

    private static void performatives() {
        Symbol[] two = {Symbol.valueOf("one"), Symbol.valueOf("two")};
        performative(new Open().setContainerId("container").setHostname("host").setMaxFrameSize(UnsignedInteger.MAX_VALUE.longValue())
                .setChannelMax(65535).setIdleTimeout(UnsignedInteger.MAX_VALUE.longValue()).setOutgoingLocales(Symbol.valueOf("en_US"))
                .setIncomingLocales(two).setOfferedCapabilities(two).setDesiredCapabilities(A).setProperties(properties()));
        performative(new Open().setContainerId(""));
        performative(new Open().setContainerId("c".repeat(300)).setMaxFrameSize(512).setChannelMax(0).setIdleTimeout(0));
        performative(new Begin().setRemoteChannel(65535).setNextOutgoingId(0xFFFFFFFFL).setIncomingWindow(0x7FFFFFFF)
                .setOutgoingWindow(0).setHandleMax(0xFFFFFFFFL).setOfferedCapabilities(A).setDesiredCapabilities(two)
                .setProperties(properties()));
        performative(new Begin().setNextOutgoingId(0).setIncomingWindow(1).setOutgoingWindow(256));
        Map<Binary, DeliveryState> unsettled = new LinkedHashMap<>();
        unsettled.put(new Binary(new byte[] {1}), Accepted.getInstance());
        unsettled.put(new Binary(new byte[] {2}), null);
        Attach attach = new Attach().setName("link").setHandle(0xFFFFFFFFL).setRole(Role.RECEIVER)
                .setSenderSettleMode(SenderSettleMode.SETTLED).setReceiverSettleMode(ReceiverSettleMode.SECOND)
                .setSource(source()).setTarget(target()).setUnsettled(unsettled).setIncompleteUnsettled(true)
                .setInitialDeliveryCount(0xFFFFFFFFL).setMaxMessageSize(UnsignedLong.valueOf(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)))
                .setOfferedCapabilities(two).setDesiredCapabilities(A).setProperties(properties());
        performative(attach);
        performative(new Attach().setName("").setHandle(0).setRole(Role.SENDER).setInitialDeliveryCount(0).setMaxMessageSize(0));
        performative(new Attach().setName("bare").setHandle(255).setRole(Role.RECEIVER).setSource(new Source()).setTarget(new Target()));
        performative(new Attach().setName("txn").setHandle(256).setRole(Role.SENDER).setSource(new Source())
                .setTarget(new Coordinator().setCapabilities(TxnCapability.LOCAL_TXN, TxnCapability.MULTI_TXNS_PER_SSN)));
        performative(new Attach().setName("txn").setHandle(256).setRole(Role.SENDER).setTarget(new Coordinator()));
        performative(new Flow().setNextIncomingId(0xFFFFFFFFL).setIncomingWindow(1).setNextOutgoingId(255).setOutgoingWindow(256)
                .setHandle(0).setDeliveryCount(0xFFFFFFFFL).setLinkCredit(1000).setAvailable(70000).setDrain(true).setEcho(true)
                .setProperties(properties()));
        performative(new Flow().setIncomingWindow(0).setNextOutgoingId(0).setOutgoingWindow(0));
        performative(new Flow().setNextIncomingId(0).setIncomingWindow(2048).setNextOutgoingId(1).setOutgoingWindow(0x7FFFFFFF)
                .setHandle(1).setDeliveryCount(0).setLinkCredit(0).setDrain(false).setEcho(false));
        for (DeliveryState state : new DeliveryState[] {
                Accepted.getInstance(), Released.getInstance(), new Rejected(), new Rejected(error()),
                new Rejected(new ErrorCondition("app:x", null)), new Modified(), new Modified(true, true),
                new Modified(false, true, properties()),
                new Received().setSectionNumber(uint(0)).setSectionOffset(UnsignedLong.valueOf(0)),
                new Received().setSectionNumber(uint(300)).setSectionOffset(UnsignedLong.valueOf(1L << 40)),
                new TransactionalState().setTxnId(new Binary(new byte[] {1, 2})),
                new TransactionalState().setTxnId(new Binary(new byte[300])).setOutcome(Accepted.getInstance()),
                new TransactionalState().setTxnId(new Binary(new byte[0])).setOutcome(new Rejected(error())),
                new Declared().setTxnId(new Binary(new byte[] {7}))}) {
            performative(new Disposition().setRole(Role.RECEIVER).setFirst(0).setLast(0xFFFFFFFFL).setSettled(true)
                    .setState(state).setBatchable(true));
            performative(new Disposition().setRole(Role.SENDER).setFirst(300).setState(state));
            performative(new Transfer().setHandle(0).setDeliveryId(1).setDeliveryTag(new byte[] {1}).setMessageFormat(0)
                    .setState(state));
        }
        performative(new Disposition().setRole(Role.SENDER).setFirst(0xFFFFFFFFL).setSettled(false));
        performative(new Transfer().setHandle(0xFFFFFFFFL).setDeliveryId(0xFFFFFFFFL).setDeliveryTag(new byte[32])
                .setMessageFormat(0xFFFFFFFFL).setSettled(true).setMore(true).setRcvSettleMode(ReceiverSettleMode.SECOND)
                .setState(Accepted.getInstance()).setResume(true).setAborted(true).setBatchable(true));
        performative(new Transfer().setHandle(0));
        performative(new Transfer().setHandle(1).setDeliveryId(0).setDeliveryTag(new byte[0]).setSettled(false).setMore(false));
        performative(new Transfer().setHandle(255).setMore(true));
        performative(new Transfer().setHandle(256).setAborted(true));
        performative(new Detach().setHandle(0));
        performative(new Detach().setHandle(300).setClosed(true).setError(error()));
        performative(new End());
        performative(new End().setError(error()));
        performative(new Close());
        performative(new Close().setError(new ErrorCondition(Symbol.valueOf("amqp:connection:redirect"), "d".repeat(300), properties())));
        performative(new SaslMechanisms().setSaslServerMechanisms(Symbol.valueOf("PLAIN"), Symbol.valueOf("ANONYMOUS")));
        performative(new SaslMechanisms().setSaslServerMechanisms(Symbol.valueOf("EXTERNAL")));
        ProtonBufferAllocator buffers = ProtonBufferAllocator.defaultAllocator();
        performative(new SaslInit().setMechanism(Symbol.valueOf("PLAIN")).setInitialResponse(buffers.copy(new byte[] {0, 'u', 0, 'p'}))
                .setHostname("host"));
        performative(new SaslInit().setMechanism(Symbol.valueOf("EXTERNAL")));
        performative(new SaslChallenge().setChallenge(buffers.copy(new byte[300])));
        performative(new SaslResponse().setResponse(buffers.copy(new byte[0])));
        performative(new SaslOutcome().setCode(SaslCode.OK));
        performative(new SaslOutcome().setCode(SaslCode.SYS_TEMP).setAdditionalData(buffers.copy(new byte[] {1})));
    }

    /* ---- a conversation with a broker ---- */

    private static AdvancedMessage<Object> full() throws Exception {
        AdvancedMessage<Object> message = AdvancedMessage.create();
        message.durable(true).priority((byte) 7).timeToLive(3_600_000L).messageId(ID).userId("ems".getBytes(StandardCharsets.US_ASCII))
                .to("somewhere").subject("subject").replyTo("reply").correlationId(UnsignedLong.valueOf(9))
                .contentType("application/x-thing").groupId("group").groupSequence(1).replyToGroupId("reply-group")
                .creationTime(1234567890123L);
        message.annotation("x-opt-note", List.of(1, 2));
        message.property("i", 1);
        message.property("s", "\u20ac");
        message.property("f", 1.5f);
        message.property("u", UnsignedInteger.MAX_VALUE);
        message.footer("x-crc", 12345L);
        return message;
    }

    private static void client(String host, int port) throws Exception {
        try (Client client = Client.create()) {
            ConnectionOptions options = new ConnectionOptions().user("ems").password("ems").maxFrameSize(2048)
                    .idleTimeout(1_000).virtualHost("vhost").desiredCapabilities("ANONYMOUS-RELAY", "DELAYED_DELIVERY")
                    .properties(Map.of("recorder", "protonj2"));
            Connection connection = client.connect(host, port, options);
            SenderOptions sending = new SenderOptions();
            sending.targetOptions().capabilities("queue");
            Sender sender = connection.openSender("recorded.protonj2", sending);
            List<AdvancedMessage<?>> messages = new ArrayList<>();
            messages.add(full().addBodySection(new AmqpValue<>("text")));
            messages.add(full().addBodySection(new Data(new byte[5000])));
            messages.add(full().addBodySection(new Data(new byte[] {1})).addBodySection(new Data(new byte[0]))
                    .addBodySection(new Data(new byte[] {2, 3})));
            messages.add(full().addBodySection(new AmqpSequence<>(List.of(1, "two"))).addBodySection(new AmqpSequence<>(List.of())));
            messages.add(AdvancedMessage.create().addBodySection(new AmqpValue<>(null)));
            messages.add(AdvancedMessage.create().addBodySection(new AmqpValue<>(new int[] {1, 2})));
            for (AdvancedMessage<?> message : messages) sender.send(message).awaitSettlement(15, TimeUnit.SECONDS);
            ReceiverOptions receiving = new ReceiverOptions().autoAccept(false).creditWindow(0);
            receiving.sourceOptions().capabilities("queue").distributionMode(DistributionMode.MOVE)
                    .addFilter("apache.org:selector-filter:string", UnsignedLong.valueOf(0x468C00000004L), "1 = 1");
            Receiver receiver = connection.openReceiver("recorded.protonj2", receiving);
            receiver.addCredit(3);
            for (int n = 0; n < 3; n++) {
                Delivery delivery = receiver.receive(15, TimeUnit.SECONDS);
                if (n == 0) delivery.accept();
                if (n == 1) delivery.reject("app:rejected", "not this");
                if (n == 2) delivery.modified(true, true);
            }
            receiver.addCredit(10);
            Delivery released = receiver.receive(15, TimeUnit.SECONDS);
            released.release();
            for (int n = 0; n < 3; n++) receiver.receive(15, TimeUnit.SECONDS).accept();
            receiver.drain().get(15, TimeUnit.SECONDS);
            receiver.close();
            Session session = connection.openSession();
            session.beginTransaction();
            Sender inside = session.openSender("recorded.protonj2.t", sending);
            inside.send(org.apache.qpid.protonj2.client.Message.create("committed")).awaitSettlement(15, TimeUnit.SECONDS);
            session.commitTransaction();
            session.beginTransaction();
            inside.send(org.apache.qpid.protonj2.client.Message.create("rolled back")).awaitSettlement(15, TimeUnit.SECONDS);
            session.rollbackTransaction();
            Receiver dynamic = connection.openDynamicReceiver(Map.of("lifetime-policy", DeleteOnClose.getInstance()));
            dynamic.address();
            dynamic.close();
            Sender detached = connection.openSender("recorded.protonj2", sending);
            detached.openFuture().get(15, TimeUnit.SECONDS);
            detached.detach();
            Thread.sleep(1_500);        // the broker's heartbeats
            connection.close();
        }
    }
}
