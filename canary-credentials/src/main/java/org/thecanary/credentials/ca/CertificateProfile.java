// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a certificate is for, apart from whose it is.
 *
 * @param uses never empty
 * @param alternativeNames in the order of the certificate; a server has at least one
 * @param days how long it is valid; null is the default for its uses, and no longer than the authority
 */
public record CertificateProfile(
        Set<Use> uses,
        List<AlternativeName> alternativeNames,
        @Nullable Integer days) {

    /** Which side of a TLS connection may show the certificate: its Extended Key Usage. */
    public enum Use {
        /** Apple's devices refuse a server certificate that is valid for more than 825 days. */
        SERVER("1.3.6.1.5.5.7.3.1", 825),
        CLIENT("1.3.6.1.5.5.7.3.2", 1825);

        final String oid;
        final int defaultDays;

        Use(String oid, int defaultDays) {
            this.oid = oid;
            this.defaultDays = defaultDays;
        }
    }

    public CertificateProfile {
        uses = Set.copyOf(uses);
        alternativeNames = List.copyOf(alternativeNames);
    }

    /**
     * The profile for a certificate with that name.
     *
     * @throws CaException when a server has no name that a client could compare
     */
    public static CertificateProfile of(
            String name, Set<Use> uses, List<AlternativeName> given, @Nullable Integer days)
            throws CaException {
        if (days != null && days < 1) {
            throw new CaException(
                    "A certificate is valid for at least one day; give --days 1 or more.");
        }
        if (!uses.contains(Use.SERVER) || !given.isEmpty()) {
            return new CertificateProfile(uses, given, days);
        }
        try {
            return new CertificateProfile(uses, List.of(AlternativeName.parse(name)), days);
        } catch (CaException e) {
            throw new CaException(
                    "'" + name
                            + "' is no host name, and clients compare the name they connect to; give it with --san, such as"
                            + " --san broker.example.org,192.0.2.7.",
                    e);
        }
    }

    /** The profile of an existing certificate, with default days. */
    public static CertificateProfile of(X509Certificate certificate) {
        var names = new ArrayList<AlternativeName>();
        var uses = EnumSet.noneOf(Use.class);
        try {
            var entries = certificate.getSubjectAlternativeNames();
            for (List<?> entry : entries == null ? List.<List<?>>of() : entries) {
                var text = String.valueOf(entry.get(1));
                switch (String.valueOf(entry.get(0))) {
                    case "2" -> names.add(new AlternativeName.Dns(text));
                    case "7" -> names.add(new AlternativeName.Ip(InetAddress.getByName(text)));
                    default -> {}
                }
            }
            Collection<String> purposes = certificate.getExtendedKeyUsage();
            for (var use : Use.values()) {
                if (purposes != null && purposes.contains(use.oid)) {
                    uses.add(use);
                }
            }
        } catch (CertificateParsingException | UnknownHostException e) {
            throw new IllegalArgumentException("a certificate that cannot be read", e);
        }
        return new CertificateProfile(uses, names, null);
    }

    int defaultDays() {
        return uses.stream().mapToInt(use -> use.defaultDays).min().orElseThrow();
    }

    CertificateProfile withDays(@Nullable Integer days) {
        return new CertificateProfile(uses, alternativeNames, days);
    }
}
