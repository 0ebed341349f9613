import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;

/**
 * Reads a BytesMessage item by item: z boolean, b byte, B unsigned byte, s short, S unsigned short, c char, i int, l long,
 * f float, d double, u UTF, a digit so many bytes. The facts are numbered from 0; "left" is what remains.
 */
final class Reader {
    private Reader() {}

    static void read(BytesMessage message, String layout, Facts facts) throws JMSException {
        message.reset();
        for (int at = 0; at < layout.length(); at++) {
            facts.addValue(Integer.toString(at), item(message, layout.charAt(at)));
        }
        byte[] rest = new byte[64];
        facts.add("left", Math.max(0, message.readBytes(rest)));
    }

    private static Object item(BytesMessage message, char letter) throws JMSException {
        switch (letter) {
            case 'z': return message.readBoolean();
            case 'b': return message.readByte();
            case 'B': return message.readUnsignedByte();
            case 's': return message.readShort();
            case 'S': return message.readUnsignedShort();
            case 'c': return message.readChar();
            case 'i': return message.readInt();
            case 'l': return message.readLong();
            case 'f': return message.readFloat();
            case 'd': return message.readDouble();
            case 'u': return message.readUTF();
            default:
                byte[] bytes = new byte[letter - '0'];
                if (message.readBytes(bytes) != bytes.length) throw new IllegalStateException("too few bytes");
                return bytes;
        }
    }
}
