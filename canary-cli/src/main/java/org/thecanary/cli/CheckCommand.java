// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Admission;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.tls.ListenerTls;
import org.thecanary.broker.tls.TlsException;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code canary check}: what a configuration comes to, what differs from mosquitto, and every mistake at once. */
@Command(
        name = "check",
        description = "Show what a configuration comes to, and all that is wrong with it.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        exitCodeOnInvalidInput = ConfigException.INVALID,
        footer = {
            "",
            "Exit codes: 0 the broker would start, 1 certificates and keys, 3 configuration, 13 unreadable password or ACL file."
        })
final class CheckCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            required = true,
            description = "A mosquitto.conf.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path configFile;

    @Override
    public Integer call() {
        ConfigLoader.Checked checked = ConfigLoader.check(configFile);
        List<Problem> problems = new ArrayList<>(checked.problems());
        List<String> warnings = new ArrayList<>();
        checked.notices().forEach(notice -> warnings.add(notice.toString()));
        List<AccessRules> rules = List.of();
        int exit = problems.isEmpty() ? 0 : ConfigException.INVALID;
        BrokerConfig config = checked.config();
        try {
            rules = AccessRules.load(config.listeners());
            rules.stream()
                    .flatMap(rule -> rule.notices().stream())
                    .distinct()
                    .forEach(warnings::add);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            exit = Math.max(exit, e.exitCode());
        }
        try {
            Instant now = Instant.now();
            ListenerTls.readAll(config.listeners())
                    .forEach(tls -> tls.ifPresent(each -> each.remind(now, warnings::add)));
        } catch (TlsException e) {
            e.problems().forEach(text -> problems.add(new Problem(configFile.toString(), 0, text)));
            exit = Math.max(exit, ConfigException.UNUSABLE);
        }
        if (problems.isEmpty()) {
            table(config, rules).forEach(System.out::println);
            risks(config, rules, warnings);
            section("Warnings", warnings);
            section("Different from mosquitto", differences(config, rules));
            return 0;
        }
        System.err.println(new ConfigException(exit, problems).getMessage());
        System.err.println(problems.size() == 1 ? "1 problem." : problems.size() + " problems.");
        section("Warnings", warnings);
        return exit == ConfigException.UNREADABLE && !checked.problems().isEmpty()
                ? ConfigException.INVALID
                : exit;
    }

    private static void section(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            System.out.println();
            System.out.println(title + ":");
            lines.forEach(line -> System.out.println("  " + line));
        }
    }

    private static List<String> table(BrokerConfig config, List<AccessRules> rules) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"listener", "who may come in", "rules", "TLS"});
        for (int i = 0; i < rules.size(); i++) {
            ListenerConfig listener = config.listeners().get(i);
            rows.add(new String[] {
                listener.describe().substring("listener ".length())
                        + protocol(listener)
                        + (listener.mountPoint() == null ? "" : " below " + listener.mountPoint()),
                AdmissionTexts.who(admission(config, listener, rules.get(i))),
                listener.aclFile() == null
                        ? "none: everything"
                        : listener.aclFile().toString(),
                AdmissionTexts.tls(listener)
            });
        }
        return aligned(rows);
    }

    private static String protocol(ListenerConfig listener) {
        return switch (listener.protocol()) {
            case MQTT -> "";
            case WEBSOCKETS -> " websockets";
            case HTTP_API -> " http_api";
        };
    }

    private static Admission admission(
            BrokerConfig config, ListenerConfig listener, AccessRules access) {
        return new Admission(config.clientIdPrefix(), listener, access);
    }

    private static List<String> aligned(List<String[]> rows) {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static void risks(BrokerConfig config, List<AccessRules> rules, List<String> warnings) {
        for (int i = 0; i < rules.size(); i++) {
            ListenerConfig listener = config.listeners().get(i);
            AccessRules access = rules.get(i);
            String name = listener.describe();
            Admission admission = admission(config, listener, access);
            if (AdmissionTexts.who(admission).equals(AdmissionTexts.NOBODY)) {
                warnings.add(name + ": nobody can come in. Name a password_file, or write"
                        + " allow_anonymous true.");
            }
            Path certificate = listener.tls() == null ? null : listener.tls().certFile();
            if (certificate != null && namesNobody(certificate)) {
                warnings.add(certificate + ": has no subjectAltName, so browsers and many clients"
                        + " refuse it, whatever its Common Name. Issue one that has:  canary ca"
                        + " issue --help");
            }
            if (isLocal(listener)) {
                continue;
            }
            if (AdmissionTexts.strangers(admission) && access.acl() == null) {
                warnings.add(name + ": everybody on the network may read and write everything.");
            }
            if (access.users() != null && listener.tls() == null) {
                warnings.add(name + ": passwords cross the network in clear text. Add certfile and"
                        + " keyfile:  canary ca init");
            }
        }
    }

    /** A file that cannot be read is told of elsewhere. */
    private static boolean namesNobody(Path certificate) {
        try {
            return PemFiles.certificates(certificate).getFirst().getSubjectAlternativeNames()
                    == null;
        } catch (PemException | CertificateParsingException e) {
            return false;
        }
    }

    private static boolean isLocal(ListenerConfig listener) {
        try {
            String host = listener.host();
            return listener.port() == 0
                    || (host != null && InetAddress.getByName(host).isLoopbackAddress());
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Where the same file makes another broker of Canary than of mosquitto. */
    private static List<String> differences(BrokerConfig config, List<AccessRules> rules) {
        List<String> differences = new ArrayList<>();
        if (rules.stream().anyMatch(rule -> rule.acl() != null)) {
            differences.add(
                    "A message that the rules deny is logged as a warning; mosquitto is silent"
                            + " but for log_type debug. Clients of MQTT 5 are told the reason.");
        }
        if (rules.stream().anyMatch(rule -> rule.acl() != null || rule.users() != null)) {
            differences.add("At SIGHUP a file with a mistake changes nothing; mosquitto exits.");
        }
        if (config.listeners().stream()
                .anyMatch(each -> !each.websocketOrigins().isEmpty())) {
            differences.add(
                    "Beside websockets_origin a request without Origin is refused, and so is"
                            + " the beginning of an origin; mosquitto 2.1 lets both in.");
        }
        differences.add("TCP_NODELAY is on whatever set_tcp_nodelay says.");
        differences.add(
                "All cores are used; messages of different clients may overtake each other.");
        return differences;
    }
}
