import static org.hamcrest.Matchers.startsWith;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hamcrest.BaseMatcher;
import org.hamcrest.Description;
import org.hamcrest.Matcher;

/**
 * The peers of one test, and what the test asks of them.
 *
 * <pre>
 * start SCRIPT     makes and starts the peers of that script; facts port.1, port.2, ...
 * await MARK       until the script has come to that mark
 * cue              performs the next thing that the script leaves to the test
 * finish           until every peer's script is over and its connection gone; what did not fit is the error
 * </pre>
 */
final class Stage implements Door.Talk {
    private static final List<Class<?>> SCRIPTS = List.of(Connecting.class, Opening.class, Sending.class,
            Contents.class, Receiving.class, Ending.class, Losing.class, Rebuilding.class);
    private static final long PATIENCE = 20;

    private final List<Peer> peers = new ArrayList<>();
    private final Map<String, CountDownLatch> marks = new ConcurrentHashMap<>();
    private final Map<String, Object> remembered = new ConcurrentHashMap<>();
    private final Queue<Runnable> cues = new ArrayDeque<>();
    private String script = "";

    @Override
    public void obey(String[] words, Facts facts) throws Exception {
        switch (words[0]) {
            case "start" -> start(words[1], facts);
            case "await" -> await(words[1]);
            case "cue" -> cues.remove().run();
            case "finish" -> finish();
            default -> throw new IllegalArgumentException("unknown word " + words[0]);
        }
    }

    private void start(String name, Facts facts) throws Exception {
        script = name;
        try {
            method(name).invoke(null, this);
        } catch (InvocationTargetException wrapped) {
            throw new IllegalStateException("script " + name + " cannot be set up", wrapped.getCause());
        }
        for (Peer peer : peers) {
            peer.start();
            facts.add("port." + peer.number, peer.getServerURI().getPort());
        }
    }

    private static Method method(String name) {
        for (Class<?> scripts : SCRIPTS) {
            for (Method method : scripts.getDeclaredMethods()) {
                if (method.getName().equals(name)) return method;
            }
        }
        throw new IllegalArgumentException("no script " + name);
    }

    private void await(String name) throws InterruptedException {
        CountDownLatch mark = marks.get(name);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (!mark.await(20, TimeUnit.MILLISECONDS)) {
            for (Peer peer : peers) {
                if (peer.complaint() != null) throw new AssertionError(peer + ": " + peer.complaint());
            }
            if (System.nanoTime() > end) throw new AssertionError("the script does not come to the mark " + name);
        }
    }

    private void finish() {
        StringBuilder unmet = new StringBuilder();
        if (!cues.isEmpty()) unmet.append(cues.size() + " cues are left\n");
        for (Peer peer : peers) {
            try {
                peer.waitForScriptToComplete(unmet.isEmpty() ? PATIENCE : 0, TimeUnit.SECONDS);
            } catch (AssertionError wrong) {
                String complaint = peer.complaint() == null ? wrong.getMessage() : peer.complaint();
                unmet.append(peer + ": " + complaint + "\n");
            }
        }
        peers.forEach(Peer::stop);
        peers.clear();
        if (!unmet.isEmpty()) throw new AssertionError(unmet);
    }

    @Override
    public void close() {
        for (Peer peer : peers) {       // the test ended early: why may stand here
            if (peer.complaint() != null) System.out.println(script + ", " + peer + ": " + peer.complaint());
            peer.stop();
        }
    }

    // what scripts use

    Peer peer() {
        Peer peer = new Peer(this, peers.size() + 1);
        peers.add(peer);
        return peer;
    }

    CountDownLatch mark(String name) {
        return marks.computeIfAbsent(name, any -> new CountDownLatch(1));
    }

    void cue(Runnable action) {
        cues.add(action);
    }

    /** Matches what is there the first time, and afterwards only the same. */
    Matcher<Object> theSame(String what, Matcher<?> form) {
        return new BaseMatcher<>() {
            @Override
            public boolean matches(Object actual) {
                return form.matches(actual) && actual.equals(remembered.computeIfAbsent(what, any -> actual));
            }

            @Override
            public void describeTo(Description description) {
                description.appendDescriptionOf(form);
                if (remembered.containsKey(what)) {
                    description.appendText(", the same " + what + " as before: ").appendValue(remembered.get(what));
                }
            }
        };
    }

    /** A text message with that body; afterwards only with the same message id. */
    Matcher<ByteBuffer> sameMessage(String text) {
        Matcher<Object> id = theSame("id of " + text, startsWith("ID:"));
        return Payload.that("the message \"" + text + "\" with the id it had",
                payload -> Payload.text(text).matches(payload) && id.matches(Payload.messageId(payload)));
    }
}
