import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Where C tests talk to a Java program: a socket of its own for each test.
 *
 * <p>Prints one line with the port that it listens on. The test writes a line of words, the program answers with facts, one
 * a line, name and value separated by a tab, and an empty line. A failure is the fact {@code error}. The program ends with
 * its standard input.
 */
final class Door {
    private Door() {}

    /** What one test asks for, in order. Everything that was opened is closed with it. */
    interface Talk extends AutoCloseable {
        void obey(String[] words, Facts facts) throws Exception;
    }

    static void serve(Supplier<Talk> talks) throws Exception {
        try (ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("partner: listening on " + door.getLocalPort());
            System.out.flush();
            Thread end = new Thread(Door::endWithInput);
            end.setDaemon(true);
            end.start();
            while (true) {
                Socket socket = door.accept();
                new Thread(() -> converse(talks, socket)).start();
            }
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) { }
        } catch (java.io.IOException gone) {
            // as good as its end
        }
        Runtime.getRuntime().halt(0);
    }

    private static void converse(Supplier<Talk> talks, Socket socket) {
        try (socket;
                Talk talk = talks.get();
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(
                        new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Facts facts = new Facts();
                try {
                    talk.obey(line.split(" "), facts);
                } catch (Exception | AssertionError | LinkageError failure) {
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
