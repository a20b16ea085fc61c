// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.cli.mosquitto.RealTools.Outcome;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.KeyKind;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The real tools and ours over TLS, with the real mosquitto and with Canary: who gets through, and what is said if not. */
final class ToolsOverTlsTest {

    /** Listeners that both brokers get, by the word that stands for their port below. */
    private static final List<String> LISTENERS =
            List.of("TLS", "MUTUAL", "MISNAMED", "FROM12", "ONLY13");

    /** These get through with every tool and every broker, and print the same. */
    static final List<String> THROUGH = lines("""
            pub -p TLS --cafile CA/ca.crt -t tls/a -m x
            pub -p TLS --cafile CA/ca.crt -t tls/a -m x -d -q 2 -i tls
            pub -p TLS --cafile CA/ca.crt -t tls/a -m x -h 127.0.0.1 -V 5 -q 1
            pub -p TLS --cafile CA/ca.crt -t tls/a -l
            pub -L mqtts://localhost:TLS/tls/a -m x --cafile CA/ca.crt
            pub -p TLS --cafile CA/ca.crt -t tls/a -m x --tls-version tlsv1.3
            pub -p TLS --cafile CA/ca.crt -t tls/a -m x --tls-alpn mqtt
            pub -p FROM12 --cafile CA/ca.crt -t tls/a -m x --tls-version tlsv1.2
            pub -p FROM12 --cafile CA/ca.crt -t tls/a -m x --ciphers ECDHE-ECDSA-AES256-GCM-SHA384
            pub -p ONLY13 --cafile CA/ca.crt -t tls/a -m x --tls-version tlsv1.2
            pub -p ONLY13 --cafile CA/ca.crt -t tls/a -m x --ciphers ECDHE-ECDSA-AES256-GCM-SHA384
            pub -p MUTUAL --cafile CA/ca.crt --cert CA/alice.crt --key CA/alice.key -t tls/a -m x
            pub -p MUTUAL --cafile CA/ca.crt --cert CA/alice.crt --key CA/alice.key --keyform pem -t tls/a -m x -q 1
            pub -p MUTUAL --cafile CA/ca.crt --cert CA/alice-chain.crt --key CA/alice.key -t tls/a -m x
            pub -p MISNAMED --cafile CA/ca.crt -t tls/a -m x --insecure
            sub -p TLS --cafile CA/ca.crt -t tls/none -E -d -i sub
            sub -p TLS --cafile CA/ca.crt -t tls/kept -C 1 -v
            sub -p MUTUAL --cafile CA/ca.crt --cert CA/alice.crt --key CA/alice.key -t tls/kept -C 1 -F %t:%r:%p
            sub -p TLS --cafile CA/ca.crt -t tls/none -W 1
            rr -p TLS --cafile CA/ca.crt -t tls/a -e none -m x -W 1
            """);

    /** These fail, and what comes after the bar is what ours says besides mosquitto's words. */
    static final List<String> FAILING = lines("""
            pub -p TLS --cafile OTHER/ca.crt -t a -m x|signed by CN=Test CA, which is not trusted here
            pub -p TLS --tls-use-os-certs -t a -m x|signed by CN=Test CA, which is not trusted here
            pub -L mqtts://localhost:TLS/a -m x|signed by CN=Test CA, which is not trusted here
            pub -p MISNAMED --cafile CA/ca.crt -t a -m x|shows a certificate for other.example, not for localhost
            sub -p MISNAMED --cafile CA/ca.crt -t a|shows a certificate for other.example, not for localhost
            pub -p MUTUAL --cafile CA/ca.crt -t a -m x|a certificate of this client
            pub -p MUTUAL --cafile CA/ca.crt --cert OTHER/mallory.crt --key OTHER/mallory.key -t a -m x|this client's certificate
            rr -p MUTUAL --cafile CA/ca.crt -t a -e b -m x|a certificate of this client
            """);

    /** Wrong calls: the first line is mosquitto's; ours says more. Nothing is connected to. */
    static final List<String> WRONG = lines("""
            pub -p TLS --cafile nosuch -t a -m x|nosuch cannot be read
            pub -p TLS --cafile CA/ca.crt --cert CA/alice.crt --key nosuch -t a -m x|nosuch cannot be read
            pub -p TLS --cafile CA/alice.key -t a -m x|holds no certificate: what it holds is a PRIVATE KEY
            pub -p TLS --cafile CA/ca.crt --cert CA/alice.crt --key CA/server.key -t a -m x|is not the key of the certificate in
            pub -p TLS --cafile CA/ca.crt --ciphers foo -t a -m x|no cipher suite is called "foo"
            pub -p TLS --cafile CA/ca.crt --tls-version foo -t a -m x|
            pub -p TLS --cafile CA/ca.crt --cert CA/alice.crt --key CA/alice.key --keyform foo -t a -m x|
            """);

    private static List<String> lines(String text) {
        return text.lines().toList();
    }

    @TempDir
    static Path folder;

    private static Process mosquitto;
    private static Broker canary;
    private static final List<Map<String, String>> BROKERS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        RealTools.require();
        var ours = authority("Test CA", "CA");
        issue(ours, "server", Use.SERVER, "localhost", "127.0.0.1");
        issue(ours, "misnamed", Use.SERVER, "other.example");
        issue(ours, "alice", Use.CLIENT);
        issue(authority("Other CA", "OTHER"), "mallory", Use.CLIENT);

