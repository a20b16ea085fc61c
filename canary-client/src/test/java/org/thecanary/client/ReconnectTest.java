// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.mqtt.packet.ReasonCode;

import java.time.Duration;
import java.util.Random;

class ReconnectTest {
    private static final ReconnectPolicy POLICY =
            ReconnectPolicy.backOff(Duration.ofMillis(100), Duration.ofMillis(3_000));
    private final Reconnect reconnect = new Reconnect(POLICY, new Random(1));

    @Test
    void waitsGrowToTheirMaximumAndDiffer() {
        long[] ceilings = {200, 400, 800, 1_600, 3_000, 3_000, 3_000};
        long[] longest = new long[ceilings.length];
        for (int client = 0; client < 200; client++) {
            var one = new Reconnect(POLICY, new Random(client));
            for (int attempt = 0; attempt < ceilings.length; attempt++) {
                long wait = one.nextDelayMillis(0);
                assertThat(wait).isBetween(100L, ceilings[attempt]);
                longest[attempt] = Math.max(longest[attempt], wait);
            }
        }

        for (int attempt = 0; attempt < ceilings.length; attempt++) {
            assertThat(longest[attempt]).isGreaterThan(ceilings[attempt] * 9 / 10);
        }
    }

    @Test
    void waitNeverOverflows() {
        for (int i = 0; i < 100; i++) {
            assertThat(reconnect.nextDelayMillis(0)).isBetween(100L, 3_000L);
        }
    }

    @Test
    void onlyAConnectionThatLastedStartsTheCountAnew() {
        for (int i = 0; i < 10; i++) {
            reconnect.nextDelayMillis(0);
        }
        long longest = 0;
        for (int i = 0; i < 50; i++) {
            longest = Math.max(longest, reconnect.nextDelayMillis(9_999));
        }
        assertThat(longest).isGreaterThan(1_000);
        assertThat(reconnect.nextDelayMillis(10_000)).isBetween(100L, 200L);
        reconnect.nextDelayMillis(0);
        reconnect.nextDelayMillis(0);
        reconnect.reset();
        assertThat(reconnect.nextDelayMillis(0)).isBetween(100L, 200L);
    }

    @ParameterizedTest
    @EnumSource(
            value = ReasonCode.class,
            names = {
                "BAD_USER_NAME_OR_PASSWORD",
                "NOT_AUTHORIZED",
                "UNSUPPORTED_PROTOCOL_VERSION",
                "CLIENT_IDENTIFIER_NOT_VALID",
                "BANNED",
                "BAD_AUTHENTICATION_METHOD",
                "PACKET_TOO_LARGE",
                "MALFORMED_PACKET",
                "QOS_NOT_SUPPORTED",
                "RETAIN_NOT_SUPPORTED",
                "SERVER_MOVED"
            })
    void refusalsThatTimeCannotHealEndTheClient(ReasonCode reason) {
        assertThat(reconnect.heals(Cause.REFUSED, reason)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = ReasonCode.class,
            names = {
                "SERVER_UNAVAILABLE",
                "SERVER_BUSY",
                "QUOTA_EXCEEDED",
                "CONNECTION_RATE_EXCEEDED"
            })
    void refusalsOfTheMomentAreTriedAgain(ReasonCode reason) {
        assertThat(reconnect.heals(Cause.REFUSED, reason)).isTrue();
    }

    @Test
    void takenOverSessionIsLeftToItsTakerUnlessWanted() {
        var stubborn = new Reconnect(
                new ReconnectPolicy(true, POLICY.min(), POLICY.max(), POLICY.stable(), true),
                new Random(1));

        assertThat(reconnect.heals(Cause.SERVER_DISCONNECT, ReasonCode.SESSION_TAKEN_OVER))
                .isFalse();
        assertThat(stubborn.heals(Cause.SERVER_DISCONNECT, ReasonCode.SESSION_TAKEN_OVER))
                .isTrue();
        assertThat(reconnect.heals(Cause.SERVER_DISCONNECT, ReasonCode.SERVER_SHUTTING_DOWN))
                .isTrue();
    }

    @Test
    void withoutAPolicyNothingHeals() {
        var none = new Reconnect(ReconnectPolicy.NONE, new Random(1));

        for (Cause cause : Cause.values()) {
            assertThat(none.heals(cause, null)).isFalse();
            assertThat(reconnect.heals(cause, null)).isEqualTo(cause != Cause.APPLICATION);
        }
    }

    @Test
    void waitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> ReconnectPolicy.backOff(Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> ReconnectPolicy.backOff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
