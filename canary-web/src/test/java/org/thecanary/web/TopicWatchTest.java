// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.web.payload.Json;

import java.nio.file.Path;
import java.util.List;

/** What does the page of topics cost where a broker has too many, or says too much? */
final class TopicWatchTest {
    private static final long NOW = 1_795_000_000_000L;

    /** Nobody listens there: what is heard is said here. */
    private final TopicWatch watch =
            new TopicWatch(WebRig.options(Path.of("."), Transport.tcp("127.0.0.1", 1), null, null));

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void moreTopicsThanCanBeShownAreCounted() {
        for (int i = 0; i < TopicWatch.MOST_TOPICS + 10; i++) {
            say("house/" + i, "1");
            say("house/" + i, "2");
        }

        TopicWatch.Shown shown = watch.shown(NOW);
        assertThat(shown.topics()).hasSize(TopicWatch.MOST_TOPICS);
        assertThat(shown.leftOut()).isEqualTo(10);
    }

    @Test
    void aNameThatIsLongOrDeepIsLeftOut() {
        say("a".repeat(TopicWatch.LONGEST_NAME + 1), "1");
        say("/".repeat(100), "1");
        say("house/lights", "1");

        TopicWatch.Shown shown = watch.shown(NOW);
        assertThat(shown.topics()).singleElement().extracting("name").isEqualTo("house/lights");
        assertThat(shown.leftOut()).isEqualTo(2);
    }

    @Test
    void theOldestMessagesOfAllGoWhereTooMuchIsSaid() {
        String long4k = "x".repeat(4_096);
        int topics = 200; // of which twenty messages each are twice of what is kept
        for (int message = 0; message < 30; message++) {
            for (int topic = 0; topic < topics; topic++) {
                say("house/" + topic, message + " " + long4k);
            }
        }
        say("house/quiet", "still here");

        long kept = 0;
        for (int topic = 0; topic < topics; topic++) {
            List<?> messages = messages("house/" + topic);
            assertThat(messages).hasSizeBetween(2, 10);
            assertThat(messages).element(0).extracting("text").asString().startsWith("29 ");
            kept += Json.text(messages).length() * 2L;
        }
        assertThat(kept).isLessThan(TopicWatch.MOST_BYTES);
        assertThat(messages("house/quiet")).hasSize(1);
        assertThat(Json.text(watch.shown(NOW).topics()).length()).isLessThan(60_000);
    }

    @Test
    void ofABusyTopicTheLastTwentyAreKept() {
        say("house/quiet", "0");
        for (int message = 0; message < 1_000; message++) {
            say("house/busy", "" + message);
        }

        assertThat(messages("house/busy"))
                .hasSize(20)
                .extracting("text")
                .startsWith("999", "998")
                .endsWith("980");
        assertThat(messages("house/quiet")).extracting("text").containsExactly("0");
    }

    private List<?> messages(String topic) {
        return (List<?>) watch.view(topic, NOW).getOrDefault("messages", List.of());
    }

    private void say(String topic, String text) {
        watch.heard(
                new Message(
                        TopicName.of(topic),
                        QoS.AT_MOST_ONCE,
                        false,
                        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        MessageProperties.NONE),
                NOW);
    }
}
