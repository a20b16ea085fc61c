// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.QuietLogging;
import org.thecanary.cli.mosquitto.TlsFiles;
import org.thecanary.cli.terminal.Terminal;
import org.thecanary.cli.text.JsonText;
import org.thecanary.client.Tls;
import org.thecanary.client.Transport;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.mqtt.packet.ProtocolVersion;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** Which broker, how long, and how to tell: on each command of {@code canary bench}. */
final class BenchOptions {
    private static final String PASSWORD_VARIABLE = "CANARY_PASSWORD";
    private static final String KEY_VARIABLE = "CANARY_KEY_PASSPHRASE";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"-h", "--host"},
            paramLabel = "HOST",
            defaultValue = "localhost",
            description = "The broker. Default: ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            defaultValue = "1883",
            description = "Its port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "User name.")
    private @Nullable String username;

    @Option(
            names = "--pw-file",
            paramLabel = "FILE",
            description =
                    "Its last line is the password; else the variable " + PASSWORD_VARIABLE + ".")
    private @Nullable Path passwordFile;

    @Option(
            names = "--tls",
            description =
                    "Use TLS, and trust what the system trusts; so does port 8883. The next three use it too.")
    private boolean useTls;

    @Option(
            names = "--cafile",
            paramLabel = "FILE",
            description = "Trust the authorities in this PEM file.")
    private @Nullable Path caFile;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "The clients' certificate, in PEM; needs --key.")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "Its key, in PEM; the passphrase is in the variable " + KEY_VARIABLE + ".")
    private @Nullable Path key;

    @Option(
            names = "--insecure",
            description = "Do not verify the broker's certificate: anybody can then read along.")
    private boolean insecure;

    @Option(names = "--ws", description = "Carry MQTT in a WebSocket, as web pages do.")
    private boolean webSocket;

    @Option(
            names = {"-V", "--protocol-version"},
            paramLabel = "VERSION",
            defaultValue = "311",
            description = "311 or 5. Default: ${DEFAULT-VALUE}.")
    private String version = "";

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How long to load it before that. Default: ${DEFAULT-VALUE}.")
    private double warmupSeconds;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description =
                    "The broker's process, for its CPU. Default: the one that listens there, on this machine.")
    private @Nullable Long pid;

    @Option(names = "--json", description = "Print the figures as a line of JSON.")
    private boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    /** The broker that the options name. */
    Target target() {
        return target(host + ":" + port, host, port);
    }

    /** Another broker, with the same user. */
    Target target(String name, String host, int port) {
        check(port > 0 && port < 65_536, "port " + port + " is not 1 to 65535");
        return new Target(name, host, port, username, password(), tls(port), webSocket);
    }

    private @Nullable Tls tls(int port) {
        check((certificate == null) == (key == null), "--cert and --key go together");
        if (!useTls
                && caFile == null
                && certificate == null
                && port != Transport.DEFAULT_TLS_PORT) {
            check(!insecure, "--insecure is of --tls");
            return null;
        }
        try {
            Tls.Builder tls =
                    new TlsFiles(caFile, null, false, certificate, key).builder(_ -> passphrase());
            return (insecure ? tls.trustAnything() : tls).build();
        } catch (PemException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private static char @Nullable [] passphrase() {
        String variable = System.getenv(KEY_VARIABLE);
        return variable == null ? null : variable.toCharArray();
    }

    private byte @Nullable [] password() {
        try {
            if (passwordFile != null) {
                return Files.readAllLines(passwordFile).getLast().getBytes(UTF_8);
            }
        } catch (IOException | java.util.NoSuchElementException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--pw-file " + passwordFile + ": there is no password to read");
        }
        String variable = System.getenv(PASSWORD_VARIABLE);
        return username == null || variable == null ? null : variable.getBytes(UTF_8);
    }

    @Nullable
    BrokerProcess process(Target broker) {
        return pid != null
                ? new BrokerProcess(pid)
                : BrokerProcess.listeningOn(broker.host(), broker.port()).orElse(null);
    }

    ProtocolVersion version() {
        return switch (version) {
            case "311", "3.1.1", "mqttv311" -> ProtocolVersion.MQTT_3_1_1;
            case "5", "mqttv5" -> ProtocolVersion.MQTT_5;
            default -> throw new ParameterException(spec.commandLine(), "-V is 311 or 5");
        };
    }

    Duration duration() {
        check(seconds > 0, "-d is more than 0 seconds");
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    Duration warmup() {
        check(warmupSeconds >= 0, "--warmup is not negative");
        return Duration.ofMillis(Math.round(warmupSeconds * 1000));
    }

    /** Refuses an argument. */
    void check(boolean right, String otherwise) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    /** A load that yields a figure. */
    interface Measurement {
        LoadResult run(Consumer<String> progress) throws InterruptedException;
    }

    /** Runs it with a line on the terminal, prints what it found, and gives the exit code. */
    int report(boolean mayLose, Measurement measurement) throws InterruptedException {
        QuietLogging.install();
        LoadResult result;
        Terminal terminal = Terminal.overStderr();
        try {
            result = measurement.run(line -> {
                if (terminal != null) {
                    terminal.show(line);
                }
            });
        } catch (BenchException e) {
            System.err.println("Error: " + Objects.requireNonNull(e.getMessage()) + ".");
            return 1;
        } finally {
            if (terminal != null) {
                terminal.show("");
            }
        }
        System.out.print(json ? JsonText.of(result.asMap()) + "\n" : result.text());
        return result.sound(mayLose) ? 0 : 1;
    }

    boolean json() {
        return json;
    }
}
