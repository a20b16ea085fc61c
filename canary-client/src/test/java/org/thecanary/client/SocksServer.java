// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A SOCKS5 proxy [RFC 1928, RFC 1929] that notes where its clients want to go. */
final class SocksServer implements AutoCloseable {
    private static final int VERSION = 5;
    private static final int BY_PASSWORD = 2;
    private static final int DOMAIN = 3;

    private final ServerSocket server;
    private final @Nullable String credentials;

    /** Hosts as they were asked for. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** @param credentials {@code user:password}; null: everybody may pass */
    SocksServer(@Nullable String credentials) throws IOException {
        this.credentials = credentials;
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in = new DataInputStream(client.getInputStream());
            var out = new DataOutputStream(client.getOutputStream());
            in.readUnsignedByte();
            in.readNBytes(in.readUnsignedByte());
            if (!authenticate(in, out)) {
                return;
            }
            in.readNBytes(3);
            if (in.readUnsignedByte() != DOMAIN) {
                return;
            }
            String host = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
            int port = in.readUnsignedShort();
            asked.add(host);
            relay(client, out, host, port);
        } catch (IOException _) {
            // one of the two is gone
        }
    }

    private static void relay(Socket client, DataOutputStream out, String host, int port)
            throws IOException {
        try (Socket target = new Socket(host, port)) {
            out.write(new byte[] {VERSION, 0, 0, 1, 127, 0, 0, 1, 0, 0});
            Thread.ofVirtual().start(() -> copy(target, client));
            copy(client, target);
        } catch (IOException _) {
            out.write(new byte[] {VERSION, 5, 0, 1, 0, 0, 0, 0, 0, 0}); // refused
        }
    }

    private boolean authenticate(DataInputStream in, DataOutputStream out) throws IOException {
        if (credentials == null) {
            out.write(new byte[] {VERSION, 0});
            return true;
        }
        out.write(new byte[] {VERSION, BY_PASSWORD});
        in.readUnsignedByte();
        String user = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
        String password = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
        boolean known = credentials.equals(user + ":" + password);
        out.write(new byte[] {1, (byte) (known ? 0 : 1)});
        return known;
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            // one of the two is gone
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
