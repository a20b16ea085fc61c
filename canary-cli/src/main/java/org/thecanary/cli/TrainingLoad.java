// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.PacketType;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.sensor.SensorOptions.Credential;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a broker is trained with: enough of each thing that clients do that the JVM has counted what is called by what, and
 * need not count again in a broker that has just started. Plain sockets, so that nothing of our own client is noted.
 */
final class TrainingLoad {
    private static final int AT_ONCE = 16;
    private static final int BATCH = 100;
    private static final byte[] PAYLOAD = "{\"temperature\": 48.2}".getBytes(UTF_8);

    /** A session that is kept for a minute. */
    private static final Connect.Properties STAYS = new Connect.Properties(
            60,
            Connect.DEFAULT_RECEIVE_MAXIMUM,
            Connect.UNLIMITED_PACKET_SIZE,
            0,
            false,
            null,
            List.of(),
            null,
            null);

    private final int port;
    private final ProtocolVersion version;
    private final @Nullable Credential user;
    private final Duration patience;

    /**
     * A load for a broker on 127.0.0.1.
     *
     * @param user who all clients are; null where anybody is let in
     */
    TrainingLoad(int port, ProtocolVersion version, @Nullable Credential user, Duration patience) {
        this.port = port;
        this.version = version;
        this.user = user;
        this.patience = patience;
    }

    /**
     * All of it, once; returns when the broker has done its part. As often as it takes for the second compiler: what was
     * compiled by the first one only is left to that for 50,000 calls in a process with a cache (Tier2ProfileDelayFactor).
     */
    void run() throws IOException {
        comeAndGo(300);
        comeAndDie(150);
        measure(100);
        spread(30);
        matchWildcards(20 * BATCH);
        retain(5);
        keepForTheAbsent(60);
    }

    /** A message at each QoS from one client to another, so many hundred times. */
    void measure(int hundreds) throws IOException {
        pass(QoS.AT_MOST_ONCE, 2 * hundreds);
        pass(QoS.AT_LEAST_ONCE, hundreds);
        pass(QoS.EXACTLY_ONCE, hundreds);
    }

    private void comeAndGo(int rounds) throws IOException {
        for (int round = 0; round < rounds; round++) {
            List<Peer> peers = connect("come", null);
            for (Peer peer : peers) {
                peer.send(Disconnect.NORMAL);
                peer.close();
            }
        }
    }

    /** Sessions that subscribe, publish to themselves, and leave a Will behind. */
    private void comeAndDie(int rounds) throws IOException {
        try (Peer heir = subscriber("heir", "will/#", QoS.AT_LEAST_ONCE)) {
            for (int round = 0; round < rounds; round++) {
                Will will = new Will(message("will/of", QoS.AT_LEAST_ONCE), 0);
                List<Peer> peers = connect("die", will);
                for (int i = 0; i < peers.size(); i++) {
                    peers.get(i).subscribe("own/" + i, QoS.AT_LEAST_ONCE);
                    peers.get(i).publish(message("own/" + i, QoS.AT_LEAST_ONCE));
                }
                for (Peer peer : peers) {
                    peer.await(PacketType.PUBLISH, 1);
                    peer.reset();
                }
                heir.await(PacketType.PUBLISH, peers.size());
            }
        }
    }

    private void pass(QoS qos, int rounds) throws IOException {
        try (Peer to = subscriber("to", "sensor/+", qos);
                Peer from = connect("", true, null)) {
            for (int round = 0; round < rounds; round++) {
                publishAndAwait(from, "sensor/on", qos);
                to.await(PacketType.PUBLISH, BATCH);
            }
        }
    }

