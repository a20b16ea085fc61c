// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.store.Change;
import org.thecanary.mqtt.packet.QoS;

/**
 * The unacknowledged QoS 1 and QoS 2 messages the Server has sent on one Session, by Packet Identifier.
 *
 * <p>Identifiers start at 1 and rise by one for each message, so that the order of identifiers is the order of sending,
 * kept across Network Connections for resending [MQTT-4.4.0-1], [MQTT-4.6.0-1]. Only a message that is not acknowledged
 * while 65,534 later ones come and go is resent later than it was sent.
 *
 * <p>Owner: the session's loop.
 */
final class SendWindow {
    /*
     * A ring indexed by Packet Identifier, as large as the distance between the oldest and the newest identifier in use
     * needs, rounded up to a power of two. A client that never acknowledges one message and all that follow makes it
     * grow, to 65,536 places at most.
     */
    private static final int INITIAL_CAPACITY = 8;
    private static final int IDS = 65_535;

    /** What is awaited for a Packet Identifier. */
    enum State {
        PUBACK,
        PUBREC,
        PUBCOMP
    }

    private static final byte EMPTY = 0;
    private static final byte AWAITS_PUBACK = 1;
    private static final byte AWAITS_PUBREC = 2;
    private static final byte AWAITS_PUBCOMP = 3;
    private static final byte STATE_MASK = 3;
    private static final byte RETAIN = 4;
    private static final byte SENT = 8; // on the present Network Connection

    private @Nullable Publication[] publications = new @Nullable Publication[0];
    private @Nullable SessionSubscription[] subscriptions = new @Nullable SessionSubscription[0];
    private Change.@Nullable Sent[] kept = new Change.@Nullable Sent[0];
    private byte[] states = new byte[0];

    private int oldest = 1;
    private int next = 1;
    private int size;
    private int sent;
    private long bytes;

    /** Messages in the window, sent on this Network Connection or not. */
    int size() {
        return size;
    }

    /** Messages sent on the present Network Connection, which Receive Maximum limits [MQTT-3.3.4-9]. */
    int sent() {
        return sent;
    }

    /** Payload bytes in the window. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Takes a message that is about to be sent, and returns its Packet Identifier. */
    int add(Publication publication, SessionSubscription subscription, QoS qos, boolean retain) {
        int id = nextFreeId();
        int slot = slot(id);
        publications[slot] = publication;
        subscriptions[slot] = subscription;
        states[slot] = (byte) ((qos == QoS.AT_LEAST_ONCE ? AWAITS_PUBACK : AWAITS_PUBREC)
                | (retain ? RETAIN : 0)
                | SENT);
        if (size == 0) {
            oldest = id;
        }
        size++;
        sent++;
        bytes += publication.message().payloadBytes();
        next = following(id);
        return id;
    }

    /** Notes how the store knows the message. */
    void keep(Change.Sent sent) {
        kept[slot(sent.packetId())] = sent;
    }

    /** How the store knows the message, or null if it does not, or no longer. */
    Change.@Nullable Sent kept(int packetId) {
        return kept[slot(packetId)];
    }

    /** A message that was sent before the Server stopped, after those restored before it; null once PUBREC has come. */
    void restore(
            int packetId,
            @Nullable Publication publication,
            @Nullable SessionSubscription subscription,
            Change.@Nullable Sent sent) {
        next = packetId;
        nextFreeId();
        int slot = slot(packetId);
        publications[slot] = publication;
        subscriptions[slot] = subscription;
        kept[slot] = sent;
        if (publication == null || sent == null) {
            states[slot] = AWAITS_PUBCOMP;
        } else {
            boolean qos1 = sent.claim().qos() == QoS.AT_LEAST_ONCE;
            states[slot] = (byte)
                    ((qos1 ? AWAITS_PUBACK : AWAITS_PUBREC) | (sent.claim().retain() ? RETAIN : 0));
            bytes += publication.message().payloadBytes();
        }
        if (size == 0) {
            oldest = packetId;
        }
        size++;
        next = following(packetId);
    }

    /** The Packet Identifier after the last that was given. */
    int next() {
        return next;
    }

    /**
     * Goes on from a Packet Identifier that was once {@link #next}, unless messages were restored that had later ones.
     */
    void goOn(int packetId) {
        if (distance(next, packetId) < IDS / 2) {
            next = packetId;
        }
    }

    /** Lets a Packet Identifier pass that a message would have had. */
    void skipId() {
        next = following(nextFreeId());
    }

    private int nextFreeId() {
        if (size == IDS) {
            throw new IllegalStateException("all Packet Identifiers are in use");
        }
        int id = next;
        while (true) {
            if (states.length == 0 || (size > 0 && !withinRing(id))) {
                grow();
            } else if (states[slot(id)] != EMPTY) {
                if (id == oldest) {
                    oldest = nextInUse(
                            oldest); // lapped: it loses its place, so that others keep theirs
                }
                id = following(id); // [MQTT-2.2.1-4]
            } else {
                return id;
            }
        }
    }

