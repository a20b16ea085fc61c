// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.channel.Channel;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * What lies between a socket and MQTT, put into the pipeline from below: proxy, TLS, WebSocket. Each waits for the one
 * beneath it.
 *
 * <p>Owner: the client's loop.
 */
final class TransportLayers {
    private final Transport.Tcp transport;
    private final long timeoutMillis;
    private final Runnable ready;
    private final Consumer<Throwable> tlsFailed;
    private final Consumer<String> failed;

    /**
     * @param ready called when bytes can flow
     * @param tlsFailed called with what TLS says instead
     * @param failed called with why there is no way through, in words that follow the address
     */
    TransportLayers(
            Transport.Tcp transport,
            long timeoutMillis,
            Runnable ready,
            Consumer<Throwable> tlsFailed,
            Consumer<String> failed) {
        this.transport = transport;
        this.timeoutMillis = timeoutMillis;
        this.ready = ready;
        this.tlsFailed = tlsFailed;
        this.failed = failed;
    }

    /** The proxy's handler, which has to be in the pipeline before the socket is opened. */
    static Socks5ProxyHandler proxy(Transport.Socks5 proxy, InetSocketAddress address) {
        return new Socks5ProxyHandler(address, proxy.username(), proxy.password());
    }

    /** Begins; the socket is open. */
    void build(Channel channel) {
        Socks5ProxyHandler proxy = channel.pipeline().get(Socks5ProxyHandler.class);
        if (proxy == null) {
            addTls(channel);
            return;
        }
        proxy.setConnectTimeoutMillis(timeoutMillis);
        proxy.connectFuture().addListener(passed -> {
            if (passed.isSuccess()) {
                addTls(channel);
            } else {
                failed.accept("cannot be reached: " + words(passed.cause()));
            }
        });
    }

    private static String words(Throwable proxy) {
        String message = String.valueOf(proxy.getMessage());
        if (message.contains("authStatus")) {
            return "the proxy does not accept the user name and password";
        }
        int status = message.indexOf("status: ");
        return "the proxy says " + (status < 0 ? message : message.substring(status + 8));
    }

    private void addTls(Channel channel) {
        Tls tls = transport.tls();
        if (tls == null) {
            addWebSocket(channel);
            return;
        }
        var handler = new SslHandler(tls.engine(transport.host(), transport.port()));
        handler.setHandshakeTimeoutMillis(timeoutMillis);
        channel.pipeline().addBefore(Waiting.NAME, null, handler);
        handler.handshakeFuture().addListener(shaken -> {
            if (shaken.isSuccess()) {
                addWebSocket(channel);
            } else {
                tlsFailed.accept(shaken.cause());
            }
        });
    }

    private void addWebSocket(Channel channel) {
        Transport.WebSocket webSocket = transport.webSocket();
        if (webSocket == null) {
            ready.run();
            return;
        }
        Consumer<@Nullable String> opened = why -> {
            if (why == null) {
                ready.run();
            } else {
                failed.accept(why);
            }
        };
        // later, when a socket that was opened just now has told its pipeline so
        channel.eventLoop()
                .execute(() -> WebSocketLayer.addTo(
                        channel.pipeline(), transport, webSocket, timeoutMillis, opened));
    }
}
