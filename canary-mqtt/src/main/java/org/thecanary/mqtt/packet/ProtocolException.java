// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * The peer broke a rule of the specification.
 *
 * <p>Carries the Reason Code that a version 5 peer is told and the number of the statement it broke; a 3.x peer is
 * closed on. Stackless, since it reports the peer's mistake and not ours, and a hostile peer must not make it dear.
 */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reason;
    private final String statement;
    private final boolean answered;

    /**
     * A broken rule.
     *
     * @param reason what the peer is told, 0x80 or above
     * @param statement the statement's number in brackets, such as {@code [MQTT-3.3.2-2]}, or a section number
     * @param message what was wrong, without the number
     */
    public ProtocolException(ReasonCode reason, String statement, String message) {
        this(reason, statement, message, true);
    }

    private ProtocolException(
            ReasonCode reason, String statement, @Nullable String message, boolean answered) {
        super(message, null, false, false);
        this.reason = reason;
        this.statement = statement;
        this.answered = answered;
    }

    /** The same of a peer that is closed on without a word, as mosquitto does in places. */
    public ProtocolException unanswered() {
        return new ProtocolException(reason, statement, getMessage(), false);
    }

    public ReasonCode reason() {
        return reason;
    }

    public String statement() {
        return statement;
    }

    /** What was wrong, and where the specification says so. */
    public String explanation() {
        String where = statement.startsWith("[") ? statement : "(specification " + statement + ")";
        return getMessage() + " " + where;
    }

    /** Whether a version 5 peer is told; the specification leaves that to the Server [MQTT-4.13.1-1]. */
    public boolean isAnswered() {
        return answered;
    }

    /** {@code malformed("[MQTT-2.1.3-1]", "…")}: the packet cannot be parsed, 0x81. */
    public static ProtocolException malformed(String statement, String message) {
        return new ProtocolException(ReasonCode.MALFORMED_PACKET, statement, message);
    }

    /** The packet can be parsed but is not allowed here, 0x82. */
    public static ProtocolException protocolError(String statement, String message) {
        return new ProtocolException(ReasonCode.PROTOCOL_ERROR, statement, message);
    }
}
