// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.cli.BrokerFlags.Refused;

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
                "broker -v -d -p 65535 -c mosquitto.conf",
                "broker --verbose --daemon --port 1 --config-file mosquitto.conf",
                "broker -q --quiet --watch --test-config --log-format json",
                "broker --log-format plain"
            })
    void flagsMeanWhatPicocliSays(String line) throws Refused {
        CommandLine canary = Canary.commandLine();
        BrokerCommand command = (BrokerCommand)
                canary.parseArgs(words(line)).subcommand().commandSpec().userObject();

        assertThat(BrokerFlags.read(words(line))).isEqualTo(command.flags());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "up",
                "broker -h",
                "broker --help",
                "broker --version",
                "broker --log-format",
                "broker --log-format xml",
                "broker --port=1883",
                "broker -vd",
                "broker -cmosquitto.conf"
            })
    void helpAndFlagsWrittenTogetherAreLeftToPicocli(String line) throws Refused {
        assertThat(BrokerFlags.read(words(line))).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -c                      | Error: -c argument given, but no config file specified.
            -v -p                   | Error: -p argument given, but no port specified.
            -p 0                    | Error: Invalid port specified (0).
            -p 65536                | Error: Invalid port specified (65536).
            -p -1                   | Error: Invalid port specified (-1).
            -p x                    | Error: Invalid port specified (x).
            -p 9999999999           | Error: Invalid port specified (9999999999).
            --tls-keylog            | Error: --tls-keylog argument given, but no file specified.
            --tls-keylog keys       | Error: --tls-keylog is not supported
            --unknown -h            | Error: Unknown option '--unknown'.
            mosquitto.conf          | Error: Unknown option 'mosquitto.conf'.
            -p 1 -p 2 -p 3 -p 4 -p 5 -p 6 -p 7 -p 8 -p 9 -p 10 -p 11 | Error: Only 10 ports can be
            """)
    void whatCannotBeObeyedIsToldInMosquittosWords(String line, String told) {
        assertThatThrownBy(() -> BrokerFlags.read(words("broker " + line)))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith(told);
    }

    @Test
    void noNameIsNoConfigurationFile() {
        assertThatThrownBy(() -> BrokerFlags.read("broker", "-c", ""))
                .isInstanceOf(Refused.class)
                .hasMessage("Error: Unable to open config file ''.");
    }

    @Test
    void aMisspeltFlagIsAnsweredWithTheOneThatWasMeant() {
        assertThatThrownBy(() -> BrokerFlags.read(words("broker --tset-config")))
                .hasMessage("""
                        Error: Unknown option '--tset-config'.
                        Did you mean --test-config?

                        Use 'canary broker --help' to see usage.""");
    }
}
