// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.thecanary.mqtt.codec.Bytes;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** The far side of a WebSocket [RFC 6455], which sends the frames it is told to, good or bad, and shows those that come. */
final class WebSocketPeer implements AutoCloseable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** CONNECT of version 3.1.1 with Clean Session and the Client Identifier "w", and its CONNACK. */
    static final String CONNECT = "10 0D 00 04 'MQTT' 04 02 00 00 00 01 'w'";

    static final String CONNACK = "20 02 00 00";

    private static final byte[] MASK = {1, 2, 3, 4};

    /** What came: the opcode and the payload of a frame that was whole. */
    record Frame(int opcode, byte[] payload) {}

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    WebSocketPeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** One whose request for this sub-protocol was answered with 101. */
    static WebSocketPeer open(int port, String subProtocol) throws IOException {
        WebSocketPeer peer = new WebSocketPeer(port);
        peer.send(request("Sec-WebSocket-Protocol: " + subProtocol));
        assertThat(peer.response()).startsWith("HTTP/1.1 101 ");
        return peer;
    }

    static byte[] request(String... headers) {
        return ("GET /any/path HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + String.join("\r\n", headers)
                        + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Status line and headers. */
    String response() throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\n")) {
            text.append((char) in.readUnsignedByte());
        }
        return text.toString();
    }

    /** Sends a frame; the payload is written as {@link Bytes} reads it. */
    void frame(int opcode, boolean last, String payload) throws IOException {
        send(masked(opcode, last, Bytes.of(payload)));
    }

    void binary(String payload) throws IOException {
        frame(BINARY, true, payload);
    }

    static byte[] masked(int opcode, boolean last, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write((last ? 0x80 : 0) | opcode);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ MASK[i % 4]);
        }
        return frame.toByteArray();
    }

    Frame next() throws IOException {
        int first = in.readUnsignedByte();
        assertThat(first & 0x80).as("the last bit of a frame").isNotZero();
        long length = in.readUnsignedByte(); // a server does not mask
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first & 0x0F, payload);
    }

    /** The next frame is binary and holds this. */
    void expectBinary(String payload) throws IOException {
        Frame frame = next();
        assertThat(frame.opcode()).isEqualTo(BINARY);
        assertThat(Bytes.hex(frame.payload())).isEqualTo(Bytes.hex(Bytes.of(payload)));
    }

    /** The broker says good-bye, and that is all. */
    void expectClose() throws IOException {
        assertThat(next().opcode()).isEqualTo(CLOSE);
        assertThat(in.read()).isEqualTo(-1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
