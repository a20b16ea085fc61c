// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.broker.config.LogType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The system's log, in the form that local programs write it, RFC 3164: {@code <PRI>TIME mosquitto[PID]: TEXT}. Who
 * replaces mosquitto has filters for its name.
 *
 * <p>Owner: one thread.
 */
final class Syslog implements LogSink.Target {
    private static final String SOCKET = "/dev/log";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);

    private final UnixDatagram socket;
    private final int facility;
    private final long pid = ProcessHandle.current().pid();

    Syslog(int facility) throws IOException {
        this(SOCKET, facility);
    }

    Syslog(String path, int facility) throws IOException {
        this.socket = new UnixDatagram(path);
        this.facility = facility;
    }

    @Override
    public void write(LogSink.Line line) throws IOException {
        String datagram = "<" + (facility * 8 + severity(line.type())) + ">"
                + TIME.format(ZonedDateTime.now(ZoneId.systemDefault())) + " mosquitto[" + pid
                + "]: " + line.text();
        socket.send(datagram.getBytes(StandardCharsets.UTF_8));
    }

    /** As mosquitto has it. */
    private static int severity(LogType type) {
        return switch (type) {
            case ERROR, INTERNAL -> 3;
            case WARNING -> 4;
            case NOTICE, SUBSCRIBE, UNSUBSCRIBE -> 5;
            case INFORMATION -> 6;
            case DEBUG, WEBSOCKETS -> 7;
        };
    }

    @Override
    public void close() {
        socket.close();
    }
}
