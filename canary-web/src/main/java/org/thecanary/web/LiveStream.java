// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.thecanary.web.http.EventRing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Server-Sent Events to one browser: a tick a second with what changed, and every value of the sensor it looks at. A browser
 * that reads too slowly gets {@code behind} instead of what it missed, and asks the history for that.
 *
 * <p>Confined to the request's thread.
 */
final class LiveStream {
    /** Values that come together go together. */
    private static final long GATHER_MILLIS = 60;

    private final OutputStream out;
    private final EventRing ticks;
    private final @Nullable EventRing values;
    private final BooleanSupplier admitted;
    private long lastTick;
    private long lastValue;

    /**
     * @param values of the sensor that is looked at; null: none is
     * @param admitted whether the browser may still look, asked with each tick
     */
    LiveStream(
            OutputStream out,
            EventRing ticks,
            @Nullable EventRing values,
            BooleanSupplier admitted) {
        this.out = out;
        this.ticks = ticks;
        this.values = values;
        this.admitted = admitted;
        this.lastTick = ticks.last();
        this.lastValue = values == null ? 0 : values.last();
    }

    /** Sends until the browser goes away, or may look no longer, or the program ends. */
    void run() throws IOException {
        try {
            out.write("retry: 1000\n\n".getBytes(StandardCharsets.UTF_8));
            event("open", "{}");
            out.flush();
            while (!Thread.currentThread().isInterrupted()) {
                if (ticks.last() != lastTick && !admitted.getAsBoolean()) {
                    return;
                }
                lastTick = send(ticks, lastTick, "tick");
                if (values != null) {
                    lastValue = send(values, lastValue, "values");
                }
                out.flush();
                Thread.sleep(GATHER_MILLIS);
            }
        } catch (InterruptedException _) {
            // The program ends.
        }
    }

    private long send(EventRing ring, long after, String name) throws IOException {
        long last = ring.last();
        List<String> events = ring.after(after);
        if (events == null) {
            event("behind", "{}");
            return last;
        }
        for (String event : events) {
            event(name, event);
        }
        return after + events.size();
    }

    private void event(String name, String json) throws IOException {
        out.write(("event: " + name + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
}
