// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import java.util.List;

/** Whatever stands in a file, it is read or refused with problems, and never breaks the loader. */
class ConfigFuzzTest {
    @FuzzTest(maxDuration = "20s")
    void anyBytesAreReadOrRefusedWithALine(byte[] bytes) {
        try {
            BrokerConfig config = ConfigLoader.parse("f", bytes, List.of()).config();
            assertThat(config.listeners()).isNotEmpty();
        } catch (ConfigException e) {
            assertThat(e.problems()).allMatch(problem -> problem.line() > 0);
            assertThat(e.report()).contains("Nothing was started.");
        }
    }
}
