// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.topic.TopicName;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Prints messages as the flags want them: bare, with the topic, by a format, or as JSON.
 *
 * <p>Owner: the client's loop.
 */
final class MessagePrinter {
    /** Below the name of the broker. */
    private static final int FIRST_LINE = 2;

    private final Settings settings;
    private final Printer printer;
    private final @Nullable OutputFormat format;
    private final ZoneId zone = ZoneId.systemDefault();
    private final ByteSink out = new ByteSink();

    /** The topics of {@code --watch}, each on the line on which it was first printed. */
    private final Map<TopicName, Integer> watched = new HashMap<>();

    MessagePrinter(Settings settings, Printer printer, Consumer<String> complain) {
        this.settings = settings;
        this.printer = printer;
        this.format = settings.format == null
                ? null
                : new OutputFormat(settings, settings.format, complain);
    }

    /** What {@code --watch} begins with: an empty screen, and whose messages they are. */
    void begin(String host) {
        if (settings.watch) {
            printer.line("\033[2J\033[1;1HBroker: " + host);
        }
    }

    void print(Publish publish) {
        out.clear();
        if (settings.watch) {
            int line = watched.computeIfAbsent(
                    publish.message().topic(), _ -> FIRST_LINE + watched.size());
            out.put("\033[" + line + ";1H");
        }
        if (message(publish) && settings.watch) {
            out.put("\033[" + (FIRST_LINE - 1 + watched.size()) + ";1H\n");
        }
        printer.print(out.array(), out.length());
    }

    /** Whether chance let it be printed. */
    private boolean message(Publish publish) {
        if (settings.randomFilter < 10_000
                && ThreadLocalRandom.current().nextInt(10_000) >= settings.randomFilter) {
            return false;
        }
        if (settings.json) {
            Json.write(
                    MessageJson.lossless(new Arrived(publish, ZonedDateTime.now(zone))),
                    false,
                    out);
            out.put('\n');
        } else if (format != null) {
            format.print(new Arrived(publish, ZonedDateTime.now(zone)), out);
        } else {
            plain(publish);
        }
        return true;
    }

    /** An empty message is "(null)" with its topic, and nothing without. */
    private void plain(Publish publish) {
        byte[] payload = publish.message().payload();
        if (payload.length == 0 && !(settings.verbose && settings.endOfLine)) {
            return;
        }
        if (settings.verbose) {
            out.put(publish.message().topic().utf8()).put(' ');
            if (payload.length == 0) {
                out.put("(null)");
            }
        }
        out.put(payload);
        if (settings.endOfLine) {
            out.put('\n');
        }
    }
}
