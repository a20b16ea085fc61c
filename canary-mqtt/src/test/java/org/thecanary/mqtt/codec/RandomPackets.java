// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.MessageProperties.ABSENT;

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

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Valid packets of one version at random: the same for the same seed. */
public final class RandomPackets {
    private static final String ALPHABET = "abcxyz019 _-.%$äß€漢😀";

    private final Random random;
    private final ProtocolVersion version;

    public RandomPackets(long seed, ProtocolVersion version) {
        this.random = new Random(seed);
        this.version = version;
    }

    /** Anything that this side may receive after the CONNECT, or CONNACK. */
    public Packet next(Side reader) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> publish(reader);
            case 3 -> new PubAck(packetId(), ackReason(ReasonCodes.RECEIVED), reason(), users());
            case 4 -> new PubRec(packetId(), ackReason(ReasonCodes.RECEIVED), reason(), users());
            case 5 -> new PubRel(packetId(), ackReason(ReasonCodes.RELEASED), reason(), users());
            case 6 -> new PubComp(packetId(), ackReason(ReasonCodes.RELEASED), reason(), users());
            case 7 -> reader == Side.SERVER ? subscribe() : subAck();
            case 8 -> reader == Side.SERVER ? unsubscribe() : unsubAck();
            case 9 -> reader == Side.SERVER ? PingReq.INSTANCE : PingResp.INSTANCE;
            case 10 ->
                reader == Side.SERVER || version.isV5() ? disconnect(reader) : publish(reader);
            default -> version.isV5() ? auth() : publish(reader);
        };
    }

    public Connect connect() {
        boolean v5 = version.isV5();
        String username = random.nextBoolean() ? text(20) : null;
        boolean password = random.nextBoolean() && (v5 || username != null);
        return new Connect(
                version,
                false,
                version == ProtocolVersion.MQTT_3_1 ? "id" + random.nextInt(100) : text(23),
                v5 || random.nextBoolean(),
                random.nextInt(65_536),
                random.nextBoolean() ? null : will(),
                username,
                password ? bytes(20) : null,
                v5 && random.nextBoolean() ? connectProperties() : Connect.Properties.NONE);
    }

    private Connect.Properties connectProperties() {
        String method = maybe(() -> text(10));
        return new Connect.Properties(
                uint32(),
                1 + random.nextInt(65_535),
                1 + uint32() % 0xFFFF_FFFFL,
                random.nextInt(65_536),
                random.nextBoolean(),
                random.nextBoolean(),
                users(),
                method,
                method == null ? null : bytes(10));
    }

    private Will will() {
        return new Will(message(), version.isV5() ? uint32() : 0);
    }

    public ConnAck connAck() {
        if (!version.isV5()) {
            return new ConnAck(false, ReasonCode.SUCCESS, ConnAck.Properties.NONE);
        }
        String method = maybe(() -> text(10));
        return new ConnAck(
                random.nextBoolean(),
                ReasonCode.SUCCESS,
                new ConnAck.Properties(
                        random.nextInt(65_537) - 1,
                        maybe(() -> text(20)),
                        random.nextInt(65_537) - 1,
                        uint32() - 1,
                        random.nextInt(3) - 1,
                        random.nextBoolean(),
                        random.nextBoolean() ? ABSENT : 1 + uint32() % 0xFFFF_FFFFL,
                        random.nextBoolean() ? ABSENT : 1 + random.nextInt(65_535),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        maybe(() -> text(10)),
                        maybe(() -> text(10)),
                        method,
                        method == null ? null : bytes(10),
                        reason(),
                        users()));
    }

    public Publish publish(Side reader) {
        Message message = message();
        boolean noId = message.qos() == QoS.AT_MOST_ONCE;
        boolean v5 = version.isV5();
        List<Integer> identifiers = v5 && reader == Side.CLIENT && random.nextInt(3) == 0
                ? Stream.generate(() -> 1 + random.nextInt(268_435_455))
                        .limit(2)
                        .toList()
                : List.of();
        int alias = v5 && random.nextInt(3) == 0 ? 1 + random.nextInt(65_535) : 0;
        return new Publish(
                alias > 0 && random.nextBoolean() ? message.withTopic(TopicName.NONE) : message,
                noId ? 0 : packetId(),
                !noId && random.nextBoolean(),
                alias,
                identifiers);
    }

    public Message message() {
        return new Message(
                TopicName.of(topic()),
                QoS.of(random.nextInt(3)),
                random.nextBoolean(),
                bytes(random.nextInt(10) == 0 ? 20_000 : 100),
                version.isV5() && random.nextBoolean() ? properties() : MessageProperties.NONE);
    }

    private MessageProperties properties() {
        return new MessageProperties(
                random.nextInt(3) - 1,
                uint32() - 1,
                maybe(() -> text(20)),
                maybe(this::topic),
                random.nextBoolean() ? null : bytes(20),
                users());
    }

    private Subscribe subscribe() {
        return new Subscribe(
                packetId(),
                Stream.generate(() -> new Subscription(TopicFilter.of(topic() + "/+/#"), options()))
                        .limit(1 + random.nextInt(4))
                        .toList(),
                version.isV5() ? random.nextInt(1 << (1 + random.nextInt(28))) : 0,
                users());
    }

    private SubscriptionOptions options() {
        QoS qos = QoS.of(random.nextInt(3));
        return version.isV5()
                ? new SubscriptionOptions(
                        qos,
                        random.nextBoolean(),
                        random.nextBoolean(),
                        RetainHandling.values()[random.nextInt(3)])
                : SubscriptionOptions.of(qos);
    }

    private SubAck subAck() {
        return new SubAck(
                packetId(),
                List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.UNSPECIFIED_ERROR),
                reason(),
                users());
    }

    private Unsubscribe unsubscribe() {
        return new Unsubscribe(
                packetId(), List.of(TopicFilter.of(topic()), TopicFilter.of("#")), users());
    }

    private UnsubAck unsubAck() {
        return new UnsubAck(
                packetId(),
                version.isV5() ? List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED) : List.of(),
                reason(),
                users());
    }

    private Disconnect disconnect(Side reader) {
        if (!version.isV5()) {
            return Disconnect.NORMAL;
        }
        return new Disconnect(
                random.nextBoolean() ? ReasonCode.NORMAL_DISCONNECTION : ReasonCode.QUOTA_EXCEEDED,
                reader == Side.SERVER ? uint32() - 1 : ABSENT,
                reason(),
                users(),
                maybe(() -> text(10)));
    }

    private Auth auth() {
        return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, text(10), bytes(30), reason(), users());
    }

    private ReasonCode ackReason(ReasonCodes allowed) {
        ReasonCode[] all = ReasonCode.values();
        ReasonCode any = all[random.nextInt(all.length)];
        return version.isV5() && allowed.contains(any) ? any : ReasonCode.SUCCESS;
    }

    private @Nullable String reason() {
        return version.isV5() ? maybe(() -> text(30)) : null;
    }

    private List<UserProperty> users() {
        int count = version.isV5() ? Math.max(0, random.nextInt(5) - 2) : 0;
        return Stream.generate(() -> new UserProperty(text(10), text(10)))
                .limit(count)
                .toList();
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? null : value.get();
    }

    private int packetId() {
        return 1 + random.nextInt(65_535);
    }

    private long uint32() {
        return random.nextLong() >>> (32 + random.nextInt(32));
    }

    private String topic() {
        return "t" + text(12) + "/" + text(12);
    }

    private String text(int longest) {
        int[] points = ALPHABET.codePoints().toArray();
        var text = new StringBuilder();
        for (int i = random.nextInt(longest + 1); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private byte[] bytes(int longest) {
        byte[] bytes = new byte[random.nextInt(longest + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
