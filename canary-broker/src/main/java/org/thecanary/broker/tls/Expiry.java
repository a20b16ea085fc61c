// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import org.thecanary.broker.config.TlsConfig;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reminds of certificates and revocation lists that end soon: 30, 7 and 1 days ahead, and when it is too late, each once.
 *
 * <p>Who renews every week is not reminded 30 days ahead: a step counts where it is less than half of the whole time.
 *
 * <p>Any thread.
 */
final class Expiry {
    private static final int[] STEPS_DAYS = {30, 7, 1};

    /** The last step that was told of, by what ends. */
    private final Map<String, Integer> told = new HashMap<>();

    synchronized void remind(TlsFiles files, TlsConfig config, Instant now, Consumer<String> warn) {
        X509Certificate own = files.chain().getFirst();
        remind(
                "certfile " + config.certFile() + ": the certificate",
                own.getNotBefore().toInstant(),
                own.getNotAfter().toInstant(),
                now,
                warn);
        for (X509Certificate authority : files.authorities()) {
            remind(
                    "cafile or capath: the CA "
                            + authority.getSubjectX500Principal().getName(),
                    authority.getNotBefore().toInstant(),
                    authority.getNotAfter().toInstant(),
                    now,
                    warn);
        }
        for (X509CRL list : files.crls()) {
            if (list.getNextUpdate() != null) {
                remind(
                        "crlfile " + config.crlFile() + ": the list of "
                                + list.getIssuerX500Principal().getName(),
                        list.getThisUpdate().toInstant(),
                        list.getNextUpdate().toInstant(),
                        now,
                        warn);
            }
        }
    }

    private void remind(
            String what, Instant from, Instant until, Instant now, Consumer<String> warn) {
        int step = step(Duration.between(from, until), Duration.between(now, until));
        Integer before = told.put(what, step);
        if (before == null ? step < Integer.MAX_VALUE : step < before) {
            warn.accept(
                    step == 0
                            ? what + " has expired on " + until + ". Renew it."
                            : what + " expires within " + (step == 1 ? "a day" : step + " days")
                                    + ", on " + until + ". Renew it.");
        }
    }

    /** Days of the step that has been reached; 0 where it is too late, and MAX_VALUE where there is time. */
    private static int step(Duration whole, Duration left) {
        if (left.isNegative()) {
            return 0;
        }
        int reached = Integer.MAX_VALUE;
        for (int days : STEPS_DAYS) {
            if (left.compareTo(Duration.ofDays(days)) <= 0 && whole.toDays() > 2L * days) {
                reached = days;
            }
        }
        return reached;
    }
}
