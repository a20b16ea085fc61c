// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;

/** Which filters exist, and what do they match? */
class TopicFilterTest {

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/#, sport, true",
        "#, a, true",
        "#, /a/b, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+, a, true",
        "+, a/b, false",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "+/tennis/#, a/tennis, true",
        "sport/+/player1, sport/x/player1, true",
        "a/+/+/b, a///b, true",
        "a, A, false",
        "a/b, a/b/, false",
        "a//b, a/b, false",
        "' a', a, false",
    })
    @Spec({
        "MQTT-4.7.1-1",
        "MQTT-4.7.1-2",
        "MQTT-4.7.3-4",
        "v3:MQTT-4.7.1-2",
        "v3:MQTT-4.7.1-3",
        "v3:MQTT-4.7.3-4"
    })
    void matches(String filter, String topic, boolean expected) {
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "#, $SYS/x, false",
        "+/x, $SYS/x, false",
        "+/#, $SYS/x, false",
        "$SYS/#, $SYS/x, true",
        "$SYS/+, $SYS/x, true",
        "$SYS/#, $SYS, true",
    })
    @Spec({"MQTT-4.7.2-1", "v3:MQTT-4.7.2-1"})
    void aWildcardInFrontDoesNotMatchDollarTopics(String filter, String topic, boolean expected) {
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'', [MQTT-4.7.3-1]",
        "a#, [MQTT-4.7.1-1]",
        "a/#/b, [MQTT-4.7.1-1]",
        "##, [MQTT-4.7.1-1]",
        "a+, [MQTT-4.7.1-2]",
        "+a/b, [MQTT-4.7.1-2]",
        "++, [MQTT-4.7.1-2]",
        "$share, [MQTT-4.8.2-1]",
        "$share/, [MQTT-4.8.2-1]",
        "$share//a, [MQTT-4.8.2-1]",
        "$share/+/a, [MQTT-4.8.2-2]",
        "$share/#/a, [MQTT-4.7.1-1]",
        "$share/g, [MQTT-4.8.2-2]",
        "$share/g/, [MQTT-4.8.2-2]",
        "$share/g/a#, [MQTT-4.7.1-1]",
    })
    @Spec({
        "MQTT-4.7.1-1",
        "MQTT-4.7.1-2",
        "MQTT-4.7.3-1",
        "MQTT-4.8.2-1",
        "MQTT-4.8.2-2",
        "v3:MQTT-4.7.3-1"
    })
    void isNoFilter(String text, String statement) {
        assertThatThrownBy(() -> TopicFilter.of(text))
                .isInstanceOfSatisfying(
                        InvalidTopicException.class,
                        e -> assertThat(e.statement()).isEqualTo(statement));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"#", "+", "a/+/b", "/", "//", "+/+/#", "$share/g/#", "$share/g//", "$SYS"})
    void isAFilter(String text) {
        assertThat(TopicFilter.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "$share/g/a/+, g, a/x, true",
        "$share/g/#, g, $SYS/x, false",
        "$share/g/$SYS/#, g, $SYS/x, true",
        "$share/g//x, g, /x, true",
    })
    @Spec({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    void aSharedFilterMatchesByWhatFollowsItsName(
            String text, String shareName, String topic, boolean expected) {
        TopicFilter filter = TopicFilter.of(text);

        assertThat(filter.isShared()).isTrue();
        assertThat(filter.shareName()).isEqualTo(shareName);
        assertThat(filter.matches(TopicName.of(topic))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201})
    void hasAtMost200Separators(int separators) {
        String text = "/".repeat(separators);

        if (separators <= TopicName.MAX_SEPARATORS) {
            assertThat(TopicFilter.of(text).levels()).hasSize(separators + 1);
            assertThat(TopicName.of(text).levels()).hasSize(separators + 1);
        } else {
            assertThatThrownBy(() -> TopicFilter.of(text))
                    .isInstanceOf(InvalidTopicException.class);
            assertThatThrownBy(() -> TopicName.of(text)).isInstanceOf(InvalidTopicException.class);
        }
    }
}
