// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.Admission;
import org.thecanary.broker.auth.Admission.Admitted;
import org.thecanary.broker.auth.Admission.Answer;
import org.thecanary.broker.auth.Admission.Refusal;
import org.thecanary.broker.auth.Admission.Refused;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.UserFrom;
import org.thecanary.broker.config.TlsConfig;
import org.thecanary.credentials.password.PasswordFile;

/** Who comes in through a listener, in words for its operator: the decision is {@link Admission}'s, the broker's own. */
final class AdmissionTexts {
    /** What {@link #who} says where nobody comes in at all. */
    static final String NOBODY = "nobody";

    private static final String SOMEBODY = "somebody";

    private AdmissionTexts() {}

    /**
     * Why a client does not come in, and null where it does.
     *
     * @param answer the broker's
     */
    static @Nullable String refusal(Admission admission, Answer answer) {
        return switch (answer) {
            case Refused(Refusal refusal) -> refusal(admission, refusal);
            case Admitted(String user, String _, PasswordFile users) ->
                user == null || users == null || users.find(user).isPresent()
                        ? null
                        : admission.listener().passwordFile() + " has no user " + user;
        };
    }

    private static String refusal(Admission admission, Refusal refusal) {
        return switch (refusal) {
            case EMPTY_CLIENT_IDENTIFIER ->
                "allow_zero_length_clientid is false, so that a Client Identifier is required";
            case CLIENT_IDENTIFIER_PREFIX ->
                "clientid_prefixes asks for a Client Identifier that begins with "
                        + admission.prefix();
            case NO_CERTIFICATE_USER -> "the user name is taken from the client's certificate";
            case NO_USER_NAME_FOR_CLIENT_IDENTIFIER ->
                "use_username_as_clientid is true, so that a user name is required";
            case ANONYMOUS -> "allow_anonymous is false";
            case NO_USERS -> "no password_file is set, and allow_anonymous is false";
        };
    }

    /** Whether somebody comes in who shows neither a password nor a certificate. */
    static boolean strangers(Admission admission) {
        return admission.refusal(null) == null || anyName(admission);
    }

    /** Whether a user name, whichever it is, is enough. */
    private static boolean anyName(Admission admission) {
        return admission.listener().userFrom() == UserFrom.CONNECT
                && !admission.needsPassword(SOMEBODY)
                && admission.refusal(SOMEBODY) == null;
    }

    /** One line for {@code canary check}. */
    static String who(Admission admission) {
        ListenerConfig listener = admission.listener();
        if (listener.userFrom() != UserFrom.CONNECT) {
            return "certificates ("
                    + (listener.userFrom() == UserFrom.COMMON_NAME ? "Common Name" : "subject")
                    + " is the user)";
        }
        boolean anonymous = admission.refusal(null) == null;
        PasswordFile users = admission.access().users();
        if (users != null) {
            int count = users.size();
            return (count == 1 ? "1 user of " : count + " users of ")
                    + listener.passwordFile()
                    + (anonymous ? ", and anonymous clients" : "");
        }
        return anonymous ? "everybody" : anyName(admission) ? "every user name" : NOBODY;
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
