// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.Link;
import org.thecanary.broker.loop.LinkInfo;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.session.Session;

/**
 * A client that has a session, as operators see it.
 *
 * @param username of its latest connection; null for none
 * @param connection null while it is away
 * @param queuedMessages that wait for it
 * @param queuedBytes of their payloads
 * @param inflightMessages it was sent and has not acknowledged
 */
public record Client(
        String id,
        @Nullable String username,
        @Nullable LinkInfo connection,
        int subscriptions,
        int queuedMessages,
        long queuedBytes,
        int inflightMessages) {

    /** On the session's loop. */
    static Client of(SessionRef ref) {
        Session session = ref.session();
        Link link = ref.link();
        return new Client(
                ref.clientId(),
                session.username(),
                link == null ? null : link.info(),
                session.subscriptionCount(),
                session.queuedMessages(),
                session.queuedBytes(),
                session.inflightMessages());
    }
}
