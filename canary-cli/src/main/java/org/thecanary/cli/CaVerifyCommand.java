// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateCheck;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code canary ca verify}. */
@Command(
        name = "verify",
        description = "Judge a certificate by its signature, its dates and the revocation list.",
        mixinStandardHelpOptions = true,
        footer = {"", "Exit codes: 0 it holds, 1 it does not, or it could not be read."})
final class CaVerifyCommand implements Callable<Integer> {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Parameters(
            paramLabel = "NAME|SERIAL|FILE",
            description = "The newest of that name, or the first one in that file.")
    private String which = "";

    @Option(names = "--server", description = "Whether a server may show it.")
    private boolean server;

    @Option(names = "--client", description = "Whether a client may show it.")
    private boolean client;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Whether a server that is called by this name or address may show it.")
    private @Nullable String host;

    @Option(
            names = "--crl",
            paramLabel = "FILE",
            description = "Another revocation list than the authority's own.")
    private @Nullable Path crl;

    @Option(names = "--no-crl", description = "Do not ask whether it was revoked.")
    private boolean noCrl;

    @Override
    public Integer call() throws Exception {
        var store = ca.store();
        var authority = store.certificate();
        var list =
                noCrl ? null : crl != null ? CaStore.readCrl(crl) : store.crl().orElse(null);
        var file = CaShowCommand.file(which);
        List<X509Certificate> chain = file != null
                ? CaStore.readCertificates(file)
                : List.of(store.certificate(store.find(which).getLast()));
        var problem = problem(new CertificateCheck(authority, list, Instant.now()), chain);
        System.out.println(
                which + ": " + problem.map(text -> "refused: " + text + ".").orElse("OK"));
        return problem.isEmpty() ? 0 : CaCommand.NOT_DONE;
    }

    private Optional<String> problem(CertificateCheck check, List<X509Certificate> chain)
            throws Exception {
        var problem = check.problem(chain);
        if (problem.isEmpty() && (server || host != null)) {
            problem = check.problem(
                    chain, Use.SERVER, host == null ? null : AlternativeName.parse(host));
        }
        if (problem.isEmpty() && client) {
            problem = check.problem(chain, Use.CLIENT, null);
        }
        return problem;
    }
}
