import static org.hamcrest.Matchers.nullValue;


/** The peer ends links, sessions, connections, or breaks the rules. */
final class Ending {
    private Ending() {}

    private static Peer linked(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.consumer("consumer", 1);
        peer.expectOurFlow(0, 1, 0, 0, 0, 10);
        peer.mark("credit");
        return peer;
    }

    private static void consumerEnds(Stage stage, String condition) {
        Peer peer = linked(stage);
        peer.expectDetach().onChannel(0).withHandle(1).withClosed(true).withError(nullValue());
        peer.expectText(0, 0, "still there").accept();
        peer.closed();
        peer.cue(peer.remoteDetach().withHandle(Peer.handle(1)).withClosed(true)
                .withErrorCondition(condition, "as the script says").onChannel(Peer.channel(0)));
    }

    static void consumerForbidden(Stage stage) {
        consumerEnds(stage, "amqp:unauthorized-access");
    }

    static void consumerStolen(Stage stage) {
        consumerEnds(stage, "amqp:link:stolen");
    }

    /** Housekeeping of the server: the consumer comes back by itself, under its name. */
    static void consumerForced(Stage stage) {
        Peer peer = linked(stage);
        peer.expectDetach().onChannel(0).withHandle(1).withClosed(true).withError(nullValue());
        peer.consumer("consumer", 1);
        peer.expectOurFlow(0, 1, 0, 0, 0, 10);
        peer.sendsText(1, 0, "after");
        peer.accepts(0, null);
        peer.expectOurFlow(0, 1, 1, 0, 1, 0);
        peer.closed();
        peer.cue(peer.remoteDetach().withHandle(Peer.handle(1)).withClosed(true)
                .withErrorCondition("amqp:link:detach-forced", "idle").onChannel(Peer.channel(0)));
    }

    /** Housekeeping of the server: an idle producer comes back with its next send. */
    static void producerForced(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.expectText(0, 0, "before").accept();
        peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
        peer.mark("detached");
        peer.producer("producer again", 0, 10);
        peer.expectText(0, 1, "after").accept();
        peer.closed();
        peer.cue(peer.remoteDetach().withHandle(Peer.handle(0)).withClosed(true)
                .withErrorCondition("amqp:link:detach-forced", "idle").onChannel(Peer.channel(0)));
    }

    /** The queue is full while a message waits for its outcome. */
    static void producerAtItsLimit(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.expectText(0, 0, "too much");
        peer.remoteDetach().withHandle(Peer.handle(0)).withClosed(true)
                .withErrorCondition("amqp:resource-limit-exceeded", "full").onChannel(Peer.channel(0)).queue();
        peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
        peer.closed();
    }

    /** One session ends while a message waits for its outcome; the other one goes on. */
    static void sessionEnds(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.begun(1);
        peer.expectProducer("other", 1, 0, "orders", "queue").respond().withHandle(Peer.handle(0));
        peer.grants(1, 0, 0, 10);
        peer.producer("producer", 0, 10);
        peer.expectText(0, 0, "lost");
        peer.remoteEnd().withErrorCondition("amqp:resource-limit-exceeded", "too much").onChannel(Peer.channel(0))
                .queue();
        peer.expectEnd().onChannel(0).withError(nullValue());
        peer.expectMessage(1, 0, 0, false).withPayload(Payload.text("still there")).accept();
        peer.closed();
    }

    /** Close while a message waits for its outcome. */
    static void connectionForced(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.expectText(0, 0, "in doubt");
        peer.remoteClose().withErrorCondition("amqp:connection:forced", "shutdown").queue();
        peer.expectClose().withError(nullValue());
        peer.expectConnectionToDrop();
    }

    /** Both close at once: the library's close is the answer to this one too. */
    static void closesCross(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.expectClose().withError(nullValue());
        peer.remoteClose().withErrorCondition("amqp:connection:forced", "shutdown").queue();
        peer.expectConnectionToDrop();
    }

    /** The answer to close never comes. */
    static void closeUnanswered(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.expectClose().withError(nullValue());
        peer.expectConnectionToDrop();
    }

    /** Detaches cross, and an answer that says closed=false. */
    static void detachesCross(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.consumer("consumer", 1);
        peer.expectDetach().onChannel(0).withHandle(1).withClosed(true).withError(nullValue());
        peer.remoteDetach().withHandle(Peer.handle(1)).withClosed(true)
                .withErrorCondition("amqp:resource-deleted", "at the same time").onChannel(Peer.channel(0)).queue();
        peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
        peer.remoteDetach().withHandle(Peer.handle(0)).withClosed(false).onChannel(Peer.channel(0)).queue();
        peer.ended(0);
        peer.closed();
    }

    /** What comes for a link behind its close is of no interest. */
    static void lateFrames(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.consumer("consumer", 0);
        peer.expectOurFlow(0, 0, 0, 0, 0, 10);
        peer.mark("credit");
        peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
        peer.sendsText(0, 0, "late");
        peer.remoteFlow().withNextOutgoingId(1).withHandle(Peer.handle(0)).withDeliveryCount(1).withLinkCredit(9)
                .withEcho(true).onChannel(Peer.channel(0)).queue();
        peer.remoteDetach().withHandle(Peer.handle(0)).withClosed(true).onChannel(Peer.channel(0)).queue();
        peer.ended(0);
        peer.closed();
    }

    /** A flow for a link that there is not: the session is over, its objects with it. */
    static void unknownHandle(Stage stage) {
        Peer peer = linked(stage);
        peer.expectEnd().onChannel(0).withError("amqp:session:unattached-handle").respond();
        peer.closed();
        peer.cue(peer.remoteFlow().withHandle(250).withDeliveryCount(0).withLinkCredit(1)
                .onChannel(Peer.channel(0)));
    }

    /** A second open is an error of the whole connection. */
    static void secondOpen(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.expectClose().withError("amqp:connection:framing-error");
        peer.expectConnectionToDrop();
        peer.cue(peer.remoteOpen().withContainerId("strict"));
    }

    /** This peer opens a session of its own, which the library does not want. */
    static void unwantedSession(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.expectBegin().withRemoteChannel(9);
        peer.expectEnd().withError("amqp:not-allowed").respond().onChannel(9);
        peer.mark("refused");
        peer.producer("producer", 0, 10);
        peer.closed();
        peer.cue(peer.remoteBegin().onChannel(9));
    }

    /** A frame larger than announced. */
    static void hugeFrame(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.expectClose().withError("amqp:connection:framing-error");
        peer.expectConnectionToDrop();
        peer.cue(peer.remoteBytes().withBytes(new byte[] {0, 4, 0, 1, 2, 0, 0, 0}));
    }
}
