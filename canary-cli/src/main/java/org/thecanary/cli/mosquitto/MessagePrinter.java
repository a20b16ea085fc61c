// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Publish;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Prints messages as the flags want them: bare, with the topic, by a format, or as JSON.
 *
 * <p>Owner: the client's loop.
 */
final class MessagePrinter {
    private final Settings settings;
    private final Printer printer;
    private final @Nullable OutputFormat format;
    private final ZoneId zone = ZoneId.systemDefault();
    private final ByteSink out = new ByteSink();

    MessagePrinter(Settings settings, Printer printer, Consumer<String> complain) {
        this.settings = settings;
        this.printer = printer;
        this.format = settings.format == null
                ? null
                : new OutputFormat(settings, settings.format, complain);
    }

    void print(Publish publish) {
        if (settings.randomFilter < 10_000
                && ThreadLocalRandom.current().nextInt(10_000) >= settings.randomFilter) {
            return;
        }
        out.clear();
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
        printer.print(out.array(), out.length());
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
