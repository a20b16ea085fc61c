// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;

/** What the clients of one listener may do and have, as it is now: a reload changes the answers. Any thread. */
public interface SessionRules {
    /**
     * What a client may do.
     *
     * @param username null: anonymous
     */
    Permissions permissions(@Nullable String username, String clientId);

    SessionLimits limits();
}
