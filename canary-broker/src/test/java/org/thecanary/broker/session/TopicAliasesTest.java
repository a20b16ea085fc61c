// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.message;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

class TopicAliasesTest {
    private final TopicAliases aliases = new TopicAliases(10);

    private static Publish publish(TopicName topic, int alias) {
        return new Publish(message("x", "", QOS_0).withTopic(topic), 0, false, alias, List.of());
    }

    private String resolve(String topic, int alias) {
        return aliases.resolve(publish(TopicName.of(topic), alias), TopicAliasesTest::unlimited)
                .toString();
    }

    private String resolve(int alias) {
        return aliases.resolve(publish(TopicName.NONE, alias), TopicAliasesTest::unlimited)
                .toString();
    }

    private static boolean unlimited(int bytes) {
        return bytes < Integer.MAX_VALUE;
    }

    private static ReasonCode reason(Throwable thrown) {
        return ((ProtocolException) thrown).reason();
    }

    @Test
    @Spec("MQTT-3.3.2-12")
    void everyAliasUpToTheMaximumIsTaken() {
        for (int alias = 1; alias <= 10; alias++) {
            assertThat(resolve("t/" + alias, alias)).isEqualTo("t/" + alias);
        }
        for (int alias = 1; alias <= 10; alias++) {
            assertThat(resolve(alias)).isEqualTo("t/" + alias);
        }
    }

    @Test
    void anAliasMayBeSetAnew() {
        resolve("a", 1);
        resolve("b", 1);

        assertThat(resolve(1)).isEqualTo("b");
        assertThat(aliases.resolve(publish(TopicName.of("c"), 0), TopicAliasesTest::unlimited))
                .isEqualTo(TopicName.of("c"));
    }

    @Test
    void anAliasAboveTheMaximumIsInvalid() {
        assertThatThrownBy(() -> resolve("a", 11))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID));
        assertThatThrownBy(() -> new TopicAliases(0)
                        .resolve(publish(TopicName.of("a"), 1), TopicAliasesTest::unlimited))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID));
    }

    @Test
    void whatAnAliasStandsForIsKnownOnceItIsSet() {
        assertThat(aliases.known(3)).isNull();
        resolve("a", 3);
        assertThat(aliases.known(3)).isEqualTo(TopicName.of("a"));
        assertThat(aliases.known(11)).isNull();
    }

    @Test
    void anAliasThatWasNeverSetIsAProtocolError() {
        assertThatThrownBy(() -> resolve(3))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void topicsTakeMemoryAndGiveItBackWhenTheirAliasIsSetAnew() {
        AtomicInteger taken = new AtomicInteger();
        IntPredicate room = bytes -> {
            taken.addAndGet(bytes);
            return true;
        };
        TopicName longOne = TopicName.of("x".repeat(10_000));
        aliases.resolve(publish(longOne, 1), room);
        assertThat(taken.get()).isBetween(10_000, 11_000);

        aliases.resolve(publish(TopicName.of("a"), 1), room);
        assertThat(taken.get()).isLessThan(1_000);
    }

    @Test
    void anAliasForWhichThereIsNoMemoryIsNotSet() {
        assertThatThrownBy(() -> aliases.resolve(publish(TopicName.of("a"), 1), _ -> false))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(ReasonCode.QUOTA_EXCEEDED));
        assertThat(aliases.known(1)).isNull();
    }

    @Test
    void theHighestAliasTakesRoomForAllBelow() {
        AtomicInteger taken = new AtomicInteger();
        new TopicAliases(65_535).resolve(publish(TopicName.of("a"), 65_535), bytes -> {
            taken.addAndGet(bytes);
            return true;
        });
        assertThat(taken.get()).isGreaterThan(4 * 65_535);
    }
}
