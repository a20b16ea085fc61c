// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;

/**
 * How bytes reach the Server: the address, and what lies between the socket and MQTT. A closed set that {@code Dialer}
 * opens.
 */
public sealed interface Transport {

    /** The port of MQTT over TCP. */
    int DEFAULT_PORT = 1883;

    /** The port of MQTT over TLS. */
    int DEFAULT_TLS_PORT = 8883;

    /** Plain TCP. */
    static Tcp tcp(String host, int port) {
        return new Tcp(host, port, null);
    }

    /** TLS over TCP. */
    static Tcp tls(String host, int port, Tls tls) {
        return new Tcp(host, port, tls);
    }

    /** Where it leads, in words for a person. */
    String describe();

    /**
     * TCP, plain or with TLS.
     *
     * @param host a name or an address, IPv6 with or without brackets; a name is looked up at each attempt
     * @param port 1 to 65,535
     * @param tls null: none
     */
    record Tcp(String host, int port, @Nullable Tls tls) implements Transport {
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
