import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.Collections;
import java.util.Enumeration;

/** All that JMS shows of a message, as facts. */
final class Describe {
    private Describe() {}

    static void message(Message message, Facts facts) throws JMSException {
        headers(message, facts);
        for (Object name : Collections.list((Enumeration<?>) message.getPropertyNames())) {
            facts.addValue("property." + name, message.getObjectProperty((String) name));
        }
        if (message instanceof TextMessage text) {
            facts.add("class", "TextMessage");
            facts.addValue("body", text.getText());
        } else if (message instanceof BytesMessage bytes) {
            facts.add("class", "BytesMessage");
            byte[] content = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(content);
            facts.addValue("body", content);
        } else if (message instanceof MapMessage map) {
            facts.add("class", "MapMessage");
            for (Object name : Collections.list((Enumeration<?>) map.getMapNames())) {
                facts.addValue("body." + name, map.getObject((String) name));
            }
        } else if (message instanceof StreamMessage stream) {
            facts.add("class", "StreamMessage");
            stream(stream, facts);
        } else if (message instanceof ObjectMessage object) {
            facts.add("class", "ObjectMessage");
            facts.addValue("body", object.getObject());
        } else {
            facts.add("class", "Message");
        }
    }

    private static void stream(StreamMessage stream, Facts facts) throws JMSException {
        for (int at = 0; ; at++) {
            try {
                facts.addValue("body." + at, stream.readObject());
            } catch (MessageEOFException end) {
                return;
            } catch (MessageFormatException refused) {
                facts.add("refused." + at, refused.getMessage());   // and the stream stays there for ever
                return;
            }
        }
    }

    static void headers(Message message, Facts facts) throws JMSException {
        facts.add("id", message.getJMSMessageID());
        facts.add("correlation", message.getJMSCorrelationID());
        facts.add("type", message.getJMSType());
        facts.add("destination", destination(message.getJMSDestination()));
        facts.add("reply-to", destination(message.getJMSReplyTo()));
        facts.add("mode", message.getJMSDeliveryMode() == 2 ? "persistent" : "non-persistent");
        facts.add("priority", message.getJMSPriority());
        facts.add("expiration", message.getJMSExpiration());
        facts.add("timestamp", message.getJMSTimestamp());
        facts.add("delivery-time", message.getJMSDeliveryTime());
        facts.add("redelivered", message.getJMSRedelivered());
    }

    private static String destination(Destination destination) throws JMSException {
        if (destination == null) return "null";
        if (destination instanceof TemporaryQueue queue) return "TemporaryQueue:" + queue.getQueueName();
        if (destination instanceof TemporaryTopic topic) return "TemporaryTopic:" + topic.getTopicName();
        if (destination instanceof Queue queue) return "Queue:" + queue.getQueueName();
        return "Topic:" + ((Topic) destination).getTopicName();
    }
}
