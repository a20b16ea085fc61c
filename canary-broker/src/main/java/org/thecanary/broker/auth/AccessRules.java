// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Permissions;
import org.thecanary.credentials.password.PasswordFile;

/**
 * The users and rules of one listener, as they were read from its files; a reload makes a new one.
 *
 * <p>Immutable; any thread.
 *
 * @param users null: nobody's password is checked
 * @param acl null: everybody may do everything
 * @param allowAnonymous whether a client without a user name comes in
 */
public record AccessRules(@Nullable PasswordFile users, @Nullable AclFile acl, boolean allowAnonymous) {

    /** What a client may do. */
    public Permissions permissions(@Nullable String username, String clientId) {
        return acl == null ? Permissions.ALL : acl.permissions(username, clientId);
    }
}
