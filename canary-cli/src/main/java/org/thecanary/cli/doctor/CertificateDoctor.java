// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.doctor;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CertificateCheck;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Looks at a server's certificate as its clients will. */
final class CertificateDoctor {
    private static final Duration SOON = Duration.ofDays(30);

    private final Findings findings;
    private final Instant now;

    CertificateDoctor(Findings findings, Instant now) {
        this.findings = findings;
        this.now = now;
    }

    /** Dates, and the clock that they are compared with. */
    void dates(String what, X509Certificate certificate, String renewal) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isBefore(begin)) {
            findings.wrong(
                    "clock",
                    what + " is valid from " + begin + " on, and this machine's clock says " + now,
                    "set the clock: timedatectl set-ntp true");
        } else if (now.isAfter(end)) {
            findings.wrong("dates", what + " ended on " + end, renewal);
        } else if (now.plus(SOON).isAfter(end)) {
            findings.warning("dates", what + " ends soon, on " + end, renewal);
        } else {
            findings.ok("dates", what + " is valid until " + end);
        }
    }

    /** A revocation list: one that is out of date locks every client out. */
    void list(X509CRL crl, String renewal) {
        Instant end =
                crl.getNextUpdate() == null ? Instant.MAX : crl.getNextUpdate().toInstant();
        if (now.isAfter(end)) {
            findings.wrong(
                    "crl",
                    "the revocation list is out of date since " + end
                            + ", so brokers refuse every client with a certificate",
                    renewal);
        } else if (now.plus(SOON).isAfter(end)) {
            findings.warning("crl", "the revocation list is out of date soon, on " + end, renewal);
        } else {
            findings.ok("crl", "the revocation list holds until " + end);
        }
    }

    /** Whether who trusts that authority trusts this certificate of a server, apart from its dates. */
    void chain(List<X509Certificate> chain, X509Certificate authority, @Nullable X509CRL crl) {
        // Dates are told apart: so at a time when it is valid.
        Instant valid = chain.getFirst().getNotAfter().toInstant().minusSeconds(1);
        boolean current = now.isBefore(valid)
                && now.isAfter(chain.getFirst().getNotBefore().toInstant());
        var problem = new CertificateCheck(authority, crl, current ? now : valid)
                .problem(chain, Use.SERVER, null);
        if (problem.isEmpty()) {
            findings.ok(
                    "chain",
                    "the certificate is signed by "
                            + authority.getSubjectX500Principal().getName());
        } else {
            findings.wrong(
                    "chain",
                    "the certificate: " + problem.get(),
                    "give the broker one of this authority, or the clients the authority that signed it");
        }
    }

    /** Whether clients that call the server so will take it. */
    void name(X509Certificate certificate, AlternativeName called, String renewal) {
        if (CertificateCheck.isFor(certificate, called)) {
            findings.ok("name", "the certificate is for " + called);
        } else {
            findings.wrong("name", "the certificate is not for " + called, renewal);
        }
    }
}
