// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ListenerConfig.UserFrom;
import org.thecanary.broker.tls.ListenerTls;
import org.thecanary.credentials.ca.SubjectNames;

import java.security.cert.X509Certificate;

/**
 * What is known of a client before it says a word of MQTT, from the layers below.
 *
 * @param address "address:port" that a proxy tells of; null: the socket's own
 * @param chain the certificates a client was let in by, its own first; null where it showed none
 * @param tls the listener's, which let it in; null where it showed none
 * @param commonName of the certificate that a proxy has seen; null where there is none
 */
record Origin(
        @Nullable String address,
        X509Certificate @Nullable [] chain,
        @Nullable ListenerTls tls,
        @Nullable String commonName) {
    /** The socket says it all. */
    static final Origin SOCKET = new Origin(null, null, null, null);

    Origin withAddress(String told) {
        return new Origin(told, chain, tls, commonName);
    }

    Origin withChain(X509Certificate[] shown, ListenerTls judge) {
        return new Origin(address, shown, judge, null);
    }

    /** What a proxy has seen of the client's certificate. */
    Origin withCommonName(@Nullable String seen) {
        return new Origin(address, chain, tls, seen);
    }

    /** Whether the certificate was revoked since. */
    boolean isRevoked() {
        return chain != null && tls != null && tls.context().isRevoked(chain);
    }

    /** The user that the client's certificate names; null where there is none. */
    @Nullable
    String user(UserFrom from) {
        if (chain == null) {
            return from == UserFrom.COMMON_NAME ? commonName : null;
        }
        String name = switch (from) {
            case CONNECT -> null;
            case COMMON_NAME -> SubjectNames.commonName(chain[0]);
            case SUBJECT -> SubjectNames.subject2253(chain[0]);
        };
        return name == null || name.isEmpty() ? null : name;
    }
}
