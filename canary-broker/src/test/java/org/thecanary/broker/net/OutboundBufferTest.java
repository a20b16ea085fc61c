// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

class OutboundBufferTest {
    private final OutboundBuffer buffer = new OutboundBuffer();

    private static final class Nothing extends ChannelInboundHandlerAdapter {}

    private void writeText(ChannelHandlerContext context, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        buffer.write(context, bytes, bytes.length);
    }

    private static ByteBuf shared(String text) {
        return Unpooled.directBuffer().writeBytes(text.getBytes(US_ASCII));
    }

    private static String sent(EmbeddedChannel channel) {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(US_ASCII));
            next.release();
        }
        return all.toString();
    }

    @Test
    void whatIsGivenAwayGoesBehindWhatWasWrittenAndBeforeWhatIsWrittenNext() {
        EmbeddedChannel channel = new EmbeddedChannel(new Nothing());
        ChannelHandlerContext context = channel.pipeline().firstContext();
        writeText(context, "head");
        buffer.write(context, shared("PAYLOAD"));
        writeText(context, "tail");
        buffer.flush(context);

        assertThat(sent(channel)).isEqualTo("headPAYLOADtail");
    }

    /** A socket that takes all makes the connection writable again, and it goes on within the flush. */
    @Test
    void whatIsWrittenWhileTheSocketTakesTheRestGoesWithTheNextFlush() {
        var goesOn = new ChannelOutboundHandlerAdapter() {
            private boolean went;

            @Override
            public void flush(ChannelHandlerContext context) {
                context.flush();
                if (!went) {
                    went = true;
                    ChannelHandlerContext last = context.pipeline().lastContext();
                    writeText(last, "more");
                    buffer.write(last, shared("LARGE"));
                }
            }
        };
        EmbeddedChannel channel = new EmbeddedChannel(goesOn, new Nothing());
        ChannelHandlerContext context = channel.pipeline().lastContext();
        writeText(context, "head");
        buffer.write(context, shared("PAYLOAD"));
        buffer.flush(context);
        buffer.flush(context);

        assertThat(sent(channel)).isEqualTo("headPAYLOADmoreLARGE");
    }
}
