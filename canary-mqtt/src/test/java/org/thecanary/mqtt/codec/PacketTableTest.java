// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.PacketTable.Row;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolException;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Does every row of {@link PacketTable} hold, however its bytes arrive? */
class PacketTableTest {
    private static final long LIMIT = 200_000;

    static List<Row> rows() {
        return PacketTable.rows();
    }

    static List<Row> accepted() {
        return PacketTable.accepted();
    }

    private static PacketDecoder decoder(Row row) {
        var decoder = new PacketDecoder(row.side(), LIMIT);
        decoder.version(row.version());
        if (row.before().length > 0) {
            decoder.feed(row.before(), 0, row.before().length);
            assertThat(decoder.next()).isNotNull();
            assertThat(decoder.next()).isNull();
        }
        return decoder;
    }

    /** Feeds in pieces, each from an array of its own that is wiped afterwards. */
    private static List<Packet> decode(PacketDecoder decoder, byte[] bytes, int... cuts) {
        List<Packet> packets = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : bytes.length;
            byte[] piece = new byte[to - from + 2];
            System.arraycopy(bytes, from, piece, 1, to - from);
            decoder.feed(piece, 1, piece.length - 1);
            for (Packet packet = decoder.next(); packet != null; packet = decoder.next()) {
                packets.add(packet);
            }
            Arrays.fill(piece, (byte) 0xEE);
            from = to;
        }
        return packets;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void decodes(Row row) {
        holds(row);
    }

