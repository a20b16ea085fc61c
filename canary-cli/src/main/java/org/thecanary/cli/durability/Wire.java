// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;

/** A connection with a session that never expires, for blocking clients. Reads by one thread, writes by any. */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final byte[] input = new byte[64 * 1024];
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Side.CLIENT, Integer.MAX_VALUE);
    private final WireWriter out = new WireWriter();

    /** Whether the broker knew the session. */
    final boolean sessionPresent;

    Wire(int port, String clientId) throws IOException {
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            decoder.version(ProtocolVersion.MQTT_5);
            send(new Connect(
                    ProtocolVersion.MQTT_5,
                    false,
                    clientId,
                    false,
                    0,
                    null,
                    null,
                    null,
                    new Connect.Properties(
                            Connect.NEVER_EXPIRES,
                            Connect.DEFAULT_RECEIVE_MAXIMUM,
                            Connect.UNLIMITED_PACKET_SIZE,
                            0,
                            false,
                            true,
                            List.of(),
                            null,
                            null)));
            if (next() instanceof ConnAck answer && answer.reason() == ReasonCode.SUCCESS) {
                sessionPresent = answer.sessionPresent();
            } else {
                throw new IOException("refused");
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    synchronized void send(Packet packet) throws IOException {
        out.clear();
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_5, out, Connect.UNLIMITED_PACKET_SIZE);
        socket.getOutputStream().write(out.array(), 0, out.length());
    }

    /** The next packet. */
    Packet next() throws IOException {
        Packet packet = decoder.next();
        while (packet == null) {
            int count = socket.getInputStream().read(input);
            if (count < 0) {
                throw new EOFException();
            }
            decoder.feed(input, 0, count);
            packet = decoder.next();
        }
        return packet;
    }

    /** Ends without DISCONNECT, as a cut cable does. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
