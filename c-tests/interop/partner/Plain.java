import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.AdvancedMessage;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.Decimal64;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnknownDescribedType;
import org.apache.qpid.protonj2.types.UnsignedByte;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.UnsignedShort;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Header;
import org.apache.qpid.protonj2.types.messaging.Properties;
import org.apache.qpid.protonj2.types.messaging.Section;

/**
 * The plain AMQP program: sends sections that JMS cannot make, and tells which sections came. No JMS mapping is between
 * a test and the wire here. Header options of a send: {@code id=}, {@code correlation=} with a typed value
 * ({@code string:x}, {@code uuid:x}, {@code ulong:x}, {@code binary:hex}), {@code content-type=},
 * {@code content-encoding=}, {@code to=}.
 */
final class Plain implements AutoCloseable {
    private static final byte JMS_MAP = 2;
    private static final byte JMS_STREAM = 4;
    private static final byte JMS_TEXT = 5;
    private static final UUID SOME_UUID = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    private static final UnsignedLong SELECTOR = UnsignedLong.valueOf(0x0000468C00000004L);

    private final Client client = Client.create();
    private final Connection connection;
    private Receiver selecting;

    Plain(Partner.Server server) throws Exception {
        ConnectionOptions options = new ConnectionOptions().user(server.user()).password(server.password());
        connection = client.connect(server.host(), server.port(), options);
    }

    @Override
    public void close() {
        client.close();
    }

    private static String name(String destination) {
        return destination.substring(destination.indexOf(':') + 1);
    }

    void send(String[] words, Facts facts) throws Exception {
        AdvancedMessage<?> message = make(words[1]);
        for (int at = 3; at < words.length; at++) {
            String[] option = words[at].split("=", 2);
            switch (option[0]) {
                case "id" -> message.messageId(identifier(option[1]));
                case "correlation" -> message.correlationId(identifier(option[1]));
                case "content-type" -> message.contentType(option[1].replace('_', ' '));
                case "content-encoding" -> message.contentEncoding(option[1]);
                case "to" -> message.to(option[1]);
                default -> throw new IllegalArgumentException("unknown header " + option[0]);
            }
        }
        SenderOptions options = new SenderOptions();
        options.targetOptions().capabilities(words[2].startsWith("topic:") ? "topic" : "queue");
        try (Sender sender = connection.openSender(name(words[2]), options)) {
            sender.send(message).awaitAccepted(15, TimeUnit.SECONDS);
        }
        facts.add("sent", words[1]);
    }

    private static Object identifier(String text) {
        String value = text.substring(text.indexOf(':') + 1);
        return switch (text.substring(0, text.indexOf(':'))) {
            case "string" -> value;
            case "uuid" -> UUID.fromString(value);
            case "ulong" -> UnsignedLong.valueOf(value);
            case "binary" -> new Binary(Facts.unhex(value));
            default -> throw new IllegalArgumentException("no identifier " + text);
        };
    }

    private static AdvancedMessage<?> make(String name) throws Exception {
        AdvancedMessage<Object> message = AdvancedMessage.create();
        return switch (name) {
            case "text" -> typed(message, JMS_TEXT, new AmqpValue<>("text"));
            case "map" -> bodies(message, new AmqpValue<>(mixedKeys()));
            case "map-as-text" -> typed(message, JMS_TEXT, new AmqpValue<>(mixedKeys()));
            case "list" -> bodies(message, new AmqpValue<>(List.of(1, "two", true)));
            case "sequences" -> bodies(message, new AmqpSequence<>(List.of(1, "two")), new AmqpSequence<>(List.of(3L)));
            case "uint" -> bodies(message, new AmqpValue<>(UnsignedInteger.MAX_VALUE));
            case "binary" -> bodies(message, new AmqpValue<>(new Binary(new byte[] {0, 1, -1})));
            case "no-body" -> message;
            case "data" -> bodies(message, new Data("{\"caf\u00e9\": 1}".getBytes(StandardCharsets.UTF_8)));
            case "two-data" -> bodies(message, new Data(new byte[] {1, 2}), new Data(new byte[] {3}));
            case "latin1" -> bodies(message, new Data("caf\u00e9".getBytes(StandardCharsets.ISO_8859_1)));
            case "header" -> {
                message.header(new Header().setPriority((byte) 200).setTimeToLive(60_000L));
                yield typed(message, JMS_TEXT, new AmqpValue<>("text"));
            }
            case "wide" -> typed(message, JMS_MAP, new AmqpValue<>(wide()));
            case "extended-map" -> typed(message, JMS_MAP, new AmqpValue<>(extended()));
            case "extended-stream" -> typed(message, JMS_STREAM,
                    new AmqpSequence<>(List.copyOf(extended().values())));
            case "properties" -> {
                message.property("a-b", "dash");
                message.property("binary", new Binary(new byte[] {0, 1, -1}));
                message.property("symbol", Symbol.valueOf("sym"));
                message.property("ubyte", UnsignedByte.valueOf((byte) -1));
                message.property("time", new java.util.Date(1000));
                yield typed(message, JMS_TEXT, new AmqpValue<>("text"));
            }
            default -> throw new IllegalArgumentException("no plain recipe " + name);
        };
    }

    private static AdvancedMessage<?> bodies(AdvancedMessage<?> message, Section<?>... sections) throws Exception {
        for (Section<?> section : sections) message.addBodySection(section);
        return message;
    }

