// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.doctor;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.DeviceBundle.BrokerAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;

/** {@code canary doctor}. */
@Command(
        name = "doctor",
        description =
                "Look at a broker's set-up, check by check, and say what cures what is wrong.",
        subcommands = DoctorCommand.Tls.class,
        footer = {
            "",
            "Examples:",
            "  canary doctor --dir broker.example.org",
            "  canary doctor -c /etc/mosquitto/mosquitto.conf",
            "  canary doctor tls broker.example.org:8883 --cafile ca.crt",
            "",
            "It changes nothing. Exit codes: 0 all is well, or to mind only; 1 something is wrong."
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final int WRONG = 1;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "A folder that canary init or canary up made. Default: the current one.")
    private Path folder = Path.of("");

    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            description = "Another mosquitto.conf than the folder's canary.conf.")
    private @Nullable Path configFile;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = "What clients call the broker: is its certificate for that?")
    private @Nullable String domain;

    @Option(names = "--json", description = "Print the findings as a line of JSON.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Override
    public Integer call() throws CaException {
        Path file = configFile != null ? configFile : folder.resolve("canary.conf");
        if (!Files.exists(file)) {
            throw new CaException("There is no " + file
                    + "; name the folder with --dir, or the configuration with -c.");
        }
        var name = domain == null ? null : AlternativeName.parse(domain);
        var findings =
                new SystemDoctor(file.toAbsolutePath().normalize(), name, Instant.now()).examine();
        return report(findings, json);
    }

    private static int report(Findings findings, boolean json) {
        System.out.print(json ? findings.json() : findings.text());
        return findings.isWell() ? 0 : WRONG;
    }

    /** {@code canary doctor tls}. */
    @Command(
            name = "tls",
            description = "Look at a broker's TLS from outside, as a client meets it.")
    static final class Tls implements Callable<Integer> {
        private static final int DEFAULT_PORT = 8883;

        @Parameters(paramLabel = "HOST[:PORT]", description = "Default port: 8883.")
        private String address = "";

        @Option(
                names = "--cafile",
                paramLabel = "FILE",
                description = "The authority to trust. Default: the public ones.")
        private @Nullable Path authority;

        @Option(names = "--crl", paramLabel = "FILE", description = "Its revocation list.")
        private @Nullable Path crl;

        @Option(names = "--json", description = "Print the findings as a line of JSON.")
        private boolean json;

        @Option(names = "--help", usageHelp = true, description = "Show this help.")
        @SuppressWarnings("UnusedVariable") // picocli looks at it
        private boolean help;

        @Override
        public Integer call() throws CaException {
            boolean port = address.matches("[^:]*:[0-9]+|\\[.*]:[0-9]+");
            var broker = BrokerAddress.parse(port ? address : address + ":" + DEFAULT_PORT);
            return report(
                    new TlsDoctor(broker.host(), broker.port(), authority, crl, Instant.now())
                            .examine(),
                    json);
        }
    }
}
