// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Why a future of {@link MqttClient} did not complete well; its message is a sentence for a person. */
public final class ClientException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Disconnected disconnected;

    ClientException(String message) {
        super(message);
        disconnected = null;
    }

    ClientException(Disconnected disconnected) {
        super(disconnected.sentence());
        this.disconnected = disconnected;
    }

    /** The end of the connection that caused this; null: the request itself could not be done. */
    public @Nullable Disconnected disconnected() {
        return disconnected;
    }
}
