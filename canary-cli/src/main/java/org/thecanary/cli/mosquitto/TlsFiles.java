// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Tls;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of {@code --cafile}, {@code --capath}, {@code --cert} and {@code --key}, each in PEM; null: not given.
 *
 * @param systemTrust whether what the system trusts is trusted besides; it is where no authority is named
 */
public record TlsFiles(
        @Nullable Path caFile,
        @Nullable Path caFolder,
        boolean systemTrust,
        @Nullable Path certificate,
        @Nullable Path key) {

    /** Where Linux distributions keep what the system trusts. */
    private static final List<Path> SYSTEM_TRUST = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/cert.pem"));

    /**
     * TLS that trusts the authorities of these files, and shows this certificate.
     *
     * @param passphrase asked for that of an encrypted key
     */
    public Tls.Builder builder(Passphrase passphrase) throws PemException {
        Tls.Builder tls = Tls.builder();
        List<X509Certificate> trusted = trusted();
        if (!trusted.isEmpty()) {
            tls.trust(trusted);
        }
        if (certificate != null && key != null) {
            List<X509Certificate> chain = PemFiles.certificates(certificate);
            PrivateKey secret = PemFiles.privateKey(key, passphrase);
            PemFiles.checkPair(certificate, chain.getFirst(), key, secret);
            tls.identity(chain, secret);
        }
        return tls;
    }

    /** Whom to trust; empty: whom Java trusts. */
    private List<X509Certificate> trusted() throws PemException {
        List<X509Certificate> trusted = new ArrayList<>();
        if (caFile != null) {
            trusted.addAll(PemFiles.certificates(caFile));
        }
        if (caFolder != null) {
            trusted.addAll(PemFiles.certificatesIn(caFolder));
        }
        if (systemTrust || trusted.isEmpty()) {
            for (Path file : SYSTEM_TRUST) {
                if (Files.isReadable(file)) {
                    trusted.addAll(PemFiles.certificates(file));
                    break;
                }
            }
        }
        return trusted;
    }
}
