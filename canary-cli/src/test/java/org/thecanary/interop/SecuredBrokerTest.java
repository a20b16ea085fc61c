// SPDX-License-Identifier: Apache-2.0
package org.thecanary.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigLoader;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Does a small site work as it did with mosquitto: certificates made by openssl as the guides say, TLS for everybody, then
 * users and rules, then client certificates, and WebSocket beside them?
 */
@Timeout(120)
final class SecuredBrokerTest {
    private static final boolean CI = Boolean.parseBoolean(System.getenv("CI"));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @BeforeAll
    static void makeCertificates() throws Exception {
        boolean complete = Stream.of("/usr/bin/openssl", "/usr/bin/mosquitto_sub")
                        .allMatch(program -> Files.isExecutable(Path.of(program)))
                && Kind.PAHO.isInstalled()
                && Kind.MQTT_JS.isInstalled();
        assertThat(complete || !CI).as("CI needs all peers").isTrue();
        assumeTrue(complete, "peers are missing; ./check installs them");
        openssl("req -new -x509 -days 1095 -extensions v3_ca -keyout ca.key -out ca.crt"
                + " -passout pass:secret -subj /CN=ca");
        openssl("genrsa -out mosquitto.key 2048");
        openssl("req -out mosquitto.csr -key mosquitto.key -new -subj /CN=localhost");
        openssl("x509 -req -in mosquitto.csr -CA ca.crt -CAkey ca.key -passin pass:secret"
                + " -CAcreateserial -out mosquitto.crt -days 1095");
        openssl("genrsa -traditional -out pi.key 2048");
        openssl("req -out pi.csr -key pi.key -new -subj /CN=pi");
        openssl("x509 -req -in pi.csr -CA ca.crt -CAkey ca.key -passin pass:secret"
                + " -CAcreateserial -out pi.crt -days 1095");
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -out stranger.crt"
                + " -subj /CN=pi -days 30");
        Files.writeString(folder.resolve("san"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
        openssl("ecparam -name prime256v1 -genkey -out web.key");
        openssl("req -out web.csr -key web.key -new -subj /CN=localhost");
        openssl("x509 -req -in web.csr -CA ca.crt -CAkey ca.key -passin pass:secret"
                + " -CAcreateserial -out web.crt -days 1095 -extfile san");
        for (String user : List.of("sensor", "webapp")) {
            Files.writeString(folder.resolve("users"), "", java.nio.file.StandardOpenOption.CREATE);
            assertThat(run("mosquitto_passwd", "-b", "users", user, user + "-password")
                            .status())
                    .isZero();
        }
        Files.writeString(folder.resolve("acl"), """
                user sensor
                topic write sensor/data
                topic read sensor/instructions/#

                user webapp
                topic read sensor/data
                topic write sensor/instructions/#
                """);
    }

    private static void openssl(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ", -1)));
        Run run = run(command.toArray(String[]::new));
        assertThat(run.status()).as(run.output()).isZero();
    }

    /** What a program said, on both streams, and how it ended. */
    record Run(int status, String output) {}

    private static Run run(String... command) throws Exception {
        return await(start(command));
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
    }

    private static Run await(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private static Broker broker(String configuration) throws Exception {
        Path file = Files.writeString(
                Files.createTempFile(folder, "mosquitto", ".conf"),
                configuration
                        .replace("FOLDER", folder.toString())
                        .replace("PORT", Integer.toString(InteropTest.freePort())));
        BrokerConfig config = ConfigLoader.load(file, List.of()).config();
        return Broker.start(config, AccessRules.load(config.listeners()), 2);
    }

    private static String port(Broker broker) {
        return Integer.toString(broker.ports().getFirst());
    }

    private static List<String> command(String program, Broker broker, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(program, "-h", "localhost", "-p", port(broker), "--cafile", "ca.crt"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Run publish(Broker broker, String... arguments) throws Exception {
        return run(command("mosquitto_pub", broker, arguments).toArray(String[]::new));
    }

    /** What a subscriber prints who waits for one message, which this task publishes. */
    private static Run subscribe(Broker broker, PublishTask publish, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("stdbuf", "-oL"));
        command.addAll(command("mosquitto_sub", broker, arguments));
        command.addAll(List.of("-C", "1", "-d", "-W", "30"));
        Process subscriber = start(command.toArray(String[]::new));
        StringBuilder output = new StringBuilder();
        try (var lines = subscriber.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.append(line).append('\n');
                if (line.startsWith("Subscribed (")) {
                    publish.run();
                }
            }
        }
        return new Run(subscriber.waitFor(), output.toString());
    }

    private interface PublishTask {
        void run() throws Exception;
    }

    private static final String TLS = """
            listener PORT 127.0.0.1
            cafile FOLDER/ca.crt
            certfile FOLDER/mosquitto.crt
            keyfile FOLDER/mosquitto.key
            """;

    @Test
    void everybodyComesInWithTheAuthoritysCertificateAlone() throws Exception {
        try (Broker broker = broker(TLS + "allow_anonymous true\n")) {
            Run subscriber = subscribe(
                    broker,
                    () -> assertThat(publish(broker, "-t", "test/test", "-m", "hello")
                                    .status())
                            .isZero(),
                    "-t",
                    "test/#");

            assertThat(subscriber.status()).as(subscriber.output()).isZero();
            assertThat(subscriber.output()).contains("\nhello\n");
        }
    }

    @Test
    void usersComeInWithTheirPasswordsAndKeepToTheirTopics() throws Exception {
        try (Broker broker = broker(TLS + "password_file FOLDER/users\nacl_file FOLDER/acl\n")) {
            Run anonymous = publish(broker, "-t", "sensor/data", "-m", "x");
            assertThat(anonymous.status()).isEqualTo(5);
            assertThat(anonymous.output()).contains("not authorised");

            Run webapp = subscribe(
                    broker,
                    () -> {
                        publish(broker, as("webapp", "-t", "sensor/data", "-m", "forged"));
                        publish(broker, as("sensor", "-t", "sensor/data", "-m", "measured"));
                    },
                    as("webapp", "-t", "sensor/#"));

            assertThat(webapp.output()).contains("\nmeasured\n").doesNotContain("forged");
        }
    }

    private static String[] as(String user, String... arguments) {
        return Stream.concat(Stream.of("-u", user, "-P", user + "-password"), Stream.of(arguments))
                .toArray(String[]::new);
    }

    private static final String PI = """
            import sys
            import paho.mqtt.client as mqtt

            client = mqtt.Client()
            client.tls_set(ca_certs='ca.crt', certfile='pi.crt', keyfile='pi.key')
            res = client.connect('localhost', port=int(sys.argv[1]))
            print(f'Connect status: {mqtt.error_string(res)}')
            client.loop_start()
            client.publish('pi/data', 'from the pi', qos=1).wait_for_publish(20)
            client.disconnect()
            """;

    @Test
    void aClientIsKnownByItsCertificate() throws Exception {
        Files.writeString(folder.resolve("pi-acl"), "pattern readwrite %u/data\n");
        try (Broker broker = broker(TLS + """
                require_certificate true
                use_identity_as_username true
                acl_file FOLDER/pi-acl
                """)) {
            Run subscriber = subscribe(
                    broker,
                    () -> assertThat(run("/usr/bin/python3", "-c", PI, port(broker))
                                    .output())
                            .contains("Connect status: No error."),
                    "--cert",
                    "pi.crt",
                    "--key",
                    "pi.key",
                    "-t",
                    "pi/data");
            assertThat(subscriber.output()).contains("\nfrom the pi\n");

            assertThat(publish(broker, "-t", "pi/data", "-m", "x").status()).isNotZero();
            assertThat(publish(
                                    broker,
                                    "--cert",
                                    "stranger.crt",
                                    "--key",
                                    "stranger.key",
                                    "-t",
                                    "pi/data",
                                    "-m",
                                    "x")
                            .status())
                    .isNotZero();
        }
    }

    @Test
    void sessionsAreResumedInBothVersionsOfTls() throws Exception {
        try (Broker broker = broker(TLS + "allow_anonymous true\n")) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(speak(broker, version, "-sess_out")).contains("New, TLSv");
                assertThat(speak(broker, version, "-sess_in")).contains("Reused, TLSv");
            }
        }
    }

