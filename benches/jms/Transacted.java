// Transacted.java - Qpid JMS's side: the same as transacted.c, after a run in advance to a queue of its own that lets the
// compiler of the JVM finish.
//
//   Transacted URL ADDRESS N EACH
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.qpid.jms.JmsConnectionFactory;

final class Transacted {
    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[2]);
        int each = Integer.parseInt(arguments[3]);
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (Connection connection = new JmsConnectionFactory("ems", "ems", arguments[0]).createConnection()) {
            Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
            TextMessage message = session.createTextMessage("x".repeat(100));
            for (String queue : new String[] {arguments[1] + ".warm", arguments[1]}) {
                MessageProducer producer = session.createProducer(session.createQueue(queue));
                producer.setDeliveryMode(DeliveryMode.PERSISTENT);
                long cpu = system.getProcessCpuTime();
                long begin = System.nanoTime();
                for (int i = 1; i <= count; i++) {
                    producer.send(message);
                    if (i % each == 0 || i == count) {
                        session.commit();
                    }
                }
                double wall = (System.nanoTime() - begin) / 1e9;
                if (queue.equals(arguments[1])) {
                    System.out.printf("jms %.4f %.0f%n", (system.getProcessCpuTime() - cpu) / 1e3 / count, count / wall);
                }
            }
        }
    }
}
