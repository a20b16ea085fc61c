// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;

/**
 * The far side of a Network Connection, which says just what it is told to and answers nothing by itself.
 *
 * <p>Owner: one thread writes and one reads.
 */
final class Peer implements AutoCloseable {
    private final ProtocolVersion version;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] input = new byte[64 * 1024];
    private final WireWriter writer = new WireWriter();
    private final PacketDecoder decoder;

    /** Opens a socket, and says nothing yet. */
    Peer(OpenBroker broker, ProtocolVersion version) throws IOException {
        this.version = version;
        socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, Connect.UNLIMITED_PACKET_SIZE);
        decoder.version(version);
    }

    /** A version 5 client that is connected, in a new session. */
    static Peer connected(OpenBroker broker, String clientId) throws IOException {
        return connected(broker, connect(clientId, true, 0));
    }

    static Peer connected(OpenBroker broker, Connect connect) throws IOException {
        Peer peer = new Peer(broker, connect.version());
        peer.send(connect);
        ConnAck connAck = peer.expect(ConnAck.class);
        if (connAck.reason().isError()) {
            throw new IOException("refused: " + connAck);
        }
        return peer;
    }

    static Connect connect(String clientId, boolean cleanStart, long sessionExpirySeconds) {
        return connect(clientId, cleanStart, sessionExpirySeconds, null, null);
    }

    static Connect connect(
            String clientId,
            boolean cleanStart,
            long sessionExpirySeconds,
            @Nullable Will will,
            @Nullable Boolean problemInformation) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                clientId,
                cleanStart,
                0,
                will,
                null,
                null,
                new Connect.Properties(
                        sessionExpirySeconds,
                        Connect.DEFAULT_RECEIVE_MAXIMUM,
                        Connect.UNLIMITED_PACKET_SIZE,
                        0,
                        false,
                        problemInformation,
                        List.of(),
                        null,
                        null));
    }

    static Connect connect311(String clientId, boolean cleanSession) {
        return new Connect(
                ProtocolVersion.MQTT_3_1_1,
                false,
                clientId,
                cleanSession,
                0,
                null,
                null,
                null,
                Connect.Properties.NONE);
    }

    static Message message(String topic, QoS qos, boolean retain, String payload) {
        return new Message(
                TopicName.of(topic), qos, retain, payload.getBytes(UTF_8), MessageProperties.NONE);
    }

    void send(Packet packet) throws IOException {
        writer.clear();
        PacketEncoder.encode(packet, version, writer, Connect.UNLIMITED_PACKET_SIZE);
        out.write(writer.array(), 0, writer.length());
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void publish(String topic, QoS qos, int packetId, String payload) throws IOException {
        send(new Publish(message(topic, qos, false, payload), packetId, false));
    }

    SubAck subscribe(String filter, QoS qos) throws IOException {
        send(new Subscribe(
                1, List.of(new Subscription(TopicFilter.of(filter), SubscriptionOptions.of(qos)))));
        return expect(SubAck.class);
    }

    /** The next packet. */
    Packet receive() throws IOException {
        while (true) {
            Packet packet = decoder.next();
            if (packet != null) {
                return packet;
            }
            int read = in.read(input);
            if (read < 0) {
                throw new EOFException("the broker closed the connection");
            }
            decoder.feed(input, 0, read);
        }
    }

    /** The next packet, which is of this type. */
    <P extends Packet> P expect(Class<P> type) throws IOException {
        Packet packet = receive();
        if (!type.isInstance(packet)) {
            throw new AssertionError("expected " + type.getSimpleName() + ", but was " + packet);
        }
        return type.cast(packet);
    }

    /** Everything sent before has been handled, and nothing but the answer comes back. */
    void ping() throws IOException {
        send(PingReq.INSTANCE);
        expect(PingResp.class);
    }

    /** Whether the broker closes the connection, rather than say anything more. */
    boolean isClosed() throws IOException {
        try {
            return in.read(input) < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