        Path conf = configure("mosquitto", freePorts());
        mosquitto = new ProcessBuilder("/usr/sbin/mosquitto", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        var loaded =
                ConfigLoader.load(configure("canary", freePorts()), List.of()).config();
        canary = Broker.start(loaded, AccessRules.load(loaded.listeners()), 1);
        for (Map<String, String> broker : BROKERS) {
            int port = Integer.parseInt(broker.get("TLS"));
            await().until(() -> listens(port));
            String keep = "-p TLS --cafile CA/ca.crt -t tls/kept -m kept -r -q 1";
            assertThat(RealTools.ours(Tool.PUB, words(keep, broker), ""))
                    .isEqualTo(new Outcome(0, "", ""));
        }
    }

    private static CertificateAuthority authority(String name, String at) throws Exception {
        return CertificateAuthority.create(
                CaStore.at(folder.resolve(at)),
                new Founding(name, new KeyKind.P256(), 30, null, false),
                Clock.systemUTC(),
                new SecureRandom());
    }

    private static void issue(CertificateAuthority by, String name, Use use, String... names)
            throws Exception {
        List<AlternativeName> parsed = new ArrayList<>();
        for (String alternative : names) {
            parsed.add(AlternativeName.parse(alternative));
        }
        var profile = CertificateProfile.of(name, Set.of(use), parsed, 20);
        by.issue(name, profile, new KeyKind.P256(), false);
    }

    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < LISTENERS.size(); i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** The configuration file of a broker with all listeners. */
    private static Path configure(String name, List<Integer> ports) throws IOException {
        var broker = new HashMap<String, String>();
        var text = new StringBuilder("user root\nallow_anonymous true\n");
        for (int i = 0; i < LISTENERS.size(); i++) {
            String listener = LISTENERS.get(i);
            broker.put(listener, String.valueOf(ports.get(i)));
            String certificate = listener.equals("MISNAMED") ? "misnamed" : "server";
            Path issued = folder.resolve("CA/issued").resolve(certificate);
            text.append("listener ").append(ports.get(i)).append(" 127.0.0.1\n");
            text.append("cafile ").append(folder.resolve("CA/ca.crt")).append('\n');
            text.append("certfile ")
                    .append(issued.resolve(certificate + ".crt"))
                    .append('\n');
            text.append("keyfile ").append(issued.resolve(certificate + ".key")).append('\n');
            text.append(
                    switch (listener) {
                        case "MUTUAL" -> "require_certificate true\n";
                        case "FROM12" -> "tls_version tlsv1.2\n";
                        case "ONLY13" -> "tls_version tlsv1.3\n";
                        default -> "";
                    });
        }
        BROKERS.add(broker);
        return Files.writeString(folder.resolve(name + ".conf"), text);
    }

    private static boolean listens(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    @AfterAll
    static void stop() {
        mosquitto.destroyForcibly();
        canary.close();
        BROKERS.clear();
    }

    private static Tool tool(String line) {
        return Tool.valueOf(line.split(" ", 2)[0].toUpperCase(Locale.ROOT));
    }

    private static List<String> words(String line, Map<String, String> broker) {
        String text = line.replaceFirst("^(pub|sub|rr) ", "");
        for (var port : broker.entrySet()) {
            text = text.replaceAll("\\b" + port.getKey() + "\\b", port.getValue());
        }
        String files = text.replaceAll("(?<= )(CA|OTHER)/ca.crt", folder + "/$1/ca.crt")
                .replaceAll("(?<= )(CA|OTHER)/((\\w+)[-.][a-z.]+)", folder + "/$1/issued/$3/$2");
        return RealTools.words(files);
    }

    @ParameterizedTest
    @FieldSource("THROUGH")
    void whatGetsThroughPrintsTheSame(String line) {
        List<Outcome> outcomes = BROKERS.stream()
                .map(broker -> words(line, broker))
                .flatMap(words -> Stream.of(
                        RealTools.real(tool(line), words, "one\ntwo"),
                        RealTools.ours(tool(line), words, "one\ntwo")))
                .map(RealTools::masked)
                .toList();

        Outcome first = outcomes.getFirst();
        assertThat(first.exitCode()).as(first.toString()).isEqualTo(line.contains("-W") ? 27 : 0);
        assertThat(outcomes).containsOnly(first);
    }

    @ParameterizedTest
    @FieldSource("FAILING")
    void whatDoesNotSaysWhy(String line) {
        String call = line.substring(0, line.indexOf('|'));
        for (Map<String, String> broker : BROKERS) {
            Outcome real = RealTools.real(tool(line), words(call, broker), "");
            Outcome ours = RealTools.ours(tool(line), words(call, broker), "");

            // The original says and returns one of several things, as the handshake goes.
            assertThat(real.exitCode()).as(real.toString()).isNotZero();
            assertThat(ours.out()).isEqualTo(real.out());
            assertThat(ours.err())
                    .startsWith("Error: A TLS error occurred\n")
                    .contains(line.substring(line.indexOf('|') + 1));
            assertThat(ours.err().lines()).hasSize(2);
            assertThat(ours.exitCode()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @FieldSource("WRONG")
    void aWrongCallGetsTheSameFirstLineAndMore(String line) {
        List<String> words = words(line.substring(0, line.indexOf('|')), BROKERS.getFirst());
        Outcome real = RealTools.real(tool(line), words, "");
        Outcome ours = RealTools.ours(tool(line), words, "");

        assertThat(ours.err())
                .startsWith(real.err().replace("occurred.", "occurred")) // the stop is of 2.0
                .contains(line.substring(line.indexOf('|') + 1));
        assertThat(ours.exitCode()).isEqualTo(real.exitCode());
    }
}
