import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the partner tells: names with values. A value names its Java class, so that a test sees an Integer that should
 * be a Short: {@code Integer:5}, {@code String:text}, {@code byte[]:00ff}, {@code Character:U+0041}, {@code null}.
 */
final class Facts {
    private final StringBuilder lines = new StringBuilder();

    void add(String name, Object fact) {
        lines.append(escaped(name)).append('\t').append(escaped(String.valueOf(fact))).append('\n');
    }

    void addValue(String name, Object value) {
        add(name, typed(value));
    }

    @Override
    public String toString() {
        return lines.toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
                .replace("\0", "\\0");
    }

    /** Class and value; containers in the order of their sorted keys. */
    static String typed(Object value) {
        if (value == null) return "null";
        if (value instanceof byte[] bytes) return "byte[]:" + hex(bytes);
        if (value instanceof Character unit) return "Character:" + String.format("U+%04X", (int) unit);
        if (value instanceof short[] array) return "short[]:" + Arrays.toString(array);
        if (value instanceof int[] array) return "int[]:" + Arrays.toString(array);
        if (value instanceof long[] array) return "long[]:" + Arrays.toString(array);
        if (value instanceof float[] array) return "float[]:" + Arrays.toString(array);
        if (value instanceof double[] array) return "double[]:" + Arrays.toString(array);
        if (value instanceof Object[] array) return "array:" + all(Arrays.asList(array));
        if (value instanceof List<?> list) return "List:" + all(list);
        if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((key, item) -> sorted.put(String.valueOf(key), typed(item)));
            return "Map:" + sorted;
        }
        if (value instanceof org.apache.qpid.protonj2.types.Binary binary) return "Binary:" + hex(binary.asByteArray());
        if (value instanceof org.apache.qpid.proton.amqp.Binary binary) {
            byte[] bytes = Arrays.copyOfRange(binary.getArray(), binary.getArrayOffset(),
                    binary.getArrayOffset() + binary.getLength());
            return "Binary:" + hex(bytes);
        }
        return value.getClass().getSimpleName() + ":" + value;
    }

    private static List<String> all(List<?> values) {
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(typed(value)));
        return texts;
    }

    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) text.append(String.format("%02x", one));
        return text.toString();
    }

    static byte[] unhex(String text) {
        byte[] bytes = new byte[text.length() / 2];
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = (byte) Integer.parseInt(text.substring(2 * at, 2 * at + 2), 16);
        }
        return bytes;
    }
}
