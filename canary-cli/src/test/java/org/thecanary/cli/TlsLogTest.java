// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Are OpenSSL's clients let in as by mosquitto, and is it said in one line why one is not? */
@ParameterizedClass(name = "engine={0}")
@ValueSource(strings = {"", "tls_engine boringssl\n"})
class TlsLogTest {
    @Parameter
    @SuppressWarnings("NullAway.Init")
    String engine;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Program broker;

    private int port;

    @BeforeEach
    void start() throws Exception {
        selfSigned("localhost");
        selfSigned("other");
        port = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\ncertfile "
                        + file("localhost.crt") + "\nkeyfile " + file("localhost.key") + "\n"
                        + engine);
        broker = Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void selfSigned(String name) throws Exception {
        String command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.addAll(List.of("-subj", "/CN=" + name, "-keyout", file(name + ".key")));
        words.addAll(List.of("-out", file(name + ".crt")));
        ProgramRun made = ProgramRun.other("", "openssl", words.toArray(String[]::new));
        assertThat(made.status()).as(made.err()).isZero();
    }

    /** Sends a line that is no MQTT, and goes when the broker does: tickets come after the handshake. */
    private ProgramRun handshake(String options) throws Exception {
        return ProgramRun.other(
                "no MQTT\n",
                "openssl",
                ("s_client -ign_eof -connect 127.0.0.1:" + port + " " + options).split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aClientWithAnotherCaIsToldOfOnce(String version) throws Exception {
        var _ = handshake(version + " -verify_return_error -CAfile " + file("other.crt"));

        broker.says(
                engine.isEmpty() || version.equals("-tls1_2")
                        ? "disconnected: TLS handshake failed: the client does not trust the CA of certfile"
                        : "disconnected: TLS handshake failed: the client gave up; OpenSSL's do where they");
        assertThat(broker.err()).containsOnlyOnce("disconnected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aClientWithoutTheSuitesOrTheVersionIsToldOf(String version) throws Exception {
        var _ = handshake(version
                + " -cipher ECDHE-RSA-AES128-GCM-SHA256 -ciphersuites TLS_AES_128_CCM_SHA256");

        broker.says("TLS handshake failed: client and listener have no cipher suite in common");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionIsResumed(String version) throws Exception {
        String session = file("session");
        var _ = handshake(version + " -sess_out " + session);

        assertThat(handshake(version + " -sess_in " + session).out())
                .contains("Reused, TLSv" + version.substring(4).replace('_', '.'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA256"})
    void suitesThatAreNotNettysChoiceAreSpoken(String suite) throws Exception {
        assumeFalse(!engine.isEmpty() && suite.endsWith("SHA256"), "BoringSSL has no such suite");
        assertThat(handshake("-tls1_2 -cipher " + suite).out()).contains("Cipher is " + suite);
    }

    /** Containers have such names, and Java has none of them in its SNI. */
    @Test
    void aNameWithAnUnderscoreIsAHostName() throws Exception {
        assertThat(handshake("-servername my_broker").out()).contains("Cipher is TLS_");
    }

    @Test
    void whatWasNegotiatedIsSaidInMosquittosWords() throws Exception {
        Program.needsMosquittoClients();
        ProgramRun sent = ProgramRun.other(
                "",
                "mosquitto_pub",
                ("-h localhost -i s7 -t t -n --ciphers ECDHE-ECDSA-AES128-GCM-SHA256 -p " + port
                                + " --cafile " + file("localhost.crt"))
                        .split(" ", -1));
        assertThat(sent.err()).isEmpty();

        broker.says("Client s7 negotiated TLSv1.");
        assertThat(broker.err())
                .containsPattern("Client s7 negotiated TLSv1\\.[23] cipher [A-Z0-9_-]+\n");
    }
}
