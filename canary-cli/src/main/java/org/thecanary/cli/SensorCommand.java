// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.client.Transport;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.Sensor;
import org.thecanary.sensor.SensorOptions;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.sensor.SensorThreads;
import org.thecanary.sensor.SensorTopics;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** {@code canary sensor}: measures this machine, and publishes to a broker. */
@Command(
        name = "sensor",
        description =
                "Measure this machine, the sensors on its buses, or whatever a command or a file says, and publish it.",
        versionProvider = Canary.Version.class,
        footer = {
            "",
            "The credential file has two lines, user name and password, or with -u the password alone.",
            "Keep it to yourself: chmod 0600 FILE.",
            "What cannot be sent is kept, and sent in order later, also after a restart.",
            "Exit codes: 0 stopped by a signal, 1 a store that cannot be used,",
            "3 bad credential file, 13 unreadable one;",
            "a Reason Code where the broker refuses for good (134, 135: user name or password)."
        })
final class SensorCommand implements Callable<Integer> {
    private static final int STORE_UNUSABLE = 1;

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

    @Mixin
    private ProbeOptions probes = new ProbeOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

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
        List<SensorOptions> fleet = new ArrayList<>();
        try {
            Credential credential = credential();
            SensorTopics topics = topics();
            if (probes.fleet() == 0) {
                fleet.add(options(credential, topics, 0));
            }
            for (int i = 1; i <= probes.fleet(); i++) {
                fleet.add(options(credential, topics.of("sim-" + i), i));
            }
        } catch (CredentialFile.Unreadable e) {
            say(e.getMessage());
            return ConfigException.UNREADABLE;
        } catch (CredentialFile.Malformed e) {
            say(e.getMessage());
            return ConfigException.INVALID;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
        BrokerLog.quiet();
        return run(fleet);
    }

    private SensorOptions options(
            @Nullable Credential credential, SensorTopics topics, int number) {
        return new SensorOptions(
                transport(),
                credential,
                topics.prefix(),
                topics,
                sampling("--rate", rate),
                limits(),
                probes.probes(number),
                store.store(topics));
    }

    private static int run(List<SensorOptions> fleet) {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        SensorThreads threads = new SensorThreads();
        List<Sensor> sensors = new ArrayList<>();
        FleetEvents events = new FleetEvents(
                fleet.getFirst().broker().describe(), fleet.size(), SensorCommand::say, exit);
        try {
            for (SensorOptions options : fleet) {
                sensors.add(Sensor.start(options, events.ofOne(), threads));
            }
        } catch (IOException e) {
            sensors.parallelStream().forEach(Sensor::close);
            say("cannot keep measurements: " + e.getMessage()
                    + ". Name another folder, --store DIR, or do without, --no-store.");
            return STORE_UNUSABLE;
        }
        return Signals.runUntil(exit, () -> {
            sensors.parallelStream().forEach(Sensor::close);
            threads.close();
        });
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
}
