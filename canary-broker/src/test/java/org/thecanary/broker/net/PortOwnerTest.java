// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Is the program named that has a port? */
final class PortOwnerTest {
    @Test
    void aListenerIsNamedWithItsProgramAndPid() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "only Linux tells");
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();

            assertThat(PortOwner.of(port))
                    .hasValueSatisfying(owner -> assertThat(owner)
                            .endsWith(" (pid " + ProcessHandle.current().pid() + ")"));
        }
        assertThat(PortOwner.of(port)).isEmpty();
    }
}
