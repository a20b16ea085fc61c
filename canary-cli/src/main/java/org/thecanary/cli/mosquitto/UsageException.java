// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

/** The command line or an options file is wrong. The message ends as mosquitto's does: with one line break or two. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String advice;

    UsageException(String message) {
        this(message, "");
    }

    /** @param advice a line that mosquitto does not say; empty: none */
    UsageException(String message, String advice) {
        super(message, null, false, false);
        this.advice = advice;
    }

    String advice() {
        return advice;
    }
}
