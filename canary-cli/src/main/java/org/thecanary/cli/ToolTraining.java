// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.mosquitto.MosquittoTools;
import org.thecanary.cli.mosquitto.QuietLogging;
import org.thecanary.cli.mosquitto.Streams;
import org.thecanary.cli.mosquitto.Tool;
import org.thecanary.cli.net.Loopback;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code canary aot-train-tools KIND}: what {@code ./canary} runs before the first call of a tool, so that the JVM can note which
 * classes one needs. It calls each as a shell does. The broker is another process, so that its classes and picocli's are
 * not among those noted: the JVM loads all of them at every start. For the same reason TLS is a kind of its own.
 */
final class ToolTraining {
    static final String COMMAND = "aot-train-tools";
    private static final String WITH_TLS = "tls-tools";

    private static final long PATIENCE_SECONDS = 30;
    private static final byte[] PAYLOAD = "{\"temperature\": 48.2}\n".getBytes(UTF_8);

    private ToolTraining() {}

    /** Calls the tools; 0 if all went well. */
    static int run(String... arguments) throws IOException, InterruptedException {
        QuietLogging.install();
        Path folder = Files.createTempDirectory("canary-aot-tools");
        try {
            return List.of(arguments).contains(WITH_TLS) ? trainWithTls(folder) : train(folder);
        } finally {
            AotTrainCommand.delete(folder);
        }
    }

    private static int train(Path folder) throws IOException, InterruptedException {
        int port = Loopback.freePort();
        return callWith(folder, "listener " + port + " localhost", port, "-p " + port);
    }

    private static int trainWithTls(Path folder) throws IOException, InterruptedException {
        String ca = folder.resolve("ca").toString();
        int made = canary("ca", "init", "--dir", ca, "--no-passphrase").waitFor()
                + canary("ca", "issue", "localhost", "--server", "--dir", ca).waitFor();
        Path issued = Path.of(ca, "issued", "localhost");
        int port = Loopback.freePort();
        String listener = """
                listener %d localhost
                certfile %s
                keyfile %s
                """.formatted(
                        port, issued.resolve("localhost.crt"), issued.resolve("localhost.key"));
        return made
                + callWith(folder, listener, port, "-p " + port + " --cafile " + ca + "/ca.crt");
    }

    private static int callWith(Path folder, String listener, int port, String broker)
            throws IOException, InterruptedException {
        Path config = Files.writeString(
                folder.resolve("conf"), "allow_anonymous true\n" + listener + "\n");
        Process process = canary("broker", "-c", config.toString());
        try {
            var _ = Loopback.awaitListener(
                    port, Duration.ofSeconds(PATIENCE_SECONDS), process::isAlive);
            return call(broker);
        } finally {
            process.destroy();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static int call(String broker) {
        int failed = call(Tool.PUB, "--help");
        for (String version : List.of("311", "5")) {
            String to = " " + broker + " -V " + version;
            failed += call(Tool.PUB, "-t a/b -r -q 1 -m {}" + to)
                    + call(Tool.PUB, "-h 127.0.0.1 -u sensor -P secret -t a/b -l" + insecure(to))
                    + call(Tool.SUB, "-t a/# -C 1 -v -W 5 -q 1" + to);
        }
        return failed + call(Tool.SUB, "-t a/# -C 1 -F %j -W 5 " + broker);
    }

    /** The certificate is for a name. */
    private static String insecure(String to) {
        return to.contains("--cafile") ? to + " --insecure" : to;
    }

    private static int call(Tool tool, String line) {
        var streams = new Streams(
                new ByteArrayInputStream(PAYLOAD),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                Map.of());
        return MosquittoTools.run(
                tool, tool.command(), List.of(line.split(" ", -1)), streams, Canary.version());
    }

    private static Process canary(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Canary.class.getName()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
    }
}
