// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;

/** Which Topic Names exist, and when are two the same? */
class TopicNameTest {

    @ParameterizedTest
    @CsvSource({
        "'', [MQTT-4.7.3-1]",
        "a/+, [MQTT-3.3.2-2]",
        "#, [MQTT-3.3.2-2]",
        "a+b, [MQTT-3.3.2-2]",
        "'a\0b', [MQTT-4.7.3-2]",
    })
    @Spec({
        "MQTT-4.7.0-1",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2",
        "MQTT-3.3.2-2",
        "v3:MQTT-4.7.1-1",
        "v3:MQTT-4.7.3-1",
        "v3:MQTT-4.7.3-2",
        "v3:MQTT-3.3.2-2"
    })
    void isNoTopicName(String text, String statement) {
        assertThatThrownBy(() -> TopicName.of(text))
                .isInstanceOfSatisfying(
                        InvalidTopicException.class,
                        e -> assertThat(e.statement()).isEqualTo(statement));
    }

    @Test
    @Spec({"MQTT-4.7.3-3", "v3:MQTT-4.7.3-3"})
    void takesAtMost65535Bytes() {
        assertThat(TopicName.of("x".repeat(65_535)).utf8()).hasSize(65_535);
        assertThatThrownBy(() -> TopicName.of("x".repeat(65_536)))
                .isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> TopicName.of("ä".repeat(32_768)))
                .isInstanceOf(InvalidTopicException.class);
    }

    @Test
    @Spec({"MQTT-4.7.3-4", "v3:MQTT-4.7.3-4"})
    void isComparedByteByByteWithoutNormalization() {
        assertThat(TopicName.of("ä")).isNotEqualTo(TopicName.of("a\u0308"));
        assertThat(TopicName.of("A")).isNotEqualTo(TopicName.of("a"));
        assertThat(TopicName.of("a/b")).isEqualTo(TopicName.of("a/b"));
        assertThat(TopicName.of("a/b")).hasSameHashCodeAs(TopicName.of("a/b"));
    }

    @Test
    void emptyLevelsCount() {
        assertThat(TopicName.of("/a//").levels()).containsExactly("", "a", "", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "/a//", "/", "ä/b", "$SYS/x"})
    void theFirstLevelIsThatOfTheLevels(String text) {
        TopicName topic = TopicName.of(text);

        String asked = topic.firstLevel();

        assertThat(asked).isEqualTo(topic.levels().getFirst()).isEqualTo(topic.firstLevel());
    }

    @Test
    void ofALongOneNothingIsKeptButItsBytes() {
        TopicName ordinary = TopicName.of("a/b");
        TopicName longer = TopicName.of("a/" + "x".repeat(60_000));

        assertThat(ordinary.levels()).isSameAs(ordinary.levels());
        assertThat(longer.levels()).isNotSameAs(longer.levels()).hasSize(2);
        assertThat(longer.toString()).isNotSameAs(longer.toString()).hasSize(60_002);
    }

    @Test
    void theFootprintGrowsWithLevelsThatAreRememberedAndNotWithOthers() {
        assertThat(TopicName.of("x".repeat(200)).footprint()).isBetween(600, 1_000);
        assertThat(TopicName.of("/".repeat(200)).footprint()).isGreaterThan(10_000);
        assertThat(TopicName.of("x".repeat(65_000)).footprint()).isBetween(65_000, 66_000);
    }
}
