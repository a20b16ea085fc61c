// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Just enough of MQTT 5, one packet after the other, to see what a broker allows. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final List<String> topics = new ArrayList<>();

    RawClient(int port, @Nullable String user, String id) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        send(0x10, body -> {
            body.writeUTF("MQTT");
            body.writeByte(5);
            body.writeByte(user == null ? 0x02 : 0x82);
            body.writeShort(0);
            body.writeByte(0);
            body.writeUTF(id);
            if (user != null) {
                body.writeUTF(user);
            }
        });
        byte[] connAck = await(0x20);
        if (connAck[1] != 0) {
            throw new IOException("refused: " + connAck[1]);
        }
    }

    private interface Body {
        void write(DataOutputStream body) throws IOException;
    }

    private void send(int type, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        body.write(new DataOutputStream(bytes));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(type);
        int length = bytes.size();
        for (; length > 127; length >>= 7) {
            packet.write((length & 127) | 128);
        }
        packet.write(length);
        bytes.writeTo(packet);
        socket.getOutputStream().write(packet.toByteArray());
    }

    /** The body of the next packet of a type; topics of messages on the way are kept. */
    private byte[] await(int type) throws IOException {
        while (true) {
            int head = in.readUnsignedByte();
            int length = 0;
            for (int shift = 0, each = 128; each >= 128; shift += 7) {
                each = in.readUnsignedByte();
                length |= (each & 127) << shift;
            }
            byte[] body = in.readNBytes(length);
            if ((head & 0xF0) == type) {
                return body;
            }
            if ((head & 0xF0) == 0x30) {
                topics.add(new String(body, 2, ((body[0] & 255) << 8) | (body[1] & 255), UTF_8));
            }
        }
    }

    void subscribe(String filter) throws IOException {
        send(0x82, body -> {
            body.writeShort(1);
            body.writeByte(0);
            body.writeUTF(filter);
            body.writeByte(0);
        });
        var _ = await(0x90);
    }

    /** Publishes with QoS 1; answers whether it was allowed. */
    boolean publish(String topic) throws IOException {
        send(0x32, body -> {
            body.writeUTF(topic);
            body.writeShort(1);
            body.writeByte(0);
        });
        byte[] pubAck = await(0x40);
        return pubAck.length < 3 || (pubAck[2] & 0xFF) < 0x80;
    }

    /** The topics of all messages sent to this client until now, since the last call. */
    List<String> received() throws IOException {
        send(0xC0, body -> {});
        var _ = await(0xD0);
        List<String> received = List.copyOf(topics);
        topics.clear();
        return received;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
