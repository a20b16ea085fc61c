// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.thecanary.cli.mosquitto.RealTools.Outcome;
import org.thecanary.client.Transport;
import org.thecanary.credentials.pem.Passphrase;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Do the tools say and return what mosquitto's do, with Canary as the broker? */
final class ToolsLikeMosquittoTest {

    static final List<CommandLine> LINES = CommandLine.all();

    private static final List<String> PAYLOADS = List.of(
            "hello \"q\" \\ /",
            "caf\u00c3\u00a9 \u0001\u001f\u007f\t",
            "bad\u00ff\u00fe",
            "a\0b",
            "{\"b\":1.50,\"a\":[1e3,true,null,\"\\u00e9\\n/\",-0.0, 12345678901234567890,1e400],\"n\":{}}",
            "no json",
            "{\"a\":1} x",
            " {\"a\":1, \"a\":2}  ",
            "[3.14159265358979,0.1,100000000000000000000,1e-7,123456789,0.30000000000000004]",
            "[\"\\ud83d\\ude00 \\u0001 \\u007f\",-0,[],{},[{}],{\"a\":{}}]",
            "[1.7976931348623157e308,2.2250738585072014e-308,4.9e-324,1e15,1e16,123456789012345678]",
            "01",
            "[1,]",
            "+1",
            ".5",
            "1.",
            "1e5x",
            "1-2",
            "-",
            "tru",
            "\"a\tb\"",
            "\"\\x\"",
            "\"\\u0000x\"",
            "\"\\uZZZZ\"",
            "\"\\ud800\"",
            "\"",
            "{\"a\"}");

    @TempDir
    static Path folder;

    private static TwoBrokers brokers;
    private static Transcript recorded;

    @BeforeAll
    static void start() throws Exception {
        RealTools.require();
        Files.write(folder.resolve("binary"), new byte[] {0, 1, (byte) 0xff, '\n', 0, '%', 'x'});
        Files.write(folder.resolve("empty"), new byte[0]);
        recorded = Transcript.read();
        brokers = TwoBrokers.start(folder);
        for (TwoBrokers.Kind broker : TwoBrokers.Kind.values()) {
            for (int i = 0; i < PAYLOADS.size(); i++) {
                publish(broker, i);
            }
        }
    }

    private static void publish(TwoBrokers.Kind broker, int i) throws Exception {
        Path file = Files.write(folder.resolve("payload"), Bytes.toArray(PAYLOADS.get(i)));
        String line =
                "-p PORT -r -q " + i % 3 + " -V 5 -t of/" + (i < 10 ? "0" + i : i) + " -f " + file;
        if (i == 0) {
            line += " -D publish content-type ct"
                    + " -D publish response-topic r/t -D publish correlation-data c\"d"
                    + " -D publish user-property k v -D publish user-property k v2"
                    + " -D publish payload-format-indicator 1"
                    + " -D publish message-expiry-interval 1000000";
        }
        assertThat(RealTools.ours(Tool.PUB, words(line, broker), ""))
                .isEqualTo(new Outcome(0, "", ""));
    }

    @AfterAll
    static void stop() throws Exception {
        recorded.writeIfRecording();
        brokers.close();
    }

    private static List<String> words(String text, TwoBrokers.Kind broker) {
        String line = brokers.named(broker, text)
                .replace("FOLDER", folder.toString())
                .replace("COUNT", String.valueOf(PAYLOADS.size()));
        List<String> words = new ArrayList<>(RealTools.words(line));
        if (!line.contains("://")) {
            words.addAll(0, List.of("-h", "127.0.0.1"));
        }
        return words;
    }

    private static List<String> line(String text) {
        return words(text, TwoBrokers.Kind.CANARY);
    }

    /** What a run left, without what differs from one to the next. */
    private static Outcome masked(Outcome outcome) {
        Outcome masked = RealTools.masked(outcome);
        return new Outcome(
                masked.exitCode(),
                masked.out().replace(folder.toString(), "FOLDER"),
                masked.err().replace(folder.toString(), "FOLDER"));
    }

    @ParameterizedTest
    @FieldSource("LINES")
    void oursSaysWhatMosquittosSays(CommandLine line) {
        String stdin = "one\n\ntwo words\nlast \u00ff";
        line.brokers().parallelStream().forEach(broker -> {
            List<String> arguments = words(line.arguments(), broker);
            Supplier<Outcome> real =
                    () -> line.ordered(masked(RealTools.real(line.tool(), arguments, stdin)));
            if (recorded.isRecording()) {
                recorded.put(line, real.get());
                return;
            }
            Outcome expected = line.isOfToday() ? real.get() : recorded.of(line);
            Outcome ours = line.ordered(masked(RealTools.ours(line.tool(), arguments, stdin)));
            if (line.differs()) {
                assertThat(ours).as("ours with %s", broker).isNotEqualTo(expected);
                assertThat(ours.exitCode() == 0).isEqualTo(expected.exitCode() == 0);
            } else {
                assertThat(ours).as("ours with %s", broker).isEqualTo(expected);
            }
            if (!line.isOf21() && !line.isOfToday()) {
                assertThat(real.get()).as("mosquitto's with %s", broker).isEqualTo(expected);
            }
        });
    }

    @Test
    void thereAreHundredsOfThem() {
        assertThat(LINES).doesNotHaveDuplicates().hasSizeGreaterThan(600);
        assertThat(LINES.stream().filter(CommandLine::differs)).hasSizeLessThan(20);
    }

