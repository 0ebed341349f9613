import jakarta.jms.*;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The other side of the exchange: a JMS program on Apache Qpid JMS.
 *
 *   JmsPeer receive URL QUEUE COUNT    prints each message as one line
 *   JmsPeer send URL QUEUE             sends one message of each kind and scalar type
 */
public class JmsPeer {
    public static void main(String[] arguments) throws Exception {
        var factory = new org.apache.qpid.jms.JmsConnectionFactory(arguments[1]);
        try (Connection connection = factory.createConnection("ems", "ems")) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue(arguments[2]);
            if (arguments[0].equals("send")) {
                send(session, queue);
            } else {
                receive(session.createConsumer(queue), Integer.parseInt(arguments[3]));
            }
        }
    }

    static void receive(MessageConsumer consumer, int count) throws Exception {
        for (int number = 0; number < count; number++) {
            Message message = consumer.receive(20_000);
            if (message == null) {
                throw new java.lang.IllegalStateException("message " + number + " did not arrive");
            }
            System.out.println(properties(message) + " " + body(message));
        }
    }

    static String properties(Message message) throws Exception {
        var all = new TreeMap<String, String>();
        for (var names = message.getPropertyNames(); names.hasMoreElements();) {
            String name = (String) names.nextElement();
            all.put(name, show(message.getObjectProperty(name)));
        }
        String mode = message.getJMSDeliveryMode() == DeliveryMode.PERSISTENT ? "PERSISTENT" : "NON_PERSISTENT";
        return mode + " type=" + message.getJMSType() + " correlation=" + message.getJMSCorrelationID() + " " + all;
    }

    static String body(Message message) throws Exception {
        if (message instanceof TextMessage text) {
            String content = text.getText();
            return content != null && content.length() > 100
                ? "Text length " + content.length() + " hash " + content.hashCode()
                : "Text " + content;
        } else if (message instanceof BytesMessage bytes) {
            return "Bytes " + bytes.readInt() + " " + bytes.readUTF() + " " + bytes.getBodyLength();
        } else if (message instanceof MapMessage map) {
            var all = new TreeMap<String, String>();
            for (var names = map.getMapNames(); names.hasMoreElements();) {
                String name = (String) names.nextElement();
                all.put(name, show(map.getObject(name)));
            }
            return "Map " + all;
        } else if (message instanceof StreamMessage stream) {
            var all = new ArrayList<String>();
            try {
                while (true) {
                    all.add(show(stream.readObject()));
                }
            } catch (MessageEOFException end) {
                return "Stream " + all;
            }
        } else if (message instanceof ObjectMessage object) {
            return "Object " + object.getObject();
        }
        return "Message";
    }

    static String show(Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof byte[] bytes) {
            return "byte[]" + Arrays.toString(bytes);
        }
        if (value instanceof int[] ints) {
            return "int[]" + Arrays.toString(ints);
        }
        if (value instanceof double[] doubles) {
            return "double[]" + Arrays.toString(doubles);
        }
        if (value instanceof Map<?, ?> map) {
            var all = new TreeMap<String, String>();
            map.forEach((key, item) -> all.put(key.toString(), show(item)));
            return "Map" + all;
        }
        if (value instanceof List<?> list) {
            return "List" + list.stream().map(JmsPeer::show).toList();
        }
        return value.getClass().getSimpleName() + ":" + (value instanceof Character unit ? (int) unit : value);
    }

    static void send(Session session, Queue queue) throws Exception {
        MessageProducer producer = session.createProducer(queue);
        Message plain = session.createMessage();
        plain.setBooleanProperty("boolean", true);
        plain.setByteProperty("byte", (byte) -1);
        plain.setShortProperty("short", (short) -2);
        plain.setIntProperty("int", Integer.MIN_VALUE);
        plain.setLongProperty("long", Long.MAX_VALUE);
        plain.setFloatProperty("float_", 0.5f);
        plain.setDoubleProperty("double_", 0.1);
        plain.setStringProperty("string", "\u00e4 \uD83D\uDE00");
        plain.setObjectProperty("nothing", null);
        plain.setJMSType("a type");
        plain.setJMSCorrelationID("a correlation");
        producer.send(plain);
        producer.send(session.createTextMessage("\u00e4 \uD83D\uDE00"));
        producer.send(session.createTextMessage(null));
        producer.send(session.createTextMessage(""));
        BytesMessage bytes = session.createBytesMessage();
        bytes.writeInt(7);
        bytes.writeUTF("\uD83D\uDE00");
        producer.send(bytes);
        MapMessage map = session.createMapMessage();
        map.setBoolean("boolean", true);
        map.setByte("byte", (byte) -1);
        map.setShort("short", (short) -2);
        map.setChar("char", 'A');
        map.setInt("int", 3);
        map.setLong("long", 4);
        map.setFloat("float", 0.5f);
        map.setDouble("double", 0.1);
        map.setString("string", "text");
        map.setBytes("bytes", new byte[] {1, 2, 3});
        map.setString("nothing", null);
        producer.send(map);
        StreamMessage stream = session.createStreamMessage();
        stream.writeBoolean(true);
        stream.writeByte((byte) -1);
        stream.writeShort((short) -2);
        stream.writeChar('A');
        stream.writeInt(3);
        stream.writeLong(4);
        stream.writeFloat(0.5f);
        stream.writeDouble(0.1);
        stream.writeString("text");
        stream.writeBytes(new byte[] {1, 2, 3});
        stream.writeString(null);
        producer.send(stream);
        producer.send(session.createObjectMessage(null));
        producer.send(session.createObjectMessage("object"));
    }
}
