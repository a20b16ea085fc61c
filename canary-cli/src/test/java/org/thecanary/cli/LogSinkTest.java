// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.config.LogType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Do log lines come where they should, and hold nobody up on their way? */
@Timeout(60)
final class LogSinkTest {
    private static LogSink.Line line(String text) {
        return new LogSink.Line(LogType.NOTICE, text);
    }

    @Test
    void whoLogsNeverWaitsAndWhatIsLostIsSaid() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        List<String> written = new CopyOnWriteArrayList<>();
        LogSink sink = new LogSink(
                "test",
                line -> {
                    try {
                        reading.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    written.add(line.text());
                },
                2);

        sink.offer(line("first"));
        for (int i = 0; i < 1000; i++) {
            sink.offer(line("more")); // this thread would hang here for ever
        }
        reading.countDown();
        await().until(() -> written.size() >= 3);
        sink.offer(line("last"));
        sink.close();

        assertThat(written).startsWith("first").endsWith("last");
        long lost = written.stream()
                .filter(text -> text.endsWith(
                        "log lines were lost here: they came faster than they were taken."))
                .mapToLong(text -> Long.parseLong(text.substring(0, text.indexOf(' '))))
                .sum();
        long more = written.stream().filter("more"::equals).count();
        assertThat(lost).isPositive();
        assertThat(more + lost).isEqualTo(1000);
    }

    @Test
    void whatWaitsIsWrittenAtTheEnd() {
        List<String> written = new CopyOnWriteArrayList<>();
        LogSink sink = new LogSink("test", line -> written.add(line.text()));
        for (int i = 0; i < 5000; i++) {
            sink.offer(line("line " + i));
        }

        sink.close();

        assertThat(written).hasSize(5000).endsWith("line 4999");
    }

    @Test
    void aLineOfJsonSaysTimeTypeMessageAndTrace() {
        Instant at = Instant.parse("2026-03-04T05:06:07.089012Z");

        String json =
                new LogLine.Json().format(LogType.WARNING, at, "a \"b\" \u0001\u00e9", "x\n\ty");

        assertThat(json).isEqualTo("""
                        {"time":"2026-03-04T05:06:07.089Z","type":"warning",\
                        "message":"a \\"b\\" \\u0001\u00e9","exception":"x\\n\\ty"}""");
    }

    @Test
    void syslogGetsPriorityNameAndProcess(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("log");
        Path got = folder.resolve("got");
        Process reader = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-c",
                        """
                        import socket, sys
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                        s.bind(sys.argv[1])
                        print('bound', flush=True)
                        for i in range(int(sys.argv[2])):
                            sys.stdout.buffer.write(s.recv(9999) + b'\\n')
                        """,
                        socket.toString(),
                        "" + LogType.values().length)
                .redirectOutput(got.toFile())
                .start();
        await().until(() -> Files.readString(got).startsWith("bound"));
        Syslog syslog = new Syslog(socket.toString(), 16 + 3);

        for (LogType type : LogType.values()) {
            syslog.write(new LogSink.Line(type, "caf\u00e9 " + type));
        }
        syslog.close();

        assertThat(reader.waitFor()).isZero();
        assertThat(Files.readAllLines(got).stream()
                        .skip(1)
                        .map(line -> line.replaceFirst(
                                "[A-Z][a-z]{2} [ 1-3][0-9] [0-9:]{8} mosquitto\\["
                                        + ProcessHandle.current().pid() + "]: ",
                                "")))
                .containsExactlyInAnyOrder(
                        "<155>caf\u00e9 ERROR",
                        "<155>caf\u00e9 INTERNAL",
                        "<156>caf\u00e9 WARNING",
                        "<157>caf\u00e9 NOTICE",
                        "<157>caf\u00e9 SUBSCRIBE",
                        "<157>caf\u00e9 UNSUBSCRIBE",
                        "<158>caf\u00e9 INFORMATION",
                        "<159>caf\u00e9 DEBUG",
                        "<159>caf\u00e9 WEBSOCKETS");
    }

    @Test
    void aBrokerWhoseOutputNobodyReadsGoesOnServing(@TempDir Path folder) throws Exception {
        int port = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("conf"),
                "listener %d 127.0.0.1%nallow_anonymous true%nlog_type all%n".formatted(port));
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        // Opened for both ways, a pipe opens at once; nobody ever reads it.
        Program broker = Program.of(
                folder,
                List.of(
                        "sh",
                        "-c",
                        "exec 2<>" + pipe + "; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Canary.class.getName(),
                        "broker",
                        "-c",
                        conf.toString()));
        try (broker) {
            await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return true;
            });
            // Far more than a pipe holds.
            for (int i = 0; i < 2000; i++) {
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    client.setSoTimeout(20_000);
                    String id = "a-rather-long-client-identifier-%06d".formatted(i);
                    client.getOutputStream().write(connect(id));
                    assertThat(client.getInputStream().read())
                            .as("CONNACK of client " + i)
                            .isEqualTo(0x20);
                }
            }
        }
    }

    /** Version 3.1.1, clean session. */
    private static byte[] connect(String clientId) {
        byte[] id = clientId.getBytes(UTF_8);
        byte[] packet = new byte[14 + id.length];
        byte[] head = {
            0x10, (byte) (12 + id.length), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, (byte) id.length
        };
        System.arraycopy(head, 0, packet, 0, head.length);
        System.arraycopy(id, 0, packet, head.length, id.length);
        return packet;
    }
}
