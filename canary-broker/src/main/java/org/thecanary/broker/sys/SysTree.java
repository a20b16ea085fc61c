// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.LogType;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.LoopCounters;
import org.thecanary.broker.routing.Router;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;
import org.thecanary.broker.sys.SysTopics.Loaded;
import org.thecanary.broker.sys.SysTopics.Numbered;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;

/**
 * The {@code $SYS} topics: Retained Messages of the broker about itself, by mosquitto's names and in its formats.
 *
 * <p>Every {@code sys_interval} seconds, at the seconds of the clock that it divides, what has changed is published.
 *
 * <p>Owner: one loop, on which it publishes; {@link #interval} may be called by any thread.
 */
public final class SysTree {
    /** What exporters and Home Assistant look for at the beginning of {@code $SYS/broker/version}. */
    private static final String LIKE = "mosquitto version ";

    /** The version of mosquitto whose topics and routes these are. */
    public static final String VERSION = "2.1.2";

    /** How long a line of the log is worth delivering; mosquitto's. */
    private static final long LOG_LINE_MILLIS = 20_000;

    private static final String PREFIX = "$SYS/broker/";

    private final Router router;
    private final BrokerLoop loop;
    private final Figures.Source source;
    private final IdentityHashMap<Numbered, Long> published = new IdentityHashMap<>();
    private final List<LoadTopic> loads = new ArrayList<>();
    private LoopCounters counted = new LoopCounters();
    private long updatedAtSeconds;
    private @Nullable ScheduledFuture<?> timer;
    private long intervalMillis;

    private record LoadTopic(Loaded counter, String name, Load load) {}

    /**
     * Says nothing before {@link #start}.
     *
     * @param router on whose loop this lives
     */
    public SysTree(Router router, Figures.Source source) {
        this.router = router;
        this.loop = router.loop();
        this.source = source;
        for (Loaded counter : SysTopics.LOADS) {
            for (int minutes : new int[] {1, 5, 15}) {
                String name = "load/" + counter.name() + "/" + minutes + "min";
                loads.add(new LoadTopic(counter, name, new Load(minutes)));
            }
        }
    }

    /** The numbers below {@code $SYS}, by topic, but for those that mosquitto only documents. */
    public static Map<String, Object> numbers(Figures now) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        for (Numbered topic : SysTopics.NUMBERS) {
            String name = topic.names().getFirst();
            if (!name.startsWith("mqtt/")) {
                numbers.put(PREFIX + name, topic.value().applyAsLong(now));
            }
        }
        numbers.put(PREFIX + "uptime", now.uptimeSeconds());
        return numbers;
    }

    /** Publishes everything, and from then on what changes; nothing at all where the interval is 0. On the loop. */
    public void start(String version, int intervalSeconds) {
        assert loop.inLoop();
        if (intervalSeconds > 0) {
            publish("version", LIKE + VERSION + " (canary " + version + ")");
            update(source.now());
            loads.forEach(this::publish);
        }
        schedule(intervalSeconds);
    }

    /**
     * Publishes a line of the log below {@code $SYS/broker/log/}, as {@code log_dest topic} asks; lines for debugging go
     * nowhere, as with mosquitto. Waits for the loop, so that lines do not pile up there: any thread but a loop's.
     */
    public void log(LogType type, String line) {
        String kind = switch (type) {
            case ERROR -> "E";
            case WARNING -> "W";
            case NOTICE -> "N";
            case INFORMATION -> "I";
            case SUBSCRIBE -> "M/subscribe";
            case UNSUBSCRIBE -> "M/unsubscribe";
            case WEBSOCKETS -> "WS";
            case DEBUG, INTERNAL -> "";
        };
        if (!kind.isEmpty() && !loop.executor().isShuttingDown()) {
            loop.executor()
                    .submit(() -> {
                        loop.turn();
                        publish("log/" + kind, line, false, loop.nowMillis() + LOG_LINE_MILLIS);
                    })
                    .awaitUninterruptibly(LOG_LINE_MILLIS);
        }
    }

    /** Updates this often from now on; 0 for never. Any thread. */
    public void interval(int seconds) {
        loop.run(() -> schedule(seconds));
    }

    private void schedule(int seconds) {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        intervalMillis = seconds * 1000L;
        if (seconds > 0) {
            long delay = intervalMillis - System.currentTimeMillis() % intervalMillis;
            timer = loop.schedule(
                    () -> {
                        source.count(() -> loop.run(() -> update(source.now())));
                        schedule(seconds);
                    },
                    delay);
        }
    }

    void update(Figures now) {
        assert loop.inLoop();
        publish("uptime", now.uptimeSeconds() + " seconds");
        long seconds = now.uptimeSeconds() - updatedAtSeconds;
        if (seconds > 0) {
            for (LoadTopic topic : loads) {
                long grown = topic.counter.value().applyAsLong(now.counters())
                        - topic.counter.value().applyAsLong(counted);
                if (topic.load.add(grown, seconds)) {
                    publish(topic);
                }
            }
            updatedAtSeconds = now.uptimeSeconds();
            counted = now.counters();
        }
        for (Numbered topic : SysTopics.NUMBERS) {
            long value = topic.value().applyAsLong(now);
            Long before = published.get(topic);
            if (before == null || (topic.isMaximum() ? value > before : value != before)) {
                published.put(topic, value);
                topic.names().forEach(name -> publish(name, Long.toString(value)));
            }
        }
    }

    private void publish(LoadTopic topic) {
        publish(topic.name, String.format(Locale.ROOT, "%.2f", topic.load.perMinute()));
    }

    private void publish(String name, String text) {
        publish(name, text, true, Publication.NEVER);
    }

    private void publish(String name, String text, boolean retain, long expiresAtMillis) {
        Message message = new Message(
                TopicName.of(PREFIX + name),
                QoS.EXACTLY_ONCE,
                retain,
                text.getBytes(UTF_8),
                MessageProperties.NONE);
        router.route(new Publication(message, Publisher.SERVER, expiresAtMillis));
    }
}
