// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import java.util.ArrayList;
import java.util.List;

/** Splits topics at their separators, specification 4.7.1.1: adjacent separators make an empty level. */
final class TopicLevels {
    private TopicLevels() {}

    static List<String> split(String text) {
        List<String> levels = new ArrayList<>();
        int from = 0;
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', from)) {
            levels.add(text.substring(from, slash));
            from = slash + 1;
        }
        levels.add(text.substring(from));
        return List.copyOf(levels);
    }
}
