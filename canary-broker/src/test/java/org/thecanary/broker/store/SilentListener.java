// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

/** Has no Retained Messages, and makes nothing of what the store tells. */
public class SilentListener implements StoreListener {
    @Override
    public @Nullable StoredMessage retained(TopicName topic) {
        return null;
    }

    @Override
    public void orphaned(StoredMessage message, TopicFilter filter) {}

    @Override
    public void recovered() {}
}
