// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.KeyKind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;

/** {@code canary ca init}. */
@Command(
        name = "init",
        description = "Make a certificate authority.",
        mixinStandardHelpOptions = true)
final class CaInitCommand implements Callable<Integer> {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What it is called. Default: Canary CA")
    private String name = "Canary CA";

    @Option(
            names = "--days",
            paramLabel = "N",
            description =
                    "How long it is valid. Default: " + CertificateAuthority.DEFAULT_DAYS + ".")
    private int days = CertificateAuthority.DEFAULT_DAYS;

    @Option(names = "--rsa", paramLabel = "BITS", description = "An RSA key, instead of EC P-256.")
    private @Nullable Integer rsa;

    @Option(names = "--no-passphrase", description = "Leave the authority's key unencrypted.")
    private boolean noPassphrase;

    @Option(
            names = "--force",
            description = "Put an authority that is there aside, into a folder replaced-TIME.")
    private boolean force;

    @Override
    public Integer call() throws Exception {
        var store = ca.store();
        var kind = rsa == null ? new KeyKind.P256() : KeyKind.rsa(rsa);
        if (store.exists() && !force) {
            // Before the passphrase is asked for in vain.
            throw new CaException(
                    "There is a certificate authority in " + store.folder()
                            + " already; use it, or choose another folder with --dir, or put it aside with --force.");
        }
        var passphrase = noPassphrase ? null : ca.newPassphrase();
        var authority = CertificateAuthority.create(
                store,
                new Founding(name, kind, days, passphrase, force),
                Clock.systemUTC(),
                new SecureRandom());
        System.out.println(store.certificateFile());
        System.err.println("Made the authority '" + name + "', " + kind + ", valid until "
                + authority.certificate().getNotAfter().toInstant() + ".");
        System.err.println(
                "Give " + store.certificateFile() + " to all who shall trust it, and keep "
                        + store.keyFile() + " where nobody else comes"
                        + (noPassphrase ? ": it has no passphrase." : "."));
        System.err.println("Next: canary ca issue HOST --server");
        return 0;
    }
}
