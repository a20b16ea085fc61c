// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.IndexEntry;
import org.thecanary.credentials.ca.KeyKind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code canary ca show}. */
@Command(
        name = "show",
        description =
                "Show the authority, the newest certificate of a name, or one by serial number or file.",
        mixinStandardHelpOptions = true)
final class CaShowCommand implements Callable<Integer> {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Mixin
    private QrOptions qr = new QrOptions();

    @Parameters(paramLabel = "NAME|SERIAL|FILE", arity = "0..1")
    private @Nullable String which;

    @Option(names = "--force", description = "Replace a picture that is there.")
    private boolean force;

    @Override
    public Integer call() throws Exception {
        qr.check(force);
        var store = ca.store();
        if (which == null) {
            show(store.certificate(), null);
            var crl = store.crl();
            if (crl.isPresent()) {
                line("CRL valid until", crl.get().getNextUpdate().toInstant());
            }
        } else if (file(which) != null) {
            for (var certificate : CaStore.readCertificates(Path.of(which))) {
                show(certificate, null);
            }
        } else {
            var entry = store.find(which).getLast();
            show(store.certificate(entry), entry);
        }
        if (qr.wanted()) {
            qr.show(store.certificate(), force);
        }
        return 0;
    }

    /** The file of that name; null when there is none, and a name or serial number is meant. */
    static @Nullable Path file(String text) {
        try {
            var file = Path.of(text);
            return Files.isRegularFile(file) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static void show(X509Certificate certificate, @Nullable IndexEntry entry)
            throws CaException, IOException {
        line("Subject", certificate.getSubjectX500Principal().getName());
        line("Issuer", certificate.getIssuerX500Principal().getName());
        line(
                "Serial",
                new IndexEntry("", certificate.getSerialNumber(), Instant.EPOCH, null)
                        .serialText());
        line("Valid from", certificate.getNotBefore().toInstant());
        line("Valid until", certificate.getNotAfter().toInstant());
        if (entry != null) {
            var revocation = entry.revocation();
            line(
                    "Status",
                    entry.status(Instant.now()).name().toLowerCase(Locale.ROOT)
                            + (revocation == null
                                    ? ""
                                    : " on " + revocation.at() + ", reason "
                                            + IndexEntry.reasonText(revocation.reason())));
        }
        var profile = CertificateProfile.of(certificate);
        var uses = profile.uses().stream()
                .sorted()
                .map(use -> use == Use.SERVER ? "server" : "client")
                .collect(Collectors.joining(", "));
        line("For", certificate.getBasicConstraints() >= 0 ? "authority" : uses);
        if (!profile.alternativeNames().isEmpty()) {
            line(
                    "Names",
                    profile.alternativeNames().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", ")));
        }
        line("Key", KeyKind.of(certificate.getPublicKey()));
        line("SHA-256", QrOptions.fingerprint(certificate));
    }

    private static void line(String name, Object value) {
        System.out.printf(Locale.ROOT, "%-16s %s%n", name + ":", value);
    }
}
