// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.thecanary.web.http.EventRing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/** What does a browser get that reads too slowly? */
final class LiveStreamTest {
    private static final int KEPT = 8;

    private final EventRing ticks = new EventRing(KEPT);
    private final EventRing values = new EventRing(KEPT);
    private final Browser browser = new Browser();
    private volatile boolean admitted = true;
    private final Thread stream = Thread.ofVirtual().unstarted(this::run);

    /** Takes bytes, unless its lock is held: then writing to it waits, as for a full socket. */
    private static final class Browser extends OutputStream {
        private final ReentrantLock slow = new ReentrantLock();
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            slow.lock();
            try {
                taken.write(bytes, from, count);
            } finally {
                slow.unlock();
            }
        }

        String text() {
            slow.lock();
            try {
                return taken.toString(StandardCharsets.UTF_8);
            } finally {
                slow.unlock();
            }
        }
    }

    private void run() {
        try {
            new LiveStream(browser, ticks, values, () -> admitted).run();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() {
        stream.start();
        await().until(() -> browser.text().contains("event: open"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        stream.interrupt();
        stream.join();
    }

    @Test
    void whoReadsGetsAllInOrder() {
        for (int i = 1; i <= KEPT; i++) {
            values.add("[" + i + "]");
        }

        await().until(() -> browser.text().contains("data: [8]"));
        assertThat(browser.text())
                .containsSubsequence("event: values\ndata: [1]\n", "data: [2]\n", "data: [7]\n")
                .doesNotContain("behind");
    }

    @Test
    void whoMayLookNoLongerGetsNothingMore() throws InterruptedException {
        ticks.add("1");
        await().until(() -> browser.text().contains("data: 1\n"));
        admitted = false;
        ticks.add("2");

        stream.join();

        assertThat(browser.text()).doesNotContain("data: 2\n");
    }

    @Test
    void whoFallsBehindIsToldInsteadOfWhatIsGoneAndGoesOnWithTheNext() {
        browser.slow.lock();
        try {
            values.add("[0]"); // the stream hangs in writing this
            await().until(browser.slow::hasQueuedThreads);
            for (int i = 1; i <= KEPT + 1; i++) {
                values.add("[" + i + "]");
            }
        } finally {
            browser.slow.unlock();
        }

        await().until(() -> browser.text().contains("event: behind"));
        values.add("[99]");
        await().until(() -> browser.text().contains("data: [99]"));
        assertThat(browser.text())
                .containsOnlyOnce("event: behind")
                .contains("data: [0]")
                .doesNotContain("data: [1]", "data: [9]\n");
    }
}
