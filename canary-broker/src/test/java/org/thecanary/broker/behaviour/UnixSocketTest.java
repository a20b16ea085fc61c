// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.SocketDomain;
import org.thecanary.mqtt.codec.Bytes;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;

/** Does a broker listen on a UNIX socket, and on one network interface, as mosquitto does? */
class UnixSocketTest {
    @TempDir
    Path folder;

    private static TestBroker broker(Consumer<ListenerConfig.Builder> options) throws IOException {
        return TestBroker.start((_, listener) -> options.accept(listener));
    }

    private static TestBroker on(Path socket) throws IOException {
        return broker(listener -> listener.unixPath = socket);
    }

    @Test
    void clientsConnectThroughTheSocketWhichOthersMayNotUseAndWhichGoesWithTheBroker()
            throws Exception {
        Path socket = folder.resolve("m.sock");
        try (TestBroker _ = on(socket);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            client.write(ByteBuffer.wrap(Bytes.of(WebSocketPeer.CONNECT)));
            ByteBuffer answer = ByteBuffer.allocate(4);
            while (answer.hasRemaining() && client.read(answer) >= 0) {}

            assertThat(Bytes.hex(answer.array()))
                    .isEqualTo(Bytes.hex(Bytes.of(WebSocketPeer.CONNACK)));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rwxrwx---");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void theSocketOfABrokerThatWasKilledIsReplacedAndThatOfALivingOneIsNot() throws Exception {
        Path socket = folder.resolve("m.sock");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        try (TestBroker _ = on(socket)) {
            assertThatIOException()
                    .isThrownBy(() -> on(socket))
                    .withMessageContaining("another broker may be running");
            assertThat(SocketChannel.open(UnixDomainSocketAddress.of(socket)).isConnected())
                    .isTrue();
        }
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws Exception {
        Path file = Files.writeString(folder.resolve("precious"), "data");

        assertThatIOException()
                .isThrownBy(() -> on(file))
                .withMessageContaining("which is no socket");
        assertThat(file).hasContent("data");
    }

    @Test
    void theLoopbackInterfaceIsBoundByItsName() throws Exception {
        try (TestBroker broker = broker(listener -> {
            listener.host = null;
            listener.bindInterface = "lo";
        })) {
            broker.connect("c").expectNothing();
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsNamedWithThoseThatAre() {
        assertThatIOException()
                .isThrownBy(() -> broker(listener -> listener.bindInterface = "nonesuch0"))
                .withMessageContaining("bind_interface nonesuch0")
                .withMessageContaining("lo");
    }

    @Test
    void aHostWithoutAnAddressOfTheSocketDomainStopsTheStart() {
        assertThatIOException()
                .isThrownBy(() -> broker(listener -> {
                    listener.host = "127.0.0.1";
                    listener.socketDomain = SocketDomain.IPV6;
                }))
                .withMessageContaining("cannot listen on 127.0.0.1")
                .withMessageContaining("socket_domain ipv6");
    }
}
