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
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.cli.mosquitto.RealTools.Outcome;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Do the tools say and return what mosquitto's do, with Canary as the broker? */
final class ToolsLikeMosquittoTest {

    /** Wrong calls: nothing is connected to. */
    static final List<String> WRONG = lines("""
            pub -x
            pub -M
            pub -V
            pub -t a -m x -x 1x
            pub -t a -m x -x -2
            pub -t a -m x --foo
            pub -t a -m x -mx
            pub -D
            pub -D foo bar baz
            pub -D publish bar baz
            pub -D publish receive-maximum 3
            pub -D publish topic-alias 70000 -t a -m x
            pub -D publish topic-alias 0 -t a -m x
            pub -D publish content-type 7 -D publish content-type 8 -t a -m x
            pub -D publish subscription-identifier 7 -t a -m x
            pub -D publish payload-format-indicator 2 -t a -m x
            pub -D auth user-property 7 8 -t a -m x
            pub -D connack receive-maximum 1
            pub -D puback user-property 1 2
            pub -t a -m x -D publish user-property 1
            pub -t a -m x -D publish message-expiry-interval 99999999999
            pub -t a -m x -D connect receive-maximum 0
            pub -t a -m x -D connect request-problem-information 2
            pub -t a -m x -D connect maximum-packet-size 0
            pub -f /nonexistent -t a
            pub -s -t a
            pub -t a -m x -c
            pub -t a -m x -c -V 5
            pub -t a -m x -x ∞ -V 5
            pub -t a -m x -i foo -I bar
            pub -t a -m x -I foo -i bar
            pub -t a -m x -m y
            pub -t a -m x -n
            pub -t a -m x -q 3
            pub -t a -m x -p 70000
            pub -t a -m x -p -1
            pub -t a -m x -k 4
            pub -t a -m x -k 70000
            pub -t a -m x --will-payload x
            pub -t a -m x --will-retain
            pub -t a -m x --will-topic x/#
            pub -t a -m x --will-topic w --will-qos 3
            pub -t a -m x --cert a
            pub -t a -m x --key a
            pub -t a -m x --keyform pem
            pub -t a -m x --psk a
            pub -t a -m x --psk a --psk-identity b --cafile c
            pub -t a -m x --repeat 0
            pub -t a -m x --repeat-delay -1
            pub -t a -m x --proxy http://x
            pub -t a -m x -V 6
            pub -t a -m x -C 1
            pub -t a -m x -M 0
            pub -t a+ -m x
            pub -t 'a/#' -m x
            pub -t 'café+' -m x
            pub -t a -m x -L
            pub -t a -m x -L foo://x/y
            pub -t a -m x -L mqtt://x
            pub -t a -m x --unix
            pub -t a -m x --quiet -q 7
            pub -t a -m x -P foo
            pub -t a -m x -A nosuch.invalid
            pub -t a -m x --quiet -A nosuch.invalid
            sub
            sub -U c
            sub -t a#
            sub -t +a
            sub -t a -F
            sub -t a -F %z
            sub -t a -F %
            sub -t a -F %5
            sub -t a -F %-
            sub -t a -F %5.
            sub -t a -F %.3
            sub -t a -F %0-5l
            sub -t a -F abc@
            sub -t a -F abc\\
            sub -t a -F \\q
            sub -t a -R --retained-only
            sub -t a -C 0
            sub -t a -W 0
            sub -t a -T a#
            sub -t a -U a#
            sub -t a -m x
            sub -t a --random-filter 0
            rr -t a
            rr -t a -e b# -m x
            rr -t a -m x
            rr -t a -e b -m x -D publish response-topic u
            """);

