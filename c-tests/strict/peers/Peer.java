import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.protonj2.test.driver.AMQPTestDriver;
import org.apache.qpid.protonj2.test.driver.ProtonTestServer;
import org.apache.qpid.protonj2.test.driver.ScriptedAction;
import org.apache.qpid.protonj2.test.driver.actions.BeginInjectAction;
import org.apache.qpid.protonj2.test.driver.actions.ConnectionDropAction;
import org.apache.qpid.protonj2.test.driver.actions.OpenInjectAction;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Symbol;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger;
import org.apache.qpid.protonj2.test.driver.codec.security.SaslCode;
import org.apache.qpid.protonj2.test.driver.codec.transport.Open;
import org.apache.qpid.protonj2.test.driver.codec.transport.Role;
import org.apache.qpid.protonj2.test.driver.codec.transport.SenderSettleMode;
import org.apache.qpid.protonj2.test.driver.expectations.AMQPHeaderExpectation;
import org.apache.qpid.protonj2.test.driver.expectations.AttachExpectation;
import org.apache.qpid.protonj2.test.driver.expectations.DispositionExpectation;
import org.apache.qpid.protonj2.test.driver.expectations.FlowExpectation;
import org.apache.qpid.protonj2.test.driver.expectations.OpenExpectation;
import org.apache.qpid.protonj2.test.driver.expectations.TransferExpectation;
import org.apache.qpid.protonj2.test.driver.matchers.messaging.ModifiedMatcher;
import org.hamcrest.Matcher;

/**
 * One scripted server, with the exchanges that many scripts have in common. An expectation here names every field of its
 * frame: also what must be missing.
 *
 * <p>This side answers on other channel and handle numbers than the library's: a mix-up is noticed at once.
 */
final class Peer extends ProtonTestServer {
    static final String CLIENT = "strict-client";
    static final String USER = "ems";
    static final String PASSWORD = "ems";
    static final long WINDOW = 2147483647L;
    static final String[] OUTCOMES = {"amqp:accepted:list", "amqp:rejected:list", "amqp:released:list",
        "amqp:modified:list"};

    final int number;
    private final Stage stage;
    private volatile String complaint;

    Peer(Stage stage, int number) {
        this.stage = stage;
        this.number = number;
    }

    @Override
    public String toString() {
        return "peer " + number;
    }

