// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

/**
 * A growing byte array that packets are written to; reused, so that encoding allocates nothing once it has grown.
 *
 * <p>Owner: confined to its creator.
 */
public final class WireWriter {
    private byte[] bytes = new byte[256];
    private int length;

    /** The bytes written so far, from index 0 to {@link #length}. Valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Forgets all bytes, keeping the array unless a rare giant grew it. */
    public void clear() {
        length = 0;
    }
}
