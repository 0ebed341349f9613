import jakarta.jms.*;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;

/**
 * Apache Qpid JMS talks to a broker. `messages URI` sends messages of all types to a queue and takes them back; for each it
 * prints `message` and lines `fact TAB name TAB value` with what it put in. `life URI` does what a JMS program does with
 * sessions: transactions, browser, durable subscription, temporary queue, refused things. `login URI` only connects.
 */
public final class WithJms {
    private final Connection connection;
    private final Session session;
    private MessageProducer producer;

    private WithJms(String uri, String user) throws JMSException {
        connection = new JmsConnectionFactory(uri).createConnection(user, "ems");
        connection.setClientID("recorded-jms");
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        connection.start();
    }

    public static void main(String[] words) throws Exception {
        if (words[0].equals("login")) {
            for (String user : List.of("ems", "stranger")) {
                try {
                    new WithJms(words[1], user).connection.close();
                } catch (JMSSecurityException refused) {
                    System.out.println("refused\t" + user);
                }
            }
            return;
        }
        WithJms program = new WithJms(words[1], "ems");
        if (words[0].equals("messages")) program.messages();
        else program.life();
        program.connection.close();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
            if (unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\') out.append((char) unit);
            else out.append(String.format("\\x%02x", unit & 0xff));
        }
        return out.append('"').toString();
    }

    private static String shown(Object value) {
        if (value == null) return "null";
        if (value instanceof Boolean flag) return flag.toString();
        if (value instanceof Byte number) return "byte:" + number;
        if (value instanceof Short number) return "short:" + number;
        if (value instanceof Integer number) return "int:" + number;
        if (value instanceof Long number) return "long:" + number;
        if (value instanceof Float number) return String.format("float:%08x", Float.floatToRawIntBits(number));
        if (value instanceof Double number) return String.format("double:%016x", Double.doubleToRawLongBits(number));
        if (value instanceof Character unit) return String.format("char:%x", (int) unit);
        if (value instanceof byte[] bytes) return "binary:" + HexFormat.of().formatHex(bytes);
        return quoted((String) value);
    }

    private static void fact(String name, String value) { System.out.println("fact\t" + name + "\t" + value); }

    private static Object[] everything() {
        return new Object[] {true, false, (byte) -128, (byte) 127, (short) -32768, 'x', '\u20ac', Integer.MIN_VALUE, 0, 127, 128,
                Long.MIN_VALUE, -1L, 1L << 40, 1.5f, -0.0f, Float.NaN, 0.1, Double.NEGATIVE_INFINITY, "", "text",
                "\u00e4\u20ac\ud83d\ude00", "l".repeat(300), new byte[0], new byte[] {0, -1, 127}, new byte[300]};
    }

