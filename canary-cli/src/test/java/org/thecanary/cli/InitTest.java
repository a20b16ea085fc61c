// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Is what {@code canary init} makes a secure system, on either broker, from the files alone? */
class InitTest {
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    /** A device of Paho's with its bundle and nothing else: {@code BUNDLE WHERE TOPIC TEXT}. */
    private static final String DEVICE = """
            import os, sys, zipfile
            import paho.mqtt.client as mqtt
            name = os.path.basename(sys.argv[1])[:-4]
            zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])
            os.chdir(os.path.join(sys.argv[2], name))
            s = dict(l.strip().split('=', 1) for l in open('settings.properties') if l[0] != '#')
            make = getattr(mqtt, 'CallbackAPIVersion', None)
            client = mqtt.Client(*([make.VERSION1] if make else []), client_id=s['client_id'])
            client.tls_set(ca_certs=s['cafile'], certfile=s['certfile'], keyfile=s['keyfile'])
            client.on_connect = lambda c, u, f, rc: c.publish(sys.argv[3], sys.argv[4], qos=1)
            client.on_publish = lambda c, u, mid: c.disconnect()
            client.connect(s['host'], int(s['port']))
            client.loop_forever()
            print('published')
            """;

    /** A browser's way: {@code CAFILE PORT USER PASSWORD TOPIC}, prints the first message. */
    private static final String BROWSER = """
            import sys
            import paho.mqtt.client as mqtt
            make = getattr(mqtt, 'CallbackAPIVersion', None)
            client = mqtt.Client(*([make.VERSION1] if make else []), transport='websockets')
            client.tls_set(ca_certs=sys.argv[1])
            client.username_pw_set(sys.argv[3], sys.argv[4])
            client.on_connect = lambda c, u, f, rc: c.subscribe(sys.argv[5])
            client.on_subscribe = lambda *a: print('subscribed', flush=True)
            client.on_message = lambda c, u, m: (print(m.payload.decode(), flush=True), c.disconnect())
            client.connect('localhost', int(sys.argv[2]))
            client.loop_forever()
            """;

    /** A broker that reads the folder's mosquitto.conf. */
    enum Broker {
        MOSQUITTO,
        CANARY
    }

    @TempDir
    Path parent;

    private Path folder;
    private int tls;
    private int mutualTls;
    private int webSocket;
    private int local;

    @BeforeAll
    static void peers() {
        Program.needsMosquittoClients();
        boolean installed = Files.isExecutable(MOSQUITTO);
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs Debian's mosquitto")
                .isTrue();
        assumeTrue(installed, "mosquitto is not installed");
    }

    @BeforeEach
    void choose() throws IOException {
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
        folder = parent.resolve("my system");
        tls = Program.freePort();
        mutualTls = Program.freePort();
        webSocket = Program.freePort();
        local = Program.freePort();
    }

