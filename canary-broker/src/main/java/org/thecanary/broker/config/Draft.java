// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A configuration while its files are read: what {@link Directives} write to, and what makes records of it in the end.
 *
 * <p>Owner: confined to its creator.
 */
final class Draft {
    /** The options that {@code per_listener_settings} moves; null where nothing was said. */
    static final class Security {
        @Nullable
        Boolean allowAnonymous;

        @Nullable
        Boolean allowZeroLengthClientId;

        @Nullable
        String autoIdPrefix;

        @Nullable
        Path passwordFile;

        @Nullable
        Path aclFile;

        final List<Plugin> plugins = new ArrayList<>();
    }

    /** A listener, and whatever security options were written under it. */
    static final class Listener {
        final ListenerConfig.Builder builder = new ListenerConfig.Builder();
        final Security security = new Security();

        // the first line about TLS, for problems that several lines make together
        String tlsFile = "";
        int tlsLine;
    }

    final BrokerConfig.Builder broker = new BrokerConfig.Builder();
    final Security global = new Security();
    final List<Listener> listeners = new ArrayList<>();
    final Set<String> writtenOnce = new HashSet<>();
    private final List<Problem> notices;

    /** What listener options bind to; null at the top of each file. */
    @Nullable
    Listener current;

    /** The one on port 1883 that nobody wrote {@code listener} for; null for none. */
    @Nullable
    Listener defaultListener;

    /** What plugin options belong to; null at the top of each file. */
    @Nullable
    Plugin plugin;

    private final Map<String, Plugin> loaded = new HashMap<>();

    boolean perListenerSettings;
    boolean securityOptionSeen;

    /** Whether a line asked for a port; mosquitto is open only to this machine otherwise. */
    boolean portAsked;

    private boolean portSeen;
    private boolean logDestSeen;
    private boolean logTypeSeen;

    // where the line being read stands, for notices
    private String file = "";
    private int line;

    Draft(List<Problem> notices) {
        this.notices = notices;
    }

    void at(String file, int line) {
        this.file = file;
        this.line = line;
    }

    void notice(String text) {
        notices.add(new Problem(file, line, text));
    }

    Listener openListener() {
        Listener listener = new Listener();
        listeners.add(listener);
        portAsked = true;
        current = listener;
        return listener;
    }

    Listener defaultListener() {
        Listener listener = defaultListener;
        if (listener == null) {
            listener = new Listener();
            listeners.add(listener);
            defaultListener = listener;
        }
        current = listener;
        return listener;
    }

    /** The listener above the line, or the default one. */
    Listener currentListener() {
        return current == null ? defaultListener() : current;
    }

    ListenerConfig.Builder listener() {
        return currentListener().builder;
    }

    /** The TLS of the current listener. */
    TlsConfig.Builder tls() {
        Listener listener = currentListener();
        if (listener.tlsLine == 0) {
            listener.tlsFile = file;
            listener.tlsLine = line;
        }
        return listener.builder.tls;
    }

    /** {@code enable_proxy_protocol}. */
    void proxyProtocol(int version) {
        var _ = tls(); // where problems of both are told
        listener().proxyProtocol = version;
    }

    /** What is wrong with lines that are right each by itself. */
    List<Problem> contradictions() {
        List<Problem> problems = new ArrayList<>();
        for (Listener listener : listeners) {
            String text = tlsContradiction(listener.builder);
            if (text != null) {
                problems.add(new Problem(listener.tlsFile, listener.tlsLine, text));
            }
        }
        return problems;
    }

    private static @Nullable String tlsContradiction(ListenerConfig.Builder listener) {
        TlsConfig.Builder tls = listener.tls;
        if (listener.proxyProtocol == 2) {
            return tls.certFile != null || tls.keyFile != null || listener.useSubjectAsUsername
                    ? "with enable_proxy_protocol 2 the proxy speaks TLS: certfile, keyfile and"
                            + " use_subject_as_username cannot be used."
                    : authorityWithoutTls(tls);
        }
        if ((tls.certFile == null) != (tls.keyFile == null)) {
            return "both certfile and keyfile must be specified for TLS; this listener has no "
                    + (tls.certFile == null ? "certfile." : "keyfile.");
        }
        if (tls.certFile == null && tls.requireCertificate) {
            return "require_certificate needs TLS: give this listener certfile and keyfile. Without"
                    + " them, anybody could come in.";
        }
        return authorityWithoutTls(tls);
    }

