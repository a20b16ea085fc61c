// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Json.Array;
import org.thecanary.cli.mosquitto.Json.Member;
import org.thecanary.cli.mosquitto.Json.Numeral;
import org.thecanary.cli.mosquitto.Json.Struct;
import org.thecanary.cli.mosquitto.Json.Text;
import org.thecanary.cli.mosquitto.Json.Value;
import org.thecanary.cli.text.Strftime;
import org.thecanary.client.PublishResult;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.UserProperty;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A message as JSON: {@code %j} and {@code %J} of mosquitto_sub, and our own {@code --json}. */
final class MessageJson {
    private MessageJson() {}

    /** {@code %j}: the payload as a text, which ends at a NUL as C's do. */
    static Value escaped(Arrived arrived) {
        return object(
                arrived, arrived.payload().length == 0 ? Json.NULL : cText(arrived.payload()));
    }

    /** {@code %J}: the payload is JSON itself; null: it is not. */
    static @Nullable Value raw(Arrived arrived) {
        Value payload =
                arrived.payload().length == 0 ? Json.NULL : JsonReader.read(arrived.payload());
        return payload == null ? null : object(arrived, payload);
    }

    /** {@code --json}: the keys of {@code %j}, but nothing lost: what is no text is {@code payload_base64}. */
    static Value lossless(Arrived arrived) {
        byte[] payload = arrived.payload();
        String bytes = Bytes.of(payload);
        boolean text = Bytes.isUtf8(bytes);
        List<Member> members = new ArrayList<>(members(arrived));
        members.add(
                text
                        ? new Member("payload", new Text(bytes))
                        : new Member(
                                "payload_base64",
                                new Text(Base64.getEncoder().encodeToString(payload))));
        return new Struct(members);
    }

    /** What was published: the keys of {@code %j} without the payload, and the broker's answer. */
    static Value sent(Message message, PublishResult result) {
        List<Member> members = new ArrayList<>();
        members.add(
                new Member("tst", new Text(timestamp(ZonedDateTime.now(ZoneId.systemDefault())))));
        members.add(new Member("topic", new Text(Bytes.of(message.topic().utf8()))));
        members.addAll(flags(message));
        if (message.qos() != QoS.AT_MOST_ONCE) {
            members.add(new Member("mid", new Numeral(result.packetId())));
            members.add(new Member("reason", new Numeral(result.reason().code())));
            members.add(new Member("reason-text", new Text(Words.reason(result.reason()))));
        }
        return new Struct(members);
    }

    private static List<Member> flags(Message message) {
        return List.of(
                new Member("qos", new Numeral(message.qos().code())),
                new Member("retain", message.retain() ? Json.TRUE : Json.FALSE),
                new Member("payloadlen", new Numeral(message.payload().length)));
    }

    private static Value object(Arrived arrived, Value payload) {
        List<Member> members = new ArrayList<>(members(arrived));
        members.add(new Member("payload", payload));
        return new Struct(members);
    }

    private static List<Member> members(Arrived arrived) {
        Message message = arrived.publish().message();
        List<Member> members = new ArrayList<>();
        members.add(new Member("tst", new Text(timestamp(arrived.at()))));
        members.add(new Member("topic", new Text(arrived.topic())));
        members.addAll(flags(message));
        if (message.qos() != QoS.AT_MOST_ONCE) {
            members.add(new Member("mid", new Numeral(arrived.publish().packetId())));
        }
        List<Member> properties = properties(arrived);
        if (!properties.isEmpty()) {
            members.add(new Member("properties", new Struct(properties)));
        }
        return members;
    }

    private static String timestamp(ZonedDateTime at) {
        return new Strftime("%Y-%m-%dT%H:%M:%S").format(at)
                + String.format(Locale.ROOT, ".%06d", at.getNano() / 1000)
                + new Strftime("%z").format(at);
    }

    /** In the order in which they came. */
    private static List<Member> properties(Arrived arrived) {
        List<Member> members = new ArrayList<>();
        Iterator<Integer> subscriptions =
                arrived.publish().subscriptionIdentifiers().iterator();
        boolean users = false;
        for (Property property : order(arrived.publish())) {
            if (property != Property.USER_PROPERTY) {
                members.add(new Member(property.label(), value(property, arrived, subscriptions)));
            } else if (!users) {
                members.add(new Member("user-properties", users(arrived)));
                users = true;
            }
        }
        return members;
    }

    private static List<Property> order(Publish publish) {
        MessageProperties properties = publish.message().properties();
        byte[] order = properties.order();
        List<Property> present = new ArrayList<>();
        if (order != null) {
            for (byte identifier : order) {
                present.add(Property.of(identifier));
            }
            return present;
        }
        addIf(
                properties.payloadFormatIndicator() != MessageProperties.ABSENT,
                present,
                Property.PAYLOAD_FORMAT_INDICATOR);
        addIf(
                properties.messageExpiryInterval() != MessageProperties.ABSENT,
                present,
                Property.MESSAGE_EXPIRY_INTERVAL);
        addIf(properties.contentType() != null, present, Property.CONTENT_TYPE);
        addIf(properties.responseTopic() != null, present, Property.RESPONSE_TOPIC);
        addIf(properties.correlationData() != null, present, Property.CORRELATION_DATA);
        publish.subscriptionIdentifiers()
                .forEach(_ -> present.add(Property.SUBSCRIPTION_IDENTIFIER));
        addIf(publish.topicAlias() != 0, present, Property.TOPIC_ALIAS);
        addIf(!properties.userProperties().isEmpty(), present, Property.USER_PROPERTY);
        return present;
    }

    private static void addIf(boolean present, List<Property> properties, Property property) {
        if (present) {
            properties.add(property);
        }
    }

    private static Value value(
            Property property, Arrived arrived, Iterator<Integer> subscriptions) {
        MessageProperties properties = arrived.publish().message().properties();
        return switch (property) {
            case PAYLOAD_FORMAT_INDICATOR -> new Numeral(properties.payloadFormatIndicator());
            case MESSAGE_EXPIRY_INTERVAL -> new Numeral(properties.messageExpiryInterval());
            case CONTENT_TYPE -> text(properties.contentType());
            case RESPONSE_TOPIC -> text(properties.responseTopic());
            case CORRELATION_DATA -> cText(Objects.requireNonNull(properties.correlationData()));
            case SUBSCRIPTION_IDENTIFIER -> new Numeral(subscriptions.next());
            case TOPIC_ALIAS -> new Numeral(arrived.publish().topicAlias());
            default -> throw new IllegalArgumentException(property + " is none of PUBLISH");
        };
    }

    private static Value users(Arrived arrived) {
        List<Value> users = new ArrayList<>();
        for (UserProperty user : arrived.publish().message().properties().userProperties()) {
            users.add(new Struct(
                    List.of(new Member(Bytes.of(user.name()), new Text(Bytes.of(user.value()))))));
        }
        return new Array(users);
    }

    private static Value text(@Nullable String value) {
        return new Text(Bytes.of(Objects.requireNonNull(value)));
    }

    private static Value cText(byte[] bytes) {
        String text = Bytes.of(bytes);
        int nul = text.indexOf('\0');
        return new Text(nul < 0 ? text : text.substring(0, nul));
    }
}