    /** Calls that need a broker; PORT is one that lets everybody in, SHUT one that does not, NONE one that is closed. */
    static final List<String> RIGHT = lines("""
            pub -p PORT -t a -m x -d
            pub -p PORT -t a -m x -d -q 1
            pub -p PORT -t a -m x -d -q 2
            pub -p PORT -t a -m x -d -V 5 -q 1 -i v5
            pub -p PORT -t a -m x -d -V 5 -q 2 -i v5
            pub -p PORT -t a -m x -d -i id --repeat 3
            pub -p PORT -t a -m x -d -i id --repeat 3 -q 1
            pub -p PORT -t a -m x -d -i id --repeat 2 -q 2 --repeat-delay 0.01
            pub -p PORT -t a -n -d -r
            pub -p PORT -t a -m '' -d
            pub -p PORT -t a -m x -d -V 31 -i v31
            pub -p PORT -t a -m x -d -V 31
            pub -p PORT -t a -m x -d -I prefix
            pub -p PORT -t a -m x -d -c -i foo
            pub -p PORT -t a -m x -d -x 10 -V 5 -i foo
            pub -p PORT -t a -m x -d -x 0x10 -V 5 -i foo
            pub -p PORT -t '' -m x
            pub -p PORT -t 'café/ñ' -m 'ü' -d
            pub -p PORT -t a -m x -P foo -V 5
            pub -p PORT -t a -m x -u user
            pub -p PORT -t a -m x -u user -P foo
            pub -L mqtt://u:p@127.0.0.1:PORT/x/y -m x -d
            pub -L mqtt://127.0.0.1:PORT/ -m x
            pub -p PORT -D publish topic-alias 7 -t a -m x -d -i ta
            pub -p PORT -t a -m x -D PUBLISH user-property 1 2 -d -i up
            pub -p PORT -t a -m x -D disconnect session-expiry-interval 0 -d -i se
            pub -p PORT -t a -m x -D will content-type x --will-topic w --will-payload p -d -i wi
            pub -p PORT -t a -m x -D publish message-expiry-interval 1x -d -i me
            pub -p PORT -t a -m x --will-topic w --will-qos 2 --will-retain
            pub -p PORT -t a -l -d
            pub -p PORT -t a -l -d -q 1
            pub -p PORT -t a -s -d
            pub -p PORT -t a -m x --nodelay -M 5 -k 10
            pub -p SHUT -t a -m x
            pub -p SHUT -t a -m x --quiet
            pub -p SHUT -t a -m x -V 5
            pub -p SHUT -t a -l
            pub -p SHUT -t a -l -V 5
            sub -p SHUT -t a
            sub -p SHUT -t a -V 5
            rr -p SHUT -t a -e b -m x
            pub -p NONE -t a -m x
            sub -p NONE -t a
            rr -p NONE -t a -e b -m x
            sub -p PORT -t e -E -d
            sub -p PORT -t e -t f -q 2 -E -d -V 5 -i sub
            sub -p PORT -t e -R -E -d
            sub -p PORT -t e -R -E -d -V 5 -i sub --retain-as-published
            sub -p PORT -t of/1 -C 1
            sub -p PORT -t of/1 -C 1 -d -q 1
            sub -p PORT -t of/2 -C 1 -d -q 2
            sub -p PORT -t of/empty/nothing -W 1
            sub -p PORT -t of/1 -C 1 -v
            sub -p PORT -t of/1 -C 1 -N
            sub -p PORT -t of/1 -C 1 -v -N -T of/2
            sub -p PORT -t of/# -C 3 -v -T of/1
            sub -L mqtt://127.0.0.1:PORT/of/1 -C 1
            sub -p PORT -t of/# -T of/+ -W 1
            rr -p PORT -t a -e none -m x -W 1
            rr -p PORT -t a -e none -m x -W 1 -d -i rr
            rr -p PORT -t a -e none -m x -W 1 -d -V 311
            """);

    /** Formats of -F, tried with each of {@link #PAYLOADS}. */
    static final List<String> FORMATS = List.of(
            "%j",
            "%J",
            "|%A|%C|%D|%F|%P|%R|%S|%X|%l|%m|%p|%q|%r|%t|%x|%%|",
            "|%10A|%010C|%5D|%-5F|%5P|%20R|%-5S|%10X|%06l|%-5m|%10p|%3q|%3r|%-10.2t|%5x|%10%|",
            "|%2p|%02p|%-2p|%2x|%3x|%1x|%-10p|%010p|%-10x|%.1p|%.1t|%5.1t|%-5.1t|%-05l|%020x|%.0t|",
            "@Y-@m-@d @@ @% @z @Z @q @E @C @y @G @V @U @W @u @w @a @A @b @B @h @j @e @D @F @x @p @P",
            "x\\\\\\0\\a\\e\\n\\r\\t\\v",
            "",
            "é%t");

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

    private static List<String> lines(String text) {
        return text.lines().toList();
    }

    @TempDir
    static Path folder;

    private static Broker broker;
    private static Broker shut;

