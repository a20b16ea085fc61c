// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.net.PortOwner;
import org.thecanary.client.Tls;
import org.thecanary.client.Transport;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.web.Administration;
import org.thecanary.web.WebApp;
import org.thecanary.web.WebOptions;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.Retention;
import org.thecanary.web.http.BrowserTls;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLContext;

/** {@code canary web}: keeps what sensors measure, and shows it to people who log in. */
@Command(
        name = "web",
        description = "Keep what sensors measure, and show it in a browser.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        subcommands = WebCommand.User.class,
        footer = {
            "",
            "The credential file has two lines, user name and password, or with -u the password alone.",
            "Nobody can log in before `canary web user add NAME --role operator`, which adds a person.",
            "Exit codes: 0 stopped by a signal, 1 port, folder or history, 3 bad credential file, 13 unreadable one."
        })
final class WebCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    static final int DEFAULT_PORT = 8080;
    private static final String MQTTS = "mqtts://";
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--broker",
            paramLabel = "HOST[:PORT]",
            defaultValue = "localhost:1883",
            description =
                    "The broker. mqtts://HOST[:PORT] is one with TLS, on port 8883 unless said otherwise. Default: ${DEFAULT-VALUE}.")
    private String broker = "";

    @Option(
            names = "--cafile",
            paramLabel = "FILE",
            description =
                    "Speak TLS with the broker, and trust the authorities in this file, PEM. Default with mqtts://: those of the system.")
    private @Nullable Path authorities;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Be at the broker who this certificate says, PEM.")
    private @Nullable Path clientCertificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Its private key, PEM, without a passphrase.")
    private @Nullable Path clientKey;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "NAME",
            description = "User name at the broker; may stand in the credential file.")
    private @Nullable String user;

    @Option(names = "--pw-file", paramLabel = "FILE", description = "The credential file.")
    private @Nullable Path credentialFile;

    @Option(
            names = {"-i", "--id"},
            paramLabel = "ID",
            defaultValue = "canary-web",
            description =
                    "Client id: names the session in which the broker keeps messages meanwhile. Default: ${DEFAULT-VALUE}.")
    private String clientId = "";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where the history and the people who may log in are kept. Default: $XDG_DATA_HOME/canary/web or ~/.local/share/canary/web.")
    private @Nullable Path data;

    @Option(
            names = "--db",
            paramLabel = "URL",
            description =
                    "Keep the history in PostgreSQL: jdbc:postgresql://HOST[:PORT]/DATABASE. Default: SQLite, in the folder of --data.")
    private @Nullable String databaseUrl;

    @Option(
            names = "--db-pw-file",
            paramLabel = "FILE",
            description =
                    "User name and password of that database, a line each. Default: PGPASSWORD, PGPASSFILE or ~/.pgpass.")
    private @Nullable Path databaseCredential;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "Where browsers may come from: an address of this machine. Default: ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "" + DEFAULT_PORT,
            description = "Port for browsers. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "Serve HTTPS with this certificate, PEM, and those that signed it behind it. A renewed one is taken up by itself.")
    private @Nullable Path tlsCertificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Its private key, PEM, without a passphrase.")
    private @Nullable Path tlsKey;

    @Option(
            names = "--admin-socket",
            paramLabel = "FILE",
            description =
                    "Where a broker that is Canary tells of its clients and of what it denied. Default: that of this user's broker on the port of --broker, if it runs on this machine.")
    private @Nullable Path adminSocket;

    @Option(
            names = "--webhook",
            paramLabel = "URL",
            description = "Gets a POST with JSON when an alarm begins and when it is over.")
    private @Nullable URI webhook;

    @Option(
            names = "--keep-raw",
            paramLabel = "DAYS",
            defaultValue = "7",
            description = "How long every value is kept. Default: ${DEFAULT-VALUE} days.")
    private int rawDays;

    @Option(
            names = "--keep-minutes",
            paramLabel = "DAYS",
            defaultValue = "92",
            description =
                    "How long mean, lowest and highest of each minute are. Default: ${DEFAULT-VALUE} days.")
    private int minuteDays;

    @Option(
            names = "--keep-hours",
            paramLabel = "DAYS",
            defaultValue = "3653",
            description = "How long those of each hour are. Default: ${DEFAULT-VALUE} days.")
    private int hourDays;

    @Override
    public Integer call() {
        WebOptions options;
        try {
            options = options();
        } catch (CredentialFile.Unreadable e) {
            say(e.getMessage());
            return ConfigException.UNREADABLE;
        } catch (CredentialFile.Malformed e) {
            say(e.getMessage());
            return ConfigException.INVALID;
        } catch (IOException e) {
            say(e.getMessage());
            return FAILED;
        }
        BrokerLog.quiet();
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        WebApp web;
        try {
            web = WebApp.start(options);
        } catch (IOException e) {
            say(startProblem(e, options.listen()));
            return FAILED;
        }
        say("Open " + address(web) + " in a browser; history and people are in " + options.folder()
                + ".");
        Signals.closeAtEnd(exit, web::close);
        return exit.join();
    }

    private WebOptions options() throws IOException {
        Credential credential =
                credentialFile == null ? null : CredentialFile.read(credentialFile, user);
        if (credential == null && user != null) {
            throw wrong("-u", "its password is wanted too, in a file: --pw-file FILE");
        }
        if (webhook != null
                && !"http".equals(webhook.getScheme())
                && !"https".equals(webhook.getScheme())) {
            throw wrong("--webhook", "it must begin with http:// or https://");
        }
        Path folder = folder(data);
        makeFolder(folder);
        Transport transport = transport();
        try {
            return new WebOptions(
                    transport,
                    credential,
                    clientId,
                    folder,
                    administration(transport),
                    database(),
                    new InetSocketAddress(host, checked(port)),
                    tls(),
                    webhook,
                    new Retention(
                            Duration.ofDays(rawDays),
                            Duration.ofDays(minuteDays),
                            Duration.ofDays(hourDays)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private @Nullable SSLContext tls() throws IOException {
        if (tlsCertificate == null && tlsKey == null) {
            return null;
        }
        if (tlsCertificate == null || tlsKey == null) {
            throw wrong(
                    tlsKey == null ? "--tls-cert" : "--tls-key",
                    "certificate and key go together: --tls-cert FILE --tls-key FILE");
        }
        return BrowserTls.context(tlsCertificate, tlsKey);
    }

    private Administration administration(Transport transport) {
        if (adminSocket != null) {
            return AdminSocket.at(adminSocket);
        }
        return transport instanceof Transport.Tcp tcp && LOCAL.contains(tcp.host())
                ? AdminSocket.ofPort(tcp.port())
                : Administration.NONE;
    }

    /** PostgreSQL; null: SQLite in the data folder. */
    private @Nullable Database database() throws IOException {
        if (databaseUrl == null) {
            if (databaseCredential != null) {
                throw wrong("--db-pw-file", "it is for the database that --db names");
            }
            return null;
        }
        Credential login =
                databaseCredential == null ? null : CredentialFile.read(databaseCredential, null);
        try {
            return Database.postgresql(
                    databaseUrl,
                    login == null ? null : login.username(),
                    login == null ? System.getenv("PGPASSWORD") : login.password());
        } catch (IllegalArgumentException e) {
            throw wrong("--db", String.valueOf(e.getMessage()));
        }
    }

    private Transport transport() throws CredentialFile.Malformed {
        boolean named = broker.startsWith(MQTTS);
        String address = named ? broker.substring(MQTTS.length()) : broker;
        Tls tls = brokerTls(named);
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon > 0
                && address.indexOf(']', colon) < 0
                && (address.indexOf(':') == colon || address.startsWith("["));
        try {
            String host = hasPort ? address.substring(0, colon) : address;
            int port = hasPort
                    ? Integer.parseInt(address.substring(colon + 1))
                    : tls == null ? Transport.DEFAULT_PORT : Transport.DEFAULT_TLS_PORT;
            return tls == null ? Transport.tcp(host, port) : Transport.tls(host, port, tls);
        } catch (IllegalArgumentException e) {
            throw wrong(
                    "--broker " + broker,
                    "HOST, HOST:PORT or mqtts://HOST:PORT is wanted, with a port from 1 to 65535");
        }
    }

    /** How TLS is spoken with the broker; null: it is not. */
    private @Nullable Tls brokerTls(boolean named) throws CredentialFile.Malformed {
        if ((clientCertificate == null) != (clientKey == null)) {
            throw wrong(
                    clientKey == null ? "--cert" : "--key",
                    "certificate and key go together: --cert FILE --key FILE");
        }
        if (!named && authorities == null && clientCertificate == null) {
            return null;
        }
        return BundleFile.tls(authorities, clientCertificate, clientKey);
    }

    private ParameterException wrong(String option, String reason) {
        return new ParameterException(spec.commandLine(), option + ": " + reason);
    }

    private static Path folder(@Nullable Path named) throws IOException {
        return (named == null ? UpCommand.defaultFolder().resolve("web") : named)
                .toAbsolutePath()
                .normalize();
    }

    static void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** A port, or 0 for any. */
    static int checked(int port) throws IOException {
        if (port < 0 || port > 65_535) {
            throw new IOException("port " + port + " is not 1 to 65535.");
        }
        return port;
    }

    /** Why it did not start, in a sentence. */
    static String startProblem(IOException e, InetSocketAddress listen) {
        String reason = CliErrors.sentence(e);
        return e instanceof java.net.BindException
                ? "cannot listen on " + listen.getHostString() + " port " + listen.getPort() + ": "
                        + reason
                        + PortOwner.of(listen.getPort())
                                .map(owner -> " by " + owner)
                                .orElse("")
                        + ". Take another port."
                : reason;
    }

    /** What to type into a browser. */
    static String address(WebApp web) {
        InetSocketAddress address = web.address();
        String host =
                address.getAddress().isAnyLocalAddress() || address.getAddress().isLoopbackAddress()
                        ? "localhost"
                        : address.getAddress().getHostAddress();
        return (web.isSecure() ? "https://" : "http://")
                + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static void say(@Nullable String sentence) {
        System.err.println("canary web: " + sentence);
    }

    /** {@code canary web user}: who may log in. */
    @Command(
            name = "user",
            description = "Who may log in to the web app.",
            mixinStandardHelpOptions = true,
            subcommands = {Add.class, Remove.class})
    static final class User implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "Say add or remove, and a name.");
        }
    }

    /** {@code canary web user add}. */
    @Command(
            name = "add",
            description =
                    "Add a person, or set a person's password and role. The password is asked for.",
            mixinStandardHelpOptions = true)
    static final class Add implements Callable<Integer> {
        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(
                names = "--role",
                paramLabel = "viewer|operator",
                defaultValue = "viewer",
                description =
                        "A viewer looks; an operator sets rates and thresholds too. Default: ${DEFAULT-VALUE}.")
        private String role = "";

        @Option(names = "--data", paramLabel = "DIR", description = "As for canary web.")
        private @Nullable Path data;

        @Override
        public Integer call() throws IOException {
            Optional<String> refusal = PasswordFileEditor.refusal(name);
            if (refusal.isPresent()) {
                say(refusal.get());
                return FAILED;
            }
            if (!role.equals("viewer") && !role.equals("operator")) {
                say("a role is viewer or operator.");
                return FAILED;
            }
            try {
                byte[] password = SecretPrompt.ofProcess().askTwice("Password: ", "Again: ");
                if (password.length < 8) {
                    say("the password has fewer than 8 characters. Nothing was changed.");
                    return FAILED;
                }
                Path folder = folder(data);
                makeFolder(folder);
                People.put(
                        folder,
                        name,
                        new String(password, UTF_8),
                        Role.valueOf(role.toUpperCase(Locale.ROOT)));
                say(name + " may log in as " + role + ".");
                return 0;
            } catch (SecretPrompt.MismatchException e) {
                say("the two passwords are not the same. Nothing was changed.");
                return FAILED;
            } catch (PasswordFileException e) {
                say(e.getMessage());
                return FAILED;
            }
        }
    }

    /** {@code canary web user remove}. */
    @Command(
            name = "remove",
            description = "Remove a person, who is out at once.",
            mixinStandardHelpOptions = true)
    static final class Remove implements Callable<Integer> {
        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(names = "--data", paramLabel = "DIR", description = "As for canary web.")
        private @Nullable Path data;

        @Override
        public Integer call() throws IOException {
            try {
                boolean there = People.remove(folder(data), name);
                say(there ? name + " may no longer log in." : "there is no " + name + ".");
                return there ? 0 : FAILED;
            } catch (PasswordFileException e) {
                say(e.getMessage());
                return FAILED;
            }
        }
    }
}
