// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.thecanary.mqtt.codec.PacketType;
import org.thecanary.mqtt.packet.QoS;

/**
 * Publishes to its topic, as fast as window, acknowledgements and socket let it, or when it is told to. A packet is made
 * once; each copy has three places patched: Packet Identifier, send time and number. Owner: the loop.
 */
final class Publisher extends BenchConnection {
    private static final int BATCH_BYTES = 64 * 1024;

    private final int number;
    private final QoS qos;
    private final boolean paced;
    private final boolean heard;
    private final Window window;
    private final Tally tally;
    private final byte[] packet;
    private final int idAt;
    private final int payloadAt;

    private final int[] freeIds;
    private final long[] sentAt;
    private int free;
    private int sequence;
    private boolean running;
    private boolean publishing;

    Publisher(Target target, Load load, int number, Window window, Tally tally, String clientId) {
        super(target, load.version(), clientId);
        this.number = number;
        this.qos = load.qos();
        this.paced = load.perSecond() > 0;
        this.heard = load.copies() > 0;
        this.window = window;
        this.tally = tally;
        byte[] topic = load.topic(number).getBytes(UTF_8);
        int header = (qos == QoS.AT_MOST_ONCE ? 0 : 2) + (load.version().isV5() ? 1 : 0);
        ByteBuf bytes = Unpooled.buffer();
        bytes.writeByte(PacketType.PUBLISH << 4 | qos.code() << 1);
        writeLength(bytes, 2 + topic.length + header + load.payloadBytes());
        bytes.writeShort(topic.length).writeBytes(topic);
        idAt = bytes.writerIndex();
        bytes.writeZero(header);
        payloadAt = bytes.writerIndex();
        bytes.writeZero(load.payloadBytes());
        bytes.setInt(payloadAt + Long.BYTES, number);
        packet = new byte[bytes.readableBytes()];
        bytes.readBytes(packet);
        free = ids(load.unacknowledged());
        freeIds = new int[free];
        sentAt = new long[free + 1];
        for (int i = 0; i < free; i++) {
            freeIds[i] = free - i;
        }
    }

    private static void writeLength(ByteBuf bytes, int value) {
        int rest = value;
        while (rest >= 0x80) {
            bytes.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes.writeByte(rest);
    }

    int number() {
        return number;
    }

    /** Publishes from now on. */
    void start() {
        running = true;
        if (!paced) {
            publish();
        }
    }

    void stop() {
        running = false;
    }

    /** Messages that are not acknowledged. */
    int unacknowledged() {
        return freeIds.length - free;
    }

    /** As many as may be. */
    void publish() {
        if (publishing) {
            return; // called by its own write
        }
        publishing = true;
        try {
            while (running && writable()) {
                long now = System.nanoTime();
                while (out().readableBytes() < BATCH_BYTES && mayPublish()) {
                    append(now);
                }
                if (out().readableBytes() < BATCH_BYTES) {
                    break;
                }
                flush();
            }
            flush();
        } finally {
            publishing = false;
        }
    }

    private boolean mayPublish() {
        if (qos != QoS.AT_MOST_ONCE && free == 0) {
            return false;
        }
        if (window.isFull()) {
            window.waits(this);
            return false;
        }
        return true;
    }

    /**
     * One message that was due at that time, whatever the window says.
     *
     * @return false where no Packet Identifier is free; nothing was published then
     */
    boolean publishDue(long nanos) {
        if (!running || (qos != QoS.AT_MOST_ONCE && free == 0)) {
            return false;
        }
        append(nanos);
        return true;
    }

    private void append(long nanos) {
        ByteBuf out = out();
        int start = out.writerIndex();
        out.writeBytes(packet);
        if (qos != QoS.AT_MOST_ONCE) {
            int id = freeIds[--free];
            sentAt[id] = nanos;
            out.setShort(start + idAt, id);
        }
        out.setLong(start + payloadAt, nanos);
        out.setInt(start + payloadAt + Long.BYTES + Integer.BYTES, sequence++);
        tally.published++;
        window.published();
    }

    @Override
    void acknowledged(int type, int packetId) {
        if (type == PacketType.PUBREC) {
            answer(PacketType.PUBREL << 4 | 2, packetId);
            return;
        }
        if (packetId < 1 || packetId >= sentAt.length) {
            throw new BenchException("an acknowledgement of a message that was not sent");
        }
        freeIds[free++] = packetId;
        tally.acknowledged++;
        if (!heard) {
            tally.took(System.nanoTime() - sentAt[packetId]);
        }
    }

    @Override
    void turnEnds() {
        if (!paced) {
            publish();
        }
    }

    @Override
    void writableAgain() {
        turnEnds();
    }
}
