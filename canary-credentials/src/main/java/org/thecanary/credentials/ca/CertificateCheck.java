// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a certificate as the other side of a connection would, by the JDK's PKIX [RFC 5280 6].
 *
 * @param authority what is trusted
 * @param crl null when revocation does not matter
 * @param now the time to judge at
 */
public record CertificateCheck(
        X509Certificate authority, @Nullable X509CRL crl, Instant now) {

    /**
     * Why it would be refused, as a sentence; empty when it would not.
     *
     * @param chain the certificate, and those between it and the authority if there are any
     */
    public Optional<String> problem(List<X509Certificate> chain) {
        if (crl != null && now.isAfter(crl.getNextUpdate().toInstant())) {
            return Optional.of("the revocation list is out of date since "
                    + crl.getNextUpdate().toInstant()
                    + ", so nothing is accepted; write a new one with `canary ca crl`");
        }
        var path = chain.stream()
                .filter(certificate -> !certificate.equals(authority))
                .toList();
        if (path.isEmpty()) {
            return Optional.of("it is the authority itself, which no server or client shows");
        }
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            parameters.setDate(Date.from(now));
            parameters.setRevocationEnabled(false);
            var validator = CertPathValidator.getInstance("PKIX");
            if (crl != null) {
                parameters.addCertStore(CertStore.getInstance(
                        "Collection", new CollectionCertStoreParameters(List.of(crl))));
                var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
                checker.setOptions(EnumSet.of(
                        PKIXRevocationChecker.Option.PREFER_CRLS,
                        PKIXRevocationChecker.Option.NO_FALLBACK));
                parameters.addCertPathChecker(checker);
            }
            validator.validate(
                    CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            // The JDK lets pass what is revoked in this very second, or by a clock that is ahead.
            var entry = crl == null ? null : crl.getRevokedCertificate(path.getFirst());
            return entry == null
                    ? Optional.empty()
                    : Optional.of(revoked(entry.getRevocationDate(), entry.getRevocationReason()));
        } catch (CertPathValidatorException e) {
            return Optional.of(sentence(e, path));
        } catch (GeneralSecurityException e) {
            return Optional.of("it cannot be judged: " + e.getMessage());
        }
    }

    /** Why a server that is called by that name, or a client when the name is null, would be refused. */
    public Optional<String> problem(
            List<X509Certificate> chain, Use use, @Nullable AlternativeName called) {
        var problem = problem(chain);
        if (problem.isPresent()) {
            return problem;
        }
        var profile = CertificateProfile.of(chain.getFirst());
        if (!profile.uses().contains(use)) {
            return Optional.of("it is not for a " + name(use) + "; issue one with --" + name(use));
        }
        if (called != null && !isFor(chain.getFirst(), called)) {
            return Optional.of("it is not for " + called + " but for " + profile.alternativeNames()
                    + "; issue one with --san");
        }
        return Optional.empty();
    }

    /** Whether a server that is called by that name may show the certificate. */
    public static boolean isFor(X509Certificate certificate, AlternativeName called) {
        return CertificateProfile.of(certificate).alternativeNames().stream()
                .anyMatch(name -> covers(name, called));
    }

    private static String name(Use use) {
        return switch (use) {
            case SERVER -> "server";
            case CLIENT -> "client";
        };
    }

    /** A star stands for one label [RFC 9525 6.3]. */
    private static boolean covers(AlternativeName name, AlternativeName called) {
        if (name instanceof AlternativeName.Dns(var pattern)
                && pattern.startsWith("*.")
                && called instanceof AlternativeName.Dns(var host)) {
            int dot = host.indexOf('.');
            return dot > 0 && host.substring(dot).equalsIgnoreCase(pattern.substring(1));
        }
        return name.equals(called);
    }

    /** @param reason null when the list gives none */
    private static String revoked(Date at, @Nullable CRLReason reason) {
        return "it was revoked on " + at.toInstant()
                + (reason == null ? "" : ", reason " + IndexEntry.reasonText(reason));
    }

    private String sentence(CertPathValidatorException e, List<X509Certificate> path) {
        var certificate = e.getIndex() < 0 ? path.getLast() : path.get(e.getIndex());
        if (e.getCause() instanceof CertificateRevokedException revoked) {
            return revoked(revoked.getRevocationDate(), revoked.getRevocationReason());
        }
        return switch (e.getReason()) {
            case BasicReason.EXPIRED ->
                "it expired on " + certificate.getNotAfter().toInstant()
                        + "; renew it with `canary ca renew`";
            case BasicReason.NOT_YET_VALID ->
                "it is valid from " + certificate.getNotBefore().toInstant()
                        + " only; look at the clock";
            case BasicReason.INVALID_SIGNATURE -> "it was changed, or another authority signed it";
            case BasicReason.UNDETERMINED_REVOCATION_STATUS ->
                "the revocation list does not belong to this authority";
            case PKIXReason.NAME_CHAINING, PKIXReason.NO_TRUST_ANCHOR ->
                "another authority signed it: "
                        + path.getLast().getIssuerX500Principal().getName();
            default -> "it does not hold: " + e.getMessage();
        };
    }
}