    private static void holds(Row row, int... cuts) {
        PacketDecoder decoder = decoder(row);
        if (row.packet() != null) {
            assertThat(decode(decoder, row.bytes(), cuts))
                    .as("%s cut at %s", row, Arrays.toString(cuts))
                    .containsExactly(row.packet());
            assertThat(decoder.version()).isEqualTo(row.version());
            return;
        }
        assertThatThrownBy(() -> decode(decoder, row.bytes(), cuts))
                .as("%s cut at %s", row, Arrays.toString(cuts))
                .isInstanceOfSatisfying(ProtocolException.class, e -> {
                    assertThat(e.reason()).as(e.getMessage()).isEqualTo(row.reason());
                    assertThat(e.statement()).isNotEmpty();
                });
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void encodes(Row row) {
        Packet packet = Objects.requireNonNull(row.packet());
        var out = new WireWriter();
        out.writeByte(0x55);

        boolean written = PacketEncoder.encode(packet, row.version(), out, Integer.MAX_VALUE);

        assertThat(written).isTrue();
        byte[] bytes = Arrays.copyOfRange(out.array(), 1, out.length());
        if (row.canonical()) {
            assertThat(Bytes.hex(bytes)).isEqualTo(Bytes.hex(row.bytes()));
        } else {
            assertThat(decode(decoder(row), bytes)).containsExactly(row.packet());
        }
    }

    @Test
    void everySplitPointGivesTheSame() {
        for (Row row : rows()) {
            for (int cut = 0; cut <= row.bytes().length; cut++) {
                holds(row, cut);
            }
        }
    }

    @Test
    void byteByByteGivesTheSame() {
        for (Row row : rows()) {
            int[] cuts = new int[row.bytes().length];
            Arrays.setAll(cuts, i -> i);
            holds(row, cuts);
        }
    }

    @Test
    void allPacketsOfAConnectionInOneBufferGiveTheSame() {
        Map<String, List<Row>> connections = new LinkedHashMap<>();
        for (Row row : accepted()) {
            if ((row.bytes()[0] & 0xF0) != 0x10) {
                String key = row.side() + " " + row.version() + " " + Bytes.hex(row.before());
                connections.computeIfAbsent(key, _ -> new ArrayList<>()).add(row);
            }
        }
        for (List<Row> rows : connections.values()) {
            var bytes = new ByteArrayOutputStream();
            rows.forEach(row -> bytes.writeBytes(row.bytes()));
            List<Packet> packets = new ArrayList<>();
            rows.forEach(row -> packets.add(row.packet()));
            byte[] all = bytes.toByteArray();

            assertThat(decode(decoder(rows.getFirst()), all)).isEqualTo(packets);
            for (int size : new int[] {2, 3, 7, 61}) {
                int[] cuts = new int[all.length / size];
                Arrays.setAll(cuts, i -> i * size);
                assertThat(decode(decoder(rows.getFirst()), all, cuts)).isEqualTo(packets);
            }
        }
    }

    @Test
    void aPacketCutShortIsWaitedFor() {
        for (Row row : accepted()) {
            for (int length = 0; length < row.bytes().length; length++) {
                assertThat(decode(decoder(row), Arrays.copyOf(row.bytes(), length)))
                        .as(row.name())
                        .isEmpty();
            }
        }
    }

    @Test
    void aPacketCutShortWithItsLengthSetRightIsAPacketOrRefused() {
        for (Row row : accepted()) {
            int header = row.bytes()[1] < 0 ? 3 : 2;
            byte[] body = Arrays.copyOfRange(row.bytes(), header, row.bytes().length);
            for (int length = 0; length < body.length; length++) {
                byte[] cut = Bytes.concat(
                        Bytes.concat(
                                new byte[] {row.bytes()[0]}, Bytes.variableByteInteger(length)),
                        Arrays.copyOf(body, length));
                packetOrRefused(row, cut);
            }
        }
    }

    @Test
    void anyByteChangedIsAPacketOrRefused() {
        for (Row row : rows()) {
            for (int i = 0; i < row.bytes().length; i++) {
                for (int change : new int[] {0x01, 0x80, 0xFF, 0x7F, 0x10}) {
                    byte[] changed = row.bytes().clone();
                    changed[i] ^= (byte) change;
                    packetOrRefused(row, changed);
                }
            }
        }
    }

    private static void packetOrRefused(Row row, byte[] bytes) {
        try {
            for (Packet packet : decode(decoder(row), bytes)) {
                assertThat(packet.toString()).isNotEmpty();
            }
        } catch (ProtocolException e) {
            assertThat(e.reason().isError()).isTrue();
        }
    }

    /**
     * The statements that rows name. Those that say what a Server or Client MUST do with a value a row carries are
     * proved elsewhere.
     */
    @Test
    @Spec({
        "MQTT-1.5.4-1",
        "MQTT-1.5.4-2",
        "MQTT-1.5.4-3",
        "MQTT-1.5.5-1",
        "MQTT-1.5.7-1",
        "MQTT-2.1.3-1",
        "MQTT-2.2.1-2",
        "MQTT-2.2.1-3",
        "MQTT-2.2.2-1",
        "MQTT-3.1.0-1",
        "MQTT-3.1.0-2",
        "MQTT-3.1.2-1",
        "MQTT-3.1.2-11",
        "MQTT-3.1.2-12",
        "MQTT-3.1.2-13",
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17",
        "MQTT-3.1.2-18",
        "MQTT-3.1.2-19",
        "MQTT-3.1.2-2",
        "MQTT-3.1.2-3",
        "MQTT-3.1.2-9",
        "MQTT-3.1.3-1",
        "MQTT-3.1.3-10",
        "MQTT-3.1.3-11",
        "MQTT-3.1.3-12",
        "MQTT-3.1.3-3",
        "MQTT-3.1.3-4",
        "MQTT-3.1.3-6",
        "MQTT-3.10.1-1",
        "MQTT-3.10.3-1",
        "MQTT-3.10.3-2",
        "MQTT-3.11.3-2",
        "MQTT-3.14.1-1",
        "MQTT-3.14.2-1",
        "MQTT-3.14.2-2",
        "MQTT-3.15.1-1",
        "MQTT-3.15.2-1",
        "MQTT-3.2.2-1",
        "MQTT-3.2.2-15",
        "MQTT-3.2.2-6",
        "MQTT-3.2.2-8",
        "MQTT-3.3.1-2",
        "MQTT-3.3.1-4",
        "MQTT-3.3.2-1",
        "MQTT-3.3.2-13",
        "MQTT-3.3.2-14",
        "MQTT-3.3.2-18",
        "MQTT-3.3.2-19",
        "MQTT-3.3.2-2",
        "MQTT-3.3.2-8",
        "MQTT-3.3.4-6",
        "MQTT-3.4.2-1",
        "MQTT-3.5.2-1",
        "MQTT-3.6.1-1",
        "MQTT-3.6.2-1",
        "MQTT-3.7.2-1",
        "MQTT-3.8.1-1",
        "MQTT-3.8.3-1",
        "MQTT-3.8.3-2",
        "MQTT-3.8.3-4",
        "MQTT-3.8.3-5",
        "MQTT-3.9.3-2",
        "MQTT-4.12.0-7",
        "MQTT-4.7.0-1",
        "MQTT-4.7.1-1",
        "MQTT-4.7.1-2",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2",
        "MQTT-4.8.2-1",
        "MQTT-4.8.2-2",
        "v3:MQTT-1.5.3-1",
        "v3:MQTT-1.5.3-2",
        "v3:MQTT-1.5.3-3",
        "v3:MQTT-2.2.2-1",
        "v3:MQTT-2.2.2-2",
        "v3:MQTT-2.3.1-1",
        "v3:MQTT-2.3.1-5",
        "v3:MQTT-3.1.0-1",
        "v3:MQTT-3.1.0-2",
        "v3:MQTT-3.1.2-1",
        "v3:MQTT-3.1.2-11",
        "v3:MQTT-3.1.2-13",
        "v3:MQTT-3.1.2-14",
        "v3:MQTT-3.1.2-15",
        "v3:MQTT-3.1.2-18",
        "v3:MQTT-3.1.2-19",
        "v3:MQTT-3.1.2-2",
        "v3:MQTT-3.1.2-20",
        "v3:MQTT-3.1.2-21",
        "v3:MQTT-3.1.2-22",
        "v3:MQTT-3.1.2-3",
        "v3:MQTT-3.1.2-9",
        "v3:MQTT-3.1.3-10",
        "v3:MQTT-3.1.3-11",
        "v3:MQTT-3.1.3-3",
        "v3:MQTT-3.1.3-4",
        "v3:MQTT-3.1.3-6",
        "v3:MQTT-3.10.1-1",
        "v3:MQTT-3.10.3-1",
        "v3:MQTT-3.10.3-2",
        "v3:MQTT-3.14.1-1",
        "v3:MQTT-3.2.2-4",
        "v3:MQTT-3.3.1-2",
        "v3:MQTT-3.3.1-4",
        "v3:MQTT-3.3.2-1",
        "v3:MQTT-3.3.2-2",
        "v3:MQTT-3.6.1-1",
        "v3:MQTT-3.8.1-1",
        "v3:MQTT-3.8.3-1",
        "v3:MQTT-3.8.3-3",
        "v3:MQTT-3.8.3-4",
        "v3:MQTT-3.9.3-2",
        "v3:MQTT-4.7.1-1",
        "v3:MQTT-4.7.1-2",
        "v3:MQTT-4.7.1-3",
        "v3:MQTT-4.7.3-1",
        "v3:MQTT-4.7.3-2"
    })
    void theStatementsAboveAreThoseOfTheTable() throws NoSuchMethodException {
        var named = new TreeSet<String>();
        PacketTable.rows().forEach(row -> named.addAll(row.statements()));
        Spec spec = PacketTableTest.class
                .getDeclaredMethod("theStatementsAboveAreThoseOfTheTable")
                .getAnnotation(Spec.class);

        assertThat(new TreeSet<>(List.of(spec.value()))).isEqualTo(named);
    }
}
