import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.nullValue;

import java.util.Map;
import org.apache.qpid.protonj2.test.driver.actions.SaslChallengeInjectAction;
import org.apache.qpid.protonj2.test.driver.actions.SaslOutcomeInjectAction;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Symbol;
import org.apache.qpid.protonj2.test.driver.codec.security.SaslCode;
import org.apache.qpid.protonj2.test.driver.expectations.SaslInitExpectation;

/** Headers, SASL, open, heartbeats. */
final class Connecting {
    private Connecting() {}

    private static void offers(Peer peer, String... mechanisms) {
        peer.expectSASLHeader().respondWithSASLHeader();
        peer.remoteSaslMechanisms().withMechanisms(mechanisms).queue();
    }

    private static SaslInitExpectation chooses(Peer peer, String mechanism, byte[] response) {
        return peer.expectSaslInit().withMechanism(mechanism).withInitialResponse(response)
                .withHostname("127.0.0.1");
    }

    static void anonymous(Stage stage) {
        Peer peer = stage.peer();
        offers(peer, "PLAIN", "ANONYMOUS");
        chooses(peer, "ANONYMOUS", new byte[0]);
        peer.remoteSaslOutcome().withCode(SaslCode.OK).queue();
        peer.expectAMQPHeader().respondWithAMQPHeader();
        peer.answerOpen(peer.expectNamedOpen());
        peer.closed();
    }

    /** Without a client id: the library's own name, and no wish to be the only one of it. */
    static void generatedName(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.answerOpen(peer.expectOurOpen(matchesRegex("EMS-.+-[0-9]+-[0-9a-f]{32}"), "DELAYED_DELIVERY",
                "ANONYMOUS-RELAY", "SHARED-SUBS"));
        peer.closed();
    }

    static void withoutSasl(Stage stage) {
        Peer peer = stage.peer();
        peer.expectAMQPHeader().respondWithAMQPHeader();
        peer.answerOpen(peer.expectNamedOpen());
        peer.closed();
    }

    /** A server that does not wait: its offer before it hears anything, its header and open with the outcome. */
    static void eager(Stage stage) {
        Peer peer = stage.peer();
        peer.remoteSASLHeader().queue();
        peer.remoteSaslMechanisms().withMechanisms("PLAIN").queue();
        peer.expectSASLHeader();
        chooses(peer, "PLAIN", peer.saslPlainInitialResponse(Peer.USER, Peer.PASSWORD));
        peer.remoteSaslOutcome().withCode(SaslCode.OK).deferred().queue();
        peer.remoteAMQPHeader().deferred().queue();
        peer.remoteOpen().withContainerId("strict").queue();
        peer.expectAMQPHeader();
        peer.expectNamedOpen();
        peer.closed();
    }

    private static void refusesPlain(Peer peer) {
        offers(peer, "PLAIN");
        chooses(peer, "PLAIN", peer.saslPlainInitialResponse(Peer.USER, Peer.PASSWORD));
        peer.remoteSaslOutcome().withCode(SaslCode.AUTH).queue();
        peer.expectConnectionToDrop();
    }

    static void refusedPassword(Stage stage) {
        refusesPlain(stage.peer());
    }

    /** The next server of the list is tried, the one that refused is not tried again. */
    static void refusedPasswordThenTaken(Stage stage) {
        refusesPlain(stage.peer());
        Peer second = stage.peer();
        second.connected();
        second.closed();
    }

    private static void refusesWithoutAsking(Stage stage, String... mechanisms) {
        Peer peer = stage.peer();
        offers(peer, mechanisms);
        peer.expectConnectionToDrop();
    }

    static void anonymousOnly(Stage stage) {
        refusesWithoutAsking(stage, "ANONYMOUS");
    }

    static void unknownMechanismsOnly(Stage stage) {
        refusesWithoutAsking(stage, "GSSAPI", "DIGEST-MD5");
    }

    /** From the offer to the client's proof. */
    private static Scram scram(Peer peer, String hash, String user, String password, String... offered) {
        Scram scram = new Scram(hash, user, password);
        offers(peer, offered);
        SaslChallengeInjectAction challenge = peer.remoteSaslChallenge();
        peer.expectSaslInit().withMechanism("SCRAM-" + hash).withHostname("127.0.0.1")
                .withPredicate(init -> scram.isClientFirst(init.getInitialResponse()))
                .withCapture(init -> challenge.withChallenge(scram.challenge()));
        challenge.queue();
        return scram;
    }