    private static @Nullable String authorityWithoutTls(TlsConfig.Builder tls) {
        return tls.certFile != null || (tls.caFile == null && tls.caPath == null)
                ? null
                : (tls.caFile == null ? "capath" : "cafile")
                        + " without certfile and keyfile does nothing: give this listener both, or"
                        + " remove the line.";
    }

    /** Where the options of {@link Directive.Scope#SECURITY} go. */
    Security security() {
        securityOptionSeen = true;
        return perListenerSettings ? listenerSecurity() : global;
    }

    Security listenerSecurity() {
        return currentListener().security;
    }

    /** {@code plugin FILE}, or with {@code global} {@code global_plugin FILE}. */
    void plugin(String option, String path, boolean everywhere) throws Directive.BadValue {
        securityOptionSeen = true;
        Plugin named = Plugin.of(option, path, file, line);
        (everywhere ? global : security()).plugins.add(named);
        use(named);
    }

    /** {@code plugin_load NAME FILE}. */
    void pluginLoad(String name, String path) throws Directive.BadValue {
        Plugin named = Plugin.of("plugin_load", path, file, line);
        if (loaded.putIfAbsent(name, named) != null) {
            throw new Directive.BadValue("a second plugin with the name " + name + ".");
        }
        plugin = named;
    }

    /** {@code plugin_use NAME}. */
    void pluginUse(String name) throws Directive.BadValue {
        Plugin named = loaded.get(name);
        if (named == null) {
            throw new Directive.BadValue("there is no plugin " + name
                    + " yet. Write above it:  plugin_load " + name + " FILE");
        }
        listenerSecurity().plugins.add(named);
        use(named);
    }

    private void use(Plugin named) {
        plugin = named;
        broker.persistencePlugin |= named.kind == Plugin.Kind.PERSIST_SQLITE;
    }

    void pluginOption(ConfFile.Option option) throws Directive.BadValue {
        Plugin named = plugin;
        if (named == null) {
            throw new Directive.BadValue(
                    option.name() + " belongs to the plugin above it, and there is none.");
        }
        if (option.text().isEmpty()) {
            throw new Directive.BadValue(option.name() + " without a value.");
        }
        named.option(this, option.name(), option.text());
    }

    /** What can be said only when all files are read. */
    void finish(List<Problem> problems) {
        sayIfNothingIsKept();
        Set<Plugin> all = new LinkedHashSet<>(global.plugins);
        all.addAll(loaded.values());
        listeners.forEach(listener -> all.addAll(listener.security.plugins));
        for (Plugin each : all) {
            Problem problem = each.problem();
            if (problem != null) {
                problems.add(problem);
            }
        }
        for (Listener listener : listeners) {
            for (Plugin.Kind kind : List.of(Plugin.Kind.PASSWORD_FILE, Plugin.Kind.ACL_FILE)) {
                List<Path> files = files(listener, kind);
                if (files.size() > 1) {
                    problems.add(new Problem(
                            file,
                            0,
                            listener.builder.build().describe()
                                    + " has both "
                                    + files.getFirst()
                                    + " and "
                                    + files.get(1)
                                    + ". Keep one of them."));
                }
            }
        }
    }

    private void sayIfNothingIsKept() {
        if (broker.persistencePlugin
                && !broker.persistent
                && broker.databaseFile == null
                && broker.persistenceLocation == null) {
            notices.add(new Problem(
                    file,
                    0,
                    "the persist_sqlite plugin has neither plugin_opt_db_file nor"
                            + " persistence_location, so nothing is kept, as with mosquitto."));
        }
    }

    /** The files that decide about the clients of a listener: one, or none, or too many. */
    private List<Path> files(Listener listener, Plugin.Kind kind) {
        Security option = perListenerSettings ? listener.security : global;
        Set<Path> files = new LinkedHashSet<>();
        Path written = kind == Plugin.Kind.ACL_FILE ? option.aclFile : option.passwordFile;
        if (written != null) {
            files.add(written);
        }
        for (Security security : List.of(listener.security, global)) {
            for (Plugin each : security.plugins) {
                if (each.kind == kind && each.file != null) {
                    files.add(each.file);
                }
            }
        }
        return List.copyOf(files);
    }

    private @Nullable Path fileOf(Listener listener, Plugin.Kind kind) {
        List<Path> files = files(listener, kind);
        return files.isEmpty() ? null : files.getFirst();
    }

