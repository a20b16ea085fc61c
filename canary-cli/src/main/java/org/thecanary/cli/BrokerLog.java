// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.LogConfig;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.LogType;
import org.thecanary.cli.terminal.Terminal;
import org.thecanary.credentials.password.FileGuard;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Writes log lines as mosquitto does, to where {@code log_dest} says, of the types {@code log_type} names. A loop that
 * logs never waits for whoever reads.
 *
 * <p>Logback is set up in code, since reading a logback.xml takes a quarter of a second.
 */
final class BrokerLog extends AppenderBase<ILoggingEvent> {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final String READABLE = "%Y-%m-%d %H:%M:%S";

    private final Set<LogType> types;
    private final List<Place> places;
    private final Runnable firstLines;

    /** A place and how lines look there. */
    private record Place(LogLine format, LogSink sink) {}

    /** What {@code --log-format} may be. */
    enum Format {
        PLAIN,
        JSON
    }

    private BrokerLog(Set<LogType> types, List<Place> places, Runnable firstLines) {
        this.firstLines = firstLines;
        this.types = types.isEmpty() ? Set.of() : EnumSet.copyOf(types);
        this.places = places;
    }

    /** Logs warnings and errors to stderr, for a command that has no configuration. */
    static void quiet() {
        new BrokerLog(
                        EnumSet.of(LogType.WARNING, LogType.ERROR),
                        List.of(new Place(new LogLine.Plain(null), stream("stderr", System.err))),
                        () -> {})
                .begin();
    }

    /**
     * Opens the places that are configured; a log file is opened anew. What is logged goes there from {@link #begin} on.
     *
     * <p>A log file that cannot be written is told of, on stderr where there is no other place, and keeps nobody from
     * starting: as with mosquitto.
     *
     * @param toTopic takes the lines of {@code log_dest topic}; may block
     * @throws IOException if there is no syslog to be had
     */
    static BrokerLog open(LogConfig config, Format format, BiConsumer<LogType, String> toTopic)
            throws IOException {
        Path file = config.file();
        WritableByteChannel opened = null;
        IOException refused = null;
        try {
            opened = file == null ? null : openFile(file);
        } catch (IOException e) {
            refused = e;
        }
        List<Place> places = new ArrayList<>();
        if (config.toStderr()) {
            places.add(new Place(
                    line(config, format, Terminal.stderrIsTerminal()),
                    stream("stderr", System.err)));
        }
        if (config.toStdout()) {
            places.add(new Place(
                    line(config, format, Terminal.stdoutIsTerminal()),
                    stream("stdout", System.out)));
        }
        LogLine plain = line(config, format, false);
        if (opened != null) {
            places.add(new Place(plain, new LogSink("file", new LogFile(opened))));
        }
        if (config.toTopic()) {
            places.add(new Place(
                    plain, new LogSink("topic", line -> toTopic.accept(line.type(), line.text()))));
        }
        Integer facility = config.syslogFacility();
        if (facility != null) {
            places.add(new Place(plain, new LogSink("syslog", new Syslog(facility))));
        }
        if (refused != null && places.isEmpty()) {
            places.add(new Place(plain, stream("stderr", System.err)));
        }
        IOException unopened = refused;
        return new BrokerLog(config.types(), List.copyOf(places), () -> {
            if (unopened != null) {
                LOG.error(
                        "Error: Unable to open log file {} for writing: {}",
                        file,
                        CliErrors.reason(unopened));
            } else if (file != null) {
                FileGuard.warnings(file).forEach(LOG::warn);
            }
        });
    }

    private static LogLine line(LogConfig config, Format format, boolean terminal) {
        if (format == Format.JSON) {
            return new LogLine.Json();
        }
        if (!config.timestamp()) {
            return new LogLine.Plain(null);
        }
        String strftime = config.timestampFormat();
        if (strftime == null && !terminal) {
            return new LogLine.Plain(LogLine.Time.SECONDS);
        }
        return new LogLine.Plain(LogLine.Time.of(strftime == null ? READABLE : strftime));
    }

    private static WritableByteChannel openFile(Path file) throws IOException {
        return Files.newByteChannel(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND,
                        StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static LogSink stream(String name, PrintStream stream) {
        return new LogSink(name, new ToStream(stream));
    }

    private record ToStream(OutputStream out) implements LogSink.Target {
        @Override
        public void write(LogSink.Line line) throws IOException {
            out.write((line.text() + "\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }

    /** From now on this is where all is logged, in place of the former one. */
    void begin() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset(); // stops the former one
        setContext(context);
        start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level told = lowest();
        root.setLevel(told.isGreaterOrEqual(Level.WARN) ? told : Level.WARN);
        root.addAppender(this);
        context.getLogger("broker").setLevel(told);
        context.getLogger("broker.subscribe").setLevel(infoIf(LogType.SUBSCRIBE));
        context.getLogger("broker.unsubscribe").setLevel(infoIf(LogType.UNSUBSCRIBE));
        firstLines.run();
    }

    /** What nobody would read is not made up, either: a client that comes and goes has three lines. */
    private Level lowest() {
        if (places.isEmpty()) {
            return Level.OFF;
        }
        return types.stream()
                .map(BrokerLog::level)
                .min(Comparator.comparingInt(Level::toInt))
                .orElse(Level.OFF);
    }

    private Level infoIf(LogType type) {
        return !places.isEmpty() && types.contains(type) ? Level.INFO : Level.OFF;
    }

    private static Level level(LogType type) {
        return switch (type) {
            case DEBUG -> Level.DEBUG;
            case NOTICE, INFORMATION -> Level.INFO;
            case WARNING -> Level.WARN;
            default -> Level.ERROR;
        };
    }

    /** It is not to begin after all. */
    void discard() {
        places.forEach(place -> place.sink.close());
    }

    /** Waits a moment for what was logged so far to be written. */
    static void flush() {
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .iteratorForAppenders()
                .forEachRemaining(appender -> {
                    if (appender instanceof BrokerLog log) {
                        log.places.forEach(place -> place.sink.flush());
                    }
                });
    }

    /** Writes what was logged so far, and nothing more. */
    static void end() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).reset();
    }

    @Override
    public void stop() {
        super.stop();
        discard();
    }

    @Override
    protected void append(ILoggingEvent event) {
        LogType type = type(event);
        if (!types.contains(type)) {
            return;
        }
        Instant at = Instant.ofEpochMilli(event.getTimeStamp());
        String trace = event.getThrowableProxy() == null
                ? null
                : ThrowableProxyUtil.asString(event.getThrowableProxy());
        for (Place place : places) {
            String text = place.format.format(type, at, event.getFormattedMessage(), trace);
            place.sink.offer(new LogSink.Line(type, text));
        }
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
}
