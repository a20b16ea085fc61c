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
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.UserProperty;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

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

    /** In the order in which mosquitto sends them. */
    private static List<Member> properties(Arrived arrived) {
        MessageProperties properties = arrived.publish().message().properties();
        List<Member> members = new ArrayList<>();
        for (int identifier : arrived.publish().subscriptionIdentifiers()) {
            members.add(new Member("subscription-identifier", new Numeral(identifier)));
        }
        number(members, "payload-format-indicator", properties.payloadFormatIndicator());
        text(members, "content-type", properties.contentType());
        text(members, "response-topic", properties.responseTopic());
        byte[] correlation = properties.correlationData();
        if (correlation != null) {
            members.add(new Member("correlation-data", cText(correlation)));
        }
        if (!properties.userProperties().isEmpty()) {
            List<Value> users = new ArrayList<>();
            for (UserProperty user : properties.userProperties()) {
                users.add(new Struct(List.of(
                        new Member(Bytes.of(user.name()), new Text(Bytes.of(user.value()))))));
            }
            members.add(new Member("user-properties", new Array(users)));
        }
        int alias = arrived.publish().topicAlias();
        if (alias != 0) {
            members.add(new Member("topic-alias", new Numeral(alias)));
        }
        number(members, "message-expiry-interval", properties.messageExpiryInterval());
        return members;
    }

    private static void number(List<Member> members, String key, long value) {
        if (value != MessageProperties.ABSENT) {
            members.add(new Member(key, new Numeral(value)));
        }
    }

    private static void text(List<Member> members, String key, @Nullable String value) {
        if (value != null) {
            members.add(new Member(key, new Text(Bytes.of(value))));
        }
    }

    private static Value cText(byte[] bytes) {
        String text = Bytes.of(bytes);
        int nul = text.indexOf('\0');
        return new Text(nul < 0 ? text : text.substring(0, nul));
    }
}
