// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import java.util.BitSet;

/**
 * The Packet Identifiers that this client has in use, for PUBLISH, SUBSCRIBE and UNSUBSCRIBE alike [MQTT-2.2.1-3].
 *
 * <p>Identifiers rise from one use to the next, so that one which was just freed is not taken again at once.
 *
 * <p>Owner: the client's loop.
 */
final class PacketIds {
    static final int NONE = 0;
    private static final int LARGEST = 65_535;

    private final BitSet used = new BitSet();
    private int last;

    /** An identifier that is not in use, from now on in use; {@link #NONE} if all are. */
    int take() {
        int id = used.nextClearBit(last + 1);
        if (id > LARGEST) {
            id = used.nextClearBit(1);
        }
        if (id > LARGEST) {
            return NONE;
        }
        used.set(id);
        last = id;
        return id;
    }

    void free(int id) {
        used.clear(id);
    }
}
