// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.UserFrom;
import org.thecanary.broker.config.TlsConfig;

/** Who comes in through a listener, in words. */
final class Admission {
    private Admission() {}

    /** Why nobody with this user name comes in; null where somebody may. */
    static @Nullable String refusal(
            ListenerConfig listener, AccessRules access, @Nullable String user) {
        if (listener.userFrom() != UserFrom.CONNECT) {
            return user == null ? "the user name is taken from the client's certificate" : null;
        }
        if (user == null && listener.useUsernameAsClientId()) {
            return "use_username_as_clientid is true, so that a user name is required";
        }
        if (user == null || access.users() == null) {
            return access.allowAnonymous()
                    ? null
                    : user == null
                            ? "allow_anonymous is false"
                            : "no password_file is set, and allow_anonymous is false";
        }
        return access.users().find(user).isPresent()
                ? null
                : listener.passwordFile() + " has no user " + user;
    }

    /**
     * Why a Client Identifier is not let in; null: it is.
     *
     * @param prefix what all of them have to begin with; null: nothing
     * @param clientId empty: the broker assigns one
     */
    static @Nullable String refusal(
            @Nullable String prefix, ListenerConfig listener, String clientId) {
        String used = clientId.isEmpty() ? listener.autoIdPrefix() : clientId;
        return prefix == null || used.startsWith(prefix)
                ? null
                : "clientid_prefixes asks for a Client Identifier that begins with " + prefix;
    }

    /** One line for {@code canary check}. */
    static String who(ListenerConfig listener, AccessRules access) {
        String users;
        if (listener.userFrom() != UserFrom.CONNECT) {
            users = "certificates ("
                    + (listener.userFrom() == UserFrom.COMMON_NAME ? "Common Name" : "subject")
                    + " is the user)";
        } else if (access.users() != null) {
            int count = access.users().size();
            users = (count == 1 ? "1 user of " : count + " users of ") + listener.passwordFile();
            if (access.allowAnonymous() && !listener.useUsernameAsClientId()) {
                users += ", and anonymous clients";
            }
        } else {
            users = !access.allowAnonymous()
                    ? "nobody"
                    : listener.useUsernameAsClientId() ? "every user name" : "everybody";
        }
        return users;
    }

    /** How a listener speaks TLS. */
    static String tls(ListenerConfig listener) {
        TlsConfig tls = listener.tls();
        if (tls == null) {
            return "no";
        }
        return (tls.tls13Only() ? "1.3" : "1.2 and 1.3")
                + (tls.requireCertificate() ? ", client certificates" : "");
    }
}
