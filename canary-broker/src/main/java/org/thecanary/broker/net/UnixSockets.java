// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The files of UNIX sockets that listen. Stateless; any thread but a loop's. */
final class UnixSockets {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private UnixSockets() {}

    /**
     * Removes the socket of a broker that was killed.
     *
     * @throws IOException if something else is there, or a broker that lives
     */
    static void makeWay(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(
                        path,
                        java.nio.file.attribute.BasicFileAttributes.class,
                        LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException("cannot listen on " + path
                    + ": there is a file of that name, which is no socket");
        }
        try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            LOG.debug("{} answers", other);
        } catch (IOException e) {
            Files.delete(path); // nobody listens
            return;
        }
        throw new IOException("cannot listen on " + path
                + ": Address already in use; another broker may be running");
    }

    /** Owner and group may connect, as with mosquitto. */
    static void protect(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwx---"));
    }

    static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("Unable to remove {}: {}", path, e.getMessage());
        }
    }
}
