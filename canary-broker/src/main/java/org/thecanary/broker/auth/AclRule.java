// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One {@code topic} or {@code pattern} line of an ACL file.
 *
 * <p>Immutable; any thread.
 */
public final class AclRule {
    /** The access words of the file. */
    public enum Access {
        READ(true, false),
        WRITE(false, true),
        READWRITE(true, true),
        DENY(false, false);

        private final boolean read;
        private final boolean write;

        Access(boolean read, boolean write) {
            this.read = read;
            this.write = write;
        }
    }

    private final int line;
    private final Access access;
    private final String filter;
    private final String[] levels;
    private final boolean dollar;
    private final boolean pattern;

    AclRule(int line, Access access, String filter, boolean pattern) {
        this(line, access, filter, filter.split("/", -1), pattern);
    }

    private AclRule(int line, Access access, String filter, String[] levels, boolean pattern) {
        this.line = line;
        this.access = access;
        this.filter = filter;
        this.levels = levels;
        this.dollar = filter.startsWith("$");
        this.pattern = pattern;
    }

    /** Where it stands in the file, from 1. */
    public int line() {
        return line;
    }

    public Access access() {
        return access;
    }

    /** The filter as written, {@code %u} and {@code %c} included. */
    public String filter() {
        return filter;
    }

    /** Whether it is for everybody and stands as {@code pattern} in the file. */
    public boolean isPattern() {
        return pattern;
    }

    /** The line as it would be written in the file. */
    public String text() {
        return (pattern ? "pattern " : "topic ") + access.name().toLowerCase(Locale.ROOT) + " "
                + filter;
    }

    boolean denies() {
        return access == Access.DENY;
    }

    boolean allowsPublish() {
        return access.write;
    }

    boolean allowsReceive() {
        return access.read;
    }

    /** Whether a level is exactly {@code %u} or {@code %c}. */
    boolean names(String substitution) {
        return Arrays.asList(levels).contains(substitution);
    }

    /**
     * The rule of a pattern for one client, or null where the client has nothing to put in.
     *
     * <p>A name fills a whole level or nothing: one that is empty or holds a {@code /} fits no level, since the levels
     * below would be another client's.
     */
    @Nullable
    AclRule fill(@Nullable String username, String clientId) {
        if (username == null && filter.contains("%u")) {
            return null;
        }
        String[] filled = levels.clone();
        for (int i = 0; i < filled.length; i++) {
            if (filled[i].equals("%u") || filled[i].equals("%c")) {
                String name = filled[i].equals("%c") ? clientId : username;
                if (name == null || name.isEmpty() || name.indexOf('/') >= 0) {
                    return null;
                }
                filled[i] = name;
            }
        }
        return new AclRule(line, access, filter, filled, pattern);
    }

    /** As a subscription matches, but a topic with {@code $} asks for a filter written with {@code $}. */
    boolean matches(TopicName topic) {
        if (dollar != topic.startsWithDollar()) {
            return false;
        }
        List<String> names = topic.levels();
        int size = names.size();
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            if (level.equals("#")) {
                return true; // also the parent level
            }
            if (i == size || !(level.equals("+") || level.equals(names.get(i)))) {
                return false;
            }
        }
        return levels.length == size;
    }
}
