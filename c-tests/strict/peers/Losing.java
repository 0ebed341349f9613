import org.apache.qpid.protonj2.test.driver.codec.transport.Role;

/**
 * The first peer drops the connection at some step; the second sees everything made again and what follows. With an
 * unshared list by RecoverConnection, with a comma list by itself.
 */
final class Losing {
    private Losing() {}

    /** Three peers: gone after SASL, gone after open, there. */
    static void whileConnecting(Stage stage) {
        Peer first = stage.peer();
        first.plainUntilHeader();
        first.drops();
        Peer second = stage.peer();
        second.plain();
        second.expectNamedOpen();
        second.drops();
        Peer third = stage.peer();
        third.connected();
        third.closed();
    }

    /** Nothing stands on the connection. */
    static void bare(Stage stage) {
        Peer first = stage.peer();
        first.connected();
        first.dropsOnCue();
        Peer second = stage.peer();
        second.connected();
        second.mark("recovered");
        second.closed();
    }

    /** Dropped instead of an answer to begin. */
    static void atBegin(Stage stage) {
        Peer first = stage.peer();
        first.connected();
        first.expectBegin().onChannel(0);
        first.drops();
        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        second.ended(0);
        second.closed();
    }

    /** Dropped instead of an answer to attach: the session is made again, then the call makes its link. */
    static void atAttach(Stage stage) {
        Peer first = stage.peer();
        first.connected();
        first.begun(0);
        first.expectProducer("producer", 0, 0, "orders", "queue");
        first.drops();
        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        second.producer("producer", 0, 10);
        second.expectText(0, 0, "after").accept();
        second.closed();
    }

    /**
     * Two sessions with links of both kinds: all begins, then the producers, then the consumers, each under its name,
     * then credit; then traffic.
     */
    static void everything(Stage stage) {
        Peer first = stage.peer();
        first.connected();
        first.begun(0);
        first.begun(1);
        first.consumer("consumer", 0);
        first.producer("producer", 1, 10);
        first.expectProducer("other", 1, 0, "news", "topic").respond().withHandle(Peer.handle(0));
        first.grants(1, 0, 0, 10);
        first.expectOurFlow(0, 0, 0, 0, 0, 10);
        first.mark("credit");
        first.expectText(1, 0, "before").accept();
        first.dropsOnCue();

        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        second.begun(1);
        second.producer("producer", 0, 10);
        second.expectProducer("other", 1, 0, "news", "topic").respond().withHandle(Peer.handle(0));
        second.grants(1, 0, 0, 10);
        second.consumer("consumer", 1);
        second.expectOurFlow(0, 1, 0, 0, 0, 10);
        second.mark("recovered");
        second.expectText(0, 0, "after").accept();
        second.expectMessage(1, 0, 0, false).withPayload(Payload.text("after, too")).accept();
        second.sendsText(1, 0, "answer");
        second.accepts(0, null);
        second.expectOurFlow(0, 1, 1, 1, 1, 0);
        second.closed();
    }

