// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.sensor.Sampling.Accepted;
import org.thecanary.sensor.Sampling.Limits;
import org.thecanary.sensor.Sampling.Refused;

import java.util.Random;

/** What is understood as an instruction, and what is not. */
class SamplingTest {
    private static final Limits WIDEST = Limits.WIDEST;

    @ParameterizedTest
    @CsvSource(textBlock = """
                    # instruction, hertz,    period in ns
                    0.2,           0.2,      5000000000
                    0.2 Hz,        0.2,      5000000000
                    0.2Hz,         0.2,      5000000000
                    2 hz,          2,        500000000
                    2 HZ,          2,        500000000
                    5 s,           0.2,      5000000000
                    5s,            0.2,      5000000000
                    '  5 s\n',     0.2,      5000000000
                    2.5 s,         0.4,      2500000000
                    200 ms,        5,        200000000
                    1 min,         0.0166667, 60000000000
                    3 s,           0.333333, 3000000000
                    3,             3,        333333333
                    1e-1,          0.1,      10000000000
                    .5,            0.5,      2000000000
                    1.,            1,        1000000000
                    +1,            1,        1000000000
                    100,           100,      10000000
                    10 ms,         100,      10000000
                    0.001,         0.001,    1000000000000
                    1000 s,        0.001,    1000000000000
                    """)
    void understood(String instruction, double hertz, long periodNanos) {
        assertThat(Sampling.parse(instruction, WIDEST))
                .isEqualTo(new Accepted(new Sampling(hertz, periodNanos), instruction.strip()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fast",
                "5 S",
                "5 sec",
                "5 m",
                "5 h",
                "0,2",
                "5 s 5",
                "Hz",
                "s",
                "--1",
                "1 kHz",
                "{\"hz\": 1}",
                "0x1",
                "1e",
                "NaN",
                "Infinity",
                "1 s;",
                "٣",
                "1_000",
                "5\u00a0s"
            })
    void notUnderstood(String instruction) {
        assertThat(Sampling.parse(instruction, WIDEST))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.instruction()).isEqualTo(instruction);
                    assertThat(refused.reason())
                            .startsWith("This is neither a frequency")
                            .endsWith(".");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "-1",
                "0 s",
                "-5 s",
                "100.1",
                "9 ms",
                "0.0009",
                "1001 s",
                "17 min",
                "1e999",
                "1e-999",
                "1e999 s",
                "1e-999 s"
            })
    void outOfRange(String instruction) {
        assertThat(Sampling.parse(instruction, WIDEST))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason()).contains("0.001 Hz to 100 Hz"));
    }

    @Test
    void emptyLongAndBinaryPayloadsAreRefused() {
        assertThat(Sampling.parse(new byte[0], WIDEST))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).contains("empty"));
        assertThat(Sampling.parse("9".repeat(1000).getBytes(UTF_8), WIDEST))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.instruction()).hasSize(65).endsWith("…");
                    assertThat(refused.reason()).contains("1000 bytes");
                });
        assertThat(Sampling.parse(new byte[] {'5', (byte) 0xC3}, WIDEST))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason()).contains("not text"));
    }

    @Test
    void anyBytesGetAnAnswerWithinTheLimits() {
        Random random = new Random(1);
        String alphabet = "0123456789.eE+- \nsmHhzin\u0000é";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            switch (Sampling.parse(text.toString().getBytes(UTF_8), WIDEST)) {
                case Accepted(var sampling, var _) ->
                    assertThat(sampling.periodNanos())
                            .as("%s", text)
                            .isBetween(10_000_000L, 1_000_000_000_000L);
                case Refused refused -> assertThat(refused.reason()).endsWith(".");
            }
        }
    }

    @Test
    void aSensorHasLimitsOfItsOwn() {
        Limits limits = new Limits(0.1, 2);

        assertThat(Sampling.parse("0.1", limits)).isInstanceOf(Accepted.class);
        assertThat(Sampling.parse("500 ms", limits)).isInstanceOf(Accepted.class);
        for (String instruction : new String[] {"2.01", "499 ms", "0.099", "11 s"}) {
            assertThat(Sampling.parse(instruction, limits))
                    .isEqualTo(
                            new Refused(
                                    instruction,
                                    "This is outside of what the sensor does: 0.1 Hz to 2 Hz, which is a measurement every 10 s to every 0.5 s."));
        }
    }

    @Test
    void limitsLieWithinWhatAnySensorDoes() {
        assertThatThrownBy(() -> new Limits(2, 1)).hasMessageContaining("slowest comes first");
        assertThatThrownBy(() -> new Limits(0, 1)).hasMessageContaining("0.001 Hz");
        assertThatThrownBy(() -> new Limits(1, 101)).hasMessageContaining("100 Hz");
        assertThatThrownBy(() -> new Limits(Double.NaN, 1)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void isSaidInBothWays() {
        assertThat(Sampling.DEFAULT).hasToString("0.2 Hz, every 5 s");
        assertThat(new Sampling(3, 333_333_333)).hasToString("3 Hz, every 0.333333 s");
    }
}