    /** The strongest of the mechanisms; the server proves itself in a challenge. */
    static void strongestMechanism(Stage stage) {
        Peer peer = stage.peer();
        Scram scram = scram(peer, "SHA-512", Peer.USER, Peer.PASSWORD, "ANONYMOUS", "PLAIN", "SCRAM-SHA-1",
                "SCRAM-SHA-256", "SCRAM-SHA-512");
        SaslChallengeInjectAction last = peer.remoteSaslChallenge();
        peer.expectSaslResponse().withPredicate(response -> scram.isClientFinal(response.getResponse()))
                .withCapture(response -> last.withChallenge(scram.serverFinal()));
        last.queue();
        peer.expectSaslResponse().withResponse(new byte[0]);
        peer.remoteSaslOutcome().withCode(SaslCode.OK).queue();
        peer.expectAMQPHeader().respondWithAMQPHeader();
        peer.answerOpen(peer.expectNamedOpen());
        peer.closed();
    }

    /** User and password with all that needs care; the server proves itself in the outcome. */
    static void escapedUser(Stage stage) {
        Peer peer = stage.peer();
        Scram scram = scram(peer, "SHA-256", "gr\u00fc=3D=2Ce", "p\u00e4ss,w=rd", "PLAIN", "SCRAM-SHA-256");
        SaslOutcomeInjectAction outcome = peer.remoteSaslOutcome().withCode(SaslCode.OK);
        peer.expectSaslResponse().withPredicate(response -> scram.isClientFinal(response.getResponse()))
                .withCapture(response -> outcome.withAdditionalData(scram.serverFinal()));
        outcome.queue();
        peer.expectAMQPHeader().respondWithAMQPHeader();
        peer.answerOpen(peer.expectNamedOpen());
        peer.closed();
    }

    /** A server that does not know the password: its signature is not the right one, its outcome is ok. */
    static void wrongSignature(Stage stage) {
        Peer peer = stage.peer();
        Scram scram = scram(peer, "SHA-256", Peer.USER, "another", "SCRAM-SHA-256");
        SaslOutcomeInjectAction outcome = peer.remoteSaslOutcome().withCode(SaslCode.OK);
        peer.expectSaslResponse().withPredicate(response -> !scram.isClientFinal(response.getResponse()))
                .withCapture(response -> outcome.withAdditionalData(scram.serverFinal()));
        outcome.queue();
        peer.expectConnectionToDrop();
    }

    /** The client id is in use: marked open, then close. */
    static void clientIdInUse(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.answerOpen(peer.expectNamedOpen())
                .withProperty("amqp:connection-establishment-failed", true);
        peer.remoteClose().withErrorCondition("amqp:invalid-field", "the name is taken",
                Map.of("invalid-field", (Object) Symbol.valueOf("container-id"))).queue();
        peer.expectClose().withError(nullValue());
        peer.expectConnectionToDrop();
    }

    /** Open and close in one write. */
    static void notAuthorized(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.answerOpen(peer.expectNamedOpen()).deferred();
        peer.remoteClose().withErrorCondition("amqp:unauthorized-access", "not you").queue();
        peer.expectClose().withError(nullValue());
        peer.expectConnectionToDrop();
    }

    /** This peer wants to hear something every 200 ms. */
    static void heartbeats(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.answerOpen(peer.expectNamedOpen()).withIdleTimeOut(200);
        for (int count = 0; count < 5; count++) peer.expectEmptyFrame();
        peer.remoteClose().queue();
        for (int crossing = 0; crossing < 50; crossing++) peer.expectEmptyFrame().optional();
        peer.expectClose().withError(nullValue());
        peer.expectConnectionToDrop();
    }

    /** This peer says nothing more after its open. */
    static void silence(Stage stage) {
        Peer peer = stage.peer();
        peer.plain();
        peer.expectOpen().withContainerId(equalTo(Peer.CLIENT)).withIdleTimeOut(1500).respond()
                .withContainerId("strict");
        peer.expectClose().withError("amqp:resource-limit-exceeded");
        peer.expectConnectionToDrop();
    }
}
