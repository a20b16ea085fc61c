// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** How long does a refusal wait? */
class GuessingBrakeTest {
    private final GuessingBrake brake = new GuessingBrake();
    private long now = 1_000;

    private Duration failed(String address, String user) {
        return brake.failed(address, user, now);
    }

    private void fail(int times, String address, String user) {
        for (int i = 0; i < times; i++) {
            var _ = failed(address, user);
        }
    }

    @Test
    void theFirstMistakesCostNothing() {
        for (int i = 0; i < GuessingBrake.FREE; i++) {
            assertThat(failed("192.0.2.1", "ann")).isZero();
        }
        assertThat(brake.holds("192.0.2.1", "ann", now)).isFalse();
    }

    @Test
    void thenEachWaitsTwiceAsLongUpToFiveSeconds() {
        fail(GuessingBrake.FREE, "192.0.2.1", "ann");

        assertThat(failed("192.0.2.1", "ann")).isEqualTo(Duration.ofMillis(250));
        assertThat(failed("192.0.2.1", "ann")).isEqualTo(Duration.ofMillis(500));
        fail(20, "192.0.2.1", "ann");
        assertThat(failed("192.0.2.1", "ann")).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void oneAddressWithManyUsersIsHeldAndSoIsOneUserFromManyAddresses() {
        for (int i = 0; i <= GuessingBrake.FREE; i++) {
            var _ = failed("192.0.2.1", "user" + i);
            var _ = failed("198.51.100." + i, "ann");
        }

        assertThat(brake.holds("192.0.2.1", "unheard-of", now)).isTrue();
        assertThat(brake.holds("203.0.113.9", "ann", now)).isTrue();
        assertThat(brake.holds("203.0.113.9", "bob", now)).isFalse();
    }

    @Test
    void aMinuteOfQuietForgives() {
        fail(20, "192.0.2.1", "ann");

        now += 60_001;

        assertThat(brake.holds("192.0.2.1", "ann", now)).isFalse();
        assertThat(failed("192.0.2.1", "ann")).isZero();
    }

    @Test
    void allAddressesOfAnIpv6NetworkAreOne() {
        for (int i = 0; i <= GuessingBrake.FREE; i++) {
            var _ = failed("2001:db8:0:7::" + i, "user" + i);
        }

        assertThat(brake.holds("2001:db8:0:7:ffff::1", "ann", now)).isTrue();
        assertThat(brake.holds("2001:db8:0:8::1", "ann", now)).isFalse();
    }

    @Test
    void anIpv4AddressIsItselfHoweverItIsWritten() {
        assertThat(GuessingBrake.network("192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(GuessingBrake.network("::ffff:192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(GuessingBrake.network("no:address")).isEqualTo("no:address");
    }
}
