// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** When is nothing more read, and when again? */
final class BackpressureTest {
    private static final int LARGE = 64 << 10;

    private final List<Boolean> said = Collections.synchronizedList(new ArrayList<>());
    private final Backpressure waiting = new Backpressure(said::add);

    @Test
    void sixteenMegabytesMayWait() {
        int fit = (16 << 20) / LARGE;
        come(fit, LARGE);
        assertThat(said).isEmpty();
        come(1, LARGE);
        assertThat(said).containsExactly(true);
        come(10, LARGE);
        assertThat(said).containsExactly(true);

        waiting.went(fit / 2, (long) fit / 2 * LARGE);
        assertThat(said).containsExactly(true);
        waiting.went(fit / 2, (long) fit / 2 * LARGE);
        assertThat(said).containsExactly(true, false);
    }

    @Test
    void twentyThousandMessagesMayWait() {
        come(20_000, 10);
        assertThat(said).isEmpty();
        come(1, 10);
        assertThat(said).containsExactly(true);

        waiting.went(15_001, 150_010);
        assertThat(said).containsExactly(true);
        waiting.went(1, 10);
        assertThat(said).containsExactly(true, false);
    }

    /** Where the last word were the wrong one, nothing would ever be read again. */
    @RepeatedTest(20)
    void theLastWordIsTheRightOne() throws InterruptedException {
        Thread loop = Thread.ofPlatform().start(() -> come(50_000, 1_000));
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 50_000; i++) {
                waiting.went(1, 1_000);
            }
        });
        loop.join();
        writer.join();

        assertThat(said.isEmpty() || !said.getLast()).isTrue();
        for (int i = 1; i < said.size(); i++) {
            assertThat(said.get(i)).isNotEqualTo(said.get(i - 1));
        }
    }

    private void come(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            waiting.came(bytes);
        }
    }
}
