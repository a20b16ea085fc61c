// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.config.TlsConfig;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks at a broker's set-up from its files: configuration, users, rules, certificates, permissions, ports. Owner:
 * confined to its creator.
 */
final class SystemDoctor {
    private static final int CONNECT_TIMEOUT_MILLIS = 2000;
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private final Path configFile;
    private final @Nullable AlternativeName domain;
    private final Findings findings = new Findings();
    private final CertificateDoctor certificates;

    /**
     * Nothing is looked at yet.
     *
     * @param domain what clients call the broker; null: not known
     */
    SystemDoctor(Path configFile, @Nullable AlternativeName domain, Instant now) {
        this.configFile = configFile;
        this.domain = domain;
        this.certificates = new CertificateDoctor(findings, now);
    }

    Findings examine() {
        BrokerConfig config;
        try {
            var loaded = ConfigLoader.load(configFile, List.of());
            config = loaded.config();
            loaded.notices()
                    .forEach(notice -> findings.warning(
                            "config", withoutEnd(notice.toString()), "edit " + configFile));
            findings.ok("config", configFile + " has " + config.listeners().size() + " listeners");
        } catch (ConfigException e) {
            problems("config", e);
            return findings;
        }
        rules(config);
        credentials(config);
        Set<TlsConfig> seen = new LinkedHashSet<>();
        for (ListenerConfig listener : config.listeners()) {
            if (listener.tls() != null && seen.add(listener.tls())) {
                tls(listener.describe(), listener.tls());
            }
        }
        permissions(config, seen);
        openDoors(config);
        config.listeners().forEach(this::port);
        return findings;
    }

    private void problems(String check, ConfigException e) {
        for (Problem problem : e.problems()) {
            findings.wrong(check, withoutEnd(problem.toString()), "edit " + problem.file());
        }
    }

    private void rules(BrokerConfig config) {
        try {
            AccessRules.load(config.listeners()).stream()
                    .flatMap(rules -> rules.notices().stream())
                    .distinct()
                    .forEach(notice -> findings.warning(
                            "rules", withoutEnd(notice), "edit the file, or mind it"));
            findings.ok("rules", "users and rules can be read");
        } catch (ConfigException e) {
            problems("rules", e);
        }
    }

    /** Beside the configuration: does each client's credential open the door? */
    private void credentials(BrokerConfig config) {
        Path passwordFile = config.listeners().stream()
                .map(ListenerConfig::passwordFile)
                .filter(file -> file != null)
                .findFirst()
                .orElse(null);
        if (passwordFile == null) {
            return;
        }
        try (Stream<Path> files = Files.list(folder())) {
            PasswordFile users = PasswordFile.read(passwordFile);
            for (Path file : files.filter(path -> path.toString().endsWith(".credential"))
                    .sorted()
                    .toList()) {
                credential(file, users, passwordFile);
            }
        } catch (IOException | PasswordFileException e) {
            findings.wrong(
                    "users",
                    withoutEnd(String.valueOf(e.getMessage())),
                    "see the file's owner and mode");
        }
    }

