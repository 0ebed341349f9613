import static org.hamcrest.Matchers.nullValue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong;
import org.apache.qpid.protonj2.test.driver.codec.transport.Role;
import org.hamcrest.Matcher;

/** What the library sends: outcomes, credit, drain, frames. */
final class Sending {
    private Sending() {}

    private static Peer ready(Stage stage, long credit) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, credit);
        return peer;
    }

    static void everyOutcome(Stage stage) {
        Peer peer = ready(stage, 10);
        peer.expectText(0, 0, "accepted").accept();
        peer.expectText(0, 1, "limit").reject("amqp:resource-limit-exceeded", "the queue is full");
        peer.expectText(0, 2, "unauthorized").reject("amqp:unauthorized-access", "not you");
        peer.expectText(0, 3, "rejected").reject();
        peer.expectText(0, 4, "released").release();
        peer.expectText(0, 5, "modified").modify(true, true);
        peer.expectText(0, 6, "still there").accept();
        peer.closed();
    }

    /** The outcome comes first and is settled by the library. */
    static void unsettledOutcome(Stage stage) {
        Peer peer = ready(stage, 10);
        peer.expectText(0, 0, "settle it yourself").accept().withSettled(false);
        peer.expectDisposition().onChannel(0).withRole(Role.SENDER).withFirst(0).withLast(nullValue())
                .withSettled(true).withState().accepted();
        peer.closed();
    }

    /** Settled, and nothing said about it: the fate is unknown. */
    static void noOutcome(Stage stage) {
        Peer peer = ready(stage, 10);
        peer.expectText(0, 0, "where is it").respond().withSettled(true);
        peer.expectText(0, 1, "next").accept();
        peer.closed();
    }

    /** Unconfirmed messages go settled, confirmed ones between them do not. */
    static void unconfirmed(Stage stage) {
        Peer peer = ready(stage, 10);
        peer.expectMessage(0, 0, 0, true).withPayload(Payload.text("unconfirmed 1"));
        peer.expectMessage(0, 0, 1, true).withPayload(Payload.text("unconfirmed 2"));
        peer.expectText(0, 2, "confirmed").accept();
        peer.expectMessage(0, 0, 3, true).withPayload(Payload.text("unconfirmed 3"));
        peer.closed();
    }

    /** Three messages wait; each credit lets one out, in the order in which they came. */
    static void oneCreditAtATime(Stage stage) {
        Peer peer = ready(stage, 0);
        peer.mark("attached");
        for (int count = 0; count < 5; count++) {
            peer.expectText(0, count, "message " + count).accept();
            if (count < 4) peer.grants(0, 0, count + 1, 1);
        }
        peer.closed();
        peer.cue(peer.remoteFlow().withHandle(Peer.handle(0)).withDeliveryCount(0).withLinkCredit(1)
                .onChannel(Peer.channel(0)));
    }

    /** All credit is taken back, and given again. */
    static void creditTakenBack(Stage stage) {
        Peer peer = ready(stage, 100);
        peer.expectText(0, 0, "before").accept();
        peer.remoteFlow().withHandle(Peer.handle(0)).withDeliveryCount(1).withLinkCredit(0).withEcho(true)
                .onChannel(Peer.channel(0)).queue();
        peer.expectOurFlow(0, 0, 0, 1, 1, 0).withAvailable(0);
        peer.mark("taken-back");
        peer.expectText(0, 1, "after").accept();
        peer.closed();
        peer.cue(peer.remoteFlow().withHandle(Peer.handle(0)).withDeliveryCount(1).withLinkCredit(5)
                .onChannel(Peer.channel(0)));
    }

    /** The credit is drained while nothing is to be sent: the count jumps over it. */
    static void drained(Stage stage) {
        Peer peer = ready(stage, 10);
        peer.expectText(0, 0, "before").accept();
        peer.remoteFlow().withHandle(Peer.handle(0)).withDeliveryCount(1).withLinkCredit(9).withDrain(true)
                .onChannel(Peer.channel(0)).queue();
        peer.expectOurFlow(0, 0, 0, 1, 10, 0).withDrain(true).withAvailable(0);
        peer.grants(0, 0, 10, 3);
        peer.mark("drained");
        peer.expectText(0, 1, "after").accept();
        peer.closed();
    }

    /** Echo is answered for the link, and for the session. */
    static void echo(Stage stage) {
        Peer peer = ready(stage, 10);
        peer.remoteFlow().withHandle(Peer.handle(0)).withDeliveryCount(0).withLinkCredit(10).withEcho(true)
                .onChannel(Peer.channel(0)).queue();
        peer.expectOurFlow(0, 0, 0, 0, 0, 10).withAvailable(0);
        peer.markRead("echoed", 0, 0);
        peer.closed();
    }

    /** Frames of at most 512 bytes: the driver refuses longer ones. A thousand bytes of text are three frames. */
    static void smallFrames(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.answerOpen(peer.expectNamedOpen()).withMaxFrameSize(512);
        peer.getDriver().setInboundMaxFrameSize(512);
        peer.begun(0);
        peer.producer("producer", 0, 10);
        String text = "0123456789".repeat(100);
        Collected collected = new Collected();
        peer.expectMessage(0, 0, 0, false).withMore(true).withPayload(collected.more());
        peer.expectRest(0, 0).withMore(true).withPayload(collected.more());
        peer.expectRest(0, 0).withMore(Peer.missing()).withPayload(collected.last(Payload.text(text))).accept()
                .withFirst(0);
        peer.expectText(0, 1, "short").accept();
        peer.closed();
    }

    /** The session window lets one frame out at a time. */
    static void narrowWindow(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.answerOpen(peer.expectNamedOpen()).withMaxFrameSize(512);
        peer.getDriver().setInboundMaxFrameSize(512);
        peer.begun(0).withIncomingWindow(1);
        peer.producer("producer", 0, 0);
        peer.remoteFlow().withNextIncomingId(0).withIncomingWindow(1).withHandle(Peer.handle(0)).withDeliveryCount(0)
                .withLinkCredit(10).onChannel(Peer.channel(0)).queue();
        String text = "0123456789".repeat(100);
        for (int message = 0; message < 2; message++) {
            Collected collected = new Collected();
            peer.expectMessage(0, 0, message, false).withMore(true).withPayload(collected.more());
            window(peer, 3 * message + 1);
            peer.expectRest(0, 0).withMore(true).withPayload(collected.more());
            window(peer, 3 * message + 2);
            peer.expectRest(0, 0).withMore(Peer.missing()).withPayload(collected.last(Payload.text(text))).accept()
                    .withFirst(message);
            window(peer, 3 * message + 3);
        }
        peer.closed();
    }

    private static void window(Peer peer, int next) {
        peer.remoteFlow().withNextIncomingId(next).withIncomingWindow(1).withNullHandle().onChannel(Peer.channel(0))
                .queue();
    }

    /** The frames of one message. */
    private static final class Collected {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Matcher<ByteBuffer> more() {
            return Payload.that("a part of the message", this::take);
        }

        Matcher<ByteBuffer> last(Matcher<ByteBuffer> whole) {
            return Payload.that("the last part of " + whole,
                    part -> take(part) && whole.matches(ByteBuffer.wrap(bytes.toByteArray())));
        }

        private boolean take(ByteBuffer part) {
            byte[] copy = new byte[part.remaining()];
            part.slice().get(copy);
            bytes.writeBytes(copy);
            return copy.length > 0;
        }
    }

    /** A message too large for this peer never leaves. */
    static void tooLarge(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.expectProducer("producer", 0, 0, "orders", "queue").respond().withHandle(Peer.handle(0))
                .withMaxMessageSize(UnsignedLong.valueOf(1000));
        peer.grants(0, 0, 0, 10);
        peer.expectText(0, 0, "short").accept();
        peer.closed();
    }
}
