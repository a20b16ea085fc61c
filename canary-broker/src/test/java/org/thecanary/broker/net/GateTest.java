// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Who waits for a reload? */
final class GateTest {
    @TempDir
    Path folder;

    private static CompletableFuture<Void> newcomer(Gate gate) {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        if (gate.isOpen(() -> passed.complete(null))) {
            passed.complete(null);
        }
        return passed;
    }

    private static void await(CompletableFuture<Void> passed) throws Exception {
        passed.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whereThereIsNoFileNobodyWaitsButForAReloadThatGoesOn() throws Exception {
        Gate gate = new Gate();
        assertThat(newcomer(gate)).isDone();
        Runnable open = gate.close();
        CompletableFuture<Void> held = newcomer(gate);
        assertThat(held).isNotDone();
        open.run();
        assertThat(held).isDone();
        assertThat(newcomer(gate)).isDone();
    }

    @Test
    void whoMeetsAChangedFilePassesAfterTheReload() throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "topic a\n");
        Gate gate = new Gate(Duration.ofHours(1), Duration.ZERO);
        gate.watch(List.of(acl));
        await(newcomer(gate));

        Files.writeString(acl, "topic read b\n");
        CompletableFuture<Void> early = newcomer(gate);
        Runnable open = gate.close();
        CompletableFuture<Void> late = newcomer(gate);
        assertThat(late).isNotDone();
        assertThat(early).isNotDone();
        open.run();
        await(early);
        await(late);
        await(newcomer(gate));
    }

    @Test
    void whoMeetsAChangeThatNobodyAsksToReadPassesToo() throws Exception {
        Path acl = folder.resolve("acl");
        Gate gate = new Gate(Duration.ofMillis(1), Duration.ZERO);
        gate.watch(List.of(acl));
        Files.writeString(acl, "topic a\n");
        await(newcomer(gate));
        Files.delete(acl);
        await(newcomer(gate));
    }
}
