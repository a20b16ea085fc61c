// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * The topic a message is published to, specification 4.7: never empty, no wildcards, at most 65,535 bytes of UTF-8.
 *
 * <p>Keeps its bytes; text and levels are worked out once, when first asked for, or each time where it is long. Immutable;
 * any thread.
 */
public final class TopicName {
    /** Most separators Canary accepts in a topic, as mosquitto: deeper ones only serve to exhaust a server. */
    public static final int MAX_SEPARATORS = 200;

    /** An object of a few fields, an array or a text, each with its place in a list: about as much, or less. */
    private static final int OBJECT_BYTES = 32;

    /** What is worked out of longer ones takes memory, not time. */
    private static final int LONGEST_KEPT = 1024;

    /** Stands in a PUBLISH that carries a Topic Alias alone. */
    public static final TopicName NONE = new TopicName(new byte[0]);

    private final byte[] utf8;
    private final int hash;

    // Both are safe to publish by a data race, being immutable: at worst a thread works one out
    // again.
    private @Nullable String text;
    private @Nullable List<String> levels;

    private TopicName(byte[] utf8) {
        this.utf8 = utf8;
        this.hash = Arrays.hashCode(utf8);
    }

    /**
     * The topic of a text.
     *
     * @throws InvalidTopicException if it is empty, too long, too deep, or holds a wildcard or U+0000
     */
    public static TopicName of(String text) {
        return ofUtf8(text.getBytes(UTF_8));
    }

    /**
     * The topic of bytes from the wire; takes ownership of them.
     *
     * @param utf8 well-formed UTF-8; the codec has seen to that
     * @throws InvalidTopicException as {@link #of}
     */
    public static TopicName ofUtf8(byte[] utf8) {
        if (utf8.length == 0) {
            throw new InvalidTopicException("[MQTT-4.7.3-1]", "Topic Name is empty");
        }
        if (utf8.length > 65_535) {
            throw new InvalidTopicException(
                    "[MQTT-4.7.3-3]", "Topic Name is longer than 65,535 bytes");
        }
        int separators = 0;
        for (byte unit : utf8) {
            switch (unit) {
                case '/' -> separators++;
                case '+', '#' ->
                    throw new InvalidTopicException("[MQTT-3.3.2-2]", "wildcard in Topic Name");
                case 0 -> throw new InvalidTopicException("[MQTT-4.7.3-2]", "U+0000 in Topic Name");
                default -> {}
            }
        }
        if (separators > MAX_SEPARATORS) {
            throw new InvalidTopicException(
                    "4.7.3", "Topic Name has more than " + MAX_SEPARATORS + " '/'");
        }
        return new TopicName(utf8);
    }

    /** The bytes on the wire, without their length. Not to be modified. */
    public byte[] utf8() {
        return utf8;
    }

    /** The levels between the separators; {@code "/a"} has two, the first empty. */
    public List<String> levels() {
        List<String> known = levels;
        if (known == null) {
            String whole = text;
            known = TopicLevels.split(whole == null ? new String(utf8, UTF_8) : whole);
            if (utf8.length <= LONGEST_KEPT) {
                levels = known;
            }
        }
        return known;
    }

    /** The first of the {@link #levels}, of which many topics need no more. */
    public String firstLevel() {
        List<String> known = levels;
        if (known != null) {
            return known.getFirst();
        }
        int end = 0;
        while (end < utf8.length && utf8[end] != '/') {
            end++;
        }
        return new String(utf8, 0, end, UTF_8);
    }

    /** Memory that it takes at most, with what is worked out of it, in bytes. */
    public int footprint() {
        int bytes = 2 * OBJECT_BYTES + utf8.length;
        if (utf8.length > LONGEST_KEPT) {
            return bytes;
        }
        int levels = 1;
        for (byte unit : utf8) {
            levels += unit == '/' ? 1 : 0;
        }
        return bytes + 2 * (OBJECT_BYTES + utf8.length) + 2 * OBJECT_BYTES * levels;
    }

    public boolean isEmpty() {
        return utf8.length == 0;
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
        String known = text;
        if (known == null) {
            known = new String(utf8, UTF_8);
            if (utf8.length <= LONGEST_KEPT) {
                text = known;
            }
        }
        return known;
    }
}