    void port(int port) {
        if (portSeen) {
            notice("port stands here a second time; only the last one counts.");
        }
        portSeen = true;
        portAsked = true;
        defaultListener().builder.port = port;
    }

    static Path path(String text) throws Directive.BadValue {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new Directive.BadValue("\""
                    + text
                    + "\" is no file name in this locale. Start Canary with"
                    + " LC_ALL=C.UTF-8.");
        }
    }

    void logType(String word) throws Directive.BadValue {
        if (!logTypeSeen) {
            logTypeSeen = true;
            broker.log.types = EnumSet.noneOf(LogType.class);
        }
        switch (word) {
            case "none" -> broker.log.types = EnumSet.noneOf(LogType.class);
            case "all" -> broker.log.types = EnumSet.allOf(LogType.class);
            default -> broker.log.types.add(logTypeOf(word));
        }
    }

    private static LogType logTypeOf(String word) throws Directive.BadValue {
        for (LogType type : LogType.values()) {
            if (type.word().equals(word)) {
                return type;
            }
        }
        throw new Directive.BadValue("log_type cannot be \"" + word + "\".");
    }

    void logDest(List<String> words, String rest) throws Directive.BadValue {
        LogConfig.Builder log = broker.log;
        if (!logDestSeen) {
            logDestSeen = true;
            log.toStderr = false;
        }
        switch (words.getFirst()) {
            case "none" -> {
                log.toStdout = false;
                log.toStderr = false;
                log.toTopic = false;
                log.toSyslog = false;
                log.file = null;
            }
            case "stdout" -> log.toStdout = true;
            case "stderr" -> log.toStderr = true;
            case "file" -> logFile(rest);
            case "topic" -> log.toTopic = true;
            case "syslog" -> log.toSyslog = true;
            case "dlt", "android" ->
                throw new Directive.BadValue("log_dest "
                        + words.getFirst()
                        + " is not supported: it belongs to car and telephone systems."
                        + " Use log_dest stderr or file.");
            default ->
                throw new Directive.BadValue("log_dest cannot be \"" + words.getFirst() + "\".");
        }
    }

    private void logFile(String rest) throws Directive.BadValue {
        if (broker.log.file != null) {
            throw new Directive.BadValue("there can be only one log_dest file.");
        }
        // As mosquitto, the name keeps the blanks at its end.
        String name =
                rest.substring(rest.indexOf("file") + "file".length()).replaceFirst("^[ \t]+", "");
        if (name.isEmpty()) {
            throw new Directive.BadValue("log_dest file without a file name.");
        }
        if (name.endsWith(" ") || name.endsWith("\t")) {
            notice("the blanks at the end of the line are part of the log file's name.");
        }
        broker.log.file = path(name);
    }

    /**
     * @param ports of the command line, for a file that opens none; 1883 where empty
     */
    BrokerConfig build(List<Integer> ports) {
        if (!portAsked) {
            // Options of a listener do not open one: mosquitto since 2.1.
            listeners.clear();
            broker.localOnly = true;
            for (int port : ports.isEmpty() ? List.of(BrokerConfig.DEFAULT_PORT) : ports) {
                for (String host : List.of("127.0.0.1", "::1")) {
                    Listener listener = new Listener();
                    listener.builder.port = port;
                    listener.builder.host = host;
                    listeners.add(listener);
                }
            }
        }
        broker.listeners = listeners.stream().map(this::resolve).toList();
        return broker.build();
    }

    private ListenerConfig resolve(Listener listener) {
        ListenerConfig.Builder builder = listener.builder;
        Security own = listener.security;
        Security files = perListenerSettings ? own : global;
        builder.allowAnonymous =
                firstOf(own.allowAnonymous, global.allowAnonymous, broker.localOnly);
        builder.allowZeroLengthClientId = firstOf(files.allowZeroLengthClientId, null, true);
        builder.autoIdPrefix = firstOf(own.autoIdPrefix, global.autoIdPrefix, "auto-");
        builder.passwordFile = fileOf(listener, Plugin.Kind.PASSWORD_FILE);
        builder.aclFile = fileOf(listener, Plugin.Kind.ACL_FILE);
        return builder.build();
    }

    private static <T> T firstOf(@Nullable T first, @Nullable T second, T last) {
        return first != null ? first : second != null ? second : last;
    }
}
