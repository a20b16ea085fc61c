// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Tls;

/**
 * A broker to load.
 *
 * @param name what it is called in a report
 * @param username null: none
 * @param password null: none
 * @param tls null: none
 * @param webSocket whether MQTT is carried in a WebSocket
 */
record Target(
        String name,
        String host,
        int port,
        @Nullable String username,
        byte @Nullable [] password,
        @Nullable Tls tls,
        boolean webSocket) {

    @Override
    public String toString() {
        return name;
    }
}
