import static org.hamcrest.Matchers.nullValue;

import java.util.Arrays;
import org.apache.qpid.protonj2.test.driver.actions.TransferInjectAction;
import org.apache.qpid.protonj2.test.driver.codec.transport.SenderSettleMode;

/** What the library does with messages that it receives: credit, dispositions, drain. The credit is always 10. */
final class Receiving {
    private Receiving() {}

    private static Peer ready(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.consumer("consumer", 0);
        peer.expectOurFlow(0, 0, 0, 0, 0, 10);
        return peer;
    }

    /** So many messages, as the only thing said. */
    private static void sends(Peer peer, int from, int to) {
        for (int id = from; id <= to; id++) peer.sendsText(0, id, "message " + id);
    }

    /** The farewell of a consumer that has seen so many messages: no more credit. */
    private static void leaves(Peer peer, int seen) {
        peer.expectOurFlow(0, 0, seen, 0, seen, 0);
        peer.closed();
    }

    /** Each receive call acknowledges its message before the next one comes. */
    static void acknowledgedByReceive(Stage stage) {
        Peer peer = ready(stage);
        for (int id = 0; id < 3; id++) {
            sends(peer, id, id);
            peer.accepts(id, null);
        }
        leaves(peer, 3);
    }

    /** The listener's return acknowledges. */
    static void acknowledgedByListener(Stage stage) {
        Peer peer = ready(stage);
        for (int id = 0; id < 3; id++) {
            sends(peer, id, id);
            peer.accepts(id, null);
        }
        leaves(peer, 3);
    }

    /** One disposition for all that the session has handed out. */
    static void acknowledgedByProgram(Stage stage) {
        Peer peer = ready(stage);
        sends(peer, 0, 3);
        peer.markRead("read", 4, 0);
        peer.accepts(0, 2L);
        peer.releases(3);
        leaves(peer, 4);
    }

    /** Single messages; what is neither acknowledged nor handed out goes back at the close, newest first. */
    static void acknowledgedOneByOne(Stage stage) {
        Peer peer = ready(stage);
        sends(peer, 0, 3);
        peer.markRead("read", 4, 0);
        peer.accepts(1, null);
        peer.mark("first");
        peer.returnsAsFailed(0);        // tibemsMsg_Recover
        peer.mark("second");
        peer.releases(3);
        peer.returnsAsFailed(2);
        leaves(peer, 4);
    }

    /** Recover and close, each with messages in hand and others waiting. */
    static void recoveredAndClosed(Stage stage) {
        Peer peer = ready(stage);
        sends(peer, 0, 3);
        peer.markRead("read", 4, 0);
        peer.expectOurFlow(0, 0, 4, 0, 4, 6).withDrain(true);
        peer.remoteFlow().withNextOutgoingId(4).withHandle(Peer.handle(0)).withDeliveryCount(10).withLinkCredit(0)
                .withDrain(true).onChannel(Peer.channel(0)).queue();
        peer.releases(3);
        peer.releases(2);
        peer.returnsAsFailed(1);
        peer.returnsAsFailed(0);
        peer.expectOurFlow(0, 0, 4, 0, 10, 10);
        sends(peer, 4, 6);
        peer.markRead("read-again", 7, 0);
        peer.releases(6);
        peer.releases(5);
        peer.returnsAsFailed(4);
        peer.detached(0, 0);
        peer.ended(0);
        peer.closed();
    }

    /** Messages cross the drain; its answer lacks the flag. */
    static void drainedWithMessages(Stage stage) {
        Peer peer = ready(stage);
        sends(peer, 0, 0);
        peer.expectOurFlow(0, 0, 1, 0, 1, 9).withDrain(true);
        sends(peer, 1, 2);
        peer.remoteFlow().withNextOutgoingId(3).withHandle(Peer.handle(0)).withDeliveryCount(10).withLinkCredit(0)
                .onChannel(Peer.channel(0)).queue();
        peer.releases(2);
        peer.releases(1);
        peer.returnsAsFailed(0);
        peer.expectOurFlow(0, 0, 3, 0, 10, 10);
        peer.mark("credit");
        peer.expectOurFlow(0, 0, 3, 0, 10, 0);
        peer.closed();
    }

    /** Messages sent settled need no answer. */
    static void settledBefore(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.expectConsumer("consumer", 0, 0, SenderSettleMode.SETTLED, "orders", "queue", nullValue())
                .respond().withHandle(Peer.handle(0));
        peer.expectOurFlow(0, 0, 0, 0, 0, 10);
        for (int id = 0; id < 2; id++) {
            peer.remoteTransfer().withHandle(Peer.handle(0)).withDeliveryId(id).withDeliveryTag(new byte[] {(byte) id})
                    .withMessageFormat(0).withSettled(true).withBody().withValue("message " + id).also()
                    .onChannel(Peer.channel(0)).queue();
        }
        leaves(peer, 2);
    }

    private static TransferInjectAction part(Peer peer, int id, boolean first, boolean more, byte[] payload) {
        TransferInjectAction part = peer.remoteTransfer().withHandle(Peer.handle(0)).withMore(more)
                .withPayload(payload);
        if (first) {
            part.withDeliveryId(id).withDeliveryTag(new byte[] {(byte) id}).withMessageFormat(0).withSettled(false);
        } else {
            part.withNullDeliveryTag();
        }
        return part;
    }

    private static void goes(TransferInjectAction transfer) {
        transfer.onChannel(Peer.channel(0)).queue();
    }

    /** An amqp-value with a string of thirty letters, cut in three. */
    private static final byte[][] PARTS = parts();

