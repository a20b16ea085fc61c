// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport;

import java.nio.file.Path;

/**
 * All there is to say about a sensor before it starts.
 *
 * @param broker where to send to
 * @param credential null: come in without a name
 * @param sampling where no instruction says otherwise
 * @param limits which instructions are obeyed; {@code sampling} need not lie within
 * @param root the folder below which {@code sys} and {@code proc} are: {@code /}
 */
public record SensorOptions(
        Transport broker,
        @Nullable Credential credential,
        SensorTopics topics,
        Sampling sampling,
        Sampling.Limits limits,
        Path root) {

    /** A user name and a password. */
    public record Credential(String username, String password) {

        /** Without the password, so that it cannot reach a log. */
        @Override
        public String toString() {
            return "Credential[" + username + "]";
        }
    }
}
