// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

/** What is read without picocli is what picocli reads, and the rest is left to it. */
class BrokerFlagsTest {

    private static String[] words(String line) {
        return line.split(" ", -1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "broker",
                "broker -c mosquitto.conf",
                "broker -c first -c last",
                "broker -p 1883",
                "broker -p 1883 -p 1884 -v",
                "broker -c mosquitto.conf -d",
                "broker -v -d -p 99999 -c mosquitto.conf"
            })
    void plainWordsMeanWhatPicocliSays(String line) {
        CommandLine canary = Canary.commandLine();
        BrokerCommand command = (BrokerCommand)
                canary.parseArgs(words(line)).subcommand().commandSpec().userObject();

        assertThat(BrokerFlags.ofPlainWords(words(line))).isEqualTo(command.flags());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "up",
                "broker -c",
                "broker -c -v",
                "broker -p",
                "broker -p x",
                "broker -p -1",
                "broker -p 123456",
                "broker -h",
                "broker --help",
                "broker --version",
                "broker -c mosquitto.conf --test-config",
                "broker --log-format json",
                "broker --watch",
                "broker -q",
                "broker -vd",
                "broker -cmosquitto.conf",
                "broker mosquitto.conf"
            })
    void anyOtherWordIsLeftToPicocli(String line) {
        assertThat(BrokerFlags.ofPlainWords(words(line))).isNull();
    }
}
