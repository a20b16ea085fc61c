// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.tls.ListenerTls;

import java.nio.file.Path;
import java.util.Objects;

/** A client may leave while its handshake is computed on another thread; is nobody alarmed? */
class TlsLeaverTest {
    private final DecoderException late = new DecoderException("no certificate");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private EmbeddedChannel channel;

    @SuppressWarnings("NullAway.Init")
    private SslHandler handler;

    @SuppressWarnings("NullAway.Init")
    private ChannelHandlerContext context;

    @BeforeEach
    void open() throws Exception {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        new Certificates(folder).serve(listener);
        handler = new ListenerTls(Objects.requireNonNull(listener.tls.build()))
                .context()
                .handler(UnpooledByteBufAllocator.DEFAULT, Runnable::run);
        channel = new EmbeddedChannel(handler);
        context = channel.pipeline().context(handler);
    }

    @Test
    void whatFailsLaterIsNoNews() throws Exception {
        channel.close();
        handler.exceptionCaught(context, late);

        assertThatCode(channel::checkException).doesNotThrowAnyException();
    }

    @Test
    void whatFailsMeanwhileIs() throws Exception {
        handler.exceptionCaught(context, late);

        assertThatThrownBy(channel::checkException).isSameAs(late);
    }
}
