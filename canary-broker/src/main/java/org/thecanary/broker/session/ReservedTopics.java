// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.mqtt.topic.TopicName;

/** Topics that the Server keeps for itself, but for the state that a bridge says of its connection. */
public final class ReservedTopics {
    private ReservedTopics() {}

    /** Whether what is published here is for the Server, and not delivered. */
    public static boolean isControl(TopicName topic) {
        return topic.startsWithDollar() && topic.toString().startsWith("$CONTROL/");
    }

    /** Whether no client may publish here, whatever the rules say. */
    public static boolean contains(TopicName topic) {
        if (!topic.startsWithDollar()) {
            return false;
        }
        String text = topic.toString();
        return isControl(topic)
                || text.startsWith("$share/")
                || (text.startsWith("$SYS/")
                        && !(text.startsWith("$SYS/broker/connection/")
                                && text.endsWith("/state")));
    }
}
