// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program of others, to test against. Where it is missing, the test is skipped, but never on CI. */
public record Peer(String path) {

    /** What it said and how it ended; both streams together. */
    public record Result(int status, String output) {}

    public static Peer installed(String program) {
        var path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
        var found = Stream.of(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
        if (System.getenv("CI") != null) {
            assertThat(found).as("%s, which CI must have", program).isPresent();
        }
        assumeTrue(found.isPresent(), program + " is not installed");
        return new Peer(found.orElseThrow().toString());
    }

    public Result run(Object... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(path));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        return new Result(process.exitValue(), output);
    }

    /** Its output, when it ends with 0. */
    public String succeed(Object... arguments) throws IOException, InterruptedException {
        var result = run(arguments);
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }
}
