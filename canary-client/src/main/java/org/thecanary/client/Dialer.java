// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;

import org.jspecify.annotations.Nullable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One attempt to open a transport: looks the name up, tries its addresses in turn, and lets {@link TransportLayers} put what
 * the transport needs in front of MQTT. MQTT joins the pipeline only when bytes can flow, and takes that as its start.
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
            case Transport.Tcp tcp -> {
                Transport.Socks5 proxy = tcp.proxy();
                if (proxy == null) {
                    lookUp(tcp, tcp.host(), tcp.port());
                } else {
                    lookUp(tcp, proxy.host(), proxy.port());
                }
            }
            case Transport.Unix(var path) -> {
                ChannelFuture connecting = bootstrap(loop.sockets().unix(), null)
                        .connect(loop.sockets().address(path));
                await(connecting, () -> ready(connecting.channel()), this::failed);
            }
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
    private void lookUp(Transport.Tcp tcp, String host, int port) {
        if (host.indexOf(':') >= 0 || IPV4.matcher(host).matches()) {
            resolve(tcp, host, port).run();
            return;
        }
        Thread.ofPlatform().daemon().name("mqtt-lookup").start(() -> {
            Runnable resolved = resolve(tcp, host, port);
            try {
                loop.executor().execute(resolved);
            } catch (RejectedExecutionException _) {
                // the loop was closed meanwhile, and the client with it
            }
        });
    }

    /** Looks up now; what is returned belongs on the loop. */
    private Runnable resolve(Transport.Tcp tcp, String host, int port) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            return () -> connect(tcp, addresses, port, 0);
        } catch (UnknownHostException e) {
            return () -> failed("no such host", e);
        }
    }

    private void connect(Transport.Tcp tcp, InetAddress[] addresses, int port, int index) {
        if (cancelled) {
            return;
        }
        // An address that swallows everything must leave time for the next one.
        int timeoutMillis = Math.max(1, timeoutMillis() / addresses.length);
        var address = new InetSocketAddress(addresses[index], port);
        Transport.Socks5 proxy = tcp.proxy();
        Bootstrap bootstrap = bootstrap(
                        loop.sockets().tcp(),
                        proxy == null ? null : TransportLayers.proxy(proxy, address))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis);
        // The proxy looks the host up.
        var remote = proxy == null
                ? address
                : InetSocketAddress.createUnresolved(tcp.host(), tcp.port());
        InetSocketAddress local = options.localAddress();
        ChannelFuture connecting =
                local == null ? bootstrap.connect(remote) : bootstrap.connect(remote, local);
        await(connecting, () -> connected(tcp, connecting.channel()), cause -> {
            if (index + 1 < addresses.length) {
                connect(tcp, addresses, port, index + 1);
            } else {
                failed(cause);
            }
        });
    }

    /** @param first null: nothing is in front of what is added later */
    private Bootstrap bootstrap(Class<? extends Channel> socket, @Nullable ChannelHandler first) {
        return new Bootstrap()
                .group(loop.executor())
                .channel(socket)
                .disableResolver()
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                // few and large buffers: setting up a pool costs more than it gives
                .option(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (first != null) {
                            channel.pipeline().addLast(first);
                        }
                        channel.pipeline().addLast(Waiting.NAME, new Waiting());
                    }
                });
    }

    private int timeoutMillis() {
        return (int) options.connectTimeout().toMillis();
    }

    private void await(ChannelFuture connecting, Runnable open, Consumer<Throwable> refused) {
        opening = connecting.channel();
        connecting.addListener(_ -> {
            Throwable cause = connecting.cause();
            if (cause == null) {
                open.run();
            } else {
                refused.accept(cause);
            }
        });
    }

    private void connected(Transport.Tcp tcp, Channel channel) {
        if (cancelled) {
            channel.close();
            return;
        }
        new TransportLayers(
                        tcp,
                        timeoutMillis(),
                        () -> ready(channel),
                        cause -> {
                            if (!cancelled) {
                                mqtt.tlsFailed(cause);
                            }
                        },
                        why -> {
                            if (!cancelled) {
                                mqtt.noWay(why);
                            }
                        })
                .build(channel);
    }

    private void ready(Channel channel) {
        if (cancelled) {
            channel.close();
        } else {
            channel.pipeline().replace(Waiting.NAME, null, mqtt);
        }
    }

    private void failed(Throwable cause) {
        failed(describe(cause), cause);
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
        if (cause.getCause() instanceof IOException reason && cause.getMessage() == null) {
            return describe(reason);
        }
        return cause instanceof FileNotFoundException ? "No such file or directory" : message;
    }
}
