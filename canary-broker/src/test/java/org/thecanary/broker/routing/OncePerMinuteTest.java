// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.stream.IntStream;

/** Is a thing said once a minute? */
class OncePerMinuteTest {
    private final OncePerMinute<String> said = new OncePerMinute<>();

    @Test
    void aThingIsNewsAgainAfterAMinute() {
        assertThat(said.isNews("a", 5)).isTrue();
        assertThat(said.isNews("a", 60_004)).isFalse();
        assertThat(said.isNews("b", 60_004)).isTrue();
        assertThat(said.isNews("a", 60_005)).isTrue();
        assertThat(said.isNews("a", 60_006)).isFalse();
    }

    @Test
    void ofTooManyThingsSomeAreForgotten() {
        for (int i = 0; i <= 10_000; i++) {
            assertThat(said.isNews("" + i, 0)).isTrue();
        }
        assertThat(said.isNews("10000", 1)).isFalse();
        assertThat(IntStream.range(0, 10_000).filter(i -> said.isNews("" + i, 1)))
                .isNotEmpty();
    }
}