    private static AdvancedMessage<?> typed(AdvancedMessage<?> message, byte type, Section<?> body) throws Exception {
        message.annotation("x-opt-jms-msg-type", type);
        return bodies(message, body);
    }

    private static Map<Object, Object> mixedKeys() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("s", "text");
        map.put(1, "one");
        return map;
    }

    private static Map<String, Object> wide() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ulong", UnsignedLong.valueOf(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)));
        map.put("small ulong", UnsignedLong.valueOf(5));
        map.put("uint", UnsignedInteger.MAX_VALUE);
        map.put("ushort", UnsignedShort.valueOf((short) -1));
        map.put("ubyte", UnsignedByte.valueOf((byte) -1));
        map.put("symbol", Symbol.valueOf("sym"));
        map.put("uuid", SOME_UUID);
        map.put("time", new java.util.Date(1000));
        map.put("decimal", new Decimal64(0x0102030405060708L));
        return map;
    }

    private static Map<String, Object> extended() {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("n", 1);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("i", 5);
        map.put("shorts", new short[] {1, -1});
        map.put("ints", new int[] {1, -1, Integer.MAX_VALUE});
        map.put("longs", new long[] {1, Long.MIN_VALUE});
        map.put("floats", new float[] {1.5f});
        map.put("doubles", new double[] {0.1, -0.0});
        map.put("map", inner);
        map.put("list", List.of("in", 2));
        return map;
    }

    /** Every section that came, each field under the name that AMQP gives it. */
    void receive(String destination, Facts facts) throws Exception {
        ReceiverOptions options = new ReceiverOptions();
        options.sourceOptions().capabilities(destination.startsWith("topic:") ? "topic" : "queue");
        try (Receiver receiver = connection.openReceiver(name(destination), options)) {
            Delivery delivery = receiver.receive(15, TimeUnit.SECONDS);
            if (delivery == null) throw new IllegalStateException("no message came");
            Message<?> message = delivery.message();
            tell(message.toAdvancedMessage(), facts);
            delivery.accept();
        }
    }

    /** Opens a receiver with a selector, which no library looks at before the server does. */
    void select(String destination, String hex, Facts facts) throws Exception {
        String selector = new String(Facts.unhex(hex), StandardCharsets.UTF_8);
        ReceiverOptions options = new ReceiverOptions().creditWindow(0);
        options.sourceOptions().capabilities(destination.startsWith("topic:") ? "topic" : "queue");
        options.sourceOptions().filters(Map.of("jms-selector", new UnknownDescribedType(SELECTOR, selector)));
        Receiver receiver = connection.openReceiver(name(destination), options);
        try {
            receiver.openFuture().get(15, TimeUnit.SECONDS);
            selecting = receiver;
        } catch (ExecutionException refusal) {
            facts.add("refused", refusal.getCause().getMessage());
        }
    }

    /** What waits for the receiver of the last {@link #select}. */
    void selected(Facts facts) throws Exception {
        List<String> bodies = new ArrayList<>();
        selecting.addCredit(100);
        selecting.drain().get(15, TimeUnit.SECONDS);
        for (Delivery delivery = selecting.tryReceive(); delivery != null; delivery = selecting.tryReceive()) {
            bodies.add(String.valueOf(delivery.message().body()));
            delivery.accept();
        }
        selecting.close();
        Collections.sort(bodies);
        facts.add("bodies", String.join("", bodies));
    }

    private static void tell(AdvancedMessage<?> message, Facts facts) throws Exception {
        Header header = message.header();
        if (header != null) {
            facts.add("header.durable", header.isDurable());
            if (header.hasPriority()) facts.add("header.priority", header.getPriority());
            if (header.hasTimeToLive()) facts.add("header.ttl", header.getTimeToLive());
        }
        Properties properties = message.properties();
        if (properties != null) {
            facts.addValue("properties.message-id", properties.getMessageId());
            facts.addValue("properties.user-id", properties.getUserId());
            facts.addValue("properties.to", properties.getTo());
            facts.addValue("properties.subject", properties.getSubject());
            facts.addValue("properties.reply-to", properties.getReplyTo());
            facts.addValue("properties.correlation-id", properties.getCorrelationId());
            facts.addValue("properties.content-type", properties.getContentType());
            facts.addValue("properties.content-encoding", properties.getContentEncoding());
            facts.addValue("properties.group-id", properties.getGroupId());
            if (properties.hasGroupSequence()) facts.add("properties.group-sequence", properties.getGroupSequence());
            if (properties.hasCreationTime()) facts.add("properties.creation-time", properties.getCreationTime());
            if (properties.hasAbsoluteExpiryTime()) {
                facts.add("properties.absolute-expiry-time", properties.getAbsoluteExpiryTime());
            }
        }
        message.forEachAnnotation((name, value) -> facts.addValue("annotations." + name, value));
        message.forEachProperty((name, value) -> facts.addValue("application." + name, value));
        Collection<? extends Section<?>> sections = message.bodySections();
        facts.add("sections", sections.size());
        for (Section<?> section : sections) {
            String kind = section.getType().toString();
            Object content = section instanceof Data data ? data.getValue() : section.getValue();
            if (content instanceof Map<?, ?> map) {
                map.forEach((key, value) -> facts.addValue(kind + "." + key, value));
            }
            facts.addValue(kind, content);
        }
    }
}
