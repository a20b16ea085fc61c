// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.client.Disconnected;
import org.thecanary.client.Transport;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.Sensor;
import org.thecanary.sensor.SensorEvents;
import org.thecanary.sensor.SensorOptions;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.sensor.SensorTopics;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** {@code canary sensor}: measures this machine, and publishes to a broker. */
@Command(
        name = "sensor",
        description = "Measure this machine's temperature, load and memory, and publish them.",
        versionProvider = Canary.Version.class,
        footer = {
            "",
            "The credential file has two lines, user name and password, or with -u the password alone.",
            "Keep it to yourself: chmod 0600 FILE.",
            "Exit codes: 0 stopped by a signal, 3 bad credential file, 13 unreadable one;",
            "a Reason Code where the broker refuses for good (134, 135: user name or password)."
        })
final class SensorCommand implements Callable<Integer> {
    @Spec
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
            description = "User name; may stand in the credential file.")
    private @Nullable String username;

    @Option(names = "--pw-file", paramLabel = "FILE", description = "The credential file.")
    private @Nullable Path credentialFile;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "PREFIX",
            defaultValue = "sensor",
            description = "What its topics begin with. Default: ${DEFAULT-VALUE}.")
    private String prefix = "";

    @Option(
            names = "--id",
            paramLabel = "NAME",
            description =
                    "The sensor's name, where there are several: its topics begin with PREFIX/NAME.")
    private @Nullable String id;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            defaultValue = "0.2 Hz",
            description =
                    "How often to measure where no instruction says otherwise, as 0.2, \"0.2 Hz\" or \"5 s\". Default: ${DEFAULT-VALUE}.")
    private String rate = "";

    @Option(
            names = "--slowest",
            paramLabel = "RATE",
            defaultValue = "0.001 Hz",
            description = "Refuse instructions to measure more slowly. Default: ${DEFAULT-VALUE}.")
    private String slowest = "";

    @Option(
            names = "--fastest",
            paramLabel = "RATE",
            defaultValue = "100 Hz",
            description = "Refuse instructions to measure faster. Default: ${DEFAULT-VALUE}.")
    private String fastest = "";

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean version;

    @Override
    public Integer call() {
        SensorOptions options;
        try {
            options = new SensorOptions(
                    transport(),
                    credential(),
                    topics(),
                    sampling("--rate", rate),
                    limits(),
                    Path.of("/"));
        } catch (CredentialFile.Unreadable e) {
            say(e.getMessage());
            return ConfigException.UNREADABLE;
        } catch (CredentialFile.Malformed e) {
            say(e.getMessage());
            return ConfigException.INVALID;
        }
        BrokerLog.quiet();
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Sensor sensor = Sensor.start(options, new Narrator(options.broker().describe(), exit));
        return Signals.runUntil(exit, sensor::close);
    }

    private Transport transport() {
        try {
            return Transport.tcp(host, port);
        } catch (IllegalArgumentException e) {
            throw wrong("-h and -p", String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Credential credential()
            throws CredentialFile.Unreadable, CredentialFile.Malformed {
        if (credentialFile == null) {
            if (username != null) {
                throw wrong("-u", "its password is wanted too, in a file: --pw-file FILE");
            }
            return null;
        }
        Credential credential = CredentialFile.read(credentialFile, username);
        if (CredentialFile.isExposed(credentialFile)) {
            say("warning: " + credentialFile
                    + ": other users of this machine can read the password. Make it your own:  chmod 0600 "
                    + Shell.quote(credentialFile.toString()));
        }
        return credential;
    }

    private SensorTopics topics() {
        try {
            SensorTopics topics = new SensorTopics(prefix);
            return id == null ? topics : topics.of(id);
        } catch (RuntimeException e) {
            throw wrong(id == null ? "-t" : "-t and --id", String.valueOf(e.getMessage()));
        }
    }

    private Sampling.Limits limits() {
        try {
            return new Sampling.Limits(
                    sampling("--slowest", slowest).hertz(),
                    sampling("--fastest", fastest).hertz());
        } catch (IllegalArgumentException e) {
            throw wrong("--slowest and --fastest", String.valueOf(e.getMessage()));
        }
    }

    private Sampling sampling(String option, String text) {
        return switch (Sampling.parse(text, Sampling.Limits.WIDEST)) {
            case Sampling.Accepted(var sampling, var _) -> sampling;
            case Sampling.Refused(var asked, var reason) ->
                throw wrong(option + " " + asked, reason);
        };
    }

    private ParameterException wrong(String option, String reason) {
        return new ParameterException(spec.commandLine(), option + ": " + reason);
    }

    private static void say(@Nullable String sentence) {
        System.err.println("canary sensor: " + sentence);
    }

    /** The end of a connection, with the mark that ends a sentence. */
    static String sentence(Disconnected end) {
        return end.sentence().endsWith("?") ? end.sentence() : end.sentence() + ".";
    }

    /** Tells a person on stderr what happens, each thing once. Owner: the sensor's thread. */
    private static final class Narrator implements SensorEvents {
        private final String broker;
        private final CompletableFuture<Integer> exit;
        private String last = "";

        Narrator(String broker, CompletableFuture<Integer> exit) {
            this.broker = broker;
            this.exit = exit;
        }

        @Override
        public void told(String sentence) {
            say(sentence);
        }

        @Override
        public void connected() {
            last = "";
            say("Connected to " + broker + ".");
        }

        @Override
        public void disconnected(Disconnected end) {
            if (end.cause() == Disconnected.Cause.APPLICATION) {
                return;
            }
            if (end.willReconnect()) {
                if (!end.sentence().equals(last)) {
                    say(sentence(end) + " Trying again until it works.");
                }
                last = end.sentence();
            } else {
                say(sentence(end));
                exit.complete(end.reason() == null ? 1 : end.reason().code());
            }
        }
    }
}
