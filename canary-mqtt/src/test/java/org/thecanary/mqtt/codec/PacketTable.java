// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.codec.PacketDecoder.Side.CLIENT;
import static org.thecanary.mqtt.codec.PacketDecoder.Side.SERVER;
import static org.thecanary.mqtt.packet.MessageProperties.ABSENT;
import static org.thecanary.mqtt.packet.ProtocolVersion.MQTT_3_1;
import static org.thecanary.mqtt.packet.ProtocolVersion.MQTT_3_1_1;
import static org.thecanary.mqtt.packet.ProtocolVersion.MQTT_5;
import static org.thecanary.mqtt.packet.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static org.thecanary.mqtt.packet.ReasonCode.MALFORMED_PACKET;
import static org.thecanary.mqtt.packet.ReasonCode.PROTOCOL_ERROR;
import static org.thecanary.mqtt.packet.ReasonCode.SUCCESS;
import static org.thecanary.mqtt.packet.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The wire format as one table: bytes, and the packet they are or the Reason Code they are refused with.
 *
 * <p>A row names the statements it proves. Bytes are written as {@link Bytes} reads them. What is accepted stands here;
 * what is refused, in {@code refused-packets.txt} beside it.
 */
public final class PacketTable {

    /**
     * Bytes, and what they are.
     *
     * @param version what the Network Connection speaks
     * @param side who reads the bytes
     * @param before what came earlier on the connection: nothing for a CONNECT, else a CONNECT
     * @param packet null: the bytes are refused
     * @param reason null: the bytes are accepted
     * @param canonical whether the packet is written as these very bytes
     * @param statements as in {@code @Spec}
     */
    public record Row(
            String name,
            ProtocolVersion version,
            Side side,
            byte[] before,
            byte[] bytes,
            @Nullable Packet packet,
            @Nullable ReasonCode reason,
            boolean canonical,
            List<String> statements) {

        @Override
        public String toString() {
            return version + " " + name;
        }
    }

    private static final QoS QOS_0 = QoS.AT_MOST_ONCE;
    private static final QoS QOS_1 = QoS.AT_LEAST_ONCE;
    private static final QoS QOS_2 = QoS.EXACTLY_ONCE;
    private static final List<UserProperty> USERS =
            List.of(new UserProperty("k", "v"), new UserProperty("k", "w"));

    private static final byte[] CONNECT_WITH_METHOD =
            Bytes.of("10 r s'MQTT' 05 02 003C ( 15 s'SCRAM' ) s'p'");

    private static final List<Row> ROWS = new PacketTable().build();

    private final List<Row> rows = new ArrayList<>();

    private PacketTable() {}

    public static List<Row> rows() {
        return ROWS;
    }

    public static List<Row> accepted() {
        return ROWS.stream().filter(row -> row.packet() != null).toList();
    }