    private void grow() {
        int capacity = states.length == 0 ? INITIAL_CAPACITY : states.length * 2;
        var oldPublications = publications;
        var oldSubscriptions = subscriptions;
        var oldKept = kept;
        byte[] oldStates = states;
        publications = new @Nullable Publication[capacity];
        subscriptions = new @Nullable SessionSubscription[capacity];
        kept = new Change.@Nullable Sent[capacity];
        states = new byte[capacity];
        for (int i = 0, id = oldest; i < oldStates.length; i++, id = following(id)) {
            int from = id & (oldStates.length - 1);
            if (oldStates[from] != EMPTY) {
                publications[slot(id)] = oldPublications[from];
                subscriptions[slot(id)] = oldSubscriptions[from];
                kept[slot(id)] = oldKept[from];
                states[slot(id)] = oldStates[from];
                oldStates[from] = EMPTY;
            }
        }
    }

    /** What is awaited for this Packet Identifier, or null if it is not in use. */
    @Nullable
    State state(int packetId) {
        if (!inUse(packetId)) {
            return null;
        }
        return switch (states[slot(packetId)] & STATE_MASK) {
            case AWAITS_PUBACK -> State.PUBACK;
            case AWAITS_PUBREC -> State.PUBREC;
            default -> State.PUBCOMP;
        };
    }

    private boolean inUse(int packetId) {
        return size > 0 && withinRing(packetId) && states[slot(packetId)] != EMPTY;
    }

    /** PUBREC came: the message is the client's now and its bytes are forgotten; PUBCOMP is awaited [MQTT-4.3.3-5]. */
    void received(int packetId) {
        int slot = slot(packetId);
        Publication publication = publications[slot];
        if (publication != null) {
            bytes -= publication.message().payloadBytes();
        }
        publications[slot] = null;
        subscriptions[slot] = null;
        kept[slot] = null;
        states[slot] = (byte) ((states[slot] & SENT) | AWAITS_PUBCOMP);
    }

    /** The exchange is over, and the Packet Identifier free again. */
    void remove(int packetId) {
        int slot = slot(packetId);
        Publication publication = publications[slot];
        if (publication != null) {
            bytes -= publication.message().payloadBytes();
        }
        if ((states[slot] & SENT) != 0) {
            sent--;
        }
        publications[slot] = null;
        subscriptions[slot] = null;
        kept[slot] = null;
        states[slot] = EMPTY;
        size--;
        if (size > 0 && states[slot(oldest)] == EMPTY) {
            oldest = nextInUse(oldest);
        }
    }

    private int nextInUse(int packetId) {
        int id = following(packetId);
        while (states[slot(id)] == EMPTY) {
            id = following(id);
        }
        return id;
    }

    /** The Network Connection ended: nothing is sent on the next one yet. */
    void connectionEnded() {
        for (int i = 0; i < states.length; i++) {
            states[i] &= ~SENT;
        }
        sent = 0;
    }

    /** Sees each message in the order it was sent. May not change the window. */
    void forEach(Visitor visitor) {
        int left = size;
        for (int id = oldest; left > 0; id = following(id)) {
            int slot = slot(id);
            if (states[slot] != EMPTY) {
                left--;
                visitor.visit(id, publications[slot], subscriptions[slot]);
            }
        }
    }

    /** The oldest Packet Identifier not yet sent on this Network Connection, or 0. */
    int firstUnsent() {
        if (sent == size) {
            return 0;
        }
        int id = oldest;
        while (states[slot(id)] == EMPTY || (states[slot(id)] & SENT) != 0) {
            id = following(id);
        }
        return id;
    }

    void markSent(int packetId) {
        states[slot(packetId)] |= SENT;
        sent++;
    }

    /** The message of an identifier in use, or null after its PUBREC. */
    @Nullable
    Publication publication(int packetId) {
        return publications[slot(packetId)];
    }

    @Nullable
    SessionSubscription subscription(int packetId) {
        return subscriptions[slot(packetId)];
    }

    boolean retain(int packetId) {
        return (states[slot(packetId)] & RETAIN) != 0;
    }

    /** One place less than the ring has, since identifiers skip 0 when they wrap and so move by one place. */
    private boolean withinRing(int packetId) {
        return distance(oldest, packetId) < states.length - 1;
    }

    private int slot(int packetId) {
        return packetId & (states.length - 1);
    }

    private static int following(int packetId) {
        return packetId == IDS ? 1 : packetId + 1;
    }

    /** Steps from one identifier to another, over the wrap at 65,535. */
    private static int distance(int from, int to) {
        return to >= from ? to - from : to + IDS - from;
    }

    /** Sees one message of the window. */
    interface Visitor {
        /** Publication and subscription are null once the client has received the message. */
        void visit(
                int packetId,
                @Nullable Publication publication,
                @Nullable SessionSubscription subscription);
    }
}
