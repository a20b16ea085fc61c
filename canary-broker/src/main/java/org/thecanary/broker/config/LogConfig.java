// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where log lines go, and which.
 *
 * <p>Immutable; any thread.
 *
 * @param types {@code log_type}: the lines that are written at all
 * @param toStdout {@code log_dest stdout}
 * @param toStderr {@code log_dest stderr}, the default while no other {@code log_dest} is given
 * @param file {@code log_dest file PATH}; null for none
 * @param toTopic {@code log_dest topic}: messages below {@code $SYS/broker/log/}
 * @param syslogFacility {@code log_dest syslog} with {@code log_facility}: a number of RFC 5424, 6.2.1; null for no
 *     syslog
 * @param timestamp {@code log_timestamp}: whether a line begins with the time
 * @param timestampFormat {@code log_timestamp_format}, for strftime; null for seconds since 1970, as mosquitto
 */
public record LogConfig(
        Set<LogType> types,
        boolean toStdout,
        boolean toStderr,
        @Nullable Path file,
        boolean toTopic,
        @Nullable Integer syslogFacility,
        boolean timestamp,
        @Nullable String timestampFormat) {
    private static final int DAEMON = 3;
    /** {@code log_facility 0}; the seven others follow. */
    static final int LOCAL0 = 16;

    public LogConfig {
        types = Set.copyOf(types);
    }

    /** Errors, warnings, notices and information to stderr. */
    public static LogConfig defaults() {
        return new Builder().build();
    }

    /** The same with no lines at all, for {@code -q}. */
    public LogConfig quiet() {
        return withTypes(Set.of());
    }

    /** The same with lines of every type, for {@code -v}. */
    public LogConfig verbose() {
        return withTypes(EnumSet.allOf(LogType.class));
    }

    private LogConfig withTypes(Set<LogType> types) {
        return new LogConfig(
                types,
                toStdout,
                toStderr,
                file,
                toTopic,
                syslogFacility,
                timestamp,
                timestampFormat);
    }

    /** The mutable form, for the loader and for tests. Owner: confined to its creator. */
    public static final class Builder {
        public Set<LogType> types =
                EnumSet.of(LogType.ERROR, LogType.WARNING, LogType.NOTICE, LogType.INFORMATION);
        public boolean toStdout;
        public boolean toStderr = true;
        public @Nullable Path file;
        public boolean toTopic;
        public boolean toSyslog;
        public int facility = DAEMON;
        public boolean timestamp = true;
        public @Nullable String timestampFormat;

        public LogConfig build() {
            return new LogConfig(
                    types,
                    toStdout,
                    toStderr,
                    file,
                    toTopic,
                    toSyslog ? facility : null,
                    timestamp,
                    timestampFormat);
        }
    }
}
