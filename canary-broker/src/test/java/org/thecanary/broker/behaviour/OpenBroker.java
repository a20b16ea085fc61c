// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.LoopCounters;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** A broker in this process on a port of its own, open to everybody on this machine. */
final class OpenBroker implements AutoCloseable {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Broker broker;

    private OpenBroker(Broker broker) {
        this.broker = broker;
    }

    static OpenBroker start(int loops) throws IOException {
        return start(loops, config -> {});
    }

    static OpenBroker start(int loops, Consumer<BrokerConfig.Builder> changes) throws IOException {
        return start(loops, changes, listener -> {});
    }

    static OpenBroker start(
            int loops,
            Consumer<BrokerConfig.Builder> changes,
            Consumer<ListenerConfig.Builder> listenerChanges)
            throws IOException {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = 0;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = true;
        listenerChanges.accept(listener);
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        config.listeners = List.of(listener.build());
        changes.accept(config);
        return new OpenBroker(Broker.start(config.build(), List.of(AccessRules.OPEN), loops));
    }

    Broker broker() {
        return broker;
    }

    int port() {
        return broker.ports().getFirst();
    }

    /** A counter, over all loops. */
    long sum(ToLongFunction<LoopCounters> counter) {
        return broker.loops().all().stream()
                .map(BrokerLoop::counters)
                .mapToLong(counter)
                .sum();
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertTrue(condition.getAsBoolean(), what);
    }

    @Override
    public void close() {
        broker.close();
    }
}
