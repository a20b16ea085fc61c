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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

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
            description = "The broker. Default: what the bundle says, or localhost.")
    private @Nullable String host;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Its port. Default: what the bundle says, or 1883.")
    private @Nullable Integer port;

    @Option(
            names = "--bundle",
            paramLabel = "FILE",
            description =
                    "A device bundle of `canary ca issue --bundle`, a .zip or what it was unpacked to: the broker, and a certificate to be let in with, over TLS. The sensor is called as the device is.")
    private @Nullable Path bundleFile;

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

    @Option(
            names = "--print",
            description = "Print each measurement on stdout, after its topic, as it is taken.")
    private boolean print;

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
            BundleFile bundle = bundle();
            Transport broker = transport(bundle);
            SensorTopics topics = topics(bundle);
            if (probes.fleet() == 0) {
                String clientId = bundle == null ? topics.prefix() : bundle.clientId();
                fleet.add(options(broker, credential, clientId, topics, 0));
            }
            for (int i = 1; i <= probes.fleet(); i++) {
                SensorTopics own = topics.of("sim-" + i);
                fleet.add(options(broker, credential, own.prefix(), own, i));
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
        return run(fleet, print ? System.out::println : _ -> {});
    }

    private SensorOptions options(
            Transport broker,
            @Nullable Credential credential,
            String clientId,
            SensorTopics topics,
            int number) {
        return new SensorOptions(
                broker,
                credential,
                clientId,
                topics,
                sampling("--rate", rate),
                limits(),
                probes.probes(number),
                store.store(topics));
    }

    private static int run(List<SensorOptions> fleet, Consumer<String> print) {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        SensorThreads threads = new SensorThreads();
        List<Sensor> sensors = new CopyOnWriteArrayList<>();
        FleetEvents events = new FleetEvents(
                fleet.getFirst().broker().describe(), fleet.size(), SensorCommand::say, exit);
        Runnable close = () -> {
            sensors.parallelStream().forEach(Sensor::close);
            threads.close();
        };
        Thread end = Signals.closeAtEnd(exit, close); // a large fleet takes a while to start
        try {
            for (SensorOptions options : fleet) {
                sensors.add(Sensor.start(options, events.ofOne(options.topics(), print), threads));
            }
        } catch (IOException e) {
            Signals.cancel(end);
            close.run();
            say("cannot keep measurements: " + e.getMessage()
                    + ". Name another folder, --store DIR, or do without, --no-store.");
            return STORE_UNUSABLE;
        }
        return exit.join();
    }

    private @Nullable BundleFile bundle()
            throws CredentialFile.Unreadable, CredentialFile.Malformed {
        if (bundleFile == null) {
            return null;
        }
        BundleFile bundle = BundleFile.read(bundleFile);
        warnIfExposed(bundleFile, "key");
        return bundle;
    }

    private Transport transport(@Nullable BundleFile bundle) {
        try {
            return bundle == null
                    ? Transport.tcp(
                            host == null ? "localhost" : host,
                            port == null ? Transport.DEFAULT_PORT : port)
                    : Transport.tls(
                            host == null ? bundle.host() : host,
                            port == null ? bundle.port() : port,
                            bundle.tls());
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
        warnIfExposed(credentialFile, "password");
        return credential;
    }

    private static void warnIfExposed(Path file, String secret) {
        if (CredentialFile.isExposed(file)) {
            String mode = Files.isDirectory(file) ? "0700 " : "0600 ";
            say("warning: " + file + ": other users of this machine can read the " + secret
                    + ". Make it your own:  chmod " + mode + Shell.quote(file.toString()));
        }
    }

    private SensorTopics topics(@Nullable BundleFile bundle) {
        try {
            SensorTopics topics = new SensorTopics(prefix);
            String name = id;
            // The device that is called as the prefix is the one sensor that there is.
            if (name == null && bundle != null && !bundle.clientId().equals(prefix)) {
                name = probes.fleet() > 0 ? null : bundle.clientId();
            }
            return name == null ? topics : topics.of(name);
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