    /** CONNECT and DISCONNECT through {@code openssl s_client}. */
    private static String speak(Broker broker, String version, String session) throws Exception {
        Process client = start(
                "sh",
                "-c",
                "printf '\\020\\014\\000\\004MQTT\\004\\002\\000\\000\\000\\000\\340\\000'"
                        + " | openssl s_client -ign_eof -CAfile ca.crt -verify_return_error "
                        + version + " -connect 127.0.0.1:" + port(broker) + " " + session
                        + " session");
        return await(client).output();
    }

    private static final String WEB = """
            import { readFileSync } from 'node:fs';
            import mqtt from 'mqtt';

            const client = mqtt.connect(process.argv[2], {
                ca: readFileSync(process.argv[3]), protocolVersion: Number(process.argv[4]), reconnectPeriod: 0,
            });
            client.on('error', (error) => { console.log(`${error}`); process.exit(1); });
            client.on('message', (topic, payload) => { console.log(payload.length, topic); client.end(); });
            client.on('connect', () => client.subscribe('web/#', () =>
                client.publish('web/x', 'y'.repeat(200000), { qos: 1 })));
            """;

    @Test
    void mqttJsComesThroughWebSocketWithAndWithoutTls() throws Exception {
        Path js = Path.of("..", "interop", "js").toAbsolutePath().normalize();
        Path script = js.resolve("node_modules/.secured-broker-test.mjs");
        Files.writeString(script, WEB);
        try (Broker secure = broker("""
                        listener PORT 127.0.0.1
                        protocol websockets
                        certfile FOLDER/web.crt
                        keyfile FOLDER/web.key
                        allow_anonymous true
                        """);
                Broker plain = broker(
                        "listener PORT 127.0.0.1\nprotocol websockets\nallow_anonymous true\n")) {
            String ca = folder.resolve("ca.crt").toString();
            for (String version : List.of("4", "5")) {
                assertThat(run(
                                "node",
                                script.toString(),
                                "wss://localhost:" + port(secure),
                                ca,
                                version))
                        .isEqualTo(new Run(0, "200000 web/x\n"));
                assertThat(run(
                                "node",
                                script.toString(),
                                "ws://localhost:" + port(plain),
                                ca,
                                version))
                        .isEqualTo(new Run(0, "200000 web/x\n"));
            }
        } finally {
            Files.delete(script);
        }
    }
}
