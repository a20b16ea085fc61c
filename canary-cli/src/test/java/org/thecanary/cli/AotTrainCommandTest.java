// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Does the training run come to its end by itself? */
class AotTrainCommandTest {
    @TempDir
    Path folder;

    @Test
    void endsWellAndSaysNothingOnStdout() throws Exception {
        try (Program training = Program.canary(folder, "aot-train")) {
            assertThat(training.exitCode()).as(training.err()).isZero();
            assertThat(training.out()).isEmpty();
            assertThat(training.err())
                    .contains(
                            "as train-webapp (p5",
                            "as sensor (p5",
                            "c1, k60, u'sensor')",
                            "terminating")
                    .doesNotContain("Exception");
        }
    }
}