    /** The least a Client must say before anything else. */
    public static byte[] connect(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> Bytes.of("10 r s'MQIsdp' 03 02 003C s'p'");
            case MQTT_3_1_1 -> Bytes.of("10 r s'MQTT' 04 02 003C s'p'");
            case MQTT_5 -> Bytes.of("10 r s'MQTT' 05 02 003C 00 s'p'");
        };
    }

    private List<Row> build() {
        connect();
        connAck();
        publish();
        acks();
        subscribe();
        subAck();
        unsubscribe();
        disconnect();
        auth();
        refused();
        strings();
        properties();
        return List.copyOf(rows);
    }

    // ---- what a row is made of

    private void accept(
            String name,
            ProtocolVersion version,
            Side side,
            String bytes,
            Packet packet,
            String... statements) {
        add(name, version, side, null, bytes, packet, null, true, statements);
    }

    /** Understood, but not how we write it. */
    private void tolerate(
            String name,
            ProtocolVersion version,
            Side side,
            String bytes,
            Packet packet,
            String... statements) {
        add(name, version, side, null, bytes, packet, null, false, statements);
    }

    private void refuse(
            String name,
            ProtocolVersion version,
            Side side,
            String bytes,
            ReasonCode reason,
            String... statements) {
        add(name, version, side, null, bytes, null, reason, false, statements);
    }

    private void add(
            String name,
            ProtocolVersion version,
            Side side,
            byte @Nullable [] before,
            String words,
            @Nullable Packet packet,
            @Nullable ReasonCode reason,
            boolean canonical,
            String... statements) {
        byte[] bytes = Bytes.of(words);
        byte[] earlier = before;
        if (earlier == null) {
            boolean first = side == CLIENT || (bytes[0] & 0xF0) == 0x10;
            earlier = first ? new byte[0] : connect(version);
        }
        rows.add(new Row(
                name,
                version,
                side,
                earlier,
                bytes,
                packet,
                reason,
                canonical,
                List.of(statements)));
    }

    private static Message message(String topic, QoS qos, boolean retain, String payload) {
        return message(topic, qos, retain, payload, MessageProperties.NONE);
    }

    private static Message message(
            String topic, QoS qos, boolean retain, String payload, MessageProperties properties) {
        TopicName name = topic.isEmpty() ? TopicName.NONE : TopicName.of(topic);
        return new Message(name, qos, retain, Bytes.of("'" + payload + "'"), properties);
    }

    private static Connect connect(
            ProtocolVersion version,
            boolean bridge,
            String clientId,
            boolean clean,
            @Nullable Will will,
            @Nullable String username,
            byte @Nullable [] password) {
        return new Connect(
                version,
                bridge,
                clientId,
                clean,
                60,
                will,
                username,
                password,
                Connect.Properties.NONE);
    }

    private static Subscription subscription(String filter, SubscriptionOptions options) {
        return new Subscription(TopicFilter.of(filter), options);
    }

    // ---- CONNECT

    private void connect() {
        Connect v311 = connect(MQTT_3_1_1, false, "p", true, null, null, null);
        accept(
                "CONNECT",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 04 02 003C s'p'",
                v311,
                "v3:MQTT-3.1.3-3",
                "v3:MQTT-3.1.3-4");
        accept(
                "CONNECT",
                MQTT_5,
                SERVER,
                "10 r s'MQTT' 05 02 003C 00 s'p'",
                connect(MQTT_5, false, "p", true, null, null, null),
                "MQTT-3.1.3-1",
                "MQTT-3.1.3-3",
                "MQTT-3.1.3-4");
        accept(
                "CONNECT",
                MQTT_3_1,
                SERVER,
                "10 r s'MQIsdp' 03 02 003C s'p'",
                connect(MQTT_3_1, false, "p", true, null, null, null));
        tolerate(
                "CONNECT with header flags",
                MQTT_3_1,
                SERVER,
                "1B r s'MQIsdp' 03 02 003C s'p'",
                connect(MQTT_3_1, false, "p", true, null, null, null));
        tolerate(
                "CONNECT with the reserved bit",
                MQTT_3_1,
                SERVER,
                "10 r s'MQIsdp' 03 03 003C s'p'",
                connect(MQTT_3_1, false, "p", true, null, null, null));
        tolerate(
                "CONNECT with flags for a user and nothing more",
                MQTT_3_1,
                SERVER,
                "10 r s'MQIsdp' 03 C2 003C s'p'",
                connect(MQTT_3_1, false, "p", true, null, null, null));
        accept(
                "CONNECT of a bridge",
                MQTT_3_1,
                SERVER,
                "10 r s'MQIsdp' 83 02 003C s'p'",
                connect(MQTT_3_1, true, "p", true, null, null, null));
        accept(
                "CONNECT of a bridge",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 84 02 003C s'p'",
                connect(MQTT_3_1_1, true, "p", true, null, null, null));
        accept(
                "CONNECT without a client id, clean",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 04 02 003C 0000",
                connect(MQTT_3_1_1, false, "", true, null, null, null),
                "v3:MQTT-3.1.3-6");
        accept(
                "CONNECT without a client id, not clean: for the session to refuse",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 04 00 003C 0000",
                connect(MQTT_3_1_1, false, "", false, null, null, null));
        accept(
                "CONNECT without a client id",
                MQTT_5,
                SERVER,
                "10 r s'MQTT' 05 00 003C 00 0000",
                connect(MQTT_5, false, "", false, null, null, null),
                "MQTT-3.1.3-6");
        accept(
                "CONNECT with user and password",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 04 C2 003C s'p' s'user' 0003 00FF00",
                connect(MQTT_3_1_1, false, "p", true, null, "user", Bytes.of("00FF00")),
                "v3:MQTT-3.1.2-19",
                "v3:MQTT-3.1.2-21",
                "v3:MQTT-3.1.3-11");
        accept(
                "CONNECT with an empty user",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 04 82 003C s'p' 0000",
                connect(MQTT_3_1_1, false, "p", true, null, "", null));
        accept(
                "CONNECT with a password alone",
                MQTT_5,
                SERVER,
                "10 r s'MQTT' 05 42 003C 00 s'p' s'secret'",
                connect(MQTT_5, false, "p", true, null, null, Bytes.of("'secret'")),
                "MQTT-3.1.2-17",
                "MQTT-3.1.2-19");
        accept(
                "CONNECT with a user",
                MQTT_5,
                SERVER,
                "10 r s'MQTT' 05 82 003C 00 s'p' s'user'",
                connect(MQTT_5, false, "p", true, null, "user", null),
                "MQTT-3.1.2-17",
                "MQTT-3.1.2-19",
                "MQTT-3.1.3-12");
        accept(
                "CONNECT with a Will",
                MQTT_3_1_1,
                SERVER,
                "10 r s'MQTT' 04 36 003C s'p' s'w/t' s'gone'",
                connect(
                        MQTT_3_1_1,
                        false,
                        "p",
                        true,
                        new Will(message("w/t", QOS_2, true, "gone"), 0),
                        null,
                        null),
                "v3:MQTT-3.1.2-9",
                "v3:MQTT-3.1.3-10");
        accept(
                "CONNECT with an empty Will payload",
                MQTT_3_1,
                SERVER,
                "10 r s'MQIsdp' 03 0E 003C s'p' s'w' 0000",
                connect(
                        MQTT_3_1,
                        false,
                        "p",
                        true,
                        new Will(message("w", QOS_1, false, ""), 0),
                        null,
                        null));
        accept(
                "CONNECT with all Will Properties",
                MQTT_5,
                SERVER,
                "10 r s'MQTT' 05 06 003C 00 s'p' ( 18 00000005 01 01 03 s'text' 08 s'r' 09 s'c'"
                        + " 26 s'k' s'v' 26 s'k' s'w' 02 0000000A ) s'w/t' s'gone'",
                connect(
                        MQTT_5,
                        false,
                        "p",
                        true,
                        new Will(
                                message(
                                        "w/t",
                                        QOS_0,
                                        false,
                                        "gone",
                                        new MessageProperties(
                                                1, 10, "text", "r", Bytes.of("'c'"), USERS)),
                                5),
                        null,
                        null),
                "MQTT-3.1.2-9",
                "MQTT-3.1.3-10",
                "MQTT-3.1.3-11");
        accept(
                "CONNECT with all Properties",
                MQTT_5,
                SERVER,
                "10 r s'MQTT' 05 02 003C ( 11 FFFFFFFF 21 0014 27 00001000 22 000A 19 01 17 00"
                        + " 26 s'k' s'v' 26 s'k' s'w' 15 s'SCRAM' 16 s'x' ) s'p'",
                new Connect(
                        MQTT_5,
                        false,
                        "p",
                        true,
                        60,
                        null,
                        null,
                        null,
                        new Connect.Properties(
                                Connect.NEVER_EXPIRES,
                                20,
                                4096,
                                10,
                                true,
                                false,
                                USERS,
                                "SCRAM",
                                Bytes.of("'x'"))));
    }

    // ---- CONNACK

    private void connAck() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            List<ReasonCode> reasons = List.of(
                    SUCCESS,
                    UNSUPPORTED_PROTOCOL_VERSION,
                    CLIENT_IDENTIFIER_NOT_VALID,
                    ReasonCode.SERVER_UNAVAILABLE,
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    ReasonCode.NOT_AUTHORIZED);
            for (int code = 0; code < reasons.size(); code++) {
                accept(
                        "CONNACK " + code,
                        version,
                        CLIENT,
                        "20 02 00 0" + code,
                        new ConnAck(false, reasons.get(code), ConnAck.Properties.NONE));
            }
        }
        tolerate(
                "CONNACK with a byte that 3.1 does not use",
                MQTT_3_1,
                CLIENT,
                "20 02 FF 00",
                new ConnAck(false, SUCCESS, ConnAck.Properties.NONE));
        accept(
                "CONNACK with a session",
                MQTT_3_1_1,
                CLIENT,
                "20 02 01 00",
                new ConnAck(true, SUCCESS, ConnAck.Properties.NONE));
        accept(
                "CONNACK",
                MQTT_5,
                CLIENT,
                "20 r 00 00 00",
                new ConnAck(false, SUCCESS, ConnAck.Properties.NONE),
                "MQTT-3.2.2-1");
        accept(
                "CONNACK refusing",
                MQTT_5,
                CLIENT,
                "20 r 00 87 ( 1F s'no' )",
                new ConnAck(
                        false,
                        ReasonCode.NOT_AUTHORIZED,
                        ConnAck.Properties.refusal(MessageProperties.ABSENT, "no")),
                "MQTT-3.2.2-8");
        accept(
                "CONNACK with all Properties, in mosquitto's order",
                MQTT_5,
                CLIENT,
                "20 r 01 00 ( 13 001E 22 000A 12 s'auto-1' 11 0000000A 15 s'SCRAM' 16 s'x' 25 00"
                        + " 27 001E8480 21 0014 24 01 28 00 29 00 2A 00 1A s'ri' 1C s'other'"
                        + " 1F s'why' 26 s'k' s'v' 26 s'k' s'w' )",
                new ConnAck(
                        true,
                        SUCCESS,
                        new ConnAck.Properties(
                                10,
                                "auto-1",
                                30,
                                10,
                                1,
                                false,
                                2_000_000,
                                20,
                                false,
                                false,
                                false,
                                "ri",
                                "other",
                                "SCRAM",
                                Bytes.of("'x'"),
                                "why",
                                USERS)));
        accept(
                "CONNACK as mosquitto sends it",
                MQTT_5,
                CLIENT,
                "20 r 00 00 ( 22 000A 27 001E8480 21 0014 )",
                new ConnAck(
                        false,
                        SUCCESS,
                        new ConnAck.Properties(
                                10, null, ABSENT, ABSENT, ABSENT, true, 2_000_000, 20, true, true,
                                true, null, null, null, null, null, List.of())));
    }

    // ---- PUBLISH

    private void publish() {
        for (Side side : Side.values()) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                String none = version == MQTT_5 ? " 00" : "";
                accept(
                        "PUBLISH QoS 0",
                        version,
                        side,
                        "30 r s'a/b'" + none + " 'hello'",
                        new Publish(message("a/b", QOS_0, false, "hello"), 0, false),
                        version == MQTT_5 ? "MQTT-2.2.1-2" : "v3:MQTT-2.3.1-5",
                        version == MQTT_5 ? "MQTT-3.3.2-1" : "v3:MQTT-3.3.2-1");
                accept(
                        "PUBLISH QoS 0, retained, empty",
                        version,
                        side,
                        "31 r s'a/b'" + none,
                        new Publish(message("a/b", QOS_0, true, ""), 0, false));
                accept(
                        "PUBLISH QoS 1",
                        version,
                        side,
                        "32 r s'a/b' 1234" + none + " 'hello'",
                        new Publish(message("a/b", QOS_1, false, "hello"), 0x1234, false),
                        version == MQTT_5 ? "MQTT-2.2.1-3" : "v3:MQTT-2.3.1-1");
                accept(
                        "PUBLISH QoS 1, DUP",
                        version,
                        side,
                        "3A r s'a/b' 1234" + none + " 'hello'",
                        new Publish(message("a/b", QOS_1, false, "hello"), 0x1234, true));
                accept(
                        "PUBLISH QoS 2, DUP, retained",
                        version,
                        side,
                        "3D r s'a/b' FFFF" + none + " 'hello'",
                        new Publish(message("a/b", QOS_2, true, "hello"), 0xFFFF, true));
            }
            accept(
                    "PUBLISH with an alias alone",
                    MQTT_5,
                    side,
                    "30 r 0000 ( 23 0007 ) 'hello'",
                    new Publish(message("", QOS_0, false, "hello"), 0, false, 7, List.of()));
            accept(
                    "PUBLISH with topic and alias",
                    MQTT_5,
                    side,
                    "30 r s'a' ( 23 FFFF ) 'hello'",
                    new Publish(message("a", QOS_0, false, "hello"), 0, false, 65_535, List.of()));
            accept(
                    "PUBLISH with Properties",
                    MQTT_5,
                    side,
                    "32 r s'a' 0001 ( 01 00 03 s'text/plain' 08 s'reply/to' 09 0002 00FF"
                            + " 26 s'k' s'v' 26 s'k' s'w' 02 FFFFFFFF ) 'hello'",
                    new Publish(
                            message(
                                    "a",
                                    QOS_1,
                                    false,
                                    "hello",
                                    new MessageProperties(
                                            0,
                                            0xFFFF_FFFFL,
                                            "text/plain",
                                            "reply/to",
                                            Bytes.of("00FF"),
                                            USERS)),
                            1,
                            false),
                    "MQTT-3.3.2-13",
                    "MQTT-3.3.2-18",
                    "MQTT-3.3.2-19",
                    "MQTT-1.5.7-1");
            accept(
                    "PUBLISH with empty Properties",
                    MQTT_5,
                    side,
                    "30 r s'a' ( 03 0000 09 0000 26 0000 0000 )",
                    new Publish(
                            message(
                                    "a",
                                    QOS_0,
                                    false,
                                    "",
                                    new MessageProperties(
                                            ABSENT,
                                            ABSENT,
                                            "",
                                            null,
                                            new byte[0],
                                            List.of(new UserProperty("", "")))),
                            0,
                            false));
        }
        accept(
                "PUBLISH with Subscription Identifiers",
                MQTT_5,
                CLIENT,
                "30 r s'a' ( 0B 01 0B FFFFFF7F ) 'x'",
                new Publish(message("a", QOS_0, false, "x"), 0, false, 0, List.of(1, 268_435_455)));
        accept(
                "PUBLISH to $SYS",
                MQTT_3_1_1,
                SERVER,
                "30 r s'$SYS/x' 'x'",
                new Publish(message("$SYS/x", QOS_0, false, "x"), 0, false));
        accept(
                "PUBLISH to a topic of one slash",
                MQTT_5,
                SERVER,
                "30 r s'/' 00 'x'",
                new Publish(message("/", QOS_0, false, "x"), 0, false),
                "MQTT-4.7.3-1");
        accept(
                "PUBLISH of 200 bytes",
                MQTT_5,
                CLIENT,
                "30 r s'a' 00 '" + "x".repeat(200) + "'",
                new Publish(message("a", QOS_0, false, "x".repeat(200)), 0, false));
        accept(
                "PUBLISH with 200 levels below",
                MQTT_5,
                SERVER,
                "30 r s'" + "/".repeat(200) + "' 00",
                new Publish(message("/".repeat(200), QOS_0, false, ""), 0, false));
    }

    // ---- PUBACK, PUBREC, PUBREL, PUBCOMP

    private interface Ack {
        Packet of(
                int packetId,
                ReasonCode reason,
                @Nullable String reasonString,
                List<UserProperty> users);
    }

    private void acks() {
        ack("40", "PUBACK", PubAck::new, ReasonCode.NO_MATCHING_SUBSCRIBERS, "MQTT-3.4.2-1");
        ack("50", "PUBREC", PubRec::new, ReasonCode.QUOTA_EXCEEDED, "MQTT-3.5.2-1");
        ack("62", "PUBREL", PubRel::new, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "MQTT-3.6.2-1");
        ack("70", "PUBCOMP", PubComp::new, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "MQTT-3.7.2-1");
        tolerate("PUBREL with DUP", MQTT_3_1, SERVER, "6A 02 0001", new PubRel(1, SUCCESS));
    }

    private void ack(String first, String name, Ack ack, ReasonCode other, String statement) {
        String code = "%02X".formatted(other.code());
        for (Side side : Side.values()) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                accept(
                        name,
                        version,
                        side,
                        first + " 02 1234",
                        ack.of(0x1234, SUCCESS, null, List.of()));
                refuse(name + " id 0", version, side, first + " 02 0000", PROTOCOL_ERROR);
                refuse(name + " too short", version, side, first + " 01 12", MALFORMED_PACKET);
                refuse(name + " empty", version, side, first + " 00", MALFORMED_PACKET);
            }
            refuse(name + " too long", MQTT_3_1_1, side, first + " 03 1234 00", MALFORMED_PACKET);
            accept(
                    name + " " + code,
                    MQTT_5,
                    side,
                    first + " 03 1234 " + code,
                    ack.of(0x1234, other, null, List.of()),
                    statement);
            tolerate(
                    name + " 00, spelt out",
                    MQTT_5,
                    side,
                    first + " 03 1234 00",
                    ack.of(0x1234, SUCCESS, null, List.of()));
            tolerate(
                    name + " without Properties, spelt out",
                    MQTT_5,
                    side,
                    first + " 04 1234 " + code + " 00",
                    ack.of(0x1234, other, null, List.of()));
            accept(
                    name + " with Properties",
                    MQTT_5,
                    side,
                    first + " r 1234 00 ( 1F s'why' 26 s'k' s'v' 26 s'k' s'w' )",
                    ack.of(0x1234, SUCCESS, "why", USERS));
            refuse(
                    name + " with an unknown code",
                    MQTT_5,
                    side,
                    first + " 03 1234 FF",
                    PROTOCOL_ERROR,
                    statement);
            refuse(
                    name + " with a code of others",
                    MQTT_5,
                    side,
                    first + " 03 1234 8D",
                    PROTOCOL_ERROR,
                    statement);
            refuse(name + " too long", MQTT_5, side, first + " 05 1234 00 00 00", MALFORMED_PACKET);
            refuse(
                    name + " with an alias",
                    MQTT_5,
                    side,
                    first + " r 1234 00 ( 23 0001 )",
                    PROTOCOL_ERROR);
        }
    }

    // ---- SUBSCRIBE

    private void subscribe() {
        Subscribe three = new Subscribe(
                0x1234,
                List.of(
                        subscription("a/b", SubscriptionOptions.of(QOS_0)),
                        subscription("+/b/#", SubscriptionOptions.of(QOS_1)),
                        subscription("$share/g/#", SubscriptionOptions.of(QOS_2))));
        for (ProtocolVersion version : ProtocolVersion.values()) {
            accept(
                    "SUBSCRIBE",
                    version,
                    SERVER,
                    "82 r 1234" + (version == MQTT_5 ? " 00" : "")
                            + " s'a/b' 00 s'+/b/#' 01 s'$share/g/#' 02",
                    three);
        }
        tolerate(
                "SUBSCRIBE with DUP",
                MQTT_3_1,
                SERVER,
                "8A r 0001 s'a' 00",
                new Subscribe(1, List.of(subscription("a", SubscriptionOptions.of(QOS_0)))));
        accept(
                "SUBSCRIBE with all options",
                MQTT_5,
                SERVER,
                "82 r 0001 ( 0B FFFFFF7F 26 s'k' s'v' 26 s'k' s'w' ) s'a' 0C s'b' 15 s'c' 2A",
                new Subscribe(
                        1,
                        List.of(
                                subscription(
                                        "a",
                                        new SubscriptionOptions(
                                                QOS_0, true, true, RetainHandling.SEND)),
                                subscription(
                                        "b",
                                        new SubscriptionOptions(
                                                QOS_1, true, false, RetainHandling.SEND_IF_NEW)),
                                subscription(
                                        "c",
                                        new SubscriptionOptions(
                                                QOS_2, false, true, RetainHandling.DO_NOT_SEND))),
                        268_435_455,
                        USERS));
    }

    private void subAck() {
        accept(
                "SUBACK",
                MQTT_3_1_1,
                CLIENT,
                "90 r 1234 00 01 02 80",
                new SubAck(
                        0x1234,
                        List.of(
                                SUCCESS,
                                ReasonCode.GRANTED_QOS_1,
                                ReasonCode.GRANTED_QOS_2,
                                ReasonCode.UNSPECIFIED_ERROR)),
                "v3:MQTT-3.9.3-2");
        accept(
                "SUBACK",
                MQTT_5,
                CLIENT,
                "90 r 1234 ( 1F s'why' 26 s'k' s'v' 26 s'k' s'w' ) 00 87 8F",
                new SubAck(
                        0x1234,
                        List.of(
                                SUCCESS,
                                ReasonCode.NOT_AUTHORIZED,
                                ReasonCode.TOPIC_FILTER_INVALID),
                        "why",
                        USERS),
                "MQTT-3.9.3-2");
        accept("UNSUBACK", MQTT_3_1_1, CLIENT, "B0 02 1234", new UnsubAck(0x1234, List.of()));
        accept(
                "UNSUBACK",
                MQTT_5,
                CLIENT,
                "B0 r 1234 ( 1F s'why' 26 s'k' s'v' 26 s'k' s'w' ) 00 11",
                new UnsubAck(
                        0x1234, List.of(SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED), "why", USERS),
                "MQTT-3.11.3-2");
    }

    private void unsubscribe() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            String none = version == MQTT_5 ? " 00" : "";
            accept(
                    "UNSUBSCRIBE",
                    version,
                    SERVER,
                    "A2 r 1234" + none + " s'a/b' s'$share/g/#'",
                    new Unsubscribe(
                            0x1234, List.of(TopicFilter.of("a/b"), TopicFilter.of("$share/g/#"))));
        }
        accept(
                "UNSUBSCRIBE with User Properties",
                MQTT_5,
                SERVER,
                "A2 r 0001 ( 26 s'k' s'v' 26 s'k' s'w' ) s'a'",
                new Unsubscribe(1, List.of(TopicFilter.of("a")), USERS));
    }

    // ---- DISCONNECT, AUTH, PING

    private void disconnect() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            accept("DISCONNECT", version, SERVER, "E0 00", Disconnect.NORMAL);
            accept("PINGREQ", version, SERVER, "C0 00", PingReq.INSTANCE);
            accept("PINGRESP", version, CLIENT, "D0 00", PingResp.INSTANCE);
        }
        for (Side side : Side.values()) {
            accept(
                    "DISCONNECT 81",
                    MQTT_5,
                    side,
                    "E0 01 81",
                    new Disconnect(MALFORMED_PACKET, null),
                    "MQTT-3.14.2-1");
            tolerate("DISCONNECT 00, spelt out", MQTT_5, side, "E0 01 00", Disconnect.NORMAL);
            tolerate(
                    "DISCONNECT with a code nobody knows",
                    MQTT_5,
                    side,
                    "E0 01 05",
                    new Disconnect(ReasonCode.UNSPECIFIED_ERROR, null));
            accept(
                    "DISCONNECT with Properties",
                    MQTT_5,
                    side,
                    "E0 r 98 ( 1F s'why' 26 s'k' s'v' 26 s'k' s'w' 1C s'there' )",
                    new Disconnect(
                            ReasonCode.ADMINISTRATIVE_ACTION, ABSENT, "why", USERS, "there"));
        }
        accept(
                "DISCONNECT with Session Expiry",
                MQTT_5,
                SERVER,
                "E0 r 04 ( 11 0000000A )",
                new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, 10, null, List.of(), null));
    }

    private void auth() {
        Auth cont = new Auth(
                ReasonCode.CONTINUE_AUTHENTICATION, "SCRAM", Bytes.of("'x'"), "why", USERS);
        String bytes = "F0 r 18 ( 15 s'SCRAM' 16 s'x' 1F s'why' 26 s'k' s'v' 26 s'k' s'w' )";
        add("AUTH", MQTT_5, SERVER, CONNECT_WITH_METHOD, bytes, cont, null, true, "MQTT-3.15.2-1");
        accept("AUTH", MQTT_5, CLIENT, bytes, cont, "MQTT-3.15.2-1");
        accept(
                "AUTH at its shortest",
                MQTT_5,
                CLIENT,
                "F0 00",
                new Auth(SUCCESS, null, null, null, List.of()));
        add(
                "AUTH again",
                MQTT_5,
                SERVER,
                CONNECT_WITH_METHOD,
                "F0 r 19 ( 15 s'SCRAM' )",
                new Auth(ReasonCode.RE_AUTHENTICATE, "SCRAM", null, null, List.of()),
                null,
                true);
    }

    // ---- what is refused, in refused-packets.txt

    private void refused() {
        try (var in = PacketTable.class.getResourceAsStream("refused-packets.txt")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
            text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(this::refused);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refused(String line) {
        List<String> columns =
                Stream.of(line.split("\\|", -1)).map(String::strip).toList();
        List<String> versions = words(columns.get(0));
        boolean only = versions.size() == 1 && !versions.contains("all");
        List<String> statements = columns.size() < 6 ? List.of() : words(columns.get(5));
        for (ProtocolVersion version : ProtocolVersion.values()) {
            String number = version == MQTT_3_1 ? "3.1" : version == MQTT_3_1_1 ? "3.1.1" : "5";
            if (!versions.contains(number) && !versions.contains("all")) {
                continue;
            }
            List<String> words = new ArrayList<>();
            for (String word : words(columns.get(3))) {
                switch (word) {
                    case "V" -> words.add("0" + version.level());
                    case "P" -> words.add(version == MQTT_5 ? "00" : "");
                    default -> words.add(word.replace("{201}", "/".repeat(201)));
                }
            }
            add(
                    columns.get(4),
                    version,
                    columns.get(1).equals("C") ? CLIENT : SERVER,
                    switch (columns.get(1)) {
                        case "A" -> CONNECT_WITH_METHOD;
                        case "S" -> connect(version);
                        default -> new byte[0];
                    },
                    String.join(" ", words),
                    null,
                    ReasonCode.of(Integer.parseInt(columns.get(2), 16)),
                    false,
                    statements.stream()
                            .filter(id -> only || id.startsWith("v3:") != version.isV5())
                            .map(id -> id.startsWith("v3:")
                                    ? "v3:MQTT-" + id.substring(3)
                                    : "MQTT-" + id)
                            .toArray(String[]::new));
        }
    }

    private static List<String> words(String text) {
        return Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
    }

    // ---- strings, specification 1.5.4

    private void strings() {
        List<String> illFormed = List.of(
                "C080",
                "E08080",
                "F0808080",
                "EDA080",
                "EDBFBF",
                "F4908080",
                "FF",
                "80",
                "C2",
                "E282",
                "F09F98",
                "C328",
                "F8888080");
        List<String> refused =
                List.of("01", "1F", "7F", "C280", "C29F", "EFB790", "EFBFBE", "F09FBFBF");
        for (ProtocolVersion version : List.of(MQTT_3_1_1, MQTT_5)) {
            String none = version == MQTT_5 ? " 00" : "";
            String one = version == MQTT_5 ? "MQTT-1.5.4-" : "v3:MQTT-1.5.3-";
            for (String text : illFormed) {
                refuse(
                        "string " + text,
                        version,
                        SERVER,
                        string(text) + none,
                        MALFORMED_PACKET,
                        one + "1");
                refuse(
                        "long string " + text,
                        version,
                        SERVER,
                        string("6162636465666768" + text) + none,
                        MALFORMED_PACKET,
                        one + "1");
            }
            for (String text : refused) {
                refuse("string " + text, version, SERVER, string(text) + none, MALFORMED_PACKET);
                refuse(
                        "long string " + text,
                        version,
                        SERVER,
                        string("61626364656667" + text + "6162") + none,
                        MALFORMED_PACKET);
            }
            refuse(
                    "string with U+0000",
                    version,
                    SERVER,
                    string("610062") + none,
                    MALFORMED_PACKET,
                    one + "2");
            accept(
                    "string with U+FEFF",
                    version,
                    SERVER,
                    string("EFBBBF61") + none,
                    new Publish(message("\uFEFFa", QOS_0, false, ""), 0, false),
                    one + "3");
            accept(
                    "string with U+2A6D4",
                    version,
                    SERVER,
                    string("41F0AA9B94") + none,
                    new Publish(message("A\uD869\uDED4", QOS_0, false, ""), 0, false));
        }
    }

    private static String string(String hex) {
        return "30 r %04X %s".formatted(hex.length() / 2, hex);
    }

    // ---- Properties, each where it must not be

    private void properties() {
        for (PropertyType type : PropertyType.values()) {
            String value = "%02X ".formatted(type.id())
                    + switch (type.dataType()) {
                        case BYTE -> "01";
                        case SHORT -> "0001";
                        case INT -> "00000001";
                        case VARIABLE_BYTE_INTEGER -> "01";
                        case STRING, BINARY -> "s'x'";
                        case STRING_PAIR -> "s'k' s'v'";
                    };
            String publish = "30 r s'a' ( " + value;
            if (!type.allowedIn(PropertyType.Carrier.PUBLISH)) {
                refuse(type + " in PUBLISH", MQTT_5, SERVER, publish + " )", PROTOCOL_ERROR);
            } else if (!type.mayRepeatIn(PropertyType.Carrier.PUBLISH)) {
                refuse(
                        type + " twice in PUBLISH",
                        MQTT_5,
                        SERVER,
                        publish + " " + value + " )",
                        PROTOCOL_ERROR);
            }
            refuse(
                    type + " cut in PUBLISH",
                    MQTT_5,
                    SERVER,
                    "30 r s'a' ( %02X ) 'aaaaaa'".formatted(type.id()),
                    MALFORMED_PACKET);
            String connect = "10 r s'MQTT' 05 06 003C ";
            if (!type.allowedIn(PropertyType.Carrier.CONNECT)) {
                refuse(
                        type + " in CONNECT",
                        MQTT_5,
                        SERVER,
                        connect + "( " + value + " ) s'p' 00 s'w' s'x'",
                        PROTOCOL_ERROR);
            } else if (type != PropertyType.USER_PROPERTY) {
                refuse(
                        type + " twice in CONNECT",
                        MQTT_5,
                        SERVER,
                        connect + "( " + value + " " + value + " ) s'p' 00 s'w' s'x'",
                        PROTOCOL_ERROR);
            }
            if (!type.allowedIn(PropertyType.Carrier.WILL)) {
                refuse(
                        type + " in the Will",
                        MQTT_5,
                        SERVER,
                        connect + "00 s'p' ( " + value + " ) s'w' s'x'",
                        PROTOCOL_ERROR);
            } else if (type != PropertyType.USER_PROPERTY) {
                refuse(
                        type + " twice in the Will",
                        MQTT_5,
                        SERVER,
                        connect + "00 s'p' ( " + value + " " + value + " ) s'w' s'x'",
                        PROTOCOL_ERROR);
            }
            if (!type.allowedIn(PropertyType.Carrier.SUBSCRIBE)) {
                refuse(
                        type + " in SUBSCRIBE",
                        MQTT_5,
                        SERVER,
                        "82 r 0001 ( " + value + " ) s'a' 00",
                        MALFORMED_PACKET);
            }
            if (!type.allowedIn(PropertyType.Carrier.UNSUBSCRIBE)) {
                refuse(
                        type + " in UNSUBSCRIBE",
                        MQTT_5,
                        SERVER,
                        "A2 r 0001 ( " + value + " ) s'a'",
                        MALFORMED_PACKET);
            }
            if (!type.allowedIn(PropertyType.Carrier.DISCONNECT)) {
                refuse(
                        type + " in DISCONNECT",
                        MQTT_5,
                        SERVER,
                        "E0 r 00 ( " + value + " )",
                        PROTOCOL_ERROR);
            }
            if (!type.allowedIn(PropertyType.Carrier.CONNACK)) {
                refuse(
                        type + " in CONNACK",
                        MQTT_5,
                        CLIENT,
                        "20 r 00 00 ( " + value + " )",
                        PROTOCOL_ERROR);
            }
        }
        for (String id : List.of(
                "00",
                "04",
                "07",
                "0A",
                "10",
                "14",
                "1B",
                "1E",
                "20",
                "2B",
                "7F",
                "8001",
                "FFFFFF7F")) {
            refuse(
                    "unknown Property " + id,
                    MQTT_5,
                    SERVER,
                    "30 r s'a' ( " + id + " 01 )",
                    MALFORMED_PACKET);
        }
        for (String zero : List.of("21 0000", "27 00000000", "17 02", "19 02")) {
            refuse(
                    "Property " + zero + " in CONNECT",
                    MQTT_5,
                    SERVER,
                    "10 r s'MQTT' 05 02 003C ( " + zero + " ) s'p'",
                    PROTOCOL_ERROR);
        }
        refuse(
                "overlong Property Length",
                MQTT_5,
                SERVER,
                "30 r s'a' 8000",
                MALFORMED_PACKET,
                "MQTT-1.5.5-1");
        refuse(
                "Property Length of five bytes",
                MQTT_5,
                SERVER,
                "30 r s'a' 8080808001",
                MALFORMED_PACKET,
                "MQTT-1.5.5-1");
        refuse(
                "overlong Property Identifier",
                MQTT_5,
                SERVER,
                "30 r s'a' ( 8100 01 )",
                MALFORMED_PACKET,
                "MQTT-1.5.5-1");
        refuse(
                "overlong Subscription Identifier",
                MQTT_5,
                SERVER,
                "82 r 0001 ( 0B 8100 ) s'a' 00",
                MALFORMED_PACKET,
                "MQTT-1.5.5-1");
        refuse(
                "ill-formed User Property",
                MQTT_5,
                SERVER,
                "30 r s'a' ( 26 s'k' 0001 FF )",
                MALFORMED_PACKET,
                "MQTT-1.5.7-1");
    }
}