    /** Sends it, with what is common to all, and tells what is in it. */
    private void send(Message message, String kind, int mode, int priority) throws JMSException {
        message.setJMSCorrelationID("correlation " + kind);
        message.setJMSType("type-" + kind);
        message.setStringProperty("kind", kind);
        producer.send(message, mode, priority, 0);
        System.out.println("message");
        fact("kind", kind);
        fact("id", quoted(message.getJMSMessageID()));
        fact("timestamp", "long:" + message.getJMSTimestamp());
        fact("correlation", quoted("correlation " + kind));
        fact("type", quoted("type-" + kind));
        fact("mode", "int:" + mode);
        fact("priority", "int:" + priority);
        fact("destination", "queue recorded.jms");
        if (message.getJMSReplyTo() instanceof Queue queue) fact("reply", "queue " + queue.getQueueName());
        if (message.getJMSReplyTo() instanceof Topic topic) fact("reply", "topic " + topic.getTopicName());
        for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements();) {
            String name = (String) names.nextElement();
            if (!name.startsWith("JMS")) fact("property " + name, shown(message.getObjectProperty(name)));
        }
    }

    private void messages() throws Exception {
        Queue queue = session.createQueue("recorded.jms");
        producer = session.createProducer(queue);

        TextMessage text = session.createTextMessage("text \u00e4\u20ac\ud83d\ude00");
        int number = 0;
        for (Object value : everything()) {
            if (!(value instanceof byte[]) && !(value instanceof Character)) text.setObjectProperty("p" + number++, value);
        }
        text.setStringProperty("JMSXGroupID", "the group");
        text.setIntProperty("JMSXGroupSeq", 7);
        text.setJMSReplyTo(session.createTopic("replies"));
        send(text, "text", DeliveryMode.PERSISTENT, 9);
        fact("text", quoted(text.getText()));
        fact("property JMSXGroupID", quoted("the group"));
        fact("property JMSXGroupSeq", "int:7");

        send(session.createTextMessage(), "text", DeliveryMode.NON_PERSISTENT, 4);
        fact("text", "null");
        send(session.createTextMessage(""), "text", DeliveryMode.NON_PERSISTENT, 0);
        fact("text", quoted(""));
        send(session.createTextMessage("z".repeat(10_000)), "text", DeliveryMode.PERSISTENT, 4);
        fact("text", quoted("z".repeat(10_000)));

        BytesMessage bytes = session.createBytesMessage();
        bytes.writeUTF("utf \u20ac");
        bytes.writeLong(-5_000_000_000L);
        bytes.setJMSReplyTo(queue);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.write(new byte[] {0, 7});
        expected.write("utf \u20ac".getBytes(StandardCharsets.UTF_8));
        for (int shift = 56; shift >= 0; shift -= 8) expected.write((int) (-5_000_000_000L >> shift));
        send(bytes, "bytes", DeliveryMode.PERSISTENT, 4);
        fact("bytes", shown(expected.toByteArray()));
        send(session.createBytesMessage(), "bytes", DeliveryMode.NON_PERSISTENT, 4);
        fact("bytes", "binary:");

        MapMessage map = session.createMapMessage();
        List<String> items = new ArrayList<>();
        for (Object value : everything()) {
            String name = "item " + items.size();
            map.setObject(name, value);
            items.add(shown(value));
        }
        map.setObject("null", null);
        send(map, "map", DeliveryMode.PERSISTENT, 4);
        for (int n = 0; n < items.size(); n++) fact("item item " + n, items.get(n));
        fact("item null", "null");
        send(session.createMapMessage(), "map", DeliveryMode.PERSISTENT, 4);

        StreamMessage stream = session.createStreamMessage();
        for (Object value : everything()) stream.writeObject(value);
        stream.writeObject(null);
        send(stream, "stream", DeliveryMode.PERSISTENT, 4);
        for (int n = 0; n < everything().length; n++) fact("element " + n, shown(everything()[n]));
        fact("element " + everything().length, "null");
        send(session.createStreamMessage(), "stream", DeliveryMode.PERSISTENT, 4);

        ObjectMessage object = session.createObjectMessage(new ArrayList<>(List.of("a", 1)));
        ByteArrayOutputStream serial = new ByteArrayOutputStream();
        new ObjectOutputStream(serial).writeObject(new ArrayList<>(List.of("a", 1)));
        send(object, "object", DeliveryMode.PERSISTENT, 4);
        fact("object", shown(serial.toByteArray()));
        send(session.createObjectMessage(), "object", DeliveryMode.PERSISTENT, 4);
        fact("object", "null");
        send(session.createMessage(), "plain", DeliveryMode.PERSISTENT, 4);

        // not from here: back from the broker, in the same order
        MessageConsumer consumer = session.createConsumer(queue);
        for (int n = 0; n < 13; n++) {
            if (consumer.receive(15_000) == null) throw new AssertionError("message " + n + " does not come back");
        }
        consumer.close();
    }

    private void life() throws Exception {
        Queue queue = session.createQueue("recorded.jms.life");
        Session transacted = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer inside = transacted.createProducer(queue);
        inside.send(transacted.createTextMessage("rolled back"));
        transacted.rollback();
        for (int n = 0; n < 3; n++) {
            Message message = transacted.createTextMessage("committed " + n);
            message.setIntProperty("n", n);
            inside.send(message);
        }
        transacted.commit();
        MessageConsumer taker = transacted.createConsumer(queue, "n = 1");
        if (taker.receive(15_000) == null) throw new AssertionError("nothing in the transaction");
        transacted.rollback();
        if (taker.receive(15_000) == null) throw new AssertionError("nothing after the rollback");
        transacted.commit();
        transacted.close();
        Enumeration<?> seen = session.createBrowser(queue).getEnumeration();
        while (seen.hasMoreElements()) seen.nextElement();
        Session client = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer acknowledging = client.createConsumer(queue);
        acknowledging.receive(15_000);
        client.recover();
        acknowledging.receive(15_000);
        acknowledging.receive(15_000).acknowledge();
        if (acknowledging.receiveNoWait() != null) throw new AssertionError("one too many");
        client.close();
        Topic topic = session.createTopic("recorded.jms.topic");
        MessageConsumer durable = session.createDurableConsumer(topic, "durable", "a IS NULL", true);
        durable.close();
        session.unsubscribe("durable");
        MessageConsumer shared = session.createSharedConsumer(topic, "shared");
        shared.close();
        TemporaryQueue temporary = session.createTemporaryQueue();
        MessageProducer anonymous = session.createProducer(null);
        anonymous.send(temporary, session.createTextMessage("to nobody in particular"), DeliveryMode.NON_PERSISTENT, 4, 60_000);
        MessageConsumer receiving = session.createConsumer(temporary);
        if (receiving.receive(15_000) == null) throw new AssertionError("nothing in the temporary queue");
        receiving.close();
        temporary.delete();
        try {
            session.createConsumer(queue, "this is no selector ((");
            throw new AssertionError("the selector was taken");
        } catch (InvalidSelectorException refused) {
            System.out.println("refused\tselector");
        }
    }
}
