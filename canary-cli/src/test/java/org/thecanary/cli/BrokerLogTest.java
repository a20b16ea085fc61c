// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.thecanary.broker.config.LogConfig;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.LogType;

import java.io.IOException;
import java.util.EnumSet;

/** Is a line that nobody would read not even made up, and every other one? */
class BrokerLogTest {
    private static final Logger BROKER = LoggerFactory.getLogger("broker");
    private static final Logger SUBSCRIBE = LoggerFactory.getLogger("broker.subscribe");

    private static void begin(LogConfig.Builder config) throws IOException {
        BrokerLog.open(config.build(), BrokerLog.Format.PLAIN, (_, _) -> {}).begin();
    }

    @AfterEach
    void endTheLog() {
        BrokerLog.end();
    }

    @Test
    void withoutAPlaceNothingIs() throws Exception {
        LogConfig.Builder none = new LogConfig.Builder();
        none.toStderr = false;
        none.types = EnumSet.allOf(LogType.class);

        begin(none);

        assertThat(BROKER.isErrorEnabled()).isFalse();
        assertThat(BROKER.isInfoEnabled(LogMarkers.NOTICE)).isFalse();
        assertThat(SUBSCRIBE.isInfoEnabled()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = LogType.class,
            names = {"ERROR", "WARNING", "NOTICE", "INFORMATION", "DEBUG"})
    void ofOneTypeWhatIsLessImportantIsNot(LogType type) throws Exception {
        LogConfig.Builder one = new LogConfig.Builder();
        one.types = EnumSet.of(type);

        begin(one);

        Level least = switch (type) {
            case ERROR -> Level.ERROR;
            case WARNING -> Level.WARN;
            case DEBUG -> Level.DEBUG;
            default -> Level.INFO;
        };
        for (Level level : Level.values()) {
            assertThat(BROKER.isEnabledForLevel(level))
                    .as(level + " where " + type + " is asked for")
                    .isEqualTo(level.toInt() >= least.toInt());
        }
        assertThat(SUBSCRIBE.isInfoEnabled()).isFalse();
    }

    @Test
    void subscriptionsAreWhereTheyAreAskedFor() throws Exception {
        LogConfig.Builder one = new LogConfig.Builder();
        one.types = EnumSet.of(LogType.SUBSCRIBE);

        begin(one);

        assertThat(SUBSCRIBE.isInfoEnabled()).isTrue();
        assertThat(BROKER.isInfoEnabled()).isFalse();
    }
}
