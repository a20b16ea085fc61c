// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateRequest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code canary ca sign}. */
@Command(
        name = "sign",
        description =
                "Sign a certificate request, whose key stays where it was made; what it is for is said here, not by the request.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj /CN=greenhouse-1 -keyout greenhouse-1.key -out greenhouse-1.csr",
            "  canary ca sign greenhouse-1.csr",
            "  canary ca sign broker.csr --server --san broker.example.org,192.0.2.7"
        })
final class CaSignCommand implements Callable<Integer> {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Mixin
    private CertificateOptions certificate = new CertificateOptions();

    @Parameters(paramLabel = "FILE", description = "The request, PKCS #10 in PEM or DER.")
    private Path file = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What it is called. Default: the Common Name of the request.")
    private @Nullable String name;

    @Option(names = "--force", description = "Replace files that are there.")
    private boolean force;

    @Override
    public Integer call() throws Exception {
        var request = CertificateRequest.read(file);
        String called = name == null ? request.commonName() : name;
        if (called == null) {
            throw new CaException(file + " has no Common Name; give a name with --name.");
        }
        CaStore.checkName(called);
        var names = certificate.alternativeNames();
        var uses = certificate.uses(called);
        var profile = CertificateProfile.of(
                called,
                uses,
                names.isEmpty() ? request.alternativeNames() : names,
                certificate.days());
        CertificateAuthority authority = ca.open();
        CaCommand.report(authority.sign(called, profile, request, force));
        return 0;
    }
}