    /** One to many, and to one of a group. */
    private void spread(int rounds) throws IOException {
        List<Peer> peers = connect("spread", null);
        try (Peer from = connect("from", true, null)) {
            for (Peer peer : peers) {
                peer.subscribe("spread/#", QoS.AT_MOST_ONCE);
                peer.subscribe("$share/group/shared/#", QoS.AT_LEAST_ONCE);
                peer.await(PacketType.SUBACK, 2);
            }
            for (int round = 0; round < rounds; round++) {
                publishAndAwait(from, "spread/it", QoS.AT_MOST_ONCE);
                for (Peer peer : peers) {
                    peer.await(PacketType.PUBLISH, BATCH);
                }
                publishAndAwait(from, "shared/it", QoS.AT_LEAST_ONCE);
                int arrived = 0;
                while (arrived < BATCH) {
                    for (Peer peer : peers) {
                        arrived += peer.takeWhatIsThere(PacketType.PUBLISH);
                    }
                }
            }
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /** Many filters, and topics of which none was there before. */
    private void matchWildcards(int filters) throws IOException {
        try (Peer to = connect("to", true, null);
                Peer from = connect("from", true, null)) {
            for (int i = 0; i < filters; i++) {
                List<Subscription> lines = new ArrayList<>();
                for (String filter : List.of("a/%d/b", "a/+/%d", "a/%d/#", "+/%d/+")) {
                    lines.add(Peer.line(filter.formatted(i), QoS.AT_LEAST_ONCE));
                }
                to.send(new Subscribe(1, lines));
                to.await(PacketType.SUBACK, 1);
            }
            for (int i = 0; i < filters; i++) {
                from.publish(message("a/" + i + "/b", QoS.AT_LEAST_ONCE));
                if (i % BATCH == BATCH - 1) {
                    from.await(PacketType.PUBACK, BATCH);
                    to.await(PacketType.PUBLISH, 3 * BATCH);
                }
            }
        }
    }

    private void retain(int rounds) throws IOException {
        try (Peer from = connect("from", true, null)) {
            for (int round = 0; round < rounds; round++) {
                keep(from, PAYLOAD);
                try (Peer to = subscriber("to", "kept/#", QoS.AT_LEAST_ONCE)) {
                    to.await(PacketType.PUBLISH, BATCH * AT_ONCE);
                }
                keep(from, new byte[0]);
            }
        }
    }

    /** A Retained Message for each of many topics, or an empty one, which removes it. */
    private static void keep(Peer from, byte[] payload) throws IOException {
        for (int i = 0; i < BATCH * AT_ONCE; i++) {
            from.publish(new Message(
                    TopicName.of("kept/" + i),
                    QoS.AT_LEAST_ONCE,
                    true,
                    payload,
                    MessageProperties.NONE));
            if (i % BATCH == BATCH - 1) {
                from.await(PacketType.PUBACK, BATCH);
            }
        }
    }

    private void keepForTheAbsent(int rounds) throws IOException {
        try (Peer from = connect("from", true, null)) {
            for (int round = 0; round < rounds; round++) {
                try (Peer to = connect("absent", false, null)) {
                    to.subscribe("later", QoS.AT_LEAST_ONCE);
                    to.await(PacketType.SUBACK, 1);
                    to.await(PacketType.PUBLISH, round == 0 ? 0 : BATCH);
                }
                publishAndAwait(from, "later", QoS.AT_LEAST_ONCE);
            }
        }
    }

    private static void publishAndAwait(Peer from, String topic, QoS qos) throws IOException {
        for (int i = 0; i < BATCH; i++) {
            from.publish(message(topic, qos));
        }
        from.flush();
        switch (qos) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> from.await(PacketType.PUBACK, BATCH);
            case EXACTLY_ONCE -> from.await(PacketType.PUBCOMP, BATCH);
        }
    }

    private static Message message(String topic, QoS qos) {
        return new Message(TopicName.of(topic), qos, false, PAYLOAD, MessageProperties.NONE);
    }

    /** Many that come at once, and are let in. */
    private List<Peer> connect(String name, @Nullable Will will) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Peer peer = new Peer();
            peer.connect(name + i, true, will);
            peer.flush();
            peers.add(peer);
        }
        for (Peer peer : peers) {
            peer.await(PacketType.CONNACK, 1);
        }
        return peers;
    }

    private Peer connect(String clientId, boolean cleanStart, @Nullable Will will)
            throws IOException {
        Peer peer = new Peer();
        peer.connect(clientId, cleanStart, will);
        peer.await(PacketType.CONNACK, 1);
        return peer;
    }

    private Peer subscriber(String clientId, String filter, QoS qos) throws IOException {
        Peer peer = connect(clientId, true, null);
        peer.subscribe(filter, qos);
        peer.await(PacketType.SUBACK, 1);
        return peer;
    }

    /** A client on a socket of its own, which acknowledges what it reads. */
    private final class Peer implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        private final DataInputStream in;
        private final WireWriter out = new WireWriter();
        private final int[] arrived = new int[PacketType.AUTH + 1];
        private int packetId;

        Peer() throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        }

        static Subscription line(String filter, QoS qos) {
            return new Subscription(TopicFilter.of(filter), SubscriptionOptions.of(qos));
        }

        void connect(String clientId, boolean cleanStart, @Nullable Will will) {
            send(new Connect(
                    version,
                    false,
                    clientId,
                    cleanStart,
                    60,
                    will,
                    user == null ? null : user.username(),
                    user == null ? null : user.password().getBytes(UTF_8),
                    cleanStart ? Connect.Properties.NONE : STAYS));
        }

        void subscribe(String filter, QoS qos) {
            send(new Subscribe(1, List.of(line(filter, qos))));
        }

        void publish(Message message) {
            packetId = packetId % BATCH + 1;
            send(new Publish(message, message.qos() == QoS.AT_MOST_ONCE ? 0 : packetId, false));
        }

        void send(Packet packet) {
            PacketEncoder.encode(packet, version, out, Connect.UNLIMITED_PACKET_SIZE);
        }

        void flush() throws IOException {
            if (out.length() > 0) {
                socket.getOutputStream().write(out.array(), 0, out.length());
                out.clear();
            }
        }

        /** Reads until so many packets of the type have come since the last time. */
        void await(int type, int count) throws IOException {
            while (arrived[type] < count) {
                if (in.available() == 0) {
                    flush();
                }
                read();
            }
            arrived[type] -= count;
            flush();
        }

        /** How many packets of the type have come since the last time. */
        int takeWhatIsThere(int type) throws IOException {
            while (in.available() > 0) {
                read();
            }
            flush();
            int count = arrived[type];
            arrived[type] = 0;
            return count;
        }

        private void read() throws IOException {
            int first = in.readUnsignedByte();
            byte[] body = new byte[length()];
            in.readFully(body);
            int type = first >> 4;
            arrived[type]++;
            switch (type) {
                case PacketType.PUBLISH -> acknowledge(first >> 1 & 3, body);
                case PacketType.PUBREC -> send(new PubRel(id(body, 0), ReasonCode.SUCCESS));
                case PacketType.PUBREL -> send(new PubComp(id(body, 0), ReasonCode.SUCCESS));
                case PacketType.DISCONNECT -> throw new EOFException("sent away");
                default -> {}
            }
        }

        private int length() throws IOException {
            int length = 0;
            int shift = 0;
            int next;
            do {
                next = in.readUnsignedByte();
                length |= (next & 0x7F) << shift;
                shift += 7;
            } while (next > 0x7F);
            return length;
        }

        private void acknowledge(int qos, byte[] body) {
            switch (qos) {
                case 0 -> {}
                case 1 -> send(new PubAck(id(body, 2 + id(body, 0)), ReasonCode.SUCCESS));
                default -> send(new PubRec(id(body, 2 + id(body, 0)), ReasonCode.SUCCESS));
            }
        }

        private static int id(byte[] body, int at) {
            return ((body[at] & 0xFF) << 8) | (body[at + 1] & 0xFF);
        }

        /** Goes without a word: the broker sends the Will. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            flush();
            socket.close();
        }
    }
}
