// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.DeviceBundle;
import org.thecanary.credentials.ca.KeyKind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;

/** {@code canary ca issue}. */
@Command(
        name = "issue",
        description = "Make a key and a certificate for a server or a client.",
        mixinStandardHelpOptions = true)
final class CaIssueCommand implements Callable<Integer> {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Mixin
    private CertificateOptions certificate = new CertificateOptions();

    @Mixin
    private QrOptions qr = new QrOptions();

    @Parameters(
            paramLabel = "NAME",
            description =
                    "A server's host name, or what a client is called; a broker can take that as its user name.")
    private String name = "";

    @Option(names = "--rsa", paramLabel = "BITS", description = "An RSA key, instead of EC P-256.")
    private @Nullable Integer rsa;

    @Option(
            names = "--bundle",
            paramLabel = "FILE",
            description = "Also put all a device needs, with its key, into FILE: .zip or .tar.gz.")
    private @Nullable Path bundle;

    @Option(names = "--force", description = "Replace files that are there.")
    private boolean force;

    @Override
    public Integer call() throws Exception {
        CaStore.checkName(name);
        var uses = certificate.uses(name);
        var profile = CertificateProfile.of(
                name, uses, certificate.alternativeNames(), certificate.days());
        var kind = rsa == null ? new KeyKind.P256() : KeyKind.rsa(rsa);
        var broker = qr.broker();
        qr.check(force);
        if (bundle != null) {
            DeviceBundle.checkFile(bundle, force);
        }
        var authority = ca.open();
        var issued = authority.issue(name, profile, kind, force);
        CaCommand.report(issued);
        if (bundle != null) {
            new DeviceBundle(name, issued.folder(), broker).write(bundle, force, Instant.now());
            System.out.println(bundle);
            System.err.println(
                    "The archive holds the private key; hand it over as you would a password.");
        }
        qr.show(authority.certificate(), force);
        return 0;
    }
}
