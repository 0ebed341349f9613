/**
 * Scripted AMQP peers for the tests of c-tests/strict, built on the strict test driver of protonj2: every frame that is not
 * the next one of the script, and every field that is not as the script says, fails the test.
 *
 * <p>Started by run.sh; each test has a {@link Stage} of its own. The scripts are the methods of the classes listed there.
 */
public final class Strict {
    private Strict() {}

    public static void main(String[] arguments) throws Exception {
        java.util.logging.LogManager.getLogManager().reset();       // netty has much to say
        Door.serve(Stage::new);
    }
}
