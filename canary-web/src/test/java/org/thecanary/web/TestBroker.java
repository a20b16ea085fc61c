// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import java.io.IOException;

/** A broker on a port of its own, open to all on this machine. */
interface TestBroker extends AutoCloseable {
    int port();

    /** Again, on the same port, after it was killed. */
    void start() throws IOException;

    void kill();

    @Override
    default void close() {
        kill();
    }
}
