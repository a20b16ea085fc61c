// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * The topic a message is published to, specification 4.7: never empty, no wildcards, at most 65,535 bytes of UTF-8.
 *
 * <p>Keeps its bytes, its text and its levels, so that each is worked out once however many subscribers there are.
 * Immutable; any thread.
 */
public final class TopicName {
    /** Most separators Canary accepts in a topic, as mosquitto: deeper ones only serve to exhaust a server. */
    public static final int MAX_SEPARATORS = 200;

    /** Stands in a PUBLISH that carries a Topic Alias alone. */
    public static final TopicName NONE = new TopicName("", new byte[0]);

    private final String text;
    private final byte[] utf8;
    private final List<String> levels;
    private final int hash;

    private TopicName(String text, byte[] utf8) {
        this.text = text;
        this.utf8 = utf8;
        this.levels = TopicLevels.split(text);
        this.hash = text.hashCode();
    }

    /**
     * The topic of a text.
     *
     * @throws InvalidTopicException if it is empty, too long, too deep, or holds a wildcard or U+0000
     */
    public static TopicName of(String text) {
        return check(new TopicName(text, text.getBytes(UTF_8)));
    }

    /**
     * The topic of bytes from the wire; takes ownership of them.
     *
     * @param utf8 well-formed UTF-8; the codec has seen to that
     * @throws InvalidTopicException as {@link #of}
     */
    public static TopicName ofUtf8(byte[] utf8) {
        return check(new TopicName(new String(utf8, UTF_8), utf8));
    }

    private static TopicName check(TopicName topic) {
        String text = topic.text;
        if (text.isEmpty()) {
            throw new InvalidTopicException("[MQTT-4.7.3-1]", "Topic Name is empty");
        }
        if (topic.utf8.length > 65_535) {
            throw new InvalidTopicException(
                    "[MQTT-4.7.3-3]", "Topic Name is longer than 65,535 bytes");
        }
        if (text.indexOf('+') >= 0 || text.indexOf('#') >= 0) {
            throw new InvalidTopicException("[MQTT-3.3.2-2]", "wildcard in Topic Name");
        }
        if (text.indexOf('\0') >= 0) {
            throw new InvalidTopicException("[MQTT-4.7.3-2]", "U+0000 in Topic Name");
        }
        if (topic.levels.size() - 1 > MAX_SEPARATORS) {
            throw new InvalidTopicException(
                    "4.7.3", "Topic Name has more than " + MAX_SEPARATORS + " '/'");
        }
        return topic;
    }

    /** The bytes on the wire, without their length. Not to be modified. */
    public byte[] utf8() {
        return utf8;
    }

    /** The levels between the separators; {@code "/a"} has two, the first empty. */
    public List<String> levels() {
        return levels;
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Whether a wildcard in the first level of a filter must not match it [MQTT-4.7.2-1]. */
    public boolean startsWithDollar() {
        return utf8.length > 0 && utf8[0] == '$';
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TopicName that
                        && hash == that.hash
                        && Arrays.equals(utf8, that.utf8));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return text;
    }
}
