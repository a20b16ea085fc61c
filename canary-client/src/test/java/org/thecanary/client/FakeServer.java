// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;

/** A Server that does what the test tells it, right or wrong. Every wait ends after a deadline. */
final class FakeServer implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 15_000;

    private final ServerSocket listener;

    FakeServer() throws IOException {
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(DEADLINE_MILLIS);
    }

    int port() {
        return listener.getLocalPort();
    }

    Peer accept() throws IOException {
        return new Peer(listener.accept());
    }

    /** Takes a connection, and its CONNECT, and accepts it. */
    Peer acceptConnect(ConnAck answer) throws IOException {
        Peer peer = accept();
        peer.connect = peer.expect(Connect.class);
        peer.send(answer);
        return peer;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** The far side of one Network Connection. */
    static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final byte[] input = new byte[4096];
        private final PacketDecoder decoder =
                new PacketDecoder(PacketDecoder.Side.SERVER, Integer.MAX_VALUE);

        @SuppressWarnings("NullAway.Init") // set by acceptConnect, the only one whose users ask
        Connect connect;

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(DEADLINE_MILLIS);
            socket.setTcpNoDelay(true);
        }

        /** The next packet, which has to be one of these. */
        <T extends Packet> T expect(Class<T> type) throws IOException {
            for (Packet packet = decoder.next(); ; packet = decoder.next()) {
                if (packet != null) {
                    assertThat(packet).isInstanceOf(type);
                    return type.cast(packet);
                }
                int length = socket.getInputStream().read(input);
                assertThat(length).as("bytes, while waiting for " + type).isPositive();
                decoder.feed(input, 0, length);
            }
        }

        /** The client closes, and sends nothing before. */
        void expectEnd() throws IOException {
            assertThat(decoder.next()).isNull();
            int next;
            try {
                next = socket.getInputStream().read();
            } catch (SocketException _) { // a reset is an end too
                next = -1;
            }
            assertThat(next).as("a byte, where the end should be").isEqualTo(-1);
        }

        void send(Packet packet) throws IOException {
            send(bytes(packet, decoder.version()));
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        static byte[] bytes(Packet packet, ProtocolVersion version) {
            var out = new WireWriter();
            PacketEncoder.encode(packet, version, out, Integer.MAX_VALUE);
            return Arrays.copyOf(out.array(), out.length());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
