import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;

/** The messages that a JMS program sends to C, by name. The values stand again in the tests that read them. */
final class Recipes {
    private static final String EMOJI = "gr\u00fc\u00df \ud83d\ude00";
    private static final byte[] THREE = {0, 1, -1};

    private Recipes() {}

    static Message make(String name, Session session) throws JMSException {
        return switch (name) {
            case "plain" -> session.createMessage();
            case "text" -> session.createTextMessage("text");
            case "text.null" -> session.createTextMessage();
            case "text.empty" -> session.createTextMessage("");
            case "text.emoji" -> session.createTextMessage(EMOJI);
            case "text.zero" -> session.createTextMessage("a\0b");
            case "text.megabyte" -> session.createTextMessage("m".repeat(1 << 20));
            case "bytes.empty" -> session.createBytesMessage();
            case "bytes" -> bytes(session.createBytesMessage());
            case "map.empty" -> session.createMapMessage();
            case "map" -> map(session.createMapMessage());
            case "stream.empty" -> session.createStreamMessage();
            case "stream" -> stream(session.createStreamMessage());
            case "object.none" -> session.createObjectMessage();
            case "object" -> session.createObjectMessage("object");
            case "properties" -> properties(session.createTextMessage("text"));
            default -> throw new IllegalArgumentException("no recipe " + name);
        };
    }

    private static Message bytes(BytesMessage message) throws JMSException {
        message.writeBoolean(true);
        message.writeByte((byte) -5);
        message.writeShort((short) -300);
        message.writeChar('\u00c4');
        message.writeInt(-70_000);
        message.writeLong(-5_000_000_000L);
        message.writeFloat(-1.5f);
        message.writeDouble(0.1);
        message.writeUTF(EMOJI);
        message.writeUTF("");
        message.writeBytes(THREE);
        return message;
    }

    private static Message map(MapMessage message) throws JMSException {
        message.setBoolean("z", true);
        message.setByte("b", (byte) -5);
        message.setShort("s", (short) -300);
        message.setChar("c", '\u00c4');
        message.setInt("i", -70_000);
        message.setLong("l", -5_000_000_000L);
        message.setFloat("f", -1.5f);
        message.setDouble("d", 0.1);
        message.setString("u", EMOJI);
        message.setString("empty", "");
        message.setString("null", null);
        message.setBytes("bytes", THREE);
        message.setBytes("no bytes", new byte[0]);
        message.setInt("gr\u00fc\u00df", 1);
        return message;
    }

    private static Message stream(StreamMessage message) throws JMSException {
        message.writeBoolean(true);
        message.writeByte((byte) -5);
        message.writeShort((short) -300);
        message.writeChar('\u00c4');
        message.writeInt(-70_000);
        message.writeLong(-5_000_000_000L);
        message.writeFloat(-1.5f);
        message.writeDouble(0.1);
        message.writeString(EMOJI);
        message.writeString("");
        message.writeString(null);
        message.writeBytes(THREE);
        message.writeBytes(new byte[0]);
        return message;
    }

    private static Message properties(Message message) throws JMSException {
        message.setBooleanProperty("z", true);
        message.setByteProperty("b", (byte) -5);
        message.setShortProperty("s", (short) -300);
        message.setIntProperty("i", -70_000);
        message.setLongProperty("l", -5_000_000_000L);
        message.setFloatProperty("f", -1.5f);
        message.setDoubleProperty("d", 0.1);
        message.setStringProperty("u", EMOJI);
        message.setStringProperty("empty", "");
        message.setStringProperty("none", null);
        message.setDoubleProperty("least", Double.MIN_VALUE);
        message.setFloatProperty("nan", Float.NaN);
        message.setDoubleProperty("infinite", Double.NEGATIVE_INFINITY);
        message.setLongProperty("lowest", Long.MIN_VALUE);
        return message;
    }
}
