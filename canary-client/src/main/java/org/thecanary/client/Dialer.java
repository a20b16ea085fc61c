// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;

/**
 * One attempt to open a transport: looks the name up, tries its addresses in turn, and puts what the transport needs in
 * front of MQTT. MQTT joins the pipeline only when bytes can flow, and takes that as its start.
 *
 * <p>Owner: the client's loop.
 */
final class Dialer {
    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

    /** Above it a publish waits; so much at least is on its way when the socket is fast. */
    private static final WriteBufferWaterMark UNSENT =
            new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final ClientOptions options;
    private final ClientLoop loop;
    private final ClientConnection mqtt;
    private @Nullable Channel opening;
    private boolean cancelled;

    Dialer(ClientOptions options, ClientLoop loop, ClientConnection mqtt) {
        this.options = options;
        this.loop = loop;
        this.mqtt = mqtt;
    }

    void dial() {
        switch (options.transport()) {
            case Transport.Tcp tcp -> lookUp(tcp);
        }
    }

    /** Gives up; the connection hears no more of it. */
    void cancel() {
        cancelled = true;
        if (opening != null) {
            opening.close();
        }
    }

    /** Names are looked up on a thread of their own, since that blocks. */
    private void lookUp(Transport.Tcp tcp) {
        if (tcp.host().indexOf(':') >= 0 || IPV4.matcher(tcp.host()).matches()) {
            resolve(tcp).run();
            return;
        }
        Thread.ofPlatform().daemon().name("mqtt-lookup").start(() -> {
            Runnable resolved = resolve(tcp);
            try {
                loop.executor().execute(resolved);
            } catch (RejectedExecutionException _) {
                // the loop was closed meanwhile, and the client with it
            }
        });
    }

    /** Looks up now; what is returned belongs on the loop. */
    private Runnable resolve(Transport.Tcp tcp) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(tcp.host());
            return () -> connect(tcp, addresses, 0);
        } catch (UnknownHostException e) {
            return () -> failed("no such host", e);
        }
    }

    private void connect(Transport.Tcp tcp, InetAddress[] addresses, int index) {
        if (cancelled) {
            return;
        }
        // An address that swallows everything must leave time for the next one.
        int timeoutMillis =
                Math.max(1, (int) options.connectTimeout().toMillis() / addresses.length);
        var remote = new InetSocketAddress(addresses[index], tcp.port());
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.executor())
                .channel(loop.tcp())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                // few and large buffers: setting up a pool costs more than it gives
                .option(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .handler(new Waiting());
        InetSocketAddress local = options.localAddress();
        ChannelFuture connecting =
                local == null ? bootstrap.connect(remote) : bootstrap.connect(remote, local);
        opening = connecting.channel();
        connecting.addListener(_ -> {
            Throwable cause = connecting.cause();
            if (cause == null) {
                connected(tcp, connecting.channel());
            } else if (index + 1 < addresses.length) {
                connect(tcp, addresses, index + 1);
            } else {
                failed(describe(cause), cause);
            }
        });
    }

    /** Stands for MQTT until bytes can flow. What fails until then is told by a future. */
    private static final class Waiting extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
    }

    private void connected(Transport.Tcp tcp, Channel channel) {
        Tls tls = tcp.tls();
        if (cancelled) {
            channel.close();
        } else if (tls == null) {
            ready(channel);
        } else {
            var handler = new SslHandler(tls.engine(tcp.host(), tcp.port()));
            handler.setHandshakeTimeoutMillis(options.connectTimeout().toMillis());
            channel.pipeline().addFirst(handler);
            handler.handshakeFuture().addListener(shaken -> {
                if (shaken.isSuccess()) {
                    ready(channel);
                } else if (!cancelled) {
                    mqtt.tlsFailed(shaken.cause());
                    channel.close();
                }
            });
        }
    }

    private void ready(Channel channel) {
        if (cancelled) {
            channel.close();
        } else {
            channel.pipeline().addLast(mqtt).remove(Waiting.class);
        }
    }

    private void failed(String why, Throwable cause) {
        if (!cancelled) {
            mqtt.unreachable(why, cause);
        }
    }

    private static String describe(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Connection refused")) {
            return "connection refused; is a broker listening there?";
        }
        if (message.contains("unreachable") || message.contains("No route")) {
            return "there is no route to it";
        }
        if (message.contains("timed out")) {
            return "no answer in time";
        }
        return message;
    }
}
