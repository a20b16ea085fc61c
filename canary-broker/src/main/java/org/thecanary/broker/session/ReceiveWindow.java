// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The QoS 2 messages a client has published and not yet released, by Packet Identifier.
 *
 * <p>Canary routes a QoS 2 message when its PUBREL comes, as mosquitto does: method A of specification 4.3.3. Kept
 * across Network Connections, so that a message resent with DUP is recognised [MQTT-4.3.3-10].
 *
 * <p>Owner: the session's loop.
 */
final class ReceiveWindow {
    /** How often a client may send one PUBLISH again on one Network Connection; mosquitto's number. */
    private static final int MAX_DUPLICATES = 1;

    private static final class Received {
        final Publication publication;
        int duplicates;

        Received(Publication publication) {
            this.publication = publication;
        }
    }

    /** What a PUBLISH is to this window. */
    enum Arrival {
        /** The first with its Packet Identifier; it is held now. */
        NEW,
        /** The same message again. */
        DUPLICATE,
        /** The same message so often that it cannot be an honest retransmission. */
        FLOOD,
        /** Another message with a Packet Identifier in use; it replaces the former. */
        REUSED
    }

    private @Nullable Map<Integer, Received> held; // most clients never use QoS 2

    int size() {
        return held == null ? 0 : held.size();
    }

    Arrival arrive(int packetId, Publication publication) {
        if (held == null) {
            held = new HashMap<>();
        }
        Received former = held.get(packetId);
        if (former == null) {
            held.put(packetId, new Received(publication));
            return Arrival.NEW;
        }
        if (!sameMessage(former.publication, publication)) {
            held.put(packetId, new Received(publication));
            return Arrival.REUSED;
        }
        return former.duplicates++ < MAX_DUPLICATES ? Arrival.DUPLICATE : Arrival.FLOOD;
    }

    private static boolean sameMessage(Publication a, Publication b) {
        return a.message().topic().equals(b.message().topic())
                && Arrays.equals(a.message().payload(), b.message().payload());
    }

    /** As it was before the Server stopped. */
    void restore(int packetId, Publication publication) {
        arrive(packetId, publication);
    }

    /** The message a PUBREL releases, or null if none is held under its identifier. */
    @Nullable
    Publication release(int packetId) {
        if (held == null) {
            return null;
        }
        Received received = held.remove(packetId);
        if (held.isEmpty()) {
            held = null;
        }
        return received == null ? null : received.publication;
    }

    /** A client may retransmit on each Network Connection [MQTT-4.4.0-1]. */
    void connectionEnded() {
        if (held != null) {
            held.values().forEach(received -> received.duplicates = 0);
        }
    }
}
