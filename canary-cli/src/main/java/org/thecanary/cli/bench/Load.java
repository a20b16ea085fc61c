// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;

import java.time.Duration;

/**
 * What to load a broker with.
 *
 * @param publishers connections that publish, each to a topic of its own
 * @param subscribers connections that subscribe
 * @param shape who hears whom
 * @param prefix what the topics begin with
 * @param payloadBytes at least {@link #MIN_PAYLOAD}
 * @param perSecond messages to publish in a second, over all publishers; 0 is as many as can be
 * @param window deliveries of a publisher's messages that may be on their way to each subscriber before it waits for
 *     them; this keeps a broker from having to drop QoS 0
 * @param unacknowledged QoS 1 and 2 messages that a publisher sends before it waits for their acknowledgements
 * @param warmup before measuring
 * @param duration of measuring
 */
record Load(
        Shape shape,
        int publishers,
        int subscribers,
        String prefix,
        QoS qos,
        ProtocolVersion version,
        int payloadBytes,
        double perSecond,
        int window,
        int unacknowledged,
        Duration warmup,
        Duration duration) {

    /** Send time (8 bytes), number of the publisher (4) and of the message (4). */
    static final int MIN_PAYLOAD = 16;

    /** Who hears whom. */
    enum Shape {
        /** Publishers whom nobody hears. */
        PUBLISH,
        /** Subscribers of what others publish to the topic. */
        SUBSCRIBE,
        /** Each publisher has a subscriber of its own. */
        PAIRS,
        /** All subscribers hear all publishers. */
        FAN_OUT
    }

    /** Deliveries that one message leads to. */
    int copies() {
        return switch (shape) {
            case PUBLISH, SUBSCRIBE -> 0;
            case PAIRS -> 1;
            case FAN_OUT -> subscribers;
        };
    }

    String topic(int publisher) {
        return prefix + "/" + publisher;
    }

    String filter(int subscriber) {
        return switch (shape) {
            case PAIRS -> topic(subscriber);
            case FAN_OUT -> prefix + "/+";
            case PUBLISH, SUBSCRIBE -> prefix;
        };
    }
}
