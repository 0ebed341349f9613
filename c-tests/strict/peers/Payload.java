import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.qpid.protonj2.test.driver.codec.Codec;
import org.apache.qpid.protonj2.test.driver.codec.messaging.AmqpValue;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Properties;
import org.apache.qpid.protonj2.test.driver.codec.primitives.DescribedType;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeMatcher;

/** Message payloads, decoded by the driver's codec: sections in their order, nothing left over. */
final class Payload {
    private static final Map<String, String> NAMES = Map.of("Header", "header", "Properties", "properties",
            "AmqpValue", "value");

    /** Sections that the driver's codec has no class for. */
    private static final Map<Object, String> CODES = Map.of(UnsignedLong.valueOf(0x71), "delivery",
            UnsignedLong.valueOf(0x72), "annotations", UnsignedLong.valueOf(0x74), "application",
            UnsignedLong.valueOf(0x75), "data", UnsignedLong.valueOf(0x76), "sequence",
            UnsignedLong.valueOf(0x78), "footer");

    private Payload() {}

    static List<DescribedType> sections(ByteBuffer payload) {
        ByteBuffer rest = payload.slice();
        List<DescribedType> sections = new ArrayList<>();
        while (rest.hasRemaining()) {
            Codec codec = Codec.Factory.create();
            codec.decode(rest);
            sections.add(codec.getDescribedType());
        }
        return sections;
    }

    static Object messageId(ByteBuffer payload) {
        for (DescribedType section : sections(payload)) {
            if (section instanceof Properties properties) return properties.getMessageId();
        }
        return null;
    }

    /** The last section is an amqp-value with that string. */
    static Matcher<ByteBuffer> text(String text) {
        return that("a message whose body is the value \"" + text + "\"", payload -> {
            List<DescribedType> sections = sections(payload);
            DescribedType body = sections.get(sections.size() - 1);
            return body instanceof AmqpValue && text.equals(body.getDescribed());
        });
    }

    /**
     * Which sections there are and which fields are filled in them: {@code header[0] properties[0, 2] value}, lists by
     * the numbers of their fields, maps by their sorted keys.
     */
    static Matcher<ByteBuffer> layout(String layout) {
        return that("sections " + layout, payload -> layout.equals(sections(payload).stream()
                .map(Payload::filled).collect(Collectors.joining(" "))));
    }

    private static String filled(DescribedType section) {
        String name = NAMES.getOrDefault(section.getClass().getSimpleName(), CODES.get(section.getDescriptor()));
        Object contents = section.getDescribed();
        if (contents instanceof Map<?, ?> map && !name.equals("value")) {
            return name + new TreeSet<>(map.keySet().stream().map(String::valueOf).toList());
        }
        if (contents instanceof List<?> list && !name.equals("sequence")) {
            return name + IntStream.range(0, list.size()).filter(at -> list.get(at) != null).boxed().toList();
        }
        return name;
    }

    static Matcher<ByteBuffer> that(String what, Predicate<ByteBuffer> test) {
        return new TypeSafeMatcher<>() {
            @Override
            protected boolean matchesSafely(ByteBuffer payload) {
                return test.test(payload);
            }

            @Override
            public void describeTo(Description description) {
                description.appendText(what);
            }

            @Override
            protected void describeMismatchSafely(ByteBuffer payload, Description description) {
                description.appendText("was ").appendValue(sections(payload));
            }
        };
    }
}
