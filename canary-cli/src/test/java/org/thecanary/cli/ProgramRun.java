// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** What a program left behind: ours, run within the test, or another one. */
record ProgramRun(int status, String out, String err) {

    static ProgramRun canary(String stdin, String... arguments) {
        var in = System.in;
        var out = System.out;
        var err = System.err;
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            int status = Canary.run(arguments);
            return new ProgramRun(
                    status,
                    outBytes.toString(StandardCharsets.UTF_8),
                    errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    static ProgramRun other(String stdin, String program, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(program));
        command.addAll(List.of(arguments));
        File in = Files.writeString(Files.createTempFile("stdin", ""), stdin).toFile();
        File err = File.createTempFile("stderr", "");
        try {
            var process = new ProcessBuilder(command)
                    .redirectInput(in)
                    .redirectError(err)
                    .start();
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ProgramRun(process.waitFor(), out, Files.readString(err.toPath()));
        } finally {
            Files.delete(in.toPath());
            Files.delete(err.toPath());
        }
    }
}
