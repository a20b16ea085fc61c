// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.TlsConfig;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands in the files of a listener's TLS.
 *
 * @param chain the server's certificate, and those between it and its authority
 * @param authorities of clients; empty for none
 * @param crls empty where revocation is not looked at
 */
record TlsFiles(
        List<X509Certificate> chain,
        PrivateKey key,
        List<X509Certificate> authorities,
        List<X509CRL> crls) {

    private interface Reading<T> {
        T of(Path path) throws PemException;
    }

    /**
     * Reads them all. Blocks: never on a loop.
     *
     * @throws TlsException with the problems of all files
     */
    static TlsFiles read(TlsConfig config) throws TlsException {
        List<String> problems = new ArrayList<>();
        List<X509Certificate> chain =
                list("certfile", config.certFile(), TlsFiles::chain, problems);
        PrivateKey key = read(
                "keyfile",
                config.keyFile(),
                file -> {
                    PrivateKey read = PemFiles.privateKey(file, Passphrase.NONE);
                    PemFiles.checkCurve(file, read);
                    return read;
                },
                problems);
        List<X509Certificate> authorities =
                new ArrayList<>(list("cafile", config.caFile(), PemFiles::certificates, problems));
        authorities.addAll(list("capath", config.caPath(), PemFiles::certificatesIn, problems));
        List<X509CRL> crls = list("crlfile", config.crlFile(), PemFiles::crls, problems);
        if (key != null && !chain.isEmpty()) {
            read(
                    "keyfile",
                    config.keyFile(),
                    file -> {
                        PemFiles.checkPair(config.certFile(), chain.getFirst(), file, key);
                        return file;
                    },
                    problems);
        }
        if (key == null || !problems.isEmpty()) {
            throw new TlsException(problems);
        }
        return new TlsFiles(chain, key, List.copyOf(authorities), crls);
    }

    private static List<X509Certificate> chain(Path file) throws PemException {
        List<X509Certificate> chain = PemFiles.certificates(file);
        PemFiles.checkCurve(file, chain.getFirst().getPublicKey());
        return chain;
    }

    /**
     * What clients are shown: the certificate file as it stands; a certificate that stands there alone is followed by
     * those between it and its root, where {@code cafile} or {@code capath} has them, as OpenSSL does.
     */
    List<X509Certificate> shownChain() {
        List<X509Certificate> shown = new ArrayList<>(chain);
        X509Certificate issuer = chain.size() == 1 ? issuerOf(chain.getFirst()) : null;
        while (issuer != null && !isRoot(issuer) && !shown.contains(issuer)) {
            shown.add(issuer);
            issuer = issuerOf(issuer);
        }
        return List.copyOf(shown);
    }

    private @Nullable X509Certificate issuerOf(X509Certificate issued) {
        for (X509Certificate candidate : authorities) {
            if (candidate.getSubjectX500Principal().equals(issued.getIssuerX500Principal())
                    && isSignedBy(issued, candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean isSignedBy(X509Certificate issued, X509Certificate issuer) {
        try {
            issued.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Clients have roots, or do not trust them. */
    private static boolean isRoot(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static <T> List<T> list(
            String option, @Nullable Path path, Reading<List<T>> reading, List<String> problems) {
        List<T> read = path == null ? null : read(option, path, reading, problems);
        return read == null ? List.of() : List.copyOf(read);
    }

    private static <T> @Nullable T read(
            String option, Path path, Reading<T> reading, List<String> problems) {
        try {
            return reading.of(path);
        } catch (PemException e) {
            problems.add(option + " " + e.getMessage() + ".");
            return null;
        }
    }
}
