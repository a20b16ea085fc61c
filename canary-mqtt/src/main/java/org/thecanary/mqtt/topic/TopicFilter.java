// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a subscription asks for, specification 4.7 and 4.8.2: a Topic Name that may have wildcards, or a Shared
 * Subscription {@code $share/ShareName/filter}.
 *
 * <p>Two filters are equal when their texts are. Immutable; any thread.
 */
public final class TopicFilter {
    private static final String SHARE = "$share";

    private final String text;
    private final @Nullable String shareName;
    private final List<String> levels;

    private TopicFilter(String text, @Nullable String shareName, List<String> levels) {
        this.text = text;
        this.shareName = shareName;
        this.levels = levels;
    }

    /**
     * The filter of a text.
     *
     * @throws InvalidTopicException if it is empty, too long, too deep, or has a wildcard or ShareName where none may be
     */
    public static TopicFilter of(String text) {
        if (text.isEmpty()) {
            throw new InvalidTopicException("[MQTT-4.7.3-1]", "Topic Filter is empty");
        }
        if (text.indexOf('\0') >= 0) {
            throw new InvalidTopicException("[MQTT-4.7.3-2]", "U+0000 in Topic Filter");
        }
        if (text.length() > 65_535 || text.getBytes(UTF_8).length > 65_535) {
            throw new InvalidTopicException(
                    "[MQTT-4.7.3-3]", "Topic Filter is longer than 65,535 bytes");
        }
        List<String> levels = TopicLevels.split(text);
        if (levels.size() - 1 > TopicName.MAX_SEPARATORS) {
            throw new InvalidTopicException(
                    "4.7.3", "Topic Filter has more than " + TopicName.MAX_SEPARATORS + " '/'");
        }
        checkWildcards(levels);
        if (levels.getFirst().equals(SHARE)) {
            return shared(text, levels);
        }
        return new TopicFilter(text, null, levels);
    }

    private static TopicFilter shared(String text, List<String> levels) {
        String shareName = levels.size() > 1 ? levels.get(1) : "";
        if (shareName.isEmpty()) {
            throw new InvalidTopicException(
                    "[MQTT-4.8.2-1]", "Shared Subscription without a ShareName");
        }
        if (shareName.indexOf('+') >= 0 || shareName.indexOf('#') >= 0) {
            throw new InvalidTopicException("[MQTT-4.8.2-2]", "wildcard in ShareName");
        }
        List<String> filter = levels.subList(2, levels.size());
        if (filter.isEmpty() || (filter.size() == 1 && filter.getFirst().isEmpty())) {
            throw new InvalidTopicException(
                    "[MQTT-4.8.2-2]", "Shared Subscription without a Topic Filter");
        }
        return new TopicFilter(text, shareName, List.copyOf(filter));
    }

    private static void checkWildcards(List<String> levels) {
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (level.indexOf('#') >= 0 && (level.length() > 1 || i < levels.size() - 1)) {
                throw new InvalidTopicException(
                        "[MQTT-4.7.1-1]", "'#' must be alone in the last level");
            }
            if (level.indexOf('+') >= 0 && level.length() > 1) {
                throw new InvalidTopicException("[MQTT-4.7.1-2]", "'+' must be alone in its level");
            }
        }
    }

    /** The ShareName, or null where this is no Shared Subscription. */
    public @Nullable String shareName() {
        return shareName;
    }

    public boolean isShared() {
        return shareName != null;
    }

    /** The levels to match with, those after the ShareName for a Shared Subscription. */
    public List<String> levels() {
        return levels;
    }

    /** Whether a level is {@code +} or {@code #}. */
    public boolean hasWildcard() {
        return levels.contains("+") || levels.getLast().equals("#");
    }

    /** Whether a message on this topic is asked for. */
    public boolean matches(TopicName topic) {
        List<String> names = topic.levels();
        if (topic.startsWithDollar() && isWildcard(levels.getFirst())) {
            return false; // [MQTT-4.7.2-1]
        }
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (level.equals("#")) {
                return true; // also the parent level: "sport/#" matches "sport"
            }
            if (i == names.size() || !(level.equals("+") || level.equals(names.get(i)))) {
                return false;
            }
        }
        return levels.size() == names.size();
    }

    private static boolean isWildcard(String level) {
        return level.equals("+") || level.equals("#");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TopicFilter that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The whole filter as it was sent, ShareName included. */
    @Override
    public String toString() {
        return text;
    }
}