    @Override
    protected void processDriverAssertion(AssertionError error) {
        StringBuilder chain = new StringBuilder(error.getMessage());
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (!chain.toString().contains(String.valueOf(cause.getMessage()))) chain.append("\ncaused by " + cause);
        }
        complaint = chain.toString();
        super.processDriverAssertion(error);
    }

    /** What did not fit, or null. */
    String complaint() {
        return complaint;
    }

    /** Ends the server, also when it dropped its connection before (the driver counts that as closed). */
    void stop() {
        processPeerShutdownRequest();
    }

    // our numbers for the library's

    static int channel(int theirs) {
        return 40 + theirs;
    }

    static int handle(int theirs) {
        return 100 + theirs;
    }

    // connection

    /** SASL header to AMQP header, with what an ordinary broker offers. */
    void plain() {
        plainUntilHeader().respondWithAMQPHeader();
    }

    AMQPHeaderExpectation plainUntilHeader() {
        expectSASLHeader().respondWithSASLHeader();
        remoteSaslMechanisms().withMechanisms("PLAIN", "ANONYMOUS").queue();
        expectSaslInit().withMechanism("PLAIN").withInitialResponse(saslPlainInitialResponse(USER, PASSWORD))
                .withHostname("127.0.0.1");
        remoteSaslOutcome().withCode(SaslCode.OK).queue();
        return expectAMQPHeader();
    }

    OpenExpectation expectOurOpen(Matcher<?> container, String... desired) {
        return expectOpen().withContainerId(container).withHostname("127.0.0.1").withMaxFrameSize(262144)
                .withChannelMax(32767).withIdleTimeOut(10000).withOutgoingLocales(nullValue())
                .withIncomingLocales(nullValue()).withOfferedCapabilities(nullValue())
                .withDesiredCapabilities(desired).withPredicate(Peer::tellsTheProduct);
    }

    private static boolean tellsTheProduct(Open open) {
        Map<Symbol, Object> properties = open.getProperties();
        Set<String> names = properties.keySet().stream().map(Symbol::toString).collect(Collectors.toSet());
        return names.equals(Set.of("product", "version", "platform"))
                && properties.get(Symbol.valueOf("product")).equals("libtibemsufo")
                && matchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*").matches(properties.get(Symbol.valueOf("version")))
                && properties.get(Symbol.valueOf("platform")).equals("C/linux");
    }

    /** The library's open when the program set the client id {@link #CLIENT}. */
    OpenExpectation expectNamedOpen() {
        return expectOurOpen(equalTo(CLIENT), "sole-connection-for-container", "DELAYED_DELIVERY",
                "ANONYMOUS-RELAY", "SHARED-SUBS");
    }

    OpenInjectAction answerOpen(OpenExpectation open) {
        return open.respond().withContainerId("strict").withMaxFrameSize(65536).withChannelMax(100)
                .withOfferedCapabilities("ANONYMOUS-RELAY", "DELAYED_DELIVERY", "SHARED-SUBS")
                .withProperty("product", "strict");
    }

    /** Connected, with the client id {@link #CLIENT}. */
    void connected() {
        plain();
        answerOpen(expectNamedOpen());
    }

    /** The program closes the connection and nothing else is said. */
    void closed() {
        expectClose().withError(nullValue()).respond();
        expectConnectionToDrop();
    }

    /** This peer drops the connection here and goes on listening, so that a connect to it would be noticed. */
    void drops() {
        dropAfterLastHandler();
    }

    /** The drop happens when the test says so. */
    void dropsOnCue() {
        cue(new ConnectionDropAction(this));
    }

    /** A point that the test can wait for. */
    void mark(String name) {
        var reached = stage.mark(name);
        getDriver().addScriptedElement(new ScriptedAction() {
            @Override
            public ScriptedAction perform(AMQPTestDriver driver) {
                reached.countDown();
                return this;
            }

            @Override
            public ScriptedAction now() {
                return perform(getDriver());
            }

            @Override
            public ScriptedAction later(int delay) {
                throw new UnsupportedOperationException();
            }

            @Override
            public ScriptedAction queue() {
                throw new UnsupportedOperationException();
            }
        });
    }

    /** What happens when the test says so: these actions, in the thread of the connection. */
    void cue(ScriptedAction... actions) {
        stage.cue(() -> {
            for (ScriptedAction action : actions) getDriver().afterDelay(0, action);
        });
    }

    // session

    BeginInjectAction begun(int channel) {
        BeginInjectAction answer = expectBegin().onChannel(channel).withRemoteChannel(nullValue())
                .withNextOutgoingId(0).withIncomingWindow(WINDOW).withOutgoingWindow(WINDOW).withHandleMax(65535)
                .withOfferedCapabilities(nullValue()).withDesiredCapabilities(nullValue())
                .withProperties(nullValue()).respond();
        answer.withNextOutgoingId(0).withHandleMax(255).onChannel(channel(channel));
        return answer;
    }

    void ended(int channel) {
        expectEnd().onChannel(channel).withError(nullValue()).respond();
    }

    // links; LINK is what the test calls it, the same on every peer

    /** The attach of a producer of DESTINATION, kind queue or topic. */
    AttachExpectation expectProducer(String link, int channel, int handle, String destination, String kind) {
        Matcher<Object> name = stage.theSame("name of " + link, startsWith("ems:snd:"));
        return expectAttach().onChannel(channel).withName(name).withHandle(handle).withRole(Role.SENDER)
                .withSndSettleMode(SenderSettleMode.MIXED).withReceiverSettlesFirst()
                .withSource().withAddress(name).withDurable(nullValue()).withExpiryPolicy(nullValue())
                .withTimeout(nullValue()).withDynamic(missing()).withDynamicNodeProperties(nullValue())
                .withDistributionMode(nullValue()).withFilter(nullValue()).withDefaultOutcome(nullValue())
                .withOutcomes(OUTCOMES).withCapabilities(nullValue()).also()
                .withTarget().withAddress(destination).withDurable(nullValue()).withExpiryPolicy(nullValue())
                .withTimeout(nullValue()).withDynamic(missing()).withDynamicNodeProperties(nullValue())
                .withCapabilities(kind).also()
                .withUnsettled(nullValue()).withIncompleteUnsettled(nullValue()).withInitialDeliveryCount(0)
                .withMaxMessageSize(nullValue()).withOfferedCapabilities(nullValue())
                .withDesiredCapabilities(nullValue()).withProperties(nullValue());
    }

    /** The attach of a consumer of DESTINATION, kind queue or topic. */
    AttachExpectation expectConsumer(String link, int channel, int handle, SenderSettleMode mode,
            String destination, String kind, Matcher<?> filter) {
        Matcher<Object> name = stage.theSame("name of " + link, startsWith("ems:rcv:"));
        return expectAttach().onChannel(channel).withName(name).withHandle(handle).withRole(Role.RECEIVER)
                .withSndSettleMode(mode).withReceiverSettlesFirst()
                .withSource().withAddress(destination).withDurable(equalTo(UnsignedInteger.ZERO))
                .withExpiryPolicy(equalTo(Symbol.valueOf("link-detach"))).withTimeout(nullValue())
                .withDynamic(missing()).withDynamicNodeProperties(nullValue()).withDistributionMode(nullValue())
                .withFilter(filter).withDefaultOutcome(failed())
                .withOutcomes(OUTCOMES).withCapabilities(kind).also()
                .withTarget().withAddress(nullValue()).withDurable(nullValue()).withExpiryPolicy(nullValue())
                .withTimeout(nullValue()).withDynamic(missing()).withDynamicNodeProperties(nullValue())
                .withCapabilities(nullValue()).also()
                .withUnsettled(nullValue()).withIncompleteUnsettled(nullValue())
                .withInitialDeliveryCount(nullValue()).withMaxMessageSize(nullValue())
                .withOfferedCapabilities(nullValue()).withDesiredCapabilities(nullValue())
                .withProperties(nullValue());
    }

    private static Matcher<?> failed() {
        return new ModifiedMatcher().withDeliveryFailed(true).withUndeliverableHere(missing())
                .withMessageAnnotations(nullValue());
    }

    static Matcher<Object> missing() {
        return anyOf(nullValue(), equalTo(false));
    }

    /** A producer of the queue "orders" on channel 0, with credit for so many messages. */
    void producer(String link, int handle, long credit) {
        expectProducer(link, 0, handle, "orders", "queue").respond().withHandle(handle(handle));
        if (credit > 0) grants(0, handle, 0, credit);
    }

    /** A consumer of the queue "orders" on channel 0. */
    void consumer(String link, int handle) {
        expectConsumer(link, 0, handle, SenderSettleMode.UNSETTLED, "orders", "queue", nullValue())
                .respond().withHandle(handle(handle));
    }

    /** This side's credit for a producer. */
    void grants(int channel, int handle, long count, long credit) {
        remoteFlow().withHandle(handle(handle)).withDeliveryCount(count).withLinkCredit(credit)
                .onChannel(channel(channel)).queue();
    }

    /** A flow of the library; INCOMING and OUTGOING: transfers seen and made in the session so far. */
    FlowExpectation expectOurFlow(int channel, int handle, long incoming, long outgoing, long count, long credit) {
        return expectFlow().onChannel(channel).withNextIncomingId(incoming).withIncomingWindow(WINDOW)
                .withNextOutgoingId(outgoing).withOutgoingWindow(WINDOW).withHandle(handle)
                .withDeliveryCount(count).withLinkCredit(credit).withAvailable(nullValue()).withDrain(missing())
                .withEcho(missing()).withProperties(nullValue());
    }

    /** A mark for what the library has read, not only for what was written: it answers this echo on channel 0. */
    void markRead(String name, long incoming, long outgoing) {
        remoteFlow().withNullHandle().withEcho(true).onChannel(channel(0)).queue();
        expectFlow().onChannel(0).withNextIncomingId(incoming).withIncomingWindow(WINDOW)
                .withNextOutgoingId(outgoing).withOutgoingWindow(WINDOW).withHandle(nullValue())
                .withDeliveryCount(nullValue()).withLinkCredit(nullValue()).withAvailable(nullValue())
                .withDrain(missing()).withEcho(missing()).withProperties(nullValue());
        mark(name);
    }

    /** A detach of the library that closes the link, and the answer. */
    void detached(int channel, int handle) {
        expectDetach().onChannel(channel).withHandle(handle).withClosed(true).withError(nullValue()).respond();
    }

    // deliveries

    /** A whole message of the library in one frame; its payload is described by the caller. */
    TransferExpectation expectMessage(int channel, int handle, long id, boolean settled) {
        return expectTransfer().onChannel(channel).withHandle(handle).withDeliveryId(id)
                .withNonNullDeliveryTag().withMessageFormat(0)
                .withSettled(settled ? equalTo(true) : missing()).withMore(missing())
                .withRcvSettleMode(nullValue()).withState(nullValue()).withResume(missing())
                .withAborted(missing()).withBatchable(missing());
    }

    /** A further frame of the message under way on that link. */
    TransferExpectation expectRest(int channel, int handle) {
        return expectTransfer().onChannel(channel).withHandle(handle).withDeliveryId(nullValue())
                .withNullDeliveryTag().withMessageFormat(nullValue()).withSettled(missing())
                .withRcvSettleMode(nullValue()).withState(nullValue()).withResume(missing()).withAborted(missing())
                .withBatchable(missing());
    }

    /** A text message of the library on channel 0, whatever stands in its other sections. */
    TransferExpectation expectText(int handle, long id, String text) {
        TransferExpectation transfer = expectMessage(0, handle, id, false);
        transfer.withPayload(Payload.text(text));
        return transfer;
    }

    /** A text message to a consumer on channel 0, as a broker sends it. */
    void sendsText(int handle, long id, String text) {
        remoteTransfer().withHandle(handle(handle)).withDeliveryId(id).withDeliveryTag(new byte[] {(byte) id})
                .withMessageFormat(0).withSettled(false).withHeader().withDurability(true).also()
                .withBody().withValue(text).also().onChannel(channel(0)).queue();
    }

    /** A disposition of the library about messages that it received, on channel 0; its state is for the caller. */
    DispositionExpectation expectOutcome(long first, Long last) {
        return expectDisposition().onChannel(0).withRole(Role.RECEIVER).withFirst(first)
                .withLast(last == null ? nullValue() : equalTo(UnsignedInteger.valueOf(last))).withSettled(true)
                .withBatchable(missing());
    }

    void accepts(long first, Long last) {
        expectOutcome(first, last).withState().accepted();
    }

    void releases(long id) {
        expectOutcome(id, null).withState().released();
    }

    void returnsAsFailed(long id) {
        expectOutcome(id, null).withState(failed());
    }
}
