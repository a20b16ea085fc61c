// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

/** Does a training run come to its end by itself, all it was to do done? */
class AotTrainCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"aot-train", BrokerTraining.COMMAND})
    void endsWellAndSaysNothingOnStdout(String command) throws Exception {
        try (Program training = Program.canary(folder, command)) {
            assertThat(training.exitCode()).as(training.err()).isZero();
            assertThat(training.out()).isEmpty();
            assertThat(training.err()).doesNotContain("Exception");
        }
    }
}
