import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The other side of the interoperation tests: a JMS program (Apache Qpid JMS) and a plain AMQP program (protonj2) that
 * do what a C test asks them to, and tell what they see.
 *
 * <p>Started by run.sh as {@code Partner HOST PORT USER PASSWORD}; prints one line with the port that it listens on. Each
 * test opens one conversation: it writes a line of words, the partner answers with facts, one a line, name and value
 * separated by a tab, and an empty line. A failure is the fact {@code error}. Ends with its standard input.
 */
public final class Partner {
    private Partner() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server(arguments[0], Integer.parseInt(arguments[1]), arguments[2], arguments[3]);
        try (ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("partner: listening on " + door.getLocalPort());
            System.out.flush();
            Thread end = new Thread(Partner::endWithInput);
            end.setDaemon(true);
            end.start();
            while (true) {
                Socket socket = door.accept();
                new Thread(() -> converse(server, socket)).start();
            }
        }
    }

    /** Where the broker is. */
    record Server(String host, int port, String user, String password) {}

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) { }
        } catch (java.io.IOException gone) {
            // as good as its end
        }
        Runtime.getRuntime().halt(0);
    }

    private static void converse(Server server, Socket socket) {
        try (socket;
                Conversation conversation = new Conversation(server);
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(
                        new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Facts facts = new Facts();
                try {
                    conversation.obey(line.split(" "), facts);
                } catch (Exception | LinkageError failure) {
                    facts.add("error", failure);
                }
                out.print(facts);
                out.print('\n');
                out.flush();
            }
        } catch (Exception failure) {
            failure.printStackTrace();
        }
    }
}
