// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.TlsConfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The TLS of one listener, as its files were when they were last read.
 *
 * <p>Any thread.
 */
public final class ListenerTls {
    private volatile TlsConfig config;
    private volatile TlsContext context;
    private final Expiry expiry = new Expiry();

    /**
     * Reads the files. Blocks: never on a loop.
     *
     * @throws TlsException with the problems of all files
     */
    public ListenerTls(TlsConfig config) throws TlsException {
        this.config = config;
        this.context = TlsContext.load(config);
    }

    /**
     * Reads the files of all listeners, in their order; empty for those without TLS. Blocks: never on a loop.
     *
     * @throws TlsException with the problems of all files of all listeners
     */
    public static List<Optional<ListenerTls>> readAll(List<ListenerConfig> listeners)
            throws TlsException {
        List<Optional<ListenerTls>> all = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (ListenerConfig listener : listeners) {
            try {
                TlsConfig tls = listener.tls();
                all.add(tls == null ? Optional.empty() : Optional.of(new ListenerTls(tls)));
            } catch (TlsException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new TlsException(problems.stream().distinct().toList());
        }
        return all;
    }

    /** What new connections get. */
    public TlsContext context() {
        return context;
    }

    /** Which files were read. */
    public TlsConfig config() {
        return config;
    }

    /**
     * Reads the files again, perhaps others. Blocks: never on a loop.
     *
     * @return what makes it so for the connections to come
     * @throws TlsException with the problems of all files; then all stays as it is
     */
    public Runnable reload(TlsConfig newConfig) throws TlsException {
        TlsContext next = TlsContext.load(newConfig);
        return () -> {
            config = newConfig;
            context = next;
        };
    }

    /** Tells of what ends soon, or has ended, once for each of 30, 7 and 1 days ahead. */
    public void remind(Instant now, Consumer<String> warn) {
        expiry.remind(context.files(), config, now, warn);
    }

    /** The files and folders that a reload reads. */
    public List<Path> files() {
        TlsConfig read = config;
        List<Path> files = new ArrayList<>();
        Stream.of(read.certFile(), read.keyFile(), read.caFile(), read.caPath(), read.crlFile())
                .filter(Objects::nonNull)
                .forEach(files::add);
        Path folder = read.caPath();
        if (folder != null) {
            try (Stream<Path> inFolder = Files.list(folder)) {
                inFolder.forEach(files::add);
            } catch (IOException e) {
                // the reload will say so
            }
        }
        return files;
    }
}
