// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** mosquitto's tools and ours, run with the same command line. */
final class RealTools {
    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/nonexistent");

    private static final Pattern HEX = Pattern.compile("\\\\x([0-9a-f]{2})");

    /** What a run left: byte strings. */
    record Outcome(int exitCode, String out, String err) {}

    private RealTools() {}

    /** Skips the test where a tool is missing; in CI it fails. */
    static void require() {
        boolean present = List.of("mosquitto_pub", "mosquitto_sub", "mosquitto_rr").stream()
                .allMatch(tool -> Files.isExecutable(Path.of("/usr/bin", tool)));
        if (!present && "true".equals(System.getenv("CI"))) {
            fail("mosquitto's clients are missing (Debian: mosquitto-clients)");
        }
        assumeTrue(present, "mosquitto's clients are missing");
    }

    /** Where the originals are; those of another version are recorded from elsewhere. */
    private static final Path FOLDER =
            Path.of(System.getProperty("canary.mosquitto.clients", "/usr/bin"));

    /** The original. */
    static Outcome real(Tool tool, List<String> arguments, String stdin) {
        List<String> command = new ArrayList<>();
        command.add(FOLDER.resolve(tool.original()).toString());
        if (arguments.stream().allMatch(Bytes::isUtf8)) {
            arguments.forEach(argument -> command.add(Bytes.text(argument)));
        } else {
            // Java can hand over no other bytes than those of texts.
            StringBuilder line = new StringBuilder("exec " + command.getFirst());
            arguments.forEach(argument -> line.append(' ').append(ansiC(argument)));
            command.clear();
            command.addAll(List.of("bash", "-c", line.toString()));
        }
        try {
            Path out = Files.createTempFile("real", ".out");
            Path err = Files.createTempFile("real", ".err");
            Path in = Files.write(Files.createTempFile("real", ".in"), stdin.getBytes(ISO_8859_1));
            var builder = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(ENVIRONMENT);
            Process process = builder.start();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail(command + " does not end");
            }
            var outcome = new Outcome(
                    process.exitValue(),
                    Bytes.of(Files.readAllBytes(out)),
                    Bytes.of(Files.readAllBytes(err)));
            for (Path file : List.of(out, err, in)) {
                Files.delete(file);
            }
            return outcome;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String ansiC(String bytes) {
        StringBuilder word = new StringBuilder("$'");
        for (byte octet : Bytes.toArray(bytes)) {
            word.append("\\x").append(HexFormat.of().toHexDigits(octet));
        }
        return word.append("'").toString();
    }

    /** Ours, called by the original's name. */
    static Outcome ours(Tool tool, List<String> arguments, String stdin) {
        return ours(tool, arguments, stdin, ENVIRONMENT);
    }

    static Outcome ours(
            Tool tool, List<String> arguments, String stdin, Map<String, String> environment) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var in = new ByteArrayInputStream(stdin.getBytes(ISO_8859_1));
        int exitCode = MosquittoTools.run(
                tool, tool.original(), arguments, new Streams(in, out, err, environment), "0");
        return new Outcome(exitCode, Bytes.of(out.toByteArray()), Bytes.of(err.toByteArray()));
    }

    /** Words of a command line, single quotes around those with spaces; {@code \xHH} is a byte. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean begun = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
                begun = true;
            } else if (c == ' ' && !quoted) {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return words.stream().map(Bytes::of).map(RealTools::unescaped).toList();
    }

    private static String unescaped(String bytes) {
        return HEX.matcher(bytes)
                .replaceAll(hex -> Matcher.quoteReplacement(
                        String.valueOf((char) HexFormat.fromHexDigits(hex.group(1)))));
    }

    /** Ids that a broker or a client makes up are no difference. */
    static Outcome masked(Outcome outcome) {
        return new Outcome(outcome.exitCode, masked(outcome.out), masked(outcome.err));
    }

    private static String masked(String text) {
        return text.replaceAll("Client (auto-|mosq-|prefix)[^ ]+", "Client $1*")
                .replaceAll("Client [0-9a-zA-Z-]{20,} ", "Client auto-* ")
                .replaceAll(
                        "\"tst\":(\t?)\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}[+][0-9]{4}\"",
                        "\"tst\":$1*")
                .replaceAll("\"message-expiry-interval\":(\t?)[0-9]+", "mei$1")
                .replaceAll("99(98|99)[0-9]{2}", "99****") // of what expires in 1000000 s
                .replaceAll("Latency: [0-9.]+.*", "Latency: *");
    }
}
