// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class FileDescriptorsTest {

    @ParameterizedTest
    @CsvSource({
        "1024, 30, 914",
        "100, 20, 40",
        "20000, 60, 19564",
        "524288, 30, 516002",
        "20, 20, 1"
    })
    void connectionsLeaveSomeForFiles(int limit, int open, int connections) {
        assertThat(FileDescriptors.forConnections(
                        List.of(
                                "Limit                     Soft Limit           Hard Limit           Units     ",
                                "Max open files            %-20d 1048576              files     "
                                        .formatted(limit)),
                        open))
                .isEqualTo(connections);
    }

    @Test
    void whereNothingSaysThereIsNoLimit() {
        assertThat(FileDescriptors.forConnections(
                        List.of(
                                "Max open files            unlimited            unlimited            files"),
                        20))
                .isEqualTo(Integer.MAX_VALUE);
    }
}
