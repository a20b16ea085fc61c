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
    /** A filter that no topic matches, and no client can send. */
    public static final TopicFilter NOTHING = new TopicFilter("", null);

    private static final String SHARE = "$share/";

    private final String text;
    private final @Nullable String shareName;

    private TopicFilter(String text, @Nullable String shareName) {
        this.text = text;
        this.shareName = shareName;
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
        if (text.length() > 65_535 / 3 && text.getBytes(UTF_8).length > 65_535) {
            throw new InvalidTopicException(
                    "[MQTT-4.7.3-3]", "Topic Filter is longer than 65,535 bytes");
        }
        checkLevels(text);
        boolean shared = text.startsWith(SHARE) || text.equals("$share");
        return new TopicFilter(text, shared ? shareName(text) : null);
    }

    private static void checkLevels(String text) {
        int separators = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/') {
                separators++;
            } else if (c == '#' && !(i == text.length() - 1 && isLevelStart(text, i))) {
                throw new InvalidTopicException(
                        "[MQTT-4.7.1-1]", "'#' must be alone in the last level");
            } else if (c == '+' && !(isLevelStart(text, i) && isLevelEnd(text, i))) {
                throw new InvalidTopicException("[MQTT-4.7.1-2]", "'+' must be alone in its level");
            }
        }
        if (separators > TopicName.MAX_SEPARATORS) {
            throw new InvalidTopicException(
                    "4.7.3", "Topic Filter has more than " + TopicName.MAX_SEPARATORS + " '/'");
        }
    }

    private static boolean isLevelStart(String text, int index) {
        return index == 0 || text.charAt(index - 1) == '/';
    }

    private static boolean isLevelEnd(String text, int index) {
        return index == text.length() - 1 || text.charAt(index + 1) == '/';
    }

    private static String shareName(String text) {
        int end = text.indexOf('/', SHARE.length());
        String name = text.substring(
                Math.min(SHARE.length(), text.length()), end < 0 ? text.length() : end);
        if (name.isEmpty()) {
            throw new InvalidTopicException(
                    "[MQTT-4.8.2-1]", "Shared Subscription without a ShareName");
        }
        if (name.indexOf('+') >= 0 || name.indexOf('#') >= 0) {
            throw new InvalidTopicException("[MQTT-4.8.2-2]", "wildcard in ShareName");
        }
        if (end < 0 || end == text.length() - 1) {
            throw new InvalidTopicException(
                    "[MQTT-4.8.2-2]", "Shared Subscription without a Topic Filter");
        }
        return name;
    }

    /** The ShareName, or null where this is no Shared Subscription. */
    public @Nullable String shareName() {
        return shareName;
    }

    public boolean isShared() {
        return shareName != null;
    }

    /**
     * The levels to match with, those after the ShareName for a Shared Subscription. Split anew at each call: a filter is
     * kept for as long as its subscription, but its levels are needed only when that begins and ends.
     */
    public List<String> levels() {
        return TopicLevels.split(unshared());
    }

    /** The text to match with, that after the ShareName for a Shared Subscription. */
    public String unshared() {
        return shareName == null ? text : text.substring(SHARE.length() + shareName.length() + 1);
    }

    /** Whether a level is {@code +} or {@code #}. */
    public boolean hasWildcard() {
        return text.indexOf('+') >= 0 || text.endsWith("#");
    }

    /** Whether a message on this topic is asked for. */
    public boolean matches(TopicName topic) {
        List<String> levels = levels();
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
