import static org.hamcrest.Matchers.nullValue;

import org.apache.qpid.protonj2.test.driver.codec.transport.SenderSettleMode;
import org.apache.qpid.protonj2.test.driver.expectations.AttachExpectation;

/** The second peer does not take the connection over; the third does. */
final class Rebuilding {
    private Rebuilding() {}

    private static Peer linked(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.consumer("consumer", 1);
        peer.expectOurFlow(0, 1, 0, 0, 0, 10);
        peer.mark("credit-" + peer.number);
        return peer;
    }

    private static void takesOver(Stage stage) {
        Peer third = linked(stage);
        third.expectText(0, 0, "after").accept();
        third.sendsText(1, 0, "answer");
        third.accepts(0, null);
        third.expectOurFlow(0, 1, 1, 1, 1, 0);
        third.closed();
    }

    /** Two peers; the second answers the attaches in the reverse order. */
    static void answersBackwards(Stage stage) {
        linked(stage).dropsOnCue();
        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        AttachExpectation producer = second.expectProducer("producer", 0, 0, "orders", "queue");
        AttachExpectation consumer = second.expectConsumer("consumer", 0, 1, SenderSettleMode.UNSETTLED, "orders",
                "queue", nullValue());
        consumer.respond().withHandle(3);
        producer.respond().withHandle(7);
        second.expectOurFlow(0, 1, 0, 0, 0, 10);
        second.mark("credit-2");
        second.remoteFlow().withHandle(7).withDeliveryCount(0).withLinkCredit(10).onChannel(Peer.channel(0)).queue();
        second.expectText(0, 0, "after").accept();
        second.expectOurFlow(0, 1, 0, 1, 0, 0);
        second.closed();
    }

    /** One link refused is a try refused. */
    static void refusesALink(Stage stage) {
        linked(stage).dropsOnCue();
        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        second.producer("producer", 0, 10);
        second.expectConsumer("consumer", 0, 1, SenderSettleMode.UNSETTLED, "orders", "queue", nullValue())
                .reject(true, "amqp:not-found", "no such queue");
        second.expectConnectionToDrop();
        takesOver(stage);
    }

    /** Lost again before the links are answered. */
    static void diesMeanwhile(Stage stage) {
        linked(stage).dropsOnCue();
        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        second.expectProducer("producer", 0, 0, "orders", "queue");
        second.expectConsumer("consumer", 0, 1, SenderSettleMode.UNSETTLED, "orders", "queue", nullValue());
        second.drops();
        takesOver(stage);
    }

    /** Takes the TCP connection and drops it. */
    static void dropsAtOnce(Stage stage) {
        linked(stage).dropsOnCue();
        Peer second = stage.peer();
        second.expectSASLHeader();
        second.drops();
        takesOver(stage);
    }

    /** The connection is refused: shutting down. */
    static void shutsDown(Stage stage) {
        linked(stage).dropsOnCue();
        Peer second = stage.peer();
        second.plain();
        second.answerOpen(second.expectNamedOpen())
                .withProperty("amqp:connection-establishment-failed", true).deferred();
        second.remoteClose().withErrorCondition("amqp:connection:forced", "shutdown").queue();
        second.expectClose().withError(nullValue());
        second.expectConnectionToDrop();
        takesOver(stage);
    }
}