    private static Peer sender(Stage stage, long credit) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, credit);
        return peer;
    }

    /** A message waits for credit: certainly not sent, it goes to the second peer. */
    static void withoutCredit(Stage stage) {
        Peer first = sender(stage, 0);
        first.mark("attached");
        first.dropsOnCue();
        Peer second = sender(stage, 10);
        second.expectText(0, 0, "waiting").accept();
        second.expectText(0, 1, "next").accept();
        second.closed();
    }

    /** A message is with the peer, its outcome missing: unknown, and not sent again by an unshared connection. */
    static void withoutOutcome(Stage stage) {
        Peer first = sender(stage, 10);
        first.expectText(0, 0, "in doubt");
        first.drops();
        Peer second = sender(stage, 10);
        second.expectText(0, 0, "next").accept();
        second.closed();
    }

    /** The first ten bytes of the outcome. */
    private static void halfAnOutcome(Peer peer) {
        peer.remoteBytes().withBytes(new byte[] {0, 0, 0, 24, 2, 0, 0, 40, 0, 0x53}).queue();
    }

    /** Half an outcome is none. */
    static void outcomeHalfWay(Stage stage) {
        Peer first = sender(stage, 10);
        first.expectText(0, 0, "in doubt");
        halfAnOutcome(first);
        first.drops();
        Peer second = sender(stage, 10);
        second.expectText(0, 0, "next").accept();
        second.closed();
    }

    /** On a comma list the message comes again, with the same id. */
    private static void again(Stage stage, boolean half) {
        Peer first = sender(stage, 10);
        first.expectMessage(0, 0, 0, false).withPayload(stage.sameMessage("in doubt"));
        if (half) halfAnOutcome(first);
        first.drops();
        Peer second = sender(stage, 10);
        second.expectMessage(0, 0, 0, false).withPayload(stage.sameMessage("in doubt")).accept();
        second.expectText(0, 1, "next").accept();
        second.closed();
    }

    static void withoutOutcomeShared(Stage stage) {
        again(stage, false);
    }

    static void outcomeHalfWayShared(Stage stage) {
        again(stage, true);
    }

    private static Peer receiver(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.consumer("consumer", 0);
        peer.expectOurFlow(0, 0, 0, 0, 0, 10);
        return peer;
    }

    private static Peer redelivers(Stage stage) {
        Peer first = receiver(stage);
        for (int id = 0; id < 3; id++) first.sendsText(0, id, "message " + id);
        first.mark("sent");
        first.dropsOnCue();
        Peer second = receiver(stage);
        second.mark("recovered");
        for (int id = 0; id < 3; id++) second.sendsText(0, id, "message " + id);
        return second;
    }

    /**
     * Messages in hand and in advance: nothing of them reaches the second peer, which delivers them again; only its own
     * are acknowledged.
     */
    static void unacknowledged(Stage stage) {
        Peer second = redelivers(stage);
        second.accepts(0, 2L);
        second.expectOurFlow(0, 0, 3, 0, 3, 0);
        second.closed();
    }

    /** The same on a comma list, where the peer confirms the acknowledgement. */
    static void unacknowledgedShared(Stage stage) {
        Peer second = redelivers(stage);
        second.expectOutcome(0, 2L).withSettled(false).withState().accepted();
        second.remoteDisposition().withRole(Role.SENDER).withFirst(0).withLast(2).withSettled(true).withState()
                .accepted().onChannel(Peer.channel(0)).queue();
        second.expectOurFlow(0, 0, 3, 0, 3, 0);
        second.closed();
    }

    /** The first half of a message is forgotten with its peer. */
    static void halfAMessage(Stage stage) {
        Peer first = receiver(stage);
        first.remoteTransfer().withHandle(Peer.handle(0)).withDeliveryId(0).withDeliveryTag(new byte[] {0})
                .withMessageFormat(0).withSettled(false).withMore(true)
                .withPayload(new byte[] {0, 0x53, 0x77, (byte) 0xa1, 30, 'h', 'a', 'l', 'f'})
                .onChannel(Peer.channel(0)).queue();
        first.drops();
        Peer second = receiver(stage);
        second.sendsText(0, 0, "whole");
        second.accepts(0, null);
        second.expectOurFlow(0, 0, 1, 0, 1, 0);
        second.closed();
    }

    /** No consumer gets credit on a connection that is not started. */
    static void notStarted(Stage stage) {
        Peer first = stage.peer();
        first.connected();
        first.begun(0);
        first.consumer("consumer", 0);
        first.dropsOnCue();
        Peer second = stage.peer();
        second.connected();
        second.begun(0);
        second.consumer("consumer", 0);
        second.mark("recovered");
        second.expectOurFlow(0, 0, 0, 0, 0, 10);
        second.sendsText(0, 0, "after");
        second.accepts(0, null);
        second.expectOurFlow(0, 0, 1, 0, 1, 0);
        second.closed();
    }
}