    private void credential(Path file, PasswordFile users, Path passwordFile) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() != 2) {
            findings.wrong(
                    "users",
                    file + " is no credential: a user name and a password, a line each",
                    "rm " + file + ", and call canary init again");
        } else if (users.verify(lines.getFirst(), lines.getLast().getBytes(UTF_8))) {
            findings.ok("users", "the password of " + lines.getFirst() + " is known to the broker");
        } else {
            findings.wrong(
                    "users",
                    "the password in " + file + " is not the one in " + passwordFile,
                    "canary passwd " + passwordFile + " " + lines.getFirst()
                            + " < the password, or rm " + file
                            + " and call canary init again for a new one");
        }
    }

    private void tls(String listener, TlsConfig tls) {
        try {
            List<X509Certificate> chain = PemFiles.certificates(tls.certFile());
            PemFiles.checkPair(
                    tls.certFile(),
                    chain.getFirst(),
                    tls.keyFile(),
                    PemFiles.privateKey(tls.keyFile(), Passphrase.NONE));
            findings.ok("key", listener + ": certificate and key belong together");
            String renewal = "canary init --force renews it; or put another into " + tls.certFile();
            certificates.dates(listener + ": the certificate", chain.getFirst(), renewal);
            X509Certificate authority = authority(tls);
            X509CRL crl = null;
            if (tls.crlFile() != null) {
                crl = PemFiles.crls(tls.crlFile()).getFirst();
                certificates.list(
                        crl,
                        "canary ca crl --dir " + authorityFolder() + ", then restart the broker");
                compareLists(tls.crlFile());
            }
            if (authority != null) {
                certificates.chain(chain, authority, crl);
            }
            for (AlternativeName name : names()) {
                certificates.name(chain.getFirst(), name, renewal);
            }
        } catch (PemException e) {
            findings.wrong(
                    "key",
                    listener + ": " + withoutEnd(String.valueOf(e.getMessage())),
                    "put it right, or call canary init --force for another");
        }
    }

    private @Nullable X509Certificate authority(TlsConfig tls) throws PemException {
        Path file = folder().resolve("certs/ca.crt");
        if (tls.caFile() != null) {
            return PemFiles.certificates(tls.caFile()).getFirst();
        }
        return Files.exists(file) ? PemFiles.certificates(file).getFirst() : null;
    }

    private Path authorityFolder() {
        return folder().resolve("ca");
    }

    /** A device that was revoked at the authority comes in as long as the broker has the former list. */
    private void compareLists(Path broker) {
        Path newest = authorityFolder().resolve("crl.pem");
        try {
            if (Files.isReadable(newest) && Files.mismatch(newest, broker) >= 0) {
                findings.wrong(
                        "crl",
                        broker
                                + " is not the authority's newest list, so revoked devices may come in",
                        "cp " + newest + " " + broker + ", then restart the broker");
            }
        } catch (IOException e) {
            findings.wrong(
                    "crl", "the lists cannot be compared: " + e.getMessage(), "see " + newest);
        }
    }

    private List<AlternativeName> names() {
        return domain == null ? List.of() : List.of(domain);
    }

    private void permissions(BrokerConfig config, Set<TlsConfig> tls) {
        Set<Path> secret = new LinkedHashSet<>();
        config.listeners().forEach(listener -> {
            if (listener.passwordFile() != null) {
                secret.add(listener.passwordFile());
            }
        });
        tls.forEach(each -> secret.add(each.keyFile()));
        try (Stream<Path> files = Files.list(folder())) {
            files.filter(file -> file.toString().endsWith(".credential")).forEach(secret::add);
        } catch (IOException e) {
            findings.wrong("permissions", folder() + " cannot be read", "see its owner and mode");
        }
        secret.addAll(
                List.of(authorityFolder().resolve("ca.key"), folder().resolve("ca.passphrase")));
        List<Path> exposed = new ArrayList<>();
        for (Path file : secret) {
            try {
                if (Files.exists(file)
                        && Files.getPosixFilePermissions(file).stream()
                                .anyMatch(OTHERS::contains)) {
                    exposed.add(file);
                }
            } catch (IOException e) {
                exposed.add(file);
            }
        }
        for (Path file : exposed) {
            findings.wrong(
                    "permissions",
                    "other users of this machine can read " + file,
                    "chmod go= " + file);
        }
        if (exposed.isEmpty()) {
            findings.ok("permissions", "passwords and keys are their owners' alone");
        }
        if (Files.exists(folder().resolve("ca.passphrase"))) {
            findings.warning(
                    "permissions",
                    "the passphrase of the authority's key lies beside the key",
                    "keep what is in " + folder().resolve("ca.passphrase")
                            + " somewhere else, and delete it here");
        }
    }

    /** Listeners that let anybody in, or passwords travel for all to read. */
    private void openDoors(BrokerConfig config) {
        for (ListenerConfig listener : config.listeners()) {
            boolean local = config.localOnly() || isLoopback(listener.host());
            if (local) {
                continue;
            }
            if (listener.allowAnonymous()) {
                findings.wrong(
                        "doors",
                        listener.describe() + " lets everybody in without a password",
                        "allow_anonymous false, with a password_file");
            } else if (listener.tls() == null) {
                findings.wrong(
                        "doors",
                        listener.describe() + " has no TLS, so passwords travel for all to read",
                        "listener " + listener.port()
                                + " 127.0.0.1, or certfile and keyfile below it");
            }
        }
    }

    private static boolean isLoopback(@Nullable String host) {
        try {
            return host != null && InetAddress.getByName(host).isLoopbackAddress();
        } catch (IOException e) {
            return false;
        }
    }

    private void port(ListenerConfig listener) {
        String host = listener.host() == null ? "localhost" : listener.host();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, listener.port()), CONNECT_TIMEOUT_MILLIS);
            findings.ok("port", "somebody listens at " + listener.describe().substring(9));
        } catch (IOException e) {
            findings.warning(
                    "port",
                    "nobody listens at " + listener.describe().substring(9),
                    "start the broker: canary broker -c " + configFile);
        }
    }

    private Path folder() {
        Path parent = configFile.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    private static String withoutEnd(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
