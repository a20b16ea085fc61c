// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.UserFrom;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

/**
 * Who comes in through a listener, and as whom: all that can be told before a password is looked at. The broker asks it at
 * each CONNECT, and {@code canary check} and {@code canary explain} ask it what the broker would say.
 *
 * <p>Immutable; any thread.
 *
 * @param prefix {@code clientid_prefixes}, what every Client Identifier begins with; null: anything
 */
public record Admission(@Nullable String prefix, ListenerConfig listener, AccessRules access) {

    /** Why a client does not come in; as text, what it is told. */
    public enum Refusal {
        EMPTY_CLIENT_IDENTIFIER("empty Client Identifier"),
        CLIENT_IDENTIFIER_PREFIX("Client Identifier without the prefix asked for"),
        NO_CERTIFICATE_USER("the client's certificate names no user"),
        NO_USER_NAME_FOR_CLIENT_IDENTIFIER("a user name is required"),
        ANONYMOUS("a user name is required"),
        NO_USERS("nobody is known here");

        private final String text;

        Refusal(String text) {
            this.text = text;
        }

        /** What the CONNACK says. */
        public ReasonCode reason(ProtocolVersion version) {
            return switch (this) {
                case EMPTY_CLIENT_IDENTIFIER ->
                    version.isV5()
                            ? ReasonCode.UNSPECIFIED_ERROR
                            : ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
                case NO_CERTIFICATE_USER -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
                case CLIENT_IDENTIFIER_PREFIX,
                        NO_USER_NAME_FOR_CLIENT_IDENTIFIER,
                        ANONYMOUS,
                        NO_USERS -> ReasonCode.NOT_AUTHORIZED;
            };
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What becomes of a CONNECT. */
    public sealed interface Answer {}

    /** The client does not come in. */
    public record Refused(Refusal refusal) implements Answer {}

    /**
     * The client comes in, once its password is right where it needs one.
     *
     * @param username null: anonymous
     * @param clientId empty: the broker assigns one
     * @param users whose passwords are asked; null: none is
     */
    public record Admitted(
            @Nullable String username,
            String clientId,
            @Nullable PasswordFile users) implements Answer {}

    /**
     * Decides about a CONNECT, in mosquitto's order.
     *
     * @param certified the user that the client's certificate names; null where there is none
     */
    public Answer answer(Connect connect, @Nullable String certified) {
        String given = connect.clientId();
        if (given.isEmpty() && !mayBeAssigned(connect)) {
            return new Refused(Refusal.EMPTY_CLIENT_IDENTIFIER); // [MQTT-3.1.3-8]
        }
        // As mosquitto: before a user name takes the identifier's place.
        String beginning = given.isEmpty() ? listener.autoIdPrefix() : given;
        if (prefix != null && !beginning.startsWith(prefix)) {
            return new Refused(Refusal.CLIENT_IDENTIFIER_PREFIX);
        }
        String username = listener.userFrom() == UserFrom.CONNECT ? named(connect) : certified;
        Refusal refusal = refusal(username);
        if (refusal != null) {
            return new Refused(refusal);
        }
        return new Admitted(
                username,
                listener.useUsernameAsClientId() && username != null ? username : given,
                needsPassword(username) ? access.users() : null);
    }

    /** As mosquitto: an empty user name is none, with many a firmware that has none to send. */
    private static @Nullable String named(Connect connect) {
        return "".equals(connect.username()) ? null : connect.username();
    }

    private boolean mayBeAssigned(Connect connect) {
        return switch (connect.version()) {
            case MQTT_3_1 -> false;
            case MQTT_3_1_1 ->
                listener.allowZeroLengthClientId() && connect.cleanStart(); // [MQTT-3.1.3-7] v3
            case MQTT_5 -> listener.allowZeroLengthClientId();
        };
    }

    /**
     * Why nobody of this name comes in.
     *
     * @param username the client's, or its certificate's where the listener takes it from there; null: none
     * @return null where somebody may, with the right password
     */
    public @Nullable Refusal refusal(@Nullable String username) {
        if (listener.userFrom() != UserFrom.CONNECT) {
            return username == null ? Refusal.NO_CERTIFICATE_USER : null;
        }
        if (username == null && listener.useUsernameAsClientId()) {
            return Refusal.NO_USER_NAME_FOR_CLIENT_IDENTIFIER;
        }
        if (needsPassword(username) || access.allowAnonymous()) {
            return null;
        }
        return username == null ? Refusal.ANONYMOUS : Refusal.NO_USERS;
    }

    /** Whether a user shows a password. */
    public boolean needsPassword(@Nullable String username) {
        return listener.userFrom() == UserFrom.CONNECT
                && username != null
                && access.users() != null;
    }
}
