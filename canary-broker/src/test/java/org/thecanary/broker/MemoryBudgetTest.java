// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.thecanary.broker.loop.BrokerLoop.Memory;
import org.thecanary.broker.loop.BrokerLoops;

/** When is memory short? */
class MemoryBudgetTest {
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private long used;
    private long stored;
    private long limit = Long.MAX_VALUE;
    private long garbage;

    private final MemoryBudget budget = new MemoryBudget(
            new BrokerLoops(group),
            new MemoryBudget.Gauges(() -> used + garbage, 1000, () -> stored, () -> garbage = 0),
            () -> limit);

    @AfterEach
    void end() {
        group.shutdownGracefully();
    }

    private Memory afterLooks(int looks) {
        Memory last = Memory.ENOUGH;
        for (int i = 0; i < looks; i++) {
            last = budget.look();
        }
        return last;
    }

    @Test
    void aHeapFullOfGarbageIsEnough() {
        garbage = 990;

        assertThat(afterLooks(40)).isEqualTo(Memory.ENOUGH);
        assertThat(garbage).isZero();
    }

    @Test
    void aHeapThatACollectionLeavesFullIsShortUntilItIsNot() {
        used = 700;
        garbage = 100;
        assertThat(afterLooks(20)).isEqualTo(Memory.TIGHT);
        used = 950;
        assertThat(afterLooks(20)).isEqualTo(Memory.FULL);

        used = 500;
        assertThat(afterLooks(1)).isEqualTo(Memory.ENOUGH);
    }

    @Test
    void aHeapWithNextToNothingLeftIsCollectedAtOnce() {
        used = 950;
        garbage = 40;

        assertThat(budget.look()).isEqualTo(Memory.FULL);
        assertThat(garbage).isZero();
    }

    @Test
    void oneThatWasTightAndFillsIsFullWithoutAnotherCollection() {
        used = 700;
        assertThat(afterLooks(20)).isEqualTo(Memory.TIGHT);

        garbage = 150;
        assertThat(budget.look()).isEqualTo(Memory.FULL);
    }

    @Test
    void messagesNearTheirLimitAreEnoughToBeShort() {
        limit = 100_000;
        stored = 74_000;
        assertThat(budget.look()).isEqualTo(Memory.ENOUGH);
        stored = 76_000;
        assertThat(afterLooks(5)).isEqualTo(Memory.TIGHT);
        stored = 90_000;
        assertThat(afterLooks(5)).isEqualTo(Memory.FULL);

        limit = Long.MAX_VALUE;
        assertThat(afterLooks(5)).isEqualTo(Memory.ENOUGH);
    }
}
