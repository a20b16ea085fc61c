// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.Bytes;
import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
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
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** A client without opinions: it sends the packets it is told to, good or bad, and shows those that come. */
final class TestClient implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final ProtocolVersion version;
    private final PacketDecoder decoder;

    TestClient(int port, ProtocolVersion version) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), version);
    }

    /** A client on a socket that is connected. */
    TestClient(Socket socket, ProtocolVersion version) throws IOException {
        this.version = version;
        this.socket = socket;
        socket.setSoTimeout(DEADLINE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, 0xFFFF_FFFFL);
        decoder.version(version);
    }

    /** What a CONNECT says, with the defaults of most tests. Owner: confined to its creator. */
    static final class Greeting {
        String clientId = "c";
        boolean cleanStart = true;
        int keepAliveSeconds;

        @Nullable
        Will will;

        @Nullable
        String username;

        @Nullable
        String password;

        long sessionExpirySeconds;
        int receiveMaximum = Connect.DEFAULT_RECEIVE_MAXIMUM;
        long maximumPacketSize = Connect.UNLIMITED_PACKET_SIZE;
        int topicAliasMaximum;
        boolean problemInformation = true;
        boolean responseInformation;

        @Nullable
        String authenticationMethod;

        private Connect packet(ProtocolVersion version) {
            return new Connect(
                    version,
                    false,
                    clientId,
                    cleanStart,
                    keepAliveSeconds,
                    will,
                    username,
                    password == null ? null : password.getBytes(UTF_8),
                    new Connect.Properties(
                            sessionExpirySeconds,
                            receiveMaximum,
                            maximumPacketSize,
                            topicAliasMaximum,
                            responseInformation,
                            problemInformation,
                            List.of(),
                            authenticationMethod,
                            null));
        }
    }

    // --- out

    void sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends bytes written as {@link Bytes} reads them. */
    void sendBytes(String bytes) throws IOException {
        sendBytes(Bytes.of(bytes));
    }

    void send(Packet... packets) throws IOException {
        WireWriter out = new WireWriter();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, out, Connect.UNLIMITED_PACKET_SIZE);
        }
        sendBytes(Arrays.copyOf(out.array(), out.length()));
    }

    /** Sends CONNECT and shows the answer. */
    ConnAck tryConnect(Consumer<Greeting> wishes) throws IOException {
        sendConnect(wishes);
        return next(ConnAck.class);
    }

    void sendConnect(Consumer<Greeting> wishes) throws IOException {
        Greeting greeting = new Greeting();
        wishes.accept(greeting);
        send(greeting.packet(version));
    }

    ConnAck connect(Consumer<Greeting> wishes) throws IOException {
        ConnAck answer = tryConnect(wishes);
        assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
        return answer;
    }

    void publish(String topic, String payload, int qos, boolean retain, int packetId)
            throws IOException {
        send(new Publish(message(topic, payload, qos, retain), packetId, false));
    }

    /** QoS 0. */
    void publish(String topic, String payload) throws IOException {
        publish(topic, payload, 0, false, 0);
    }

    /** QoS 1, done when it is acknowledged. */
    PubAck publishAcknowledged(String topic, String payload, boolean retain) throws IOException {
        publish(topic, payload, 1, retain, 1);
        return next(PubAck.class);
    }

    static Message message(String topic, String payload, int qos, boolean retain) {
        return new Message(
                TopicName.of(topic),
                QoS.of(qos),
                retain,
                payload.getBytes(UTF_8),
                MessageProperties.NONE);
    }

    static Message withUserProperties(Message message, UserProperty... users) {
        return message.withProperties(new MessageProperties(
                MessageProperties.ABSENT,
                MessageProperties.ABSENT,
                null,
                null,
                null,
                List.of(users)));
    }

    void subscribe(String filter, int qos) throws IOException {
        subscribe(filter, SubscriptionOptions.of(QoS.of(qos)), 0);
    }

    void subscribe(String filter, SubscriptionOptions options, int identifier) throws IOException {
        send(new Subscribe(
                99,
                List.of(new Subscription(TopicFilter.of(filter), options)),
                identifier,
                List.of()));
        assertThat(next(SubAck.class).reasons()).containsExactly(ReasonCode.granted(options.qos()));
    }

    // --- in

    /** The bytes of the next packet. */
    byte[] nextBytes() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int digit;
        byte[] header = new byte[5];
        int headerLength = 0;
        header[headerLength++] = (byte) first;
        do {
            digit = in.readUnsignedByte();
            header[headerLength++] = (byte) digit;
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit > 0x7F);
        byte[] bytes = Arrays.copyOf(header, headerLength + length);
        in.readFully(bytes, headerLength, length);
        return bytes;
    }

    Packet next() throws IOException {
        byte[] bytes = nextBytes();
        decoder.feed(bytes, 0, bytes.length);
        Packet packet = decoder.next();
        if (packet == null) {
            throw new AssertionError("half a packet: " + Bytes.hex(bytes));
        }
        assertThat(decoder.next()).isNull();
        return packet;
    }

    <P extends Packet> P next(Class<P> type) throws IOException {
        Packet packet = next();
        assertThat(packet).isInstanceOf(type);
        return type.cast(packet);
    }

    /** The payload of the next packet, which is a PUBLISH. */
    String nextPayload() throws IOException {
        return new String(next(Publish.class).message().payload(), UTF_8);
    }

    /** Shows that nothing was sent that has not been looked at: the next packet answers a PINGREQ. */
    void expectNothing() throws IOException {
        send(PingReq.INSTANCE);
        next(PingResp.class);
    }

    /** The broker says good-bye with this reason, in version 5, and closes. */
    Disconnect expectDisconnect(ReasonCode reason) throws IOException {
        Disconnect packet = next(Disconnect.class);
        assertThat(packet.reason()).isEqualTo(reason);
        expectClosed();
        return packet;
    }

    /** The broker closes without another word. */
    void expectClosed() throws IOException {
        try {
            assertThat(in.read()).as("a byte where the end was expected").isEqualTo(-1);
        } catch (EOFException | SocketException e) {
            assertThat(e).isNotNull(); // reset: closed all the same
        }
    }

    /** Ends the connection without DISCONNECT. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
