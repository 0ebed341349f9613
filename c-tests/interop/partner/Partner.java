/**
 * The other side of the interoperation tests: a JMS program (Apache Qpid JMS) and a plain AMQP program (protonj2) that
 * do what a C test asks them to, and tell what they see.
 *
 * <p>Started by run.sh as {@code Partner HOST PORT USER PASSWORD}; each test has a {@link Conversation} of its own.
 */
public final class Partner {
    private Partner() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server(arguments[0], Integer.parseInt(arguments[1]), arguments[2], arguments[3]);
        Door.serve(() -> new Conversation(server));
    }

    /** Where the broker is. */
    record Server(String host, int port, String user, String password) {}
}
