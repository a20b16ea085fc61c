// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.Nullable;

/** What a client speaks that came to the wrong listener, told by its first byte. */
public final class WrongListener {
    /** RFC 8446, 5.1: a record of type handshake. It is of no CONNECT of any version. */
    static final int TLS_HANDSHAKE = 0x16;

    private static final int CONNECT = 0x10;
    private static final String TLS = "this is TLS, which this listener does not speak";

    private WrongListener() {}

    /** What has come to a listener for MQTT instead of a CONNECT. */
    static String forMqtt(int first) {
        return switch (first) {
            case TLS_HANDSHAKE -> TLS;
            case 'G' -> // GET
                "this is HTTP; WebSocket clients need a listener of protocol websockets";
            case 'P' -> // PROXY, POST, or a PUBREC
                "first packet is not a CONNECT; behind a proxy that announces its clients"
                        + " set enable_proxy_protocol";
            case '\r' -> // as the PROXY header of version 2 begins
                "this is a PROXY header; set enable_proxy_protocol 2";
            default -> "first packet is not a CONNECT";
        };
    }

    /** What has come to a listener for WebSocket; null where it may be HTTP. */
    public static @Nullable String forWebSocket(int first) {
        return switch (first) {
            case TLS_HANDSHAKE -> TLS;
            case CONNECT ->
                "this is MQTT without WebSocket, and the listener is of protocol websockets";
            default -> null;
        };
    }
}
