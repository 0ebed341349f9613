import static org.hamcrest.Matchers.nullValue;

import java.util.List;
import java.util.Map;
import org.apache.qpid.protonj2.test.driver.codec.primitives.DescribedType;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Symbol;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong;
import org.apache.qpid.protonj2.test.driver.codec.transport.SenderSettleMode;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeMatcher;

/** Sessions and links: begin, attach, refusals, and how the program closes them. */
final class Opening {
    private Opening() {}

    /** Everything is closed one by one, the second session first. */
    static void closedOneByOne(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.begun(1);
        peer.producer("producer", 0, 10);
        peer.consumer("consumer", 1);
        peer.expectProducer("other", 1, 0, "news", "topic").respond().withHandle(Peer.handle(0));
        peer.detached(1, 0);
        peer.ended(1);
        peer.detached(0, 1);
        peer.detached(0, 0);
        peer.ended(0);
        peer.closed();
    }

    /** The session is closed with all that is on it: consumers are detached, the end says the rest. */
    static void closedWithItsSession(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.producer("producer", 0, 10);
        peer.consumer("first", 1);
        peer.consumer("second", 2);
        peer.detached(0, 1);
        peer.detached(0, 2);
        peer.ended(0);
        peer.closed();
    }

    /** Handles and channels are free again when both sides have let them go. */
    static void numbersAgain(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        for (int round = 0; round < 2; round++) {
            peer.begun(0);
            for (int link = 0; link < 2; link++) {
                peer.producer("producer " + round + link, 0, 10);
                peer.detached(0, 0);
            }
            peer.ended(0);
        }
        peer.closed();
    }

    static void everyKindOfLink(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.expectProducer("to the topic", 0, 0, "news", "topic").respond().withHandle(Peer.handle(0));
        peer.expectConsumer("with a selector", 0, 1, SenderSettleMode.UNSETTLED, "orders", "queue",
                filter("jms-selector", 0x0000468C00000004L, "colour = 'red'")).respond().withHandle(Peer.handle(1));
        peer.expectConsumer("not its own", 0, 2, SenderSettleMode.UNSETTLED, "news", "topic",
                filter("no-local", 0x0000468C00000003L, List.of())).respond().withHandle(Peer.handle(2));
        peer.begun(1);
        peer.expectConsumer("settled", 1, 0, SenderSettleMode.SETTLED, "orders", "queue", nullValue())
                .respond().withHandle(Peer.handle(0));
        peer.closed();
    }

    /** A map of that one filter: a described value. */
    private static Matcher<Object> filter(String name, long descriptor, Object value) {
        return new TypeSafeMatcher<>() {
            @Override
            protected boolean matchesSafely(Object filters) {
                return filters instanceof Map<?, ?> map && map.size() == 1
                        && map.get(Symbol.valueOf(name)) instanceof DescribedType filter
                        && filter.getDescriptor().equals(UnsignedLong.valueOf(descriptor))
                        && filter.getDescribed().equals(value);
            }

            @Override
            public void describeTo(Description description) {
                description.appendText("only the filter " + name + " " + descriptor + " " + value);
            }
        };
    }

    /** Refused: an answer without the terminus, then the reason. The library answers the detach. */
    static void refusedLinks(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        String[] conditions = {"amqp:not-found", "amqp:unauthorized-access", "amqp:not-implemented"};
        for (String condition : conditions) {
            peer.expectProducer("producer " + condition, 0, 0, "orders", "queue").reject(true, condition, "no");
            peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
            peer.expectConsumer("consumer " + condition, 0, 0, SenderSettleMode.UNSETTLED, "orders", "queue",
                    nullValue()).reject(true, condition, "no");
            peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
        }
        peer.expectConsumer("selector", 0, 0, SenderSettleMode.UNSETTLED, "orders", "queue",
                filter("jms-selector", 0x0000468C00000004L, "colour = 'red'"))
                .reject(true, "amqp:invalid-field", "the filter jms-selector");
        peer.expectDetach().onChannel(0).withHandle(0).withClosed(true).withError(nullValue());
        peer.ended(0);
        peer.closed();
    }

    /** A server that does not know selectors leaves the filter out of its answer. */
    static void selectorLeftOut(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.expectConsumer("consumer", 0, 0, SenderSettleMode.UNSETTLED, "orders", "queue",
                filter("jms-selector", 0x0000468C00000004L, "colour = 'red'"))
                .respond().withHandle(Peer.handle(0)).withSource().withAddress("orders");
        peer.detached(0, 0);
        peer.ended(0);
        peer.closed();
    }

    /** Two sessions; the peer takes only one. */
    static void refusedSession(Stage stage) {
        Peer peer = stage.peer();
        peer.connected();
        peer.begun(0);
        peer.begun(1).deferred();
        peer.remoteEnd().withErrorCondition("amqp:resource-limit-exceeded", "one is enough")
                .onChannel(Peer.channel(1)).queue();
        peer.expectEnd().onChannel(1).withError(nullValue());
        peer.producer("producer", 0, 10);
        peer.closed();
    }
}
