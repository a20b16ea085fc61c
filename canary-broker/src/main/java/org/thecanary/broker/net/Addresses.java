// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.util.NetUtil;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Addresses as mosquitto logs them: {@code 127.0.0.1}, {@code ::1}. */
final class Addresses {
    private Addresses() {}

    /** Without the port; an IPv6 address in the short form of RFC 5952. */
    static String host(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? NetUtil.toAddressString(internet.getAddress())
                : "local";
    }

    /** Address, colon, port; no brackets, as mosquitto. */
    static String hostAndPort(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? host(address) + ":" + internet.getPort()
                : "local";
    }
}
