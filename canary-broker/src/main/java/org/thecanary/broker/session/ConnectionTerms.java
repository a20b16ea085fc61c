// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Will;

/**
 * What a Network Connection brings to its session: the agreed part of CONNECT and CONNACK.
 *
 * @param receiveMaximum the client's, 1 to 65,535
 * @param sessionExpirySeconds 0: the session ends with the connection; {@code Connect.NEVER_EXPIRES}: never
 * @param problemInformation whether the client wants Reason Strings
 * @param username null: anonymous
 */
public record ConnectionTerms(
        ProtocolVersion version,
        int receiveMaximum,
        long sessionExpirySeconds,
        boolean problemInformation,
        @Nullable String username,
        SessionRules rules,
        @Nullable Will will) {}
