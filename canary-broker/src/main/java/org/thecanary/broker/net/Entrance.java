// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.Protocol;
import org.thecanary.broker.config.TlsConfig;
import org.thecanary.broker.http.HttpRoutes;
import org.thecanary.broker.net.websocket.WebSocketUpgrade;
import org.thecanary.broker.tls.ListenerTls;
import org.thecanary.broker.tls.TlsContext;
import org.thecanary.broker.tls.TlsException;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What the clients of a listener come in by: the layers between its sockets and MQTT or HTTP, of which plain TCP has none.
 *
 * <p>Any thread.
 *
 * @param tls null for none
 * @param monitoring what a listener of {@code protocol http_api} answers
 */
record Entrance(ConnectFlow flow, @Nullable ListenerTls tls, HttpRoutes monitoring) {
    /** A frame may hold many packets, but not too many. */
    private static final int LEAST_FRAME_LIMIT = 1024 * 1024;

    /**
     * Adds the layers to a new channel, before what speaks MQTT or HTTP.
     *
     * @param handshakes where signatures are computed
     */
    void furnish(Channel channel, Newcomer newcomer, Executor handshakes) {
        ListenerConfig listener = flow.listener();
        ChannelPipeline pipeline = channel.pipeline();
        if (listener.unixPath() != null) {
            newcomer.origin(Origin.SOCKET.withAddress(listener.unixPath() + ":0"));
        }
        if (listener.proxy() != null) {
            pipeline.addLast(new ProxyHeader(listener.proxy(), newcomer));
        }
        if (tls != null) {
            TlsContext context = tls.context();
            SslHandler handler = context.handler(channel.alloc(), handshakes);
            pipeline.addLast(handler, new TlsHandshake(tls, context, handler, newcomer));
        }
        if (listener.protocol() == Protocol.WEBSOCKETS) {
            WebSocketUpgrade.addTo(
                    pipeline,
                    listener.websocketOrigins(),
                    flow.maximumHeaderBytes(),
                    Math.clamp(flow.maximumPacketSize(), LEAST_FRAME_LIMIT, Integer.MAX_VALUE),
                    new WebSocketUpgrade.Client() {
                        @Override
                        public void forwarded(String address) {
                            newcomer.origin(newcomer.origin().withAddress(address));
                        }

                        @Override
                        public void refused(String why) {
                            newcomer.refused(why);
                        }

                        @Override
                        public void kept(int bytes) {
                            newcomer.kept(bytes);
                        }
                    });
        }
    }

    /** Whether nothing is furnished: the bytes of the socket are those of MQTT. */
    boolean isPlain() {
        ListenerConfig listener = flow.listener();
        return tls == null && listener.proxy() == null && listener.protocol() == Protocol.MQTT;
    }

    /** Reads TLS files again, as {@link ListenerTls#reload}. */
    Runnable reload(@Nullable TlsConfig config) throws TlsException {
        return tls == null || config == null ? () -> {} : tls.reload(config);
    }

    void remind(Instant now, Consumer<String> warn) {
        if (tls != null) {
            tls.remind(now, warn);
        }
    }

    List<Path> files() {
        return tls == null ? List.of() : tls.files();
    }
}
