// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.jspecify.annotations.Nullable;

/**
 * Who came in by an {@link Entrance}: its layers tell what they learn of the client.
 *
 * <p>Owner: the channel's loop.
 */
interface Newcomer {
    Origin origin();

    /** The layers below know more of the client. */
    void origin(Origin known);

    /** "address:port" of the client, for logs. */
    String address();

    /**
     * A layer below does not let it in, and closes the connection: it is heard no more.
     *
     * @param why for the log; null where all is said
     */
    void refused(@Nullable String why);

    /**
     * A layer below keeps so many bytes more of what has not come whole, or so many less where it is negative.
     *
     * @throws org.thecanary.mqtt.packet.ProtocolException if they are too many
     */
    void kept(int bytes);

    /** The address alone. */
    default String host() {
        String address = address();
        int port = address.lastIndexOf(':');
        return port < 0 ? address : address.substring(0, port);
    }
}
