// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.DeviceBundle;
import org.thecanary.credentials.ca.KeyKind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
    private QrOptions qr = new QrOptions();

    @Parameters(
            paramLabel = "NAME",
            description =
                    "A server's host name, or what a client is called; a broker can take that as its user name.")
    private String name = "";

    @Option(names = "--server", description = "For a broker or a web server.")
    private boolean server;

    @Option(
            names = "--client",
            description = "For a device or a program that connects to one. The default.")
    private boolean client;

    @Option(
            names = "--san",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Host names and IP addresses it is called by, comma between. Default for a server: its NAME.")
    private List<String> alternativeNames = List.of();

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "How long it is valid. Default: 825 for a server, 1825 for a client.")
    private @Nullable Integer days;

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
        var uses = uses();
        var names = new ArrayList<AlternativeName>();
        for (var text : alternativeNames) {
            names.add(AlternativeName.parse(text.strip()));
        }
        var profile = CertificateProfile.of(name, uses, names, days);
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

    private Set<Use> uses() throws CaException {
        var uses = EnumSet.noneOf(Use.class);
        if (server) {
            uses.add(Use.SERVER);
        }
        if (client) {
            uses.add(Use.CLIENT);
        }
        if (uses.isEmpty()) {
            if (name.contains(".") || !alternativeNames.isEmpty()) {
                throw new CaException("'" + name
                        + "' may be a server or a client; say which with --server or --client.");
            }
            uses.add(Use.CLIENT);
        }
        return uses;
    }
}
