// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.session.SessionSubscription;

/** What stands in the subscription trie for a Topic Filter: a session, or a group of them. */
sealed interface Subscriber {

    /** A subscription of one session, which gets its own copy [MQTT-3.3.4-2]~: one for each that matches, as mosquitto. */
    record ToSession(SessionRef ref, SessionSubscription subscription) implements Subscriber {}

    /** A Shared Subscription, of whose members one gets the message [MQTT-4.8.2-4]. */
    record ToGroup(SharedGroup group) implements Subscriber {}
}
