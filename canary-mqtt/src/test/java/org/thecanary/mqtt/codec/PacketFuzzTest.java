// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Whatever bytes come: are they packets or a {@code ProtocolException}, the same in any fragments, and does a packet
 * written again mean the same?
 *
 * <p>Runs the seeds under {@code PacketFuzzTestInputs} as a plain test; with {@code JAZZER_FUZZ=1} it searches. The
 * seeds are the rows of {@link PacketTable}, written by {@link #main}.
 */
class PacketFuzzTest {
    private static final int LIMIT = 100_000;

    @FuzzTest(maxDuration = "2m")
    void server(byte[] data) {
        check(data, Side.SERVER, ProtocolVersion.MQTT_3_1_1);
    }

    /** The first byte chooses the version. */
    @FuzzTest(maxDuration = "2m")
    void client(byte[] data) {
        if (data.length > 0) {
            var version = ProtocolVersion.values()[(data[0] & 0xFF) % 3];
            check(Arrays.copyOfRange(data, 1, data.length), Side.CLIENT, version);
        }
    }

    private static void check(byte[] data, Side side, ProtocolVersion version) {
        Outcome whole = outcome(data, side, version, Integer.MAX_VALUE);
        assertThat(outcome(data, side, version, 1)).isEqualTo(whole);
        assertThat(outcome(data, side, version, 3)).isEqualTo(whole);
    }

    /** All packets of a connection, and how it ended. */
    private record Outcome(List<Packet> packets, String end) {}

    /** What comes of the data in pieces of one size. */
    private static Outcome outcome(byte[] data, Side side, ProtocolVersion version, int size) {
        var decoder = new PacketDecoder(side, LIMIT);
        decoder.version(version);
        List<Packet> packets = new ArrayList<>();
        String end = "";
        try {
            for (int from = 0; from < data.length; ) {
                int to = (int) Math.min(data.length, (long) from + size);
                decoder.feed(data, from, to);
                for (Packet packet = decoder.next(); packet != null; packet = decoder.next()) {
                    packets.add(packet);
                }
                from = to;
            }
        } catch (ProtocolException e) {
            assertThat(e.reason().isError()).isTrue();
            end = e.reason() + " " + e.statement() + " " + e.getMessage();
        }
        roundTrip(packets, side, decoder.version());
        return new Outcome(packets, end);
    }

    private static void roundTrip(List<Packet> packets, Side side, ProtocolVersion version) {
        var decoder = new PacketDecoder(side, Integer.MAX_VALUE);
        decoder.version(version);
        for (Packet packet : packets) {
            var out = new WireWriter();
            assertThat(PacketEncoder.encode(packet, version, out, Integer.MAX_VALUE))
                    .isTrue();
            decoder.feed(out.array(), 0, out.length());
            assertThat(decoder.next()).isEqualTo(packet);
            assertThat(decoder.next()).isNull();
        }
    }

    @Test
    void theSeedsAreThere() {
        assertThat(getClass().getResource("PacketFuzzTestInputs/server")).isNotNull();
        assertThat(getClass().getResource("PacketFuzzTestInputs/client")).isNotNull();
    }

    /** Writes the seed corpus below the given folder: one file for each kind of packet, not for each row. */
    public static void main(String[] args) {
        Path root = Path.of(args[0]);
        for (PacketTable.Row row : PacketTable.rows()) {
            Packet packet = row.packet();
            if (packet == null) {
                continue;
            }
            byte[] before = row.side() == Side.CLIENT
                    ? new byte[] {(byte) row.version().ordinal()}
                    : row.before();
            String name = packet.getClass().getSimpleName()
                    + "-"
                    + row.version()
                    + (packet instanceof Connect || packet instanceof Auth
                            ? "-" + row.bytes().length
                            : "");
            write(
                    root.resolve(row.side().name().toLowerCase(Locale.ROOT)),
                    name,
                    Bytes.concat(before, row.bytes()));
        }
    }

    private static void write(Path folder, String name, byte[] bytes) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve(name);
            if (!Files.exists(file) || Files.size(file) < bytes.length) {
                Files.write(file, bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
