import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.nullValue;

import java.nio.ByteBuffer;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.qpid.protonj2.test.driver.actions.TransferInjectAction;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Binary;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Symbol;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedByte;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong;
import org.apache.qpid.protonj2.test.driver.codec.transport.SenderSettleMode;
import org.apache.qpid.protonj2.test.driver.expectations.TransferExpectation;
import org.apache.qpid.protonj2.test.driver.matchers.transport.TransferMessageMatcher;

/** What stands in messages, in both directions: the driver's codec against the library's. */
final class Contents {
    private static final String USUAL = "header[0] annotations[x-opt-jms-dest, x-opt-jms-msg-type]";

    private Contents() {}

    /** A message whose sections have just these fields, with the values that are asked for. */
    private static void message(Peer peer, long id, String layout, UnaryOperator<TransferMessageMatcher> values) {
        TransferExpectation transfer = peer.expectMessage(0, 0, id, false);
        TransferMessageMatcher message = new TransferMessageMatcher(transfer);
        message.withHeader().withDurability(true);
        message.withProperties().withTo("orders");
        transfer.withPayload(allOf(Payload.layout(layout), values.apply(message)));
        transfer.accept();
    }

    static void sentMessages(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 100);
        message(peer, 0, USUAL + " properties[0, 2, 9] value",
                message -> message.withMessageAnnotations().withAnnotation("x-opt-jms-msg-type", (byte) 5)
                        .withAnnotation("x-opt-jms-dest", (byte) 0).also().withValue("plain"));
        TransferExpectation full = peer.expectMessage(0, 0, 1, false);
        full.withPayload(allOf(Payload.layout("header[0, 1, 2] annotations[x-opt-jms-dest, x-opt-jms-msg-type, "
                        + "x-opt-jms-reply-to] properties[0, 2, 3, 4, 5, 8, 9] application[a_boolean, a_byte, "
                        + "a_double, a_float, a_long, a_short, a_string, an_int] value"),
                Payload.that("an expiration one minute after the creation", Contents::oneMinute),
                new TransferMessageMatcher(full).withHeader().withDurability(false).withPriority((byte) 7)
                        .withTimeToLive(60000).also()
                        .withMessageAnnotations().withAnnotation("x-opt-jms-msg-type", (byte) 5)
                        .withAnnotation("x-opt-jms-dest", (byte) 0)
                        .withAnnotation("x-opt-jms-reply-to", (byte) 1).also()
                        .withProperties().withTo("orders").withSubject("kind").withReplyTo("answers")
                        .withCorrelationId("together").also()
                        .withApplicationProperties().withProperty("a_boolean", true)
                        .withProperty("a_byte", (byte) -1).withProperty("a_short", (short) -2)
                        .withProperty("an_int", -3).withProperty("a_long", -4000000000L)
                        .withProperty("a_float", 1.5f).withProperty("a_double", -2.25)
                        .withProperty("a_string", "gr\u00fc\u00df").also()
                        .withValue("full")));
        full.accept();
        message(peer, 2, USUAL + " properties[0, 2, 9] value", message -> message.withMessageAnnotations()
                .withAnnotation("x-opt-jms-msg-type", (byte) 0).also().withValue(nullValue()));
        message(peer, 3, USUAL + " properties[0, 2, 6, 9] data",
                message -> message.withMessageAnnotations().withAnnotation("x-opt-jms-msg-type", (byte) 3).also()
                        .withProperties().withTo("orders").withContentType("application/octet-stream").also()
                        .withData(new byte[] {0, 1, -1}));
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("an int", 5);
        map.put("a text", "red");
        message(peer, 4, USUAL + " properties[0, 2, 9] value", message -> message.withMessageAnnotations()
                .withAnnotation("x-opt-jms-msg-type", (byte) 2).also().withValue(map));
        message(peer, 5, USUAL + " properties[0, 2, 9] sequence", message -> message.withMessageAnnotations()
                .withAnnotation("x-opt-jms-msg-type", (byte) 4).also()
                .withSequence(List.of(true, 9000000000L, "red")));
        peer.closed();
    }

    private static boolean oneMinute(ByteBuffer payload) {
        List<?> properties = (List<?>) Payload.sections(payload).get(2).getDescribed();
        return ((Date) properties.get(8)).getTime() - ((Date) properties.get(9)).getTime() == 60000;
    }

    // received

    private static TransferInjectAction next(Peer peer, int id) {
        return peer.remoteTransfer().withHandle(Peer.handle(0)).withDeliveryId(id)
                .withDeliveryTag(new byte[] {(byte) id}).withMessageFormat(0).withSettled(true);
    }

    private static void goes(TransferInjectAction transfer) {
        transfer.onChannel(Peer.channel(0)).queue();
    }

    /** Settled, so that only the contents are looked at here. */
    static void receivedMessages(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.expectConsumer("consumer", 0, 0, SenderSettleMode.SETTLED, "orders", "queue", nullValue())
                .respond().withHandle(Peer.handle(0));
        peer.expectOurFlow(0, 0, 0, 0, 0, 100);
        TransferInjectAction full = next(peer, 0);
        full.withHeader().withDurability(true).withPriority((byte) 7).withTimeToLive(86400000L)
                .withDeliveryCount(3);
        full.withDeliveryAnnotations().withAnnotation("x-unknown", "skipped");
        full.withMessageAnnotations().withAnnotation("x-opt-jms-msg-type", (byte) 5)
                .withAnnotation("x-opt-jms-reply-to", (byte) 1).withAnnotation("x-unknown", "skipped");
        full.withProperties().withMessageId("ID:the-one").withTo("orders").withSubject("kind")
                .withReplyTp("answers").withCorrelationId("together").withUserID(new Binary(new byte[] {'m', 'e'}))
                .withCreationTime(1700000000000L).withGroupId("group").withGroupSequence(4);
        full.withApplicationProperties().withApplicationProperty("a_boolean", true)
                .withApplicationProperty("a_byte", (byte) -1).withApplicationProperty("a_short", (short) -2)
                .withApplicationProperty("an_int", -3).withApplicationProperty("a_long", -4000000000L)
                .withApplicationProperty("a_float", 1.5f).withApplicationProperty("a_double", -2.25)
                .withApplicationProperty("a_string", "gr\u00fc\u00df");
        full.withBody().withValue("full");
        full.withFooter().withFooter("x-unknown", "skipped");
        goes(full);
        goes(next(peer, 1).withBody().withData(new byte[] {0, 1, -1}).also());
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("an int", 5);
        map.put("a text", "red");
        goes(next(peer, 2).withBody().withValue(map).also());
        goes(next(peer, 3).withBody().withSequence(List.of(true, 9000000000L, "red")).also());
        TransferInjectAction odd = next(peer, 4);       // types that JMS does not have
        odd.withHeader().withPriority((byte) 200);
        odd.withProperties().withMessageId(UnsignedLong.valueOf(7)).withCorrelationId(new Binary(new byte[] {10, -1}));
        odd.withApplicationProperties().withApplicationProperty("a_ubyte", UnsignedByte.valueOf((byte) 200))
                .withApplicationProperty("a_uint", UnsignedInteger.valueOf(4000000000L))
                .withApplicationProperty("a_symbol", Symbol.valueOf("red"));
        odd.withBody().withValue("odd");
        goes(odd);
        peer.expectOurFlow(0, 0, 5, 0, 5, 0);
        peer.closed();
    }
}
