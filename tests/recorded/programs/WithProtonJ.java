import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.*;
import org.apache.qpid.proton.amqp.messaging.*;
import org.apache.qpid.proton.amqp.security.*;
import org.apache.qpid.proton.amqp.transaction.*;
import org.apache.qpid.proton.amqp.transport.*;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/**
 * Apache Qpid proton-j, the codec below Qpid JMS and Artemis: every type and the performatives with all fields (lines
 * `value TAB text TAB hex`, `performative TAB hex`).
 */
public final class WithProtonJ {
    private static final EncoderImpl ENCODER;
    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    static {
        DecoderImpl decoder = new DecoderImpl();
        ENCODER = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, ENCODER);
    }

    private static String hex(Object value) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 17);
        ENCODER.setByteBuffer(buffer);
        ENCODER.writeObject(value);
        return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
    }

    private static void value(String text, Object value) { System.out.println("value\t" + text + "\t" + hex(value)); }

    private static void performative(Object value) { System.out.println("performative\t" + hex(value)); }

    private static UnsignedInteger uint(long value) { return UnsignedInteger.valueOf(value); }

    private static Symbol[] symbols(String... names) {
        return Arrays.stream(names).map(Symbol::valueOf).toArray(Symbol[]::new);
    }

    public static void main(String[] words) {
        value("null", null);
        value("true", true);
        value("false", false);
        value("ubyte:255", UnsignedByte.valueOf((byte) -1));
        value("byte:-1", (byte) -1);
        value("ushort:65535", UnsignedShort.valueOf((short) -1));
        value("short:-1", (short) -1);
        for (long n : new long[] {0, 1, 255, 256, (1L << 32) - 1}) value("uint:" + n, uint(n));
        for (int n : new int[] {0, -1, 127, 128, -128, -129, Integer.MIN_VALUE}) value("int:" + n, n);
        for (long n : new long[] {0, 1, 255, 256, Long.MAX_VALUE}) value("ulong:" + n, UnsignedLong.valueOf(n));
        value("ulong:18446744073709551615", UnsignedLong.valueOf(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)));
        for (long n : new long[] {0, -1, 127, 128, -128, -129, Long.MIN_VALUE}) value("long:" + n, n);
        value("float:3fc00000", 1.5f);
        value("double:3fb999999999999a", 0.1);
        value("char:20ac", '\u20ac');
        value("timestamp:-1", new Date(-1));
        value("uuid:00112233445566778899aabbccddeeff", ID);
        value("decimal32:01020304", new Decimal32(0x01020304));
        value("decimal64:0102030405060708", new Decimal64(0x0102030405060708L));
        value("decimal128:0102030405060708090a0b0c0d0e0f10", new Decimal128(0x0102030405060708L, 0x090a0b0c0d0e0f10L));
        for (int size : new int[] {0, 255, 256}) {
            value("binary:" + "00".repeat(size), new Binary(new byte[size]));
            value("\"" + "s".repeat(size) + "\"", "s".repeat(size));
            value("'" + "y".repeat(size) + "'", Symbol.valueOf("y".repeat(size)));
        }
        value("\"\\xc3\\xa4\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80\\x00\"", "\u00e4\u20ac\ud83d\ude00\0");
        value("[]", List.of());
        value("[int:1 null [true]]", Arrays.asList(1, null, List.of(true)));
        value("[" + "null ".repeat(299) + "null]", Collections.nCopies(300, null));
        value("{}", Map.of());
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("k", 1);
        map.put(Symbol.valueOf("k"), null);
        map.put(UnsignedLong.valueOf(7), Map.of());
        value("{\"k\"=int:1 'k'=null ulong:7={}}", map);
        value("array[true false]", new boolean[] {true, false});
        value("array[byte:-1 byte:1]", new byte[] {-1, 1});
        value("array[short:-1]", new short[] {-1});
        value("array[int:-1 int:1]", new int[] {-1, 1});
        value("array[int:-1 int:300]", new int[] {-1, 300});
        value("array[long:-1 long:1]", new long[] {-1, 1});
        value("array[long:-1 long:300]", new long[] {-1, 300});
        value("array[float:3f000000]", new float[] {0.5f});
        value("array[double:3fe0000000000000]", new double[] {0.5});
        value("array[char:78]", new char[] {'x'});
        value("array['a' 'bc']", symbols("a", "bc"));
        value("array['" + "y".repeat(300) + "']", symbols("y".repeat(300)));
        value("array[\"a\" \"\"]", new String[] {"a", ""});
        value("array[uint:0 uint:300]", new UnsignedInteger[] {uint(0), uint(300)});
        value("array[ulong:0 ulong:300]", new UnsignedLong[] {UnsignedLong.valueOf(0), UnsignedLong.valueOf(300)});
        value("array[binary:01]", new Binary[] {new Binary(new byte[] {1})});
        value("array[timestamp:1]", new Date[] {new Date(1)});
        value("array[array[int:1 int:2] array[int:3]]", new int[][] {{1, 2}, {3}});
        performatives();
    }

    private static Map<Symbol, Object> properties() {
        Map<Symbol, Object> map = new LinkedHashMap<>();
        map.put(Symbol.valueOf("list"), List.of(1, "x"));
        map.put(Symbol.valueOf("null"), null);
        return map;
    }

    private static ErrorCondition error() {
        ErrorCondition error = new ErrorCondition(Symbol.valueOf("amqp:not-found"), "no such thing");
        error.setInfo(properties());
        return error;
    }

    private static void performatives() {
        Open open = new Open();
        open.setContainerId("container");
        open.setHostname("host");
        open.setMaxFrameSize(uint(65536));
        open.setChannelMax(UnsignedShort.valueOf((short) -1));
        open.setIdleTimeOut(uint(30000));
        open.setOutgoingLocales(symbols("en_US"));
        open.setIncomingLocales(symbols("en_US", "de"));
        open.setOfferedCapabilities(symbols("one"));
        open.setDesiredCapabilities(symbols("one", "two"));
        open.setProperties(properties());
        performative(open);
        Begin begin = new Begin();
        begin.setRemoteChannel(UnsignedShort.valueOf((short) 0));
        begin.setNextOutgoingId(uint(1));
        begin.setIncomingWindow(uint(2048));
        begin.setOutgoingWindow(uint(0));
        begin.setHandleMax(uint(65535));
        begin.setProperties(properties());
        performative(begin);
        Attach attach = new Attach();
        attach.setName("link");
        attach.setHandle(uint(0));
        attach.setRole(Role.SENDER);
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        Source source = new Source();
        source.setAddress("address");
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        source.setDynamic(true);
        source.setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), DeleteOnClose.getInstance()));
        source.setDistributionMode(Symbol.valueOf("move"));
        source.setFilter(Map.of(Symbol.valueOf("selector"), "plain value"));
        source.setDefaultOutcome(Released.getInstance());
        source.setOutcomes(symbols("amqp:accepted:list"));
        source.setCapabilities(symbols("topic"));
        attach.setSource(source);
        Coordinator coordinator = new Coordinator();
        coordinator.setCapabilities(TxnCapability.LOCAL_TXN);
        attach.setTarget(coordinator);
        attach.setUnsettled(Map.of(new Binary(new byte[] {1}), Accepted.getInstance()));
        attach.setIncompleteUnsettled(true);
        attach.setInitialDeliveryCount(uint(0));
        attach.setMaxMessageSize(UnsignedLong.valueOf(1 << 20));
        attach.setProperties(properties());
        performative(attach);
        Flow flow = new Flow();
        flow.setNextIncomingId(uint(0));
        flow.setIncomingWindow(uint(Integer.MAX_VALUE));
        flow.setNextOutgoingId(uint(1));
        flow.setOutgoingWindow(uint(Integer.MAX_VALUE));
        flow.setHandle(uint(0));
        flow.setDeliveryCount(uint(0));
        flow.setLinkCredit(uint(10));
        flow.setAvailable(uint(0));
        flow.setDrain(true);
        flow.setEcho(true);
        flow.setProperties(properties());
        performative(flow);
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        modified.setUndeliverableHere(false);
        modified.setMessageAnnotations(properties());
        Rejected rejected = new Rejected();
        rejected.setError(error());
        Received received = new Received();
        received.setSectionNumber(uint(1));
        received.setSectionOffset(UnsignedLong.valueOf(2));
        TransactionalState transactional = new TransactionalState();
        transactional.setTxnId(new Binary(new byte[] {1}));
        transactional.setOutcome(rejected);
        Declared declared = new Declared();
        declared.setTxnId(new Binary(new byte[] {1}));
        for (DeliveryState state : new DeliveryState[] {Accepted.getInstance(), Released.getInstance(), modified, new Modified(),
                rejected, new Rejected(), received, transactional, declared}) {
            Disposition disposition = new Disposition();
            disposition.setRole(Role.RECEIVER);
            disposition.setFirst(uint(0));
            disposition.setLast(uint(0));
            disposition.setSettled(true);
            disposition.setState(state);
            performative(disposition);
            Transfer transfer = new Transfer();
            transfer.setHandle(uint(0));
            transfer.setDeliveryId(uint(0));
            transfer.setDeliveryTag(new Binary(new byte[] {0}));
            transfer.setMessageFormat(uint(0));
            transfer.setSettled(false);
            transfer.setState(state);
            transfer.setRcvSettleMode(ReceiverSettleMode.SECOND);
            performative(transfer);
        }
        Detach detach = new Detach();
        detach.setHandle(uint(0));
        detach.setClosed(true);
        detach.setError(error());
        performative(detach);
        End end = new End();
        performative(end);
        end.setError(error());
        performative(end);
        Close close = new Close();
        performative(close);
        close.setError(error());
        performative(close);
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(symbols("PLAIN", "CRAM-MD5"));
        performative(mechanisms);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("PLAIN"));
        init.setInitialResponse(new Binary(new byte[] {0, 'u', 0, 'p'}));
        init.setHostname("host");
        performative(init);
        SaslChallenge challenge = new SaslChallenge();
        challenge.setChallenge(new Binary(new byte[0]));
        performative(challenge);
        SaslResponse response = new SaslResponse();
        response.setResponse(new Binary(new byte[3]));
        performative(response);
        SaslOutcome outcome = new SaslOutcome();
        outcome.setCode(org.apache.qpid.proton.amqp.security.SaslCode.AUTH);
        performative(outcome);
    }
}
