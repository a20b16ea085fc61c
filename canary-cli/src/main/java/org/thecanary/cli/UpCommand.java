// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.net.PortOwner;
import org.thecanary.cli.SecureSystem.Plan;
import org.thecanary.cli.SecureSystem.Ports;
import org.thecanary.cli.terminal.Terminal;
import org.thecanary.client.Disconnected;
import org.thecanary.client.Transport;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.sensor.Measurement;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.Sensor;
import org.thecanary.sensor.SensorEvents;
import org.thecanary.sensor.SensorOptions;
import org.thecanary.sensor.SensorThreads;
import org.thecanary.sensor.SensorTopics;
import org.thecanary.sensor.probe.Probe;
import org.thecanary.sensor.probe.Probes;
import org.thecanary.sensor.probe.Simulator;
import org.thecanary.sensor.probe.Simulator.Behaviour;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** {@code canary up}: a broker with users and rules, and a sensor that measures this machine, from one command. */
@Command(
        name = "up",
        description =
                "Run a broker and a sensor on this machine, and two simulated ones, with users, passwords and rules.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        footer = {
            "",
            "Without --domain only this machine can connect. Users, rules and passwords are made the first time, and kept.",
            "Exit codes: 0 stopped by a signal, 1 port or data folder, 3 configuration, 13 unreadable file."
        })
