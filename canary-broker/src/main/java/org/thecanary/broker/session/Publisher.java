// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;

/**
 * Who published a message.
 *
 * @param clientId compared for No Local [MQTT-3.8.3-3]; empty for the Server itself
 * @param username null: anonymous
 */
public record Publisher(String clientId, @Nullable String username) {
    /** The Server itself, as in {@code $SYS}. */
    public static final Publisher SERVER = new Publisher("", null);
}
