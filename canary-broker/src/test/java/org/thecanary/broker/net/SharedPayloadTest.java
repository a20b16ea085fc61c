// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;

import java.util.List;
import java.util.concurrent.Callable;

class SharedPayloadTest {
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BrokerLoop loop = new BrokerLoops(group).all().getFirst();

    @AfterEach
    void stop() {
        group.shutdownGracefully();
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.executor().submit(task).get();
    }

    @Test
    void allReceiversOfATurnReadTheSameMemoryWhichIsFreedWithTheLastOfThem() throws Exception {
        byte[] payload = new byte[20_000];
        SharedPayload shared = new SharedPayload(loop);
        List<ByteBuf> turn = onLoop(() -> List.of(
                shared.of(payload, ByteBufAllocator.DEFAULT),
                shared.of(payload, ByteBufAllocator.DEFAULT)));
        ByteBuf first = turn.getFirst();
        ByteBuf second = turn.getLast();
        onLoop(() -> null); // the turn's end was before this

        assertThat(first.memoryAddress()).isEqualTo(second.memoryAddress());
        first.skipBytes(19_999);
        assertThat(second.readableBytes()).isEqualTo(20_000);
        assertThat(second.release()).isFalse();
        assertThat(first.release()).isTrue();
    }

    @Test
    void anotherPayloadIsAnother() throws Exception {
        SharedPayload shared = new SharedPayload(loop);
        List<ByteBuf> turn = onLoop(() -> List.of(
                shared.of(new byte[] {1}, ByteBufAllocator.DEFAULT),
                shared.of(new byte[] {2}, ByteBufAllocator.DEFAULT)));

        assertThat(turn.getFirst().readByte()).isEqualTo((byte) 1);
        assertThat(turn.getLast().readByte()).isEqualTo((byte) 2);
        assertThat(turn.getFirst().release()).isTrue();
    }
}
