// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.config.LogType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.stream.IntStream;

/** What becomes of log lines where the disk is full? */
final class LogFileTest {
    private final Disk disk = new Disk();

    /** Takes what there is room for, as a file system does. */
    private static final class Disk implements WritableByteChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int room = Integer.MAX_VALUE;

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            byte[] some = new byte[Math.min(room, source.remaining())];
            source.get(some);
            taken.writeBytes(some);
            room -= some.length;
            return some.length;
        }

        List<String> lines() {
            return taken.toString(UTF_8).lines().toList();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static LogSink.Line line(String text) {
        return new LogSink.Line(LogType.NOTICE, text);
    }

    @Test
    void aLineThatFoundTooLittleRoomGoesOnWhereItStopped() {
        try (LogSink sink = new LogSink("test", new LogFile(disk))) {
            disk.room = 20;
            for (int i = 10; i < 20; i++) {
                sink.offer(line("line " + i));
            }
            sink.flush();
            assertThat(disk.lines()).containsExactly("line 10", "line 11", "line");

            disk.room = Integer.MAX_VALUE;
        }

        assertThat(disk.lines())
                .containsExactlyElementsOf(
                        IntStream.range(10, 20).mapToObj(i -> "line " + i).toList());
    }

    @Test
    void whatWasLostIsSaidWhereItIsMissing() {
        String text = "a line of some length".repeat(10);
        try (LogSink sink = new LogSink("test", new LogFile(disk))) {
            disk.room = 0;
            for (int i = 0; i < 1000; i++) {
                sink.offer(line(text));
            }
            sink.flush();
            disk.room = Integer.MAX_VALUE;
            sink.offer(line("room again"));
        }

        long written = disk.lines().stream().filter(text::equals).count();
        assertThat(written).isPositive();
        assertThat(disk.lines())
                .endsWith(
                        "room again",
                        1000 - written + " log lines were lost here: No space left on device.");
    }
}