    private static byte[][] parts() {
        byte[] whole = new byte[35];
        byte[] head = {0, 0x53, 0x77, (byte) 0xa1, 30};
        System.arraycopy(head, 0, whole, 0, 5);
        for (int at = 5; at < 35; at++) whole[at] = (byte) ('a' + (at - 5) % 26);
        return new byte[][] {Arrays.copyOf(whole, 1), Arrays.copyOfRange(whole, 1, 20),
            Arrays.copyOfRange(whole, 20, 35)};
    }

    private static void inParts(Peer peer, int id) {
        goes(part(peer, id, true, true, PARTS[0]));
        goes(part(peer, id, false, true, PARTS[1]));
        goes(part(peer, id, false, false, PARTS[2]));
    }

    /** In three frames; then given up at the second frame, given up at once; then whole again. */
    static void inFrames(Stage stage) {
        Peer peer = ready(stage);
        inParts(peer, 0);
        peer.accepts(0, null);
        goes(part(peer, 1, true, true, PARTS[0]));
        goes(part(peer, 1, false, false, new byte[0]).withAborted(true));
        goes(part(peer, 2, true, false, new byte[0]).withAborted(true));
        inParts(peer, 3);
        peer.accepts(3, null);
        inParts(peer, 4);
        peer.accepts(4, null);
        peer.expectOurFlow(0, 0, 12, 0, 5, 10);         // what was given up has used credit, too
        peer.expectOurFlow(0, 0, 12, 0, 5, 0);
        peer.closed();
    }

    /** Numbers of 32 bits run over: of the session, of the deliveries, of the link. */
    static void numbersRunOver(Stage stage) {
        long near = 4294967294L;
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0).withNextOutgoingId(near);
        peer.expectConsumer("consumer", 0, 0, SenderSettleMode.UNSETTLED, "orders", "queue", nullValue())
                .respond().withHandle(Peer.handle(0)).withInitialDeliveryCount(near);
        peer.expectOurFlow(0, 0, near, 0, near, 10);
        for (int message = 0; message < 4; message++) {
            peer.sendsText(0, (near + message) % 4294967296L, "message " + message);
        }
        peer.markRead("read", 2, 0);
        peer.accepts(near, 1L);
        peer.sendsText(0, 2, "message 4");
        peer.expectOurFlow(0, 0, 3, 0, 3, 10);
        peer.mark("renewed");
        peer.accepts(2, null);
        leaves(peer, 3);
    }

    /** Frames of two messages on two links in turn; the second is settled by its last frame only. */
    static void interleaved(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.consumer("first", 0);
        peer.consumer("second", 1);
        peer.expectOurFlow(0, 0, 0, 0, 0, 10);
        peer.expectOurFlow(0, 1, 0, 0, 0, 10);
        for (int at = 0; at < 3; at++) {
            for (int link = 0; link < 2; link++) {
                goes(part(peer, link, at == 0, at < 2, PARTS[at]).withHandle(Peer.handle(link))
                        .withSettled(link == 1 && at == 2));
            }
        }
        peer.accepts(0, null);
        peer.markRead("read", 6, 0);
        peer.expectOurFlow(0, 0, 6, 0, 1, 0);
        peer.expectOurFlow(0, 1, 6, 0, 1, 0);
        peer.closed();
    }

    /** Bytes that are no message go back as undeliverable here; the next message is not disturbed. */
    static void undecodable(Stage stage) {
        Peer peer = ready(stage);
        goes(part(peer, 0, true, false, new byte[] {0, 0x53, 0x73, (byte) 0xc0, 100}));
        peer.expectOutcome(0, null).withState().modified(true, true);
        sends(peer, 1, 1);
        peer.accepts(1, null);
        leaves(peer, 2);
    }

    /** One message more than there was credit for. */
    static void overrun(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.consumer("consumer", 1);
        peer.expectOurFlow(0, 1, 0, 0, 0, 10);
        for (int id = 0; id <= 10; id++) peer.sendsText(1, id, "message " + id);
        peer.expectDetach().onChannel(0).withHandle(1).withClosed(true)
                .withError("amqp:link:transfer-limit-exceeded").respond();
        peer.expectText(0, 0, "still there").accept();
        peer.closed();
    }

    /** No message in advance: one credit for one receive call; a call that ends without a message takes it back. */
    static void onePerCall(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.consumer("consumer", 0);
        peer.expectOurFlow(0, 0, 0, 0, 0, 1);
        sends(peer, 0, 0);
        peer.accepts(0, null);
        peer.expectOurFlow(0, 0, 1, 0, 1, 1);
        peer.expectOurFlow(0, 0, 1, 0, 1, 1).withDrain(true);
        sends(peer, 1, 1);                      // crosses the drain
        peer.expectOurFlow(0, 0, 1, 0, 1, 1).optional();        // the next call comes before this message
        peer.accepts(1, null);
        peer.closed();
    }

    /** Half of the credit used: it is renewed, and no later. */
    static void renewed(Stage stage) {
        Peer peer = ready(stage);
        for (int id = 0; id < 4; id++) {
            sends(peer, id, id);
            peer.accepts(id, null);
        }
        sends(peer, 4, 4);
        peer.accepts(4, null);
        peer.expectOurFlow(0, 0, 5, 0, 5, 10);
        leaves(peer, 5);
    }

    /** Stop takes the credit back, Start gives it again. */
    static void stoppedAndStarted(Stage stage) {
        Peer peer = ready(stage);
        sends(peer, 0, 0);
        peer.accepts(0, null);
        peer.mark("acknowledged");
        peer.expectOurFlow(0, 0, 1, 0, 1, 0);
        peer.mark("stopped");
        peer.expectOurFlow(0, 0, 1, 0, 1, 10);
        sends(peer, 1, 1);
        peer.accepts(1, null);
        leaves(peer, 2);
    }
}
