// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.text.JsonText;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.IndexEntry;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.CRLReason;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code canary ca}: a certificate authority of one's own. Here are its shorter commands. */
@Command(
        name = "ca",
        description = "A certificate authority of your own, for brokers, servers and devices.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        subcommands = {
            CaInitCommand.class,
            CaIssueCommand.class,
            CaSignCommand.class,
            CaCommand.Renew.class,
            CaCommand.Revoke.class,
            CaCommand.Crl.class,
            CaCommand.ListAll.class,
            CaShowCommand.class,
            CaVerifyCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  canary ca init",
            "  canary ca issue broker.example.org --server --san broker.example.org,192.0.2.7",
            "  canary ca issue greenhouse-1 --client --bundle greenhouse-1.zip --broker broker.example.org",
            "  canary ca sign greenhouse-2.csr",
            "  canary ca revoke greenhouse-1",
            "",
            "docs/guide/certificates.md says what the files are, and how brokers and devices use them."
        })
final class CaCommand implements Runnable {

    /** What every command of an authority ends with when it could not do what it should. */
    static final int NOT_DONE = 1;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(System.out);
        }
    }

    /** Tells where a new certificate is; the names go to stdout for scripts, the rest to stderr. */
    static void report(CertificateAuthority.Issued issued) {
        var name = issued.name();
        System.out.println(issued.folder().resolve(name + ".crt"));
        System.out.println(issued.folder().resolve(name + "-chain.crt"));
        var key = issued.folder().resolve(name + ".key");
        if (Files.exists(key)) { // the key of a request stays with its owner
            System.out.println(key);
        }
        System.err.println("Valid until " + issued.certificate().getNotAfter().toInstant()
                + (issued.untilAuthorityEnds() ? ", when the authority itself ends." : "."));
    }

    /**
     * Gives the broker of a system that {@code canary init} made the new list; its owner and mode stay.
     *
     * @return what is left to do
     */
    private static String published(CaStore store) throws IOException {
        var copy = store.folder().toAbsolutePath().normalize().resolveSibling("certs/crl.pem");
        if (!Files.isRegularFile(copy)) {
            return "Give the broker the new list " + store.crlFile()
                    + " (crlfile). Canary reads it at once; restart mosquitto, so that it reads it.";
        }
        Files.write(copy, Files.readAllBytes(store.crlFile()));
        return "The broker's list " + copy
                + " is the new one too. Canary reads it at once; restart mosquitto, so that it reads it.";
    }

    @Command(
            name = "renew",
            description =
                    "Issue the newest certificate of NAME again, with new dates and a new key.",
            mixinStandardHelpOptions = true)
    static final class Renew implements Callable<Integer> {
        @Mixin
        private CaOptions ca = new CaOptions();

        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(names = "--days", paramLabel = "N", description = "How long it is valid.")
        private @Nullable Integer days;

        @Option(
                names = "--keep-key",
                description = "Keep the key; only the certificate has to go to its owner.")
        private boolean keepKey;

        @Option(
                names = "--revoke-old",
                description = "Revoke the former ones at once, as superseded.")
        private boolean revokeOld;

        @Override
        public Integer call() throws Exception {
            if (days != null && days < 1) {
                throw new CaException(
                        "A certificate is valid for at least one day; give --days 1 or more.");
            }
            ca.store().find(name);
            report(ca.open().renew(name, days, keepKey, revokeOld));
            System.err.println(
                    revokeOld
                            ? "The former ones are revoked: give the broker "
                                    + ca.store().crlFile() + "."
                            : "The former one stays valid until it ends; `canary ca revoke SERIAL` ends it sooner.");
            return 0;
        }
    }

    @Command(
            name = "revoke",
            description =
                    "Revoke all certificates of a name, or one by its serial number, and write a new list.",
            mixinStandardHelpOptions = true)
    static final class Revoke implements Callable<Integer> {
        private static final Set<CRLReason> REASONS = EnumSet.of(
                CRLReason.UNSPECIFIED,
                CRLReason.KEY_COMPROMISE,
                CRLReason.AFFILIATION_CHANGED,
                CRLReason.SUPERSEDED,
                CRLReason.CESSATION_OF_OPERATION);

        @Mixin
        private CaOptions ca = new CaOptions();

        @Parameters(paramLabel = "NAME|SERIAL")
        private String which = "";

        @Option(
                names = "--reason",
                paramLabel = "REASON",
                description =
                        "unspecified (default), keyCompromise, affiliationChanged, superseded or cessationOfOperation.")
        private String reason = "unspecified";

        @Override
        public Integer call() throws Exception {
            var parsed = IndexEntry.reason(reason)
                    .filter(REASONS::contains)
                    .orElseThrow(() -> new CaException("'" + reason + "' is no reason; take one of "
                            + REASONS.stream()
                                    .map(IndexEntry::reasonText)
                                    .collect(Collectors.joining(", "))
                            + "."));
            ca.store().find(which);
            var revoked = ca.open().revoke(which, parsed);
            revoked.forEach(entry -> System.out.println(entry.serialText() + " " + entry.name()));
            if (revoked.isEmpty()) {
                System.err.println(which + " was revoked before; the list is written anew.");
            }
            System.err.println(published(ca.store()));
            return 0;
        }
    }

    @Command(
            name = "crl",
            description = "Write a new revocation list, with new dates.",
            mixinStandardHelpOptions = true)
    static final class Crl implements Callable<Integer> {
        @Mixin
        private CaOptions ca = new CaOptions();

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "When brokers stop trusting it, and all clients with it. Default: "
                        + CertificateAuthority.DEFAULT_CRL_DAYS + ".")
        private int days = CertificateAuthority.DEFAULT_CRL_DAYS;

        @Override
        public Integer call() throws Exception {
            var crl = ca.open().crl(days);
            System.out.println(ca.store().crlFile());
            System.err.println(published(ca.store()));
            System.err.println(
                    "Write the next one before " + crl.getNextUpdate().toInstant()
                            + ": brokers refuse every client with a list that is out of date.");
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List all certificates that were ever issued.",
            mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private CaOptions ca = new CaOptions();

        @Option(names = "--json", description = "A line of JSON for each.")
        private boolean json;

        @Override
        public Integer call() throws Exception {
            ca.store().certificate(); // or there is no authority
            var now = Instant.now();
            var entries = ca.store().index();
            if (json) {
                entries.forEach(entry -> System.out.println(json(entry, now)));
                return 0;
            }
            int width = entries.stream()
                    .mapToInt(entry -> entry.name().length())
                    .max()
                    .orElse(0);
            var row = "%-" + Math.max(width, 4) + "s  %-7s  %-20s  %s%n";
            System.out.printf(Locale.ROOT, row, "NAME", "STATUS", "EXPIRES", "SERIAL");
            for (var entry : entries) {
                System.out.printf(
                        Locale.ROOT,
                        row,
                        entry.name(),
                        entry.status(now).name().toLowerCase(Locale.ROOT),
                        entry.expires(),
                        entry.serialText());
            }
            return 0;
        }

        private static String json(IndexEntry entry, Instant now) {
            var map = new LinkedHashMap<String, @Nullable Object>();
            map.put("name", entry.name());
            map.put("status", entry.status(now).name().toLowerCase(Locale.ROOT));
            map.put("expires", entry.expires());
            map.put("serial", entry.serialText());
            var revocation = entry.revocation();
            map.put("revoked", revocation == null ? null : revocation.at());
            map.put(
                    "reason",
                    revocation == null ? null : IndexEntry.reasonText(revocation.reason()));
            return JsonText.of(map);
        }
    }
}
