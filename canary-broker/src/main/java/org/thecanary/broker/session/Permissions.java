// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.mqtt.topic.TopicName;

/** What one client may do; immutable, so that a reload swaps the whole. Any thread. */
public interface Permissions {

    /** Everything: where no rules are configured. */
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

    boolean mayPublish(TopicName topic);

    /** Asked for each delivery; SUBSCRIBE itself is always granted, as mosquitto does. */
    boolean mayReceive(TopicName topic);
}
