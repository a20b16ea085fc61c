// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.publication;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.MessageQueue.Queued;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

class MessageQueueTest {
    private static final SessionSubscription SUBSCRIPTION =
            new SessionSubscription(TopicFilter.of("t"), SubscriptionOptions.of(QOS_1), 0);

    private final MessageQueue queue = new MessageQueue();
    private final SessionFixture.Limits limits = new SessionFixture.Limits();

    private static Queued queued(String payload) {
        return new Queued(publication("t", payload, QOS_1), SUBSCRIPTION, QOS_1, false, null);
    }

    private boolean offer(String payload, int besides) {
        return queue.offer(queued(payload), limits.build(), besides, true);
    }

    @Test
    void firstInIsFirstOut() {
        offer("a", 0);
        offer("b", 0);

        assertThat(queue.peek()).isEqualTo(queued("a"));
        queue.remove();
        assertThat(queue.peek()).isEqualTo(queued("b"));
        queue.remove();
        assertThat(queue.peek()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void refusesTheNewestBeyondItsNumber() {
        limits.maxQueuedMessages = 2;

        assertThat(offer("a", 0)).isTrue();
        assertThat(offer("b", 1)).isFalse();
        assertThat(offer("b", 0)).isTrue();
        assertThat(offer("c", 0)).isFalse();

        queue.remove();
        assertThat(offer("c", 0)).isTrue();
        assertThat(queue.size()).isEqualTo(2);
    }

    @Test
    void refusesOnceItsBytesAreReachedAndKeepsCountOfThem() {
        limits.maxQueuedBytes = 10;

        assertThat(offer("123456", 0)).isTrue();
        assertThat(offer("12345", 0)).as("the last comes in whole").isTrue();
        assertThat(offer("1", 0)).isFalse();

        queue.removeIf(message -> message.equals(queued("123456")));
        assertThat(offer("12345", 0)).isTrue();
        assertThat(offer("1", 0)).isFalse();
        queue.remove();
        queue.remove();
        assertThat(offer("more than ten bytes", 0)).isTrue();
    }
}
