// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.mqtt.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Is everything there that was acknowledged, after the broker was killed? */
@Timeout(240)
class DurabilityRunTest {
    @TempDir
    Path folder;

    private DurabilityRun.Result run(String options) throws Exception {
        long seed = System.nanoTime();
        System.out.println("DurabilityRunTest: seed " + seed);
        try (CrashingBroker broker = new CrashingBroker(List.of(), folder, options)) {
            return new DurabilityRun(broker, () -> {}, 10, 2, 3, 400, new Random(seed), line -> {})
                    .run();
        }
    }

    @Test
    @Spec({"MQTT-4.3.2-2", "MQTT-4.3.3-8", "MQTT-4.4.0-1", "MQTT-4.5.0-1"})
    void nothingIsLostDoubledOrOutOfOrder() throws Exception {
        DurabilityRun.Result result = run("");

        assertThat(result.published()).isPositive();
        assertThat(result).matches(DurabilityRun.Result::isGood);
    }

    @Test
    void aBrokerThatKeepsNothingIsFoundOut() throws Exception {
        DurabilityRun.Result result = run("persistence false\n");

        assertThat(result.lostSessions()).isPositive();
        assertThat(result).matches(found -> !found.isGood());
    }
}
