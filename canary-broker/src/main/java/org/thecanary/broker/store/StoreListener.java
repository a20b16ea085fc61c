// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

/** What the store asks and tells those who use it. Any thread. */
public interface StoreListener {
    /** The topic's Retained Message as it is now, or null. */
    @Nullable
    StoredMessage retained(TopicName topic);

    /** A session that is over was owed this through a Shared Subscription; another member may be. */
    void orphaned(StoredMessage message, TopicFilter filter);

    /** Writing works again after it had failed. */
    void recovered();
}
