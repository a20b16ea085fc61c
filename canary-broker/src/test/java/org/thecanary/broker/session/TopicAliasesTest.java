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

class TopicAliasesTest {
    private final TopicAliases aliases = new TopicAliases(10);

    private static Publish publish(TopicName topic, int alias) {
        return new Publish(message("x", "", QOS_0).withTopic(topic), 0, false, alias, List.of());
    }

    private String resolve(String topic, int alias) {
        return aliases.resolve(publish(TopicName.of(topic), alias), false).toString();
    }

    private String resolve(int alias) {
        return aliases.resolve(publish(TopicName.NONE, alias), false).toString();
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
        assertThat(aliases.resolve(publish(TopicName.of("c"), 0), false))
                .isEqualTo(TopicName.of("c"));
    }

    @Test
    void anAliasAboveTheMaximumIsInvalid() {
        assertThatThrownBy(() -> resolve("a", 11))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID));
        assertThatThrownBy(() -> new TopicAliases(0).resolve(publish(TopicName.of("a"), 1), false))
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
    void whileMemoryIsFullLongTopicsGetNoneAndShortOnesDo() {
        TopicName longOne = TopicName.of("x".repeat(10_000));
        aliases.resolve(publish(longOne, 1), true);

        assertThatThrownBy(() -> aliases.resolve(publish(longOne, 2), true))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(ReasonCode.QUOTA_EXCEEDED));

        TopicAliases others = new TopicAliases(10);
        for (int i = 0; i < 1000; i++) {
            others.resolve(publish(TopicName.of("a topic of usual length/" + i), 1 + i % 10), true);
        }
        assertThat(others.known(10)).isEqualTo(TopicName.of("a topic of usual length/999"));
    }
}
