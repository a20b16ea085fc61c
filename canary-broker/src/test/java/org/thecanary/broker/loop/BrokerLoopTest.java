// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

final class BrokerLoopTest {
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BrokerLoop loop = new BrokerLoops(group).all().getFirst();

    @Test
    void whatIsPostedToALoopThatHasEndedIsDropped() {
        end();
        AtomicBoolean ran = new AtomicBoolean();

        loop.post(() -> ran.set(true));

        assertThat(loop.executor().isTerminated()).isTrue();
        assertThat(ran).isFalse();
    }

    private void end() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