final class UpCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    /** Sensors of rooms that are not there, so that there is more than one to look at. */
    private static final int SIMULATED = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where users, rules and passwords are kept. Default: $XDG_DATA_HOME/canary or ~/.local/share/canary.")
    private @Nullable Path data;

    @Option(
            names = {"-p", "--port", "--mqtt-port"},
            paramLabel = "PORT",
            description =
                    "The broker's port, from now on. Default: 1883 the first time, then as it was.")
    private @Nullable Integer port;

    @Option(
            names = "--web-port",
            paramLabel = "PORT",
            description =
                    "Port of the web app. Default: 8080, for this machine; 8443 with HTTPS where `canary init` has made certificates in DIR.")
    private @Nullable Integer webPort;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description =
                    "Let other machines in by TLS, under this name: makes what `canary init` makes, the first time.")
    private @Nullable String domain;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log everything.")
    private boolean verbose;

    @Override
    public Integer call() {
        Terminal terminal = Terminal.overStderr();
        try {
            return run(terminal);
        } catch (ConfigException e) {
            System.err.println(e.report());
            return e.exitCode();
        } catch (CredentialFile.Unreadable e) {
            System.err.println("Error: " + e.getMessage());
            return ConfigException.UNREADABLE;
        } catch (CredentialFile.Malformed e) {
            System.err.println("Error: " + e.getMessage());
            return ConfigException.INVALID;
        } catch (IOException | CaException e) {
            System.err.println("Error: " + e.getMessage());
            return FAILED;
        }
    }

    private int run(@Nullable Terminal terminal) throws ConfigException, IOException, CaException {
        Path folder = folder();
        checkPort(folder);
        if (domain != null) {
            secure(folder, domain);
        }
        DataFolder files =
                DataFolder.open(folder, port == null ? OptionalInt.empty() : OptionalInt.of(port));
        files.notices().forEach(System.err::println);
        RunningBroker broker;
        List<SensorOptions> options = new ArrayList<>();
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        try {
            broker = RunningBroker.start(
                    files.config(), List.of(), RunningBroker.Logging.verbose(verbose));
            options.add(
                    sensorOptions(files, broker, SensorTopics.DEFAULT, Probes.find(Path.of("/"))));
            for (int i = 1; i <= SIMULATED; i++) {
                if (!mayPublish(broker, SensorTopics.DEFAULT.of("sim-" + i))) {
                    continue; // the rules of a person, who has sensors enough
                }
                Probe room = new Simulator(Behaviour.DEFAULT, i, InstantSource.system());
                options.add(sensorOptions(
                        files,
                        broker,
                        SensorTopics.DEFAULT.of("sim-" + i),
                        Probes.of(List.of(room))));
            }
        } catch (ConfigException | IOException e) {
            files.close();
            throw e;
        }
        Transport.Tcp address = (Transport.Tcp) options.getFirst().broker();
        UpWeb web;
        try {
            web = UpWeb.start(files, address, webPort);
        } catch (IOException e) {
            broker.close();
            files.close();
            throw e;
        }
        UpSummary summary = new UpSummary(files, address, web);
        SensorThreads threads = new SensorThreads();
        List<Sensor> sensors = new ArrayList<>();
        for (SensorOptions one : options) {
            sensors.add(Sensor.start(
                    one,
                    sensors.isEmpty()
                            ? new Narrator(summary, terminal, exit)
                            : new SensorEvents() {},
                    threads));
        }
        Signals.closeAtEnd(exit, () -> {
            sensors.forEach(Sensor::close);
            threads.close();
            if (terminal != null) {
                terminal.show("");
            }
            web.close();
            broker.close();
            files.close();
        });
        return exit.join();
    }

    /** As {@code canary init} does; what is there is kept. */
    private void secure(Path folder, String name) throws IOException, CaException {
        Ports usual = Ports.DEFAULT;
        Plan plan = new Plan(
                name,
                List.of(),
                DataFolder.SENSOR,
                DataFolder.WEBAPP,
                List.of(),
                new Ports(
                        usual.tls(),
                        usual.mutualTls(),
                        usual.webSocket(),
                        port == null ? usual.local() : port),
                System.getProperty("user.name"),
                true,
                false);
        try (SecureSystem system = SecureSystem.make(folder, plan, PassphraseOptions.of(null))) {
            system.data().notices().forEach(System.err::println);
            Path config = system.data().config();
            if (!Files.readString(config).contains("certfile")) {
                System.err.println(config
                        + " was there already, and has no listener with TLS. To write it anew:  canary init --force --domain "
                        + Shell.quote(name) + " --dir " + Shell.quote(folder.toString()));
            }
            if (system.newPassphrase() != null) {
                System.err.println("The passphrase of the authority's key is in "
                        + system.passphraseFile()
                        + ": put it where you keep your passwords, and delete it there.");
            }
        }
    }

    private Path folder() throws IOException {
        Path folder = data != null ? data : defaultFolder();
        if (folder.toString().isBlank() || folder.toString().chars().anyMatch(c -> c < ' ')) {
            throw new IOException("\"" + folder + "\" cannot be the data folder.");
        }
        return folder.toAbsolutePath().normalize();
    }

    static Path defaultFolder() throws IOException {
        String share = System.getenv("XDG_DATA_HOME");
        if (share != null && share.startsWith("/")) {
            return Path.of(share, "canary");
        }
        String home = System.getenv("HOME");
        if (home == null || !home.startsWith("/")) {
            throw new IOException(
                    "there is no home folder to keep data in. Name a folder: --data DIR");
        }
        return Path.of(home, ".local", "share", "canary");
    }

    /** Before anything is made or changed for a port that cannot be had. */
    private void checkPort(Path folder) throws IOException {
        if (port == null && Files.exists(folder.resolve("canary.conf"))) {
            return; // the broker finds out
        }
        int wanted = port == null ? 1883 : port;
        if (wanted < 1 || wanted > 65_535) {
            throw new ParameterException(
                    spec.commandLine(), "-p: port " + wanted + " is not 1 to 65535");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), wanted));
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            throw new IOException(
                    "cannot listen on 127.0.0.1 port " + wanted + ": "
                            + (reason.contains("in use")
                                    ? "Address already in use by "
                                            + PortOwner.of(wanted).orElse("another program")
                                            + ". Take another port: -p PORT"
                                    : reason),
                    e);
        }
    }

    private static boolean mayPublish(RunningBroker broker, SensorTopics topics)
            throws ConfigException {
        return AccessRules.load(broker.config().listeners())
                .getFirst()
                .permissions(DataFolder.SENSOR, topics.prefix())
                .mayPublish(TopicName.of(topics.data()));
    }

    private static SensorOptions sensorOptions(
            DataFolder files, RunningBroker broker, SensorTopics topics, Probes probes)
            throws IOException {
        ListenerConfig listener = broker.config().listeners().getFirst();
        String host = listener.host();
        return new SensorOptions(
                Transport.tcp(
                        host == null || host.equals("0.0.0.0") ? "127.0.0.1" : host,
                        listener.port()),
                CredentialFile.read(files.credentialFile(DataFolder.SENSOR), null),
                topics.prefix(),
                topics,
                Sampling.DEFAULT,
                Sampling.Limits.WIDEST,
                probes,
                new SensorOptions.Store(
                        files.folder()
                                .resolve("sensors")
                                .resolve(topics.prefix().replace('/', '.')),
                        SensorOptions.Store.DEFAULT_BYTES));
    }

    /** Tells a person what happens. Owner: the sensor's thread. */
    private static final class Narrator implements SensorEvents {
        private final UpSummary summary;
        private final @Nullable Terminal terminal;
        private final CompletableFuture<Integer> exit;
        private boolean summarized;

        Narrator(UpSummary summary, @Nullable Terminal terminal, CompletableFuture<Integer> exit) {
            this.summary = summary;
            this.terminal = terminal;
            this.exit = exit;
        }

        @Override
        public void told(String sentence) {
            System.err.println("sensor: " + sentence);
        }

        @Override
        public void connected() {
            if (!summarized) {
                System.out.print(summary.text(Terminal.isInteractive()));
                System.out.flush();
                summarized = true;
            }
        }

        @Override
        public void measured(Measurement measurement, Sampling sampling) {
            if (terminal != null) {
                terminal.show(UpSummary.live(measurement, sampling));
            }
        }

        @Override
        public void disconnected(Disconnected end) {
            if (end.cause() == Disconnected.Cause.APPLICATION) {
                return;
            }
            System.err.println(
                    "sensor: " + end.sentence() + (end.willReconnect() ? ". Trying again." : "."));
            if (!end.willReconnect()) {
                System.err.println(summary.afterRefusal());
                exit.complete(FAILED);
            }
        }
    }
}
