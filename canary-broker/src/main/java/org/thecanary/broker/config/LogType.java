// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import java.util.Locale;

/** What a log line is about: the words of {@code log_type}. */
public enum LogType {
    ERROR,
    WARNING,
    NOTICE,
    INFORMATION,
    DEBUG,
    SUBSCRIBE,
    UNSUBSCRIBE,
    WEBSOCKETS,
    INTERNAL;

    /** The word in a configuration file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
