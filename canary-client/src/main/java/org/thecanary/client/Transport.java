// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

/**
 * How bytes reach the Server: the address, and what lies between the socket and MQTT.
 *
 * <p>A closed set that {@code ClientConnection} opens; TLS, WebSocket and UNIX sockets become further cases of it.
 */
public sealed interface Transport {

    /** The port of MQTT over TCP. */
    int DEFAULT_PORT = 1883;

    /** Plain TCP. */
    static Transport tcp(String host, int port) {
        return new Tcp(host, port);
    }

    /** Where it leads, in words for a person. */
    String describe();

    /**
     * Plain TCP.
     *
     * @param host a name or an address, IPv6 with or without brackets; a name is looked up at each attempt
     * @param port 1 to 65,535
     */
    record Tcp(String host, int port) implements Transport {
        public Tcp {
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            if (host.isBlank()) {
                throw new IllegalArgumentException("the host is empty");
            }
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("port " + port + " is not 1 to 65535");
            }
        }

        @Override
        public String describe() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }
}