    @BeforeAll
    static void start() throws Exception {
        RealTools.require();
        broker = broker(true);
        shut = broker(false);
        for (int i = 0; i < PAYLOADS.size(); i++) {
            Path file = Files.write(folder.resolve("payload"), Bytes.toArray(PAYLOADS.get(i)));
            List<String> arguments = new ArrayList<>(
                    line("-p PORT -r -q " + i % 3 + " -V 5 -t of/" + i + " -f " + file));
            if (i == 0) {
                arguments.addAll(RealTools.words("-D publish content-type ct"
                        + " -D publish response-topic r/t -D publish correlation-data c\"d"
                        + " -D publish user-property k v -D publish user-property k v2"
                        + " -D publish payload-format-indicator 1"
                        + " -D publish message-expiry-interval 1000000"));
            }
            assertThat(RealTools.ours(Tool.PUB, arguments, "")).isEqualTo(new Outcome(0, "", ""));
        }
    }

    private static Broker broker(boolean allowAnonymous) throws Exception {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = 0;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = allowAnonymous;
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        config.listeners = List.of(listener.build());
        BrokerConfig built = config.build();
        return Broker.start(built, AccessRules.load(built.listeners()), 1);
    }

    @AfterAll
    static void stop() {
        Stream.of(broker, shut).forEach(Broker::close);
    }

    private static List<String> line(String text) {
        String line = text.replace("PORT", String.valueOf(broker.ports().getFirst()))
                .replace("SHUT", String.valueOf(shut.ports().getFirst()))
                .replace("NONE", "1");
        List<String> words = new ArrayList<>(RealTools.words(line));
        if (!line.contains("mqtt://")) {
            words.addAll(0, List.of("-h", "127.0.0.1"));
        }
        return words;
    }

    private static Tool tool(String line) {
        return Tool.valueOf(line.split(" ", 2)[0].toUpperCase(Locale.ROOT));
    }

    private static List<String> arguments(String line) {
        return line(line.replaceFirst("^\\w+ ?", ""));
    }

    @ParameterizedTest
    @FieldSource("WRONG")
    void aWrongCallGetsTheSameWords(String line) {
        Outcome real = RealTools.real(tool(line), arguments(line), "");

        assertThat(RealTools.ours(tool(line), arguments(line), "")).isEqualTo(real);
    }

    @ParameterizedTest
    @FieldSource("RIGHT")
    void aRightCallPrintsAndReturnsTheSame(String line) {
        String stdin = "one\n\ntwo words\nlast \u00ff";
        Outcome real = RealTools.masked(RealTools.real(tool(line), arguments(line), stdin));
        Outcome ours = RealTools.masked(RealTools.ours(tool(line), arguments(line), stdin));

        if (line.matches(".* (-l|--repeat) .*") && line.contains(" -d")) {
            // Between what several messages are sent, acknowledgements come when they come.
            assertThat(ours.exitCode()).isEqualTo(real.exitCode());
            assertThat(ours.out().lines().sorted())
                    .containsExactlyElementsOf(real.out().lines().sorted().toList());
            assertThat(ours.err()).isEqualTo(real.err());
        } else {
            assertThat(ours).isEqualTo(real);
        }
    }

    @ParameterizedTest
    @FieldSource("FORMATS")
    void aFormatPrintsTheSame(String format) {
        for (String more :
                List.of("", "--pretty", "-N", "-D subscribe subscription-identifier 7")) {
            List<String> arguments = new ArrayList<>(
                    line("-p PORT -t of/# -q 2 -V 5 -C " + PAYLOADS.size() + " " + more));
            arguments.addAll(List.of("-F", Bytes.of(format)));
            Outcome real = RealTools.masked(RealTools.real(Tool.SUB, arguments, ""));

            Outcome ours = RealTools.masked(RealTools.ours(Tool.SUB, arguments, ""));
            assertThat(ours.out()).as(more).isEqualTo(real.out());
            assertThat(ours.err()).as(more).isEqualTo(real.err());
        }
    }

    @Test
    void theOptionsFileIsRead() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home/.config"));
        Files.writeString(
                home.resolve("mosquitto_sub"),
                "# ours\n-h 127.0.0.1\n-p " + broker.ports().getFirst()
                        + "\n-F %t has %l bytes\n-v\n");
        Map<String, String> environment = Map.of("HOME", folder.resolve("home").toString());

        Outcome ours = RealTools.ours(Tool.SUB, RealTools.words("-t of/1 -C 1"), "", environment);

        assertThat(ours).isEqualTo(new Outcome(0, "of/1 has 10 bytes\n", ""));
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
        Outcome ours =
                RealTools.masked(RealTools.ours(Tool.SUB, line("-p PORT -t of/2 -C 1 --json"), ""));

        assertThat(ours.out())
                .isEqualTo(
                        "{\"tst\":*,\"topic\":\"of/2\",\"qos\":0,\"retain\":1,\"payloadlen\":5,\"payload_base64\":\"YmFk//4=\"}\n");
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
