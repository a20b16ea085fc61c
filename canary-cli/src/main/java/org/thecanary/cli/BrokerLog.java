// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.LogConfig;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.LogType;
import org.thecanary.cli.text.Strftime;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Writes log lines as mosquitto does: a time, a colon, the text; to where {@code log_dest} says, of the types {@code
 * log_type} names.
 *
 * <p>Logback is set up in code, since reading a logback.xml takes a quarter of a second.
 */
final class BrokerLog extends AppenderBase<ILoggingEvent> {
    private static final int LONGEST_LINE = 1000;

    private final Set<LogType> types;
    private final List<PrintStream> streams;
    private final boolean timestamp;
    private final @Nullable Strftime format;

    private BrokerLog(LogConfig config, List<PrintStream> streams) {
        this.types = config.types().isEmpty() ? Set.of() : EnumSet.copyOf(config.types());
        this.streams = streams;
        this.timestamp = config.timestamp();
        this.format =
                config.timestampFormat() == null ? null : new Strftime(config.timestampFormat());
    }

    /** Logs warnings and errors to stderr, for a command that has no configuration. */
    static void quiet() {
        LogConfig.Builder builder = new LogConfig.Builder();
        builder.types = EnumSet.of(LogType.WARNING, LogType.ERROR);
        builder.timestamp = false;
        install(new BrokerLog(builder.build(), List.of(System.err)));
    }

    /**
     * Logs as configured from now on.
     *
     * @throws IOException if the log file cannot be written
     */
    static void configure(LogConfig config) throws IOException {
        List<PrintStream> streams = new ArrayList<>();
        if (config.toStderr()) {
            streams.add(System.err);
        }
        if (config.toStdout()) {
            streams.add(System.out);
        }
        Path file = config.file();
        if (file != null) {
            try {
                OutputStream out = Files.newOutputStream(
                        file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                streams.add(new PrintStream(out, true, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IOException(
                        "cannot write the log file " + file + ": " + e.getMessage(), e);
            }
        }
        install(new BrokerLog(config, List.copyOf(streams)));
    }

    private static void install(BrokerLog appender) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        appender.setContext(context);
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        level(context, "broker", appender.types.contains(LogType.DEBUG) ? Level.DEBUG : Level.INFO);
        level(
                context,
                "broker.subscribe",
                appender.types.contains(LogType.SUBSCRIBE) ? Level.INFO : Level.WARN);
        level(
                context,
                "broker.unsubscribe",
                appender.types.contains(LogType.UNSUBSCRIBE) ? Level.INFO : Level.WARN);
    }

    private static void level(LoggerContext context, String name, Level level) {
        context.getLogger(name).setLevel(level);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!types.contains(type(event))) {
            return;
        }
        String line = shortened(time(event) + event.getFormattedMessage());
        for (PrintStream stream : streams) {
            stream.println(line);
            if (event.getThrowableProxy() != null) {
                stream.println(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }
    }

    /** A client may have a name of 64 KiB, and the reader of a pipe may be slow. mosquitto's lines are no longer. */
    private static String shortened(String line) {
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE);
    }

    private static LogType type(ILoggingEvent event) {
        if (event.getLoggerName().equals("broker.subscribe")) {
            return LogType.SUBSCRIBE;
        }
        if (event.getLoggerName().equals("broker.unsubscribe")) {
            return LogType.UNSUBSCRIBE;
        }
        if (event.getMarkerList() != null && event.getMarkerList().contains(LogMarkers.NOTICE)) {
            return LogType.NOTICE;
        }
        return switch (event.getLevel().toInt()) {
            case Level.ERROR_INT -> LogType.ERROR;
            case Level.WARN_INT -> LogType.WARNING;
            case Level.INFO_INT -> LogType.INFORMATION;
            default -> LogType.DEBUG;
        };
    }

    private String time(ILoggingEvent event) {
        if (!timestamp) {
            return "";
        }
        Instant at = Instant.ofEpochMilli(event.getTimeStamp());
        return (format == null
                        ? String.valueOf(at.getEpochSecond())
                        : format.format(at.atZone(ZoneId.systemDefault())))
                + ": ";
    }
}
