import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.jms.JmsConnectionFactory;

/**
 * The words of one test, in order. A destination is written {@code queue:NAME} or {@code topic:NAME}. Everything that was
 * opened is closed with the conversation.
 *
 * <pre>
 * options K=V&amp;K=V            URI options of the JMS connection, before anything else
 * subscribe DEST             opens the consumer that the next words read
 * durable KIND DEST NAME     the same for a durable subscription: alone, or shared
 * unsubscribe NAME           deletes one
 * disconnect                 closes the JMS connection; the next word that needs one opens it again
 * receive DEST               takes and acknowledges a message, tells all about it
 * take DEST, recover         takes one without acknowledging it; returns what was taken
 * bytes LAYOUT               reads the last BytesMessage, one letter a read (see Reader)
 * answer                     sends an answer to the reply destination of the last message
 * send RECIPE DEST [K=V]     sends a message of Recipes with headers
 * request DEST, reply        sends a request with a temporary queue; receives what came back
 * plain-send RECIPE DEST [K=V], plain-receive DEST    the same without JMS (see Plain)
 * plain-select DEST HEX      opens a receiver with this selector, or says that it was refused
 * plain-selected             the bodies of all that waits for that receiver, and closes it
 * </pre>
 */
final class Conversation implements Door.Talk {
    private static final long PATIENCE = 15_000;

    private final Partner.Server server;
    private final Map<String, MessageConsumer> consumers = new HashMap<>();
    private String options = "";
    private Connection connection;
    private Session session;
    private Plain plain;
    private Message last;
    private TemporaryQueue mailbox;

    Conversation(Partner.Server server) {
        this.server = server;
    }

    @Override
    public void obey(String[] words, Facts facts) throws Exception {
        switch (words[0]) {
            case "options" -> options = "?" + words[1];
            case "subscribe" -> consumer(words[1]);
            case "durable" -> consumers.put(words[2], durable(words[1], (Topic) destination(words[2]), words[3]));
            case "unsubscribe" -> session().unsubscribe(words[1]);
            case "disconnect" -> disconnect();
            case "receive" -> {
                take(words[1], facts);
                last.acknowledge();
            }
            case "take" -> take(words[1], facts);
            case "recover" -> session().recover();
            case "bytes" -> Reader.read((BytesMessage) last, words[1], facts);
            case "answer" -> answer(facts);
            case "send" -> send(words, facts);
            case "request" -> request(words[1], facts);
            case "reply" -> {
                last = received(session().createConsumer(mailbox));
                Describe.message(last, facts);
                last.acknowledge();
            }
            case "plain-send" -> plain().send(words, facts);
            case "plain-receive" -> plain().receive(words[1], facts);
            case "plain-select" -> plain().select(words[1], words[2], facts);
            case "plain-selected" -> plain().selected(facts);
            default -> throw new IllegalArgumentException("unknown word " + words[0]);
        }
    }

    private Session session() throws JMSException {
        if (session == null) {
            JmsConnectionFactory factory = new JmsConnectionFactory(server.user(), server.password(),
                    "amqp://" + server.host() + ":" + server.port() + options);
            connection = factory.createConnection();
            connection.start();
            session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        }
        return session;
    }

    private Plain plain() throws Exception {
        if (plain == null) plain = new Plain(server);
        return plain;
    }

    private Destination destination(String text) throws JMSException {
        String name = text.substring(text.indexOf(':') + 1);
        return text.startsWith("topic:") ? session().createTopic(name) : session().createQueue(name);
    }

    private MessageConsumer consumer(String text) throws JMSException {
        MessageConsumer consumer = consumers.get(text);
        if (consumer == null) {
            consumer = session().createConsumer(destination(text));
            consumers.put(text, consumer);
        }
        return consumer;
    }

    private MessageConsumer durable(String kind, Topic topic, String name) throws JMSException {
        return switch (kind) {
            case "alone" -> session().createDurableConsumer(topic, name);
            case "shared" -> session().createSharedDurableConsumer(topic, name);
            default -> throw new IllegalArgumentException("no subscription is " + kind);
        };
    }

    private void disconnect() throws JMSException {
        if (connection != null) connection.close();
        connection = null;
        session = null;
        consumers.clear();
    }

    private void take(String text, Facts facts) throws JMSException {
        last = received(consumer(text));
        Describe.message(last, facts);
    }

    private static Message received(MessageConsumer consumer) throws JMSException {
        Message message = consumer.receive(PATIENCE);
        if (message == null) throw new IllegalStateException("no message came in " + PATIENCE + " ms");
        return message;
    }

    private void answer(Facts facts) throws JMSException {
        TextMessage answer = session().createTextMessage("answer");
        answer.setJMSCorrelationID(last.getJMSMessageID());
        try (MessageProducer producer = session().createProducer(null)) {
            producer.send(last.getJMSReplyTo(), answer);
        }
        facts.add("id", answer.getJMSMessageID());
    }

    private void request(String text, Facts facts) throws JMSException {
        mailbox = session().createTemporaryQueue();
        TextMessage request = session().createTextMessage("request");
        request.setJMSReplyTo(mailbox);
        try (MessageProducer producer = session().createProducer(destination(text))) {
            producer.send(request);
        }
        facts.add("id", request.getJMSMessageID());
        facts.add("mailbox", mailbox.getQueueName());
    }

    private void send(String[] words, Facts facts) throws Exception {
        Message message = Recipes.make(words[1], session());
        try (MessageProducer producer = session().createProducer(destination(words[2]))) {
            for (int at = 3; at < words.length; at++) {
                String[] option = words[at].split("=", 2);
                set(message, producer, option[0], option[1]);
            }
            producer.send(message);
        }
        Describe.headers(message, facts);
    }

    private void set(Message message, MessageProducer producer, String name, String value) throws JMSException {
        switch (name) {
            case "correlation" -> message.setJMSCorrelationID(value);
            case "correlation-bytes" -> message.setJMSCorrelationIDAsBytes(Facts.unhex(value));
            case "type" -> message.setJMSType(value);
            case "reply-to" -> message.setJMSReplyTo(destination(value));
            case "priority" -> producer.setPriority(Integer.parseInt(value));
            case "mode" -> producer.setDeliveryMode(
                    value.equals("persistent") ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
            case "ttl" -> producer.setTimeToLive(Long.parseLong(value));
            case "delay" -> producer.setDeliveryDelay(Long.parseLong(value));
            case "no-id" -> producer.setDisableMessageID(true);
            case "no-timestamp" -> producer.setDisableMessageTimestamp(true);
            case "group" -> message.setStringProperty("JMSXGroupID", value);
            case "group-seq" -> message.setIntProperty("JMSXGroupSeq", Integer.parseInt(value));
            default -> throw new IllegalArgumentException("unknown header " + name);
        }
    }

    @Override
    public void close() throws Exception {
        disconnect();
        if (plain != null) plain.close();
    }
}
