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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** mosquitto's tools and ours, run with the same command line. */
final class RealTools {
    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/nonexistent");

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

    /** The original. */
    static Outcome real(Tool tool, List<String> arguments, String stdin) {
        List<String> command = new ArrayList<>();
        command.add("/usr/bin/" + tool.original());
        arguments.forEach(argument -> command.add(Bytes.text(argument)));
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
        return words.stream().map(Bytes::of).toList();
    }

    /** Ids that a broker or a client makes up are no difference. */
    static Outcome masked(Outcome outcome) {
        return new Outcome(outcome.exitCode, masked(outcome.out), masked(outcome.err));
    }

    private static String masked(String text) {
        return text.replaceAll("Client (auto-|mosq-|prefix)[^ ]+", "Client $1*")
                .replaceAll("Client [0-9a-zA-Z-]{20,} ", "Client auto-* ")
                .replaceAll("\"tst\":(\t?)\"[^\"]+\"", "\"tst\":$1*")
                .replaceAll("\"message-expiry-interval\":(\t?)[0-9]+", "mei$1");
    }
}
