// SPDX-License-Identifier: Apache-2.0
package org.thecanary.bench;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.thecanary.broker.routing.RetainedMessages;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Storing Retained Messages, and walking through those that a filter matches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class RetainedBenchmark {
    private static final TopicFilter ALL = TopicFilter.of("#");

    /** Topics that have a Retained Message. */
    @Param({"10000", "1000000"})
    public int topics;

    private final SplittableRandom random = new SplittableRandom(1);
    private RetainedMessages retained = new RetainedMessages();
    private RetainedMessages.Cursor cursor = retained.cursor(ALL);

    /** One message for each topic. */
    @Setup
    public void store() {
        retained = new RetainedMessages();
        for (int topic = 0; topic < topics; topic++) {
            retained.put(message(topic));
        }
        cursor = retained.cursor(ALL);
    }

    private static Publication message(int topic) {
        Message message = new Message(
                TopicName.of("site/" + topic + "/status"),
                QoS.AT_MOST_ONCE,
                true,
                new byte[64],
                MessageProperties.NONE);
        return new Publication(message, new Publisher("client", null), Publication.NEVER);
    }

    @Benchmark
    public @Nullable Publication replace() {
        return retained.put(message(random.nextInt(topics)));
    }

    @Benchmark
    public @Nullable Publication next() {
        Publication next = cursor.next(0);
        if (next == null) {
            cursor = retained.cursor(ALL);
        }
        return next;
    }
}
