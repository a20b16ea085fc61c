// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When is it said that two clients have one identifier? */
class IdentifierFightsTest {
    private final IdentifierFights fights = new IdentifierFights();
    private long now = 1_000;

    /** A client comes and ends another's connection; whether that was said. */
    private boolean takeOver(String clientId) {
        fights.lost(clientId, "192.0.2.1:1", now);
        return fights.won(clientId, "192.0.2.2:2");
    }

    @Test
    void itIsSaidOnceWhenItHasHappenedThreeTimes() {
        assertThat(takeOver("c")).isFalse();
        assertThat(takeOver("c")).isFalse();
        assertThat(takeOver("c")).isTrue();
        assertThat(takeOver("c")).isFalse();
    }

    @Test
    void takeoversOfOtherClientsOrLongAgoDoNotCount() {
        assertThat(takeOver("c")).isFalse();
        assertThat(takeOver("d")).isFalse();
        now += 60_001;
        assertThat(takeOver("c")).isFalse();
        assertThat(takeOver("c")).isFalse();
        assertThat(takeOver("c")).isTrue();
    }

    @Test
    void whoConnectsWithoutEndingAnotherFightsWithNobody() {
        for (int i = 0; i < 10; i++) {
            assertThat(fights.won("c", "192.0.2.1:1")).isFalse();
        }
    }
}
