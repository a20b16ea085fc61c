// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.mqtt.topic.TopicName;

/** What one client may do; immutable, so that a reload swaps the whole. Any thread. */
public interface Permissions {
    /** Where no {@code acl_file} is set: everything is allowed. */
    Permissions ALL = new Permissions() {
        @Override
        public boolean mayPublish(TopicName topic) {
            return true;
        }

        @Override
        public boolean mayReceive(TopicName topic) {
            return true;
        }
    };

    /** Whether the client may publish to this topic, its Will Message included. */
    boolean mayPublish(TopicName topic);

    /** Which rule keeps the client from publishing to a topic: file and line, or that there is none; for operators. */
    default String publishRuleText(TopicName topic) {
        return "";
    }

    /** Which rule keeps the client from receiving a topic's messages. */
    default String receiveRuleText(TopicName topic) {
        return "";
    }

    /** Whether a message on this topic may be delivered to the client. */
    boolean mayReceive(TopicName topic);
}
