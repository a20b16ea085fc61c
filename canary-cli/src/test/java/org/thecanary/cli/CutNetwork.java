// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of two: this one, and a namespace with a cable to it that can be cut. Where that cannot be had, for want of
 * root say, both are this machine and the cable is never cut.
 */
final class CutNetwork implements AutoCloseable {
    private final Path folder;
    private final String name = "cnf" + ProcessHandle.current().pid();
    private final String network = "10.213." + ProcessHandle.current().pid() % 250;
    private final boolean real;

    CutNetwork(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.real = Files.isExecutable(Path.of("/usr/sbin/ip")) && ip("netns", "add", name) == 0;
        if (real) {
            must("link", "add", name, "type", "veth", "peer", "name", "broker", "netns", name);
            must("addr", "add", network + ".1/30", "dev", name);
            must("link", "set", name, "up");
            must("-n", name, "addr", "add", network + ".2/30", "dev", "broker");
            must("-n", name, "link", "set", "broker", "up");
        }
    }

    /** Whether there is a cable. */
    boolean isReal() {
        return real;
    }

    /** Where both sides reach a broker of this side. */
    String address() {
        return real ? network + ".1" : "127.0.0.1";
    }

    /** Runs Canary on the other side. */
    Program canary(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (real) {
            command.addAll(List.of("/usr/sbin/ip", "netns", "exec", name));
        }
        command.addAll(Program.canaryCommand(arguments));
        return Program.of(folder, command);
    }

    void cut() throws IOException, InterruptedException {
        // On the other side, so that this one keeps its address.
        must("-n", name, "link", "set", "broker", "down");
    }

    void mend() throws IOException, InterruptedException {
        must("-n", name, "link", "set", "broker", "up");
    }

    private void must(String... arguments) throws IOException, InterruptedException {
        assertThat(ip(arguments)).as("ip %s", List.of(arguments)).isZero();
    }

    private int ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/sbin/ip"));
        command.addAll(List.of(arguments));
        try (Program program = Program.of(folder, command)) {
            return program.exitCode();
        }
    }

    @Override
    public void close() throws IOException {
        if (real) {
            try {
                var _ = ip("link", "delete", name);
                var _ = ip("netns", "delete", name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
