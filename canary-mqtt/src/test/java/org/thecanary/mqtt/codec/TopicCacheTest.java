// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.topic.TopicName;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Does the cache always answer with the topic asked for, and never grow? */
class TopicCacheTest {

    private static TopicName read(TopicCache cache, String topic, TopicName last) {
        byte[] text = topic.getBytes(UTF_8);
        byte[] bytes = new byte[text.length + 5];
        bytes[3] = (byte) (text.length >> 8);
        bytes[4] = (byte) text.length;
        System.arraycopy(text, 0, bytes, 5, text.length);
        var in = new WireReader();
        in.over(bytes, 3, bytes.length);
        TopicName name = cache.read(in, last);
        assertThat(in.hasRemaining()).isFalse();
        return name;
    }

    @Test
    void answersRightWhenItIsFarTooSmall() {
        var cache = new TopicCache(8);
        var random = new Random(20_261_122);
        TopicName last = TopicName.NONE;
        for (int i = 0; i < 50_000; i++) {
            String topic = "t/" + random.nextInt(100) + "x".repeat(random.nextInt(12));

            last = read(cache, topic, last);

            assertThat(last).hasToString(topic);
        }
    }

    @Test
    void remembersATopicUntilItIsCrowdedOut() {
        var cache = new TopicCache(1024);

        TopicName first = read(cache, "a/b", TopicName.NONE);

        assertThat(read(cache, "a/b", TopicName.NONE)).isSameAs(first);
        for (int i = 0; i < 100_000; i++) {
            read(cache, "other/" + i, TopicName.NONE);
        }
        assertThat(read(cache, "a/b", TopicName.NONE)).isNotSameAs(first).isEqualTo(first);
    }

    @Test
    void topicsWithOneHashAreToldApart() {
        Map<Integer, String> byHash = new HashMap<>();
        int collisions = 0;
        for (int i = 0; i < 400_000; i++) {
            String topic = "t/" + i;
            byte[] bytes = topic.getBytes(UTF_8);
            String twin = byHash.put(TopicCache.hash(bytes, 0, bytes.length), topic);
            if (twin != null) {
                collisions++;
                var cache = new TopicCache(64);
                assertThat(read(cache, twin, TopicName.NONE)).hasToString(twin);
                assertThat(read(cache, topic, TopicName.NONE)).hasToString(topic);
                assertThat(read(cache, twin, TopicName.NONE)).hasToString(twin);
            }
        }
        assertThat(collisions).isPositive().isLessThan(100);
    }

    @Test
    void doesNotKeepLongTopics() {
        var cache = new TopicCache(1024);
        String topic = "x".repeat(257);

        assertThat(read(cache, topic, TopicName.NONE))
                .isNotSameAs(read(cache, topic, TopicName.NONE));
    }

    @Test
    void emptyIsNoTopicWhateverCameLast() {
        var cache = new TopicCache(8);

        assertThat(read(cache, "", TopicName.of("a"))).isSameAs(TopicName.NONE);
        assertThat(read(cache, "", TopicName.NONE)).isSameAs(TopicName.NONE);
    }
}
