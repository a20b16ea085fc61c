// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import io.netty.channel.EventLoop;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Publishes at a fixed rate, by turns from each publisher. A message bears the time it was due, not the time it was sent:
 * so a broker that halts is charged with all that should have been sent meanwhile. Owner: the loop.
 */
final class Pacer implements Runnable {
    private final EventLoop loop;
    private final List<Publisher> publishers;
    private final double nanosBetween;
    private long begin;
    private long count;
    private boolean running;

    Pacer(EventLoop loop, List<Publisher> publishers, double perSecond) {
        this.loop = loop;
        this.publishers = publishers;
        this.nanosBetween = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    void start() {
        begin = System.nanoTime();
        running = true;
        run();
    }

    void stop() {
        running = false;
    }

    @Override
    public void run() {
        if (!running) {
            return;
        }
        long now = System.nanoTime();
        while (due() - now <= 0) {
            Publisher publisher = publishers.get((int) (count % publishers.size()));
            if (!publisher.publishDue(due())) {
                break; // it waits for acknowledgements; what is due stays due
            }
            count++;
        }
        publishers.forEach(BenchConnection::flush);
        long wait = Math.max(due() - System.nanoTime(), TimeUnit.MICROSECONDS.toNanos(10));
        loop.schedule(this, wait, TimeUnit.NANOSECONDS);
    }

    private long due() {
        return begin + (long) (count * nanosBetween);
    }
}
