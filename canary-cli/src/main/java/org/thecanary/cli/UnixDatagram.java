// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Sends datagrams to UNIX sockets of Linux, such as syslog's and systemd's, for which the JDK has no class. Each is sent
 * to the address anew, so the reader may come and go.
 *
 * <p>Owner: one thread.
 */
final class UnixDatagram implements AutoCloseable {
    /** Of Linux, on every processor that the JVM runs on. */
    private static final int AF_UNIX = 1;

    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    /** struct sockaddr_un: a short for the family, then the path. */
    private static final int PATH_BYTES = 108;

    private final MethodHandle sendTo = CLibrary.function(
            "sendto",
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private final MethodHandle close =
            CLibrary.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private final byte[] path;
    private final int socket;

    /**
     * A socket to send by.
     *
     * @param path of the reader's socket; one that begins with {@code @} is in the abstract name space
     * @throws IOException if there is no socket to be had
     */
    UnixDatagram(String path) throws IOException {
        this.path = path.getBytes(StandardCharsets.UTF_8);
        if (this.path.length == 0 || this.path.length >= PATH_BYTES) {
            throw new IOException("\"" + path + "\" cannot be a socket's address");
        }
        if (path.startsWith("@")) {
            this.path[0] = 0;
        }
        MethodHandle open = CLibrary.function(
                "socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        socket = (int) CLibrary.call(open, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (socket < 0) {
            throw new IOException("no UNIX socket to be had");
        }
    }

    /**
     * Sends one datagram; may block while the reader has no room.
     *
     * @throws IOException if nobody reads there
     */
    void send(byte[] datagram) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address =
                    arena.allocate(MemoryLayout.sequenceLayout(2 + PATH_BYTES, JAVA_BYTE), 2);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            // An abstract name has no zero at its end.
            int length = 2 + path.length + (path[0] == 0 ? 0 : 1);
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, datagram);
            long sent = (long) CLibrary.call(
                    sendTo, socket, bytes, (long) datagram.length, 0, address, length);
            if (sent != datagram.length) {
                throw new IOException(
                        "nobody reads at " + new String(path, StandardCharsets.UTF_8));
            }
        }
    }

    @Override
    public void close() {
        CLibrary.call(close, socket);
    }
}
