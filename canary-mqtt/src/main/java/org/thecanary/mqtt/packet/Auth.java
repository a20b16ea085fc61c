// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * AUTH, specification 3.15; version 5 only.
 *
 * @param reason {@code SUCCESS}, {@code CONTINUE_AUTHENTICATION} or {@code RE_AUTHENTICATE}
 * @param authenticationMethod null only where the whole packet was shortened to its fixed header
 * @param authenticationData null: absent
 * @param reasonString null: absent
 */
public record Auth(
        ReasonCode reason,
        @Nullable String authenticationMethod,
        byte @Nullable [] authenticationData,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    // Not the compact form: javac would lose "@Nullable []" for callers in other modules.
    public Auth(
            ReasonCode reason,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        this.reason = reason;
        this.authenticationMethod = authenticationMethod;
        this.authenticationData = authenticationData;
        this.reasonString = reasonString;
        this.userProperties = List.copyOf(userProperties);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Auth that
                && reason == that.reason
                && Objects.equals(authenticationMethod, that.authenticationMethod)
                && Arrays.equals(authenticationData, that.authenticationData)
                && Objects.equals(reasonString, that.reasonString)
                && userProperties.equals(that.userProperties);
    }

    @Override
    public int hashCode() {
        return Objects.hash(reason, authenticationMethod, reasonString, userProperties);
    }
}