    private ProgramRun init(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "init",
                "--domain",
                "localhost",
                "--dir",
                folder.toString(),
                "--tls-port",
                "" + tls,
                "--mtls-port",
                "" + mutualTls,
                "--wss-port",
                "" + webSocket,
                "--local-port",
                "" + local));
        if (ROOT) {
            arguments.addAll(List.of("--service-user", "mosquitto"));
        }
        arguments.addAll(List.of(more));
        return ProgramRun.canary("", arguments.toArray(String[]::new));
    }

    private Program start(Broker kind) throws Exception {
        Path config = folder.resolve("canary.conf");
        Program broker = switch (kind) {
            case MOSQUITTO ->
                Program.of(parent, List.of(MOSQUITTO.toString(), "-c", config.toString()));
            case CANARY -> Program.canary(parent, "broker", "-c", config.toString());
        };
        for (int port : new int[] {local, tls, mutualTls, webSocket}) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(listens(port)).as(broker.err()).isTrue());
        }
        return broker;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyoneComesInByTheirOwnWayAndDoesTheirOwnThings(Broker kind) throws Exception {
        ProgramRun made = init("--device", "attic", "--device", "cellar");
        assertThat(made.status()).as(made.err()).isZero();
        letTheServiceRead(made);
        String ca = folder.resolve("certs/ca.crt").toString();
        String[] byPassword = {
            "-h",
            "localhost",
            "-p",
            "" + tls,
            "--cafile",
            ca,
            "-u",
            "webapp",
            "-P",
            password("webapp")
        };
        try (Program _ = start(kind);
                Program webapp = client("mosquitto_sub", byPassword, "-v", "-t", "#");
                Program sensor = client(
                        "mosquitto_sub",
                        new String[] {"-p", "" + local, "-u", "sensor", "-P", password("sensor")},
                        "-v",
                        "-t",
                        "#");
                Program browser = python(
                        BROWSER, ca, "" + webSocket, "webapp", password("webapp"), "sensor/#")) {
            browser.says("subscribed");
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                publish(1, local, "webapp", "sensor/instructions/sampling", "begin");
                return sensor.out().contains("begin");
            });
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                publish(1, local, "sensor", "sensor/data", "begin");
                return webapp.out().contains("begin");
            });

            device("attic", "sensor/attic/data", "21.5").says("published");
            device("attic", "sensor/cellar/data", "forged by attic");
            device("attic", "sensor/data", "forged by attic");
            publish(1, local, "sensor", "sensor/data", "measured");
            publish(1, local, "sensor", "sensor/attic/data", "forged by sensor");
            publish(1, local, "sensor", "sensor/alarms", "forged by sensor");
            publish(1, local, "webapp", "sensor/alarms", "too hot");
            publish(1, local, "webapp", "sensor/attic/instructions/sampling", "1 Hz");
            publish(1, local, "webapp", "sensor/attic/data", "forged by webapp");
            publish(1, local, "webapp", "end", "forged by webapp");
            byPassword[byPassword.length - 3] = "sensor";
            byPassword[byPassword.length - 1] = password("sensor");
            try (Program publisher = client(
                    "mosquitto_pub", byPassword, "-q", "1", "-t", "sensor/data", "-m", "by TLS")) {
                assertThat(publisher.exitCode()).as(publisher.err()).isZero();
            }
            publish(1, local, "webapp", "sensor/instructions/sampling", "the end");
            publish(1, local, "sensor", "sensor/status", "the end");

            sensor.says("sensor/instructions/sampling the end");
            assertThat(sensor.out().lines())
                    .allMatch(line -> line.startsWith("sensor/instructions/"));
            webapp.says("sensor/status the end");
            browser.says("begin");
            assertThat(webapp.out())
                    .contains(
                            "sensor/attic/data 21.5\n",
                            "sensor/data measured\n",
                            "sensor/data by TLS\n",
                            "sensor/alarms too hot\n",
                            "sensor/attic/instructions/sampling 1 Hz\n")
                    .doesNotContain("forged");
            refusesStrangers(ca);
        }
        aRevokedDeviceIsRefused(kind);
    }

    private void refusesStrangers(String ca) throws Exception {
        String[] anonymous = {"-h", "localhost", "-t", "a", "-m", "b", "--cafile", ca};
        for (int port : new int[] {tls, mutualTls}) {
            try (Program stranger = client("mosquitto_pub", anonymous, "-p", "" + port)) {
                assertThat(stranger.exitCode()).as("on port " + port).isNotZero();
            }
        }
        try (Program stranger = Program.of(
                parent, List.of("mosquitto_pub", "-p", "" + local, "-t", "a", "-m", "b"))) {
            assertThat(stranger.exitCode()).isEqualTo(5);
        }
        String[] wrong = {"-p", "" + tls, "-u", "webapp", "-P", "guessed"};
        try (Program stranger = client("mosquitto_pub", anonymous, wrong)) {
            assertThat(stranger.exitCode()).isEqualTo(5);
        }
    }

    private void aRevokedDeviceIsRefused(Broker kind) throws Exception {
        revoke("attic");
        try (Program _ = start(kind)) {
            assertThat(publishByCertificate("attic")).isNotZero();
            assertThat(publishByCertificate("cellar")).isZero();
        }
        assertThat(opensslVerifies("attic")).isFalse();
        assertThat(opensslVerifies("cellar")).isTrue();
    }

    private void revoke(String device) {
        String passphrase = folder.resolve("ca.passphrase").toString();
        ProgramRun revoked = ProgramRun.canary(
                "",
                "ca",
                "revoke",
                device,
                "--dir",
                folder.resolve("ca").toString(),
                "--passphrase-file",
                passphrase);
        assertThat(revoked.status()).as(revoked.err()).isZero();
    }

    private boolean opensslVerifies(String device) throws Exception {
        Path certificate = folder.resolve("ca/issued").resolve(device).resolve(device + ".crt");
        return opensslVerify(certificate.toString()).status() == 0;
    }

    private ProgramRun opensslVerify(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "verify",
                "-crl_check",
                "-CAfile",
                folder.resolve("ca/ca.crt").toString(),
                "-CRLfile",
                folder.resolve("certs/crl.pem").toString()));
        arguments.addAll(List.of(more));
        return ProgramRun.other("", "openssl", arguments.toArray(String[]::new));
    }

    @Test
    void aRunningBrokerLetsGoOfADeviceThatIsRevoked() throws Exception {
        letTheServiceRead(init("--device", "attic", "--device", "cellar"));
        try (Program broker = start(Broker.CANARY);
                Program _ = byCertificate(
                        "mosquitto_sub",
                        "attic",
                        "-t",
                        "sensor/attic/instructions/#",
                        "-i",
                        "in-the-attic")) {
            broker.says(" as in-the-attic ");

            revoke("attic");

            broker.says("its certificate is revoked");
            assertThat(publishByCertificate("attic")).isNotZero();
            assertThat(publishByCertificate("cellar")).isZero();
        }
    }

    private Program byCertificate(String program, String device, String... more)
            throws IOException {
        Path own = folder.resolve("ca/issued").resolve(device);
        String[] who = {
            "-h",
            "localhost",
            "-p",
            "" + mutualTls,
            "--cafile",
            own.resolve("ca.crt").toString(),
            "--cert",
            own.resolve(device + ".crt").toString(),
            "--key",
            own.resolve(device + ".key").toString()
        };
        return client(program, who, more);
    }

    private int publishByCertificate(String device) throws Exception {
        try (Program publisher = byCertificate(
                "mosquitto_pub",
                device,
                "-q",
                "1",
                "-t",
                "sensor/" + device + "/data",
                "-m",
                "1")) {
            return publisher.exitCode();
        }
    }

    /** The commands of many a guide, one after another; NAME is what the broker is called. */
    private static final String BY_HAND = """
            cd "$0"
            openssl req -new -x509 -days 1095 -extensions v3_ca -passout pass:a-secret -subj '/CN=An authority' \
                -keyout ca.key -out ca.crt
            openssl genrsa -out mosquitto.key 2048
            openssl req -out mosquitto.csr -key mosquitto.key -new -subj /CN=localhost
            openssl x509 -req -in mosquitto.csr -CA ca.crt -CAkey ca.key -passin pass:a-secret -CAcreateserial \
                -out mosquitto.crt -days 1095
            """;

    /** What a client and an administrator ask of AUTHORITY, its key, CERTIFICATE and KEY. */
    private static final String QUESTIONS = """
            grep -c 'BEGIN ENCRYPTED PRIVATE KEY' "$1"
            openssl x509 -in "$0" -noout -ext basicConstraints | grep -o CA:TRUE
            openssl x509 -in "$2" -noout -subject -nameopt multiline | grep -o 'commonName.*'
            openssl verify -CAfile "$0" -purpose sslserver -verify_hostname localhost "$2" | grep -o 'OK$'
            test "$(openssl x509 -in "$2" -noout -pubkey)" = "$(openssl pkey -in "$3" -pubout)" && echo a pair
            """;

    @Test
    void whatAnEveningWithOpensslMakesIsMade() throws Exception {
        init();
        Path byHand = Files.createDirectory(parent.resolve("by hand"));
        Peers.run("sh", "-ec", BY_HAND, byHand.toString());

        String made =
                answers(folder, "ca/ca.crt", "ca/ca.key", "certs/broker.crt", "certs/broker.key");

        assertThat(made)
                .hasLineCount(5)
                .isEqualTo(answers(byHand, "ca.crt", "ca.key", "mosquitto.crt", "mosquitto.key"));
    }

    private static String answers(Path folder, String... files) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-ec", QUESTIONS));
        for (String file : files) {
            command.add(folder.resolve(file).toString());
        }
        return Peers.run(command.toArray(String[]::new));
    }

    @Test
    void theLinesToCopyWorkAsTheyStand() throws Exception {
        ProgramRun made = init();
        letTheServiceRead(made);
        try (Program _ = start(Broker.MOSQUITTO);
                Program watch = shell("exec " + line(made, "mosquitto_sub"))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                try (Program publisher = shell(line(made, "mosquitto_pub"))) {
                    assertThat(publisher.exitCode()).as(publisher.err()).isZero();
                }
                return watch.out().contains("sensor/sensor-1/data {\"temperature\": 21.5}");
            });
        }
    }

    @Test
    void aSecondRunKeepsEveryByteAndSaysSo() throws Exception {
        init();
        Map<String, String> before = contents();

        ProgramRun again = init();

        assertThat(again.status()).as(again.err()).isZero();
        assertThat(contents()).isEqualTo(before);
        assertThat(again.out())
                .contains("  kept  ")
                .contains("canary.conf", "acl", "certs/broker.crt")
                .doesNotContain("  made  ", "New secrets");
    }

    @Test
    void aLaterDeviceChangesNothingElse() throws Exception {
        init();
        Map<String, String> before = contents();

        assertThat(init("--device", "shed").out()).contains("  made  bundles/shed.zip\n");

        Map<String, String> after = contents();
        after.keySet().removeIf(name -> name.contains("shed") || name.matches("ca/certs/.*"));
        before.keySet().removeIf(name -> name.matches("ca/certs/.*"));
        before.remove("ca/index.txt");
        after.remove("ca/index.txt");
        assertThat(after).isEqualTo(before);
    }

    @Test
    void forceWritesTextsAnewAndKeepsPasswordsAndAuthority() throws Exception {
        init();
        Map<String, String> before = contents();
        Files.writeString(folder.resolve("acl"), "# mine\n");

        ProgramRun forced = init("--force");

        assertThat(forced.status()).as(forced.err()).isZero();
        Map<String, String> after = contents();
        for (String same :
                List.of("acl", "passwd", "webapp.credential", "ca/ca.crt", "ca/ca.key")) {
            assertThat(after.get(same)).as(same).isEqualTo(before.get(same));
        }
        assertThat(after.get("acl~")).isEqualTo("# mine\n");
        assertThat(after.get("certs/broker.crt")).isNotEqualTo(before.get("certs/broker.crt"));
        assertThat(forced.err()).contains("acl~");
    }

    @Test
    void nothingSecretIsShownOrReadableByOthers() throws Exception {
        ProgramRun made = init();

        for (String secret : List.of(
                password("sensor"),
                password("webapp"),
                Files.readString(folder.resolve("ca.passphrase")).strip())) {
            assertThat(made.out() + made.err()).doesNotContain(secret);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(
                            files.filter(Files::isRegularFile)
                                    .filter(
                                            file -> file.toString()
                                                    .matches(
                                                            ".*(\\.key|\\.credential|passphrase|passwd|\\.zip|acl|\\.conf)")))
                    .hasSizeGreaterThan(7)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(Files.readString(folder.resolve("ca/ca.key"))).contains("ENCRYPTED");
    }

    @Test
    void othersVerifyWhatWasMade() throws Exception {
        init("--san", "broker.example.org,192.0.2.77");

        ProgramRun openssl = opensslVerify(
                "-purpose",
                "sslserver",
                "-verify_ip",
                "192.0.2.77",
                "-verify_hostname",
                "broker.example.org",
                folder.resolve("certs/broker.crt").toString());
        assertThat(openssl.status()).as(openssl.out() + openssl.err()).isZero();
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
                "systemd is not installed");
        try (Program systemd = Program.of(
                parent,
                List.of(
                        "systemd-analyze",
                        "verify",
                        "--man=no",
                        folder.resolve("canary.service").toString()))) {
            assertThat(systemd.exitCode()).as(systemd.err()).isZero();
            assertThat(systemd.err()).doesNotContain("canary.service:");
        }
    }

    @Test
    void whatCannotBeIsOneSentenceAndNothingIsMade() {
        refused(init("--device", "data"), "names no sensor");
        refused(init("--device", "alarms"), "meaning of its own");
        refused(init("--device", "webapp"), "meaning of its own");
        refused(init("--device", "a/b"), "letters, digits");
        refused(init("--webapp-user", "sensor"), "two users");
        refused(init("--webapp-user", "a:b"), "cannot be a user");
        refused(init("--tls-port", "" + local), "four different ports");
        refused(init("--san", "a_b"), "a_b");
        assertThat(folder).doesNotExist();
    }

    private static void refused(ProgramRun run, String words) {
        assertThat(run.status()).as(run.err()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("Error: ").contains(words).hasLineCount(1);
    }

    /** What the summary says that root should do. */
    private void letTheServiceRead(ProgramRun made) throws Exception {
        if (ROOT) {
            try (Program chown = shell(line(made, "chown"))) {
                assertThat(chown.exitCode()).as(chown.err()).isZero();
            }
        }
    }

    private static String line(ProgramRun made, String program) {
        return made.out()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(program))
                .findFirst()
                .orElseThrow();
    }

    private Program shell(String line) throws IOException {
        return Program.of(parent, List.of("sh", "-c", line));
    }

    private Program device(String name, String topic, String text) throws Exception {
        Path unpacked = Files.createTempDirectory(parent, name);
        Program device = python(
                DEVICE,
                folder.resolve("bundles/" + name + ".zip").toString(),
                unpacked.toString(),
                topic,
                text);
        assertThat(device.exitCode()).as(device.err()).isZero();
        return device;
    }

    private Program python(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", script));
        command.addAll(List.of(arguments));
        return Program.of(parent, command);
    }

    private Program client(String program, String[] some, String... others) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(some));
        command.addAll(List.of(others));
        return Program.of(parent, command);
    }

    private void publish(int qos, int port, String user, String topic, String text)
            throws Exception {
        String[] who = {"-p", "" + port, "-u", user, "-P", password(user), "-q", "" + qos};
        try (Program publisher = client("mosquitto_pub", who, "-t", topic, "-m", text)) {
            assertThat(publisher.exitCode()).as(publisher.err()).isZero();
        }
    }

    private String password(String user) throws IOException {
        return Files.readAllLines(folder.resolve(user + ".credential")).getLast();
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        folder.relativize(file).toString(),
                        Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
