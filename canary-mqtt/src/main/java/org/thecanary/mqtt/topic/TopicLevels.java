// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.topic;

import java.util.List;

/** Splits topics at their separators, specification 4.7.1.1: adjacent separators make an empty level. */
final class TopicLevels {
    private TopicLevels() {}

    static List<String> split(String text) {
        int separators = 0;
        for (int i = 0; i < text.length(); i++) {
            separators += text.charAt(i) == '/' ? 1 : 0;
        }
        String[] levels = new String[separators + 1];
        int from = 0;
        for (int level = 0; level < separators; level++) {
            int slash = text.indexOf('/', from);
            levels[level] = text.substring(from, slash);
            from = slash + 1;
        }
        levels[separators] = text.substring(from);
        return List.of(levels);
    }
}
