// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * How bytes reach the Server: the address, and what lies between the socket and MQTT. A closed set that {@code Dialer}
 * opens.
 */
public sealed interface Transport {

    /** The port of MQTT over TCP. */
    int DEFAULT_PORT = 1883;

    /** The port of MQTT over TLS. */
    int DEFAULT_TLS_PORT = 8883;

    /** Plain TCP; {@link Tcp#with} adds what else there is. */
    static Tcp tcp(String host, int port) {
        return new Tcp(host, port, null, null, null);
    }

    /** TLS over TCP. */
    static Tcp tls(String host, int port, Tls tls) {
        return tcp(host, port).with(tls);
    }

    /** A UNIX socket. */
    static Unix unix(Path path) {
        return new Unix(path);
    }

    /** Where it leads, in words for a person. */
    String describe();

    /**
     * TCP, and what is on top of it.
     *
     * @param host a name or an address, IPv6 with or without brackets; a name is looked up at each attempt
     * @param port 1 to 65,535
     * @param tls null: none
     * @param webSocket null: MQTT as it is
     * @param proxy null: no proxy in between
     */
    record Tcp(
            String host,
            int port,
            @Nullable Tls tls,
            @Nullable WebSocket webSocket,
            @Nullable Socks5 proxy)
            implements Transport {
        public Tcp {
            host = checkHost(host, port);
        }

        /** The same with TLS. */
        public Tcp with(Tls value) {
            return new Tcp(host, port, value, webSocket, proxy);
        }

        /** The same with MQTT in a WebSocket. */
        public Tcp with(WebSocket value) {
            return new Tcp(host, port, tls, value, proxy);
        }

        /** The same by way of a proxy. */
        public Tcp through(Socks5 value) {
            return new Tcp(host, port, tls, webSocket, value);
        }

        @Override
        public String describe() {
            return address(host, port);
        }
    }

    /**
     * A WebSocket on the way: binary frames, sub-protocol {@code mqtt} (specification 6). With TLS it is {@code wss}.
     *
     * @param path what is asked for, beginning with a slash
     */
    record WebSocket(String path) {
        /** The path that most brokers have, and mosquitto's tools ask for. */
        public static final WebSocket MQTT = new WebSocket("/mqtt");

        public WebSocket {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("path " + path + " has no slash at its start");
            }
        }
    }

    /**
     * A SOCKS5 proxy [RFC 1928], which also looks the host's name up.
     *
     * @param username null: none is asked for
     * @param password null: as {@code username}; never in {@link #toString}
     */
    record Socks5(
            String host,
            int port,
            @Nullable String username,
            @Nullable String password) {
        /** The port of SOCKS. */
        public static final int DEFAULT_PORT = 1080;

        public Socks5 {
            host = checkHost(host, port);
        }

        @Override
        public String toString() {
            return "Socks5[" + address(host, port) + "]";
        }
    }

    /** A UNIX socket of this machine. */
    record Unix(Path path) implements Transport {
        @Override
        public String describe() {
            return path.toString();
        }
    }

    private static String checkHost(String host, int port) {
        String bare = host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
        if (bare.isBlank()) {
            throw new IllegalArgumentException("the host is empty");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not 1 to 65535");
        }
        return bare;
    }

    private static String address(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
