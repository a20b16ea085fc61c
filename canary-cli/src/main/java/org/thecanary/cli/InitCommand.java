// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.SecureSystem.Plan;
import org.thecanary.cli.SecureSystem.Ports;
import org.thecanary.cli.terminal.Terminal;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.password.PasswordFileEditor;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code canary init}. */
@Command(
        name = "init",
        description =
                "Make a broker's whole secure system: certificates, users, rules, configuration, devices and service.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        footer = {
            "",
            "Examples:",
            "  canary init --domain broker.example.org",
            "  canary init --domain broker.example.org --device greenhouse-1 --device greenhouse-2",
            "  sudo canary init --domain 192.0.2.7 --dir /etc/canary",
            "",
            "What is there is kept, so it may be called again: for what is missing, or for one more device.",
            "docs/guide/secure-setup.md says what is made, and why."
        })
final class InitCommand implements Callable<Integer> {
    private static final String ROOT = "root";

    @Option(
            names = "--domain",
            required = true,
            paramLabel = "NAME",
            description = "The host name or address by which clients call the broker.")
    private String domain = "";

    @Option(
            names = "--san",
            paramLabel = "NAME",
            split = ",",
            description =
                    "More of them, comma between. This machine's own names and addresses are added.")
    private List<String> alternativeNames = List.of();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The folder for all of it. Default: ./ and the domain.")
    private @Nullable Path folder;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "A device, which connects by certificate. Repeatable. Default, the first time: sensor-1.")
    private List<String> devices = List.of();

    @Option(
            names = "--sensor-user",
            paramLabel = "NAME",
            defaultValue = DataFolder.SENSOR,
            description =
                    "The user who publishes measurements by password. Default: ${DEFAULT-VALUE}.")
    private String sensor = "";

    @Option(
            names = "--webapp-user",
            paramLabel = "NAME",
            defaultValue = DataFolder.WEBAPP,
            description =
                    "The user who reads all and instructs sensors. Default: ${DEFAULT-VALUE}.")
    private String webapp = "";

    @Option(
            names = "--service-user",
            paramLabel = "NAME",
            description = "Who runs the broker. Default: you; for root, canary.")
    private @Nullable String serviceUser;

    @Option(
            names = "--tls-port",
            paramLabel = "PORT",
            defaultValue = "8883",
            description = "TLS and passwords. Default: ${DEFAULT-VALUE}.")
    private int tlsPort;

    @Option(
            names = "--mtls-port",
            paramLabel = "PORT",
            defaultValue = "8884",
            description = "TLS and certificates. Default: ${DEFAULT-VALUE}.")
    private int mutualTlsPort;

    @Option(
            names = "--wss-port",
            paramLabel = "PORT",
            defaultValue = "9001",
            description = "WebSocket, TLS and passwords. Default: ${DEFAULT-VALUE}.")
    private int webSocketPort;

    @Option(
            names = "--local-port",
            paramLabel = "PORT",
            defaultValue = "1883",
            description = "This machine alone, and passwords. Default: ${DEFAULT-VALUE}.")
    private int localPort;

    @Mixin
    private PassphraseOptions passphrase = new PassphraseOptions();

    @Option(names = "--no-passphrase", description = "Leave the authority's key unencrypted.")
    private boolean noPassphrase;

    @Option(
            names = "--force",
            description =
                    "Write configuration, rules, service and bundles anew, and the broker's certificate. Passwords and authority stay.")
    private boolean force;

    @Override
    public Integer call() throws CaException, IOException {
        checkUser(sensor);
        checkUser(webapp);
        var ports = new Ports(tlsPort, mutualTlsPort, webSocketPort, localPort);
        checkPorts(List.of(tlsPort, mutualTlsPort, webSocketPort, localPort));
        String me = System.getProperty("user.name");
        String runner = serviceUser != null ? serviceUser : me.equals(ROOT) ? "canary" : me;
        try (SecureSystem system = SecureSystem.make(
                folder(),
                new Plan(
                        domain,
                        alternativeNames,
                        sensor,
                        webapp,
                        devices,
                        ports,
                        runner,
                        !noPassphrase,
                        force),
                passphrase)) {
            system.data().notices().forEach(System.err::println);
            System.out.print(
                    new InitSummary(system, SystemdUnit.typed()).text(Terminal.isInteractive()));
        }
        return 0;
    }

    private Path folder() throws CaException {
        Path chosen = folder != null ? folder : Path.of(domain.replace(':', '-'));
        Path absolute = chosen.toAbsolutePath().normalize();
        if (chosen.toString().isBlank() || !SecureSystem.fitsALine(absolute)) {
            throw new CaException("The folder " + absolute
                    + " cannot be named in a mosquitto.conf; choose another with --dir.");
        }
        return absolute;
    }

    private static void checkUser(String name) throws CaException {
        var refusal = PasswordFileEditor.refusal(name);
        if (refusal.isPresent() || name.contains("/") || name.startsWith(".")) {
            throw new CaException("'" + name + "' cannot be a user here: "
                    + refusal.orElse("its credential is kept in a file of that name."));
        }
    }

    private static void checkPorts(List<Integer> ports) throws CaException {
        for (int port : ports) {
            if (port < 1 || port > 65_535) {
                throw new CaException("Port " + port + " is not 1 to 65535.");
            }
        }
        if (ports.stream().distinct().count() < ports.size()) {
            throw new CaException("The four listeners want four different ports.");
        }
    }
}