    @Test
    void anAliasOfTheBrokerIsPrinted() {
        Outcome ours = RealTools.ours(
                Tool.SUB,
                line("-p PORT -V 5 -D connect topic-alias-maximum 9 -t of/00 -C 1 -F %A:%t"),
                "");

        assertThat(ours).isEqualTo(new Outcome(0, "1:of/00\n", ""));
    }

    @Test
    void withoutAPortTlsHasItsOwn() throws Exception {
        Settings plain = SettingsReader.read(Tool.PUB, List.of("-t", "a"), Map.of());
        Settings tls = SettingsReader.read(
                Tool.PUB, List.of("-t", "a", "--no-tls", "--cafile", "x"), Map.of());

        assertThat(new ToolTransport(plain, Passphrase.NONE).build())
                .hasToString(Transport.tcp("localhost", 1883).toString());
        assertThat(new ToolTransport(tls, Passphrase.NONE).build())
                .hasToString(Transport.tcp("localhost", 8883).toString());
    }

    @Test
    void theOptionsFileIsRead() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home/.config"));
        Files.writeString(
                home.resolve("mosquitto_sub"),
                "# ours\n-h 127.0.0.1\n-p " + brokers.port(TwoBrokers.Kind.CANARY, "PORT")
                        + "\n-F %t has %l bytes\n-v\n");
        Map<String, String> environment = Map.of("HOME", folder.resolve("home").toString());

        Outcome ours = RealTools.ours(Tool.SUB, RealTools.words("-t of/01 -C 1"), "", environment);

        assertThat(ours).isEqualTo(new Outcome(0, "of/01 has 10 bytes\n", ""));
    }

    @Test
    void underItsOwnNameAToolSaysWhatWasMeant() {
        var err = new ByteArrayOutputStream();
        var streams = new Streams(
                InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, Map.of());

        int exitCode = MosquittoTools.run(Tool.PUB, "pub", List.of("--cafil", "x"), streams, "0");

        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString(UTF_8)).isEqualTo("""
                        Error: Unknown option '--cafil'.
                        Did you mean --cafile?

                        Use 'canary pub --help' to see usage.
                        """);
    }

    @Test
    void jsonLosesNoByte() {
        Outcome ours = RealTools.masked(
                RealTools.ours(Tool.SUB, line("-p PORT -t of/02 -C 1 --json"), ""));

        assertThat(ours.out())
                .isEqualTo(
                        "{\"tst\":*,\"topic\":\"of/02\",\"qos\":0,\"retain\":true,\"payloadlen\":5,\"payload_base64\":\"YmFk//4=\"}\n");
    }

    @Test
    void pubTellsAsJsonWhatTheBrokerSaid() {
        Outcome ours = RealTools.masked(RealTools.ours(
                Tool.PUB, line("-p PORT -V 5 -t nobody/hears -m hello -q 1 --json"), ""));

        assertThat(ours)
                .isEqualTo(new Outcome(
                        0,
                        "{\"tst\":*,\"topic\":\"nobody/hears\",\"qos\":1,\"retain\":false,\"payloadlen\":5,"
                                + "\"mid\":1,\"reason\":16,\"reason-text\":\"No matching subscribers\"}\n",
                        ""));
    }

    @Test
    void aRequestIsAnswered() throws Exception {
        Thread responder = Thread.ofPlatform().start(() -> {
            Outcome request =
                    RealTools.ours(Tool.SUB, line("-p PORT -t ask -C 1 -V 5 -F %R:%p"), "");
            String[] parts = request.out().strip().split(":", 2);
            RealTools.ours(Tool.PUB, line("-p PORT -t " + parts[0] + " -m re-" + parts[1]), "");
        });
        Outcome answer = null;
        for (int i = 0; i < 20 && (answer == null || answer.exitCode() != 0); i++) {
            answer = RealTools.ours(
                    Tool.RR, line("-p PORT -t ask -e answer/1 -m ping -v -W 1 -q 1"), "");
        }
        responder.join();

        assertThat(answer).isEqualTo(new Outcome(0, "answer/1 re-ping\n", ""));
    }

    @Test
    void whatTheClientCannotDoYetIsSaid() {
        assertThat(RealTools.ours(Tool.PUB, line("-t a -m x -S"), ""))
                .isEqualTo(new Outcome(1, "", "Error: -S is not supported yet.\n"));
        assertThat(RealTools.ours(Tool.PUB, line("-t a -m x --psk 12 --psk-identity b"), "")
                        .err())
                .startsWith("Error: --psk is not supported, since Java's TLS has no");
    }

    @Test
    void removingRetainedMessagesLeavesNone() {
        RealTools.ours(Tool.PUB, line("-p PORT -t gone/1 -m x -r -q 1"), "");
        RealTools.ours(Tool.PUB, line("-p PORT -t gone/2 -m x -r -q 1"), "");

        Outcome removed =
                RealTools.ours(Tool.SUB, line("-p PORT -t gone/# -C 2 --remove-retained -v"), "");
        Outcome left = RealTools.ours(Tool.SUB, line("-p PORT -t gone/# -W 1 -v"), "");

        assertThat(removed.out().lines()).containsExactlyInAnyOrder("gone/1 x", "gone/2 x");
        assertThat(left).isEqualTo(new Outcome(27, "", "Timed out\n"));
    }
}
