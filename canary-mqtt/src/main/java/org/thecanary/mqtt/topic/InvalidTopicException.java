// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

/**
 * A Topic Name or Topic Filter breaks a rule of specification 4.7 or 4.8.
 *
 * <p>Stackless: it reports a mistake of whoever sent or wrote the topic.
 */
public final class InvalidTopicException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String statement;

    InvalidTopicException(String statement, String message) {
        super(message, null, false, false);
        this.statement = statement;
    }

    /** The number of the statement in brackets, such as {@code [MQTT-4.7.1-1]}. */
    public String statement() {
        return statement;
    }
}
