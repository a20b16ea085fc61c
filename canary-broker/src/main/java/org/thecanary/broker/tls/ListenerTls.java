// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.TlsConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The TLS of one listener, as its files were when they were last read.
 *
 * <p>Any thread.
 */
public final class ListenerTls {
    private volatile TlsConfig config;
    private volatile TlsContext context;

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
     * Reads the files again, perhaps others, for the connections to come. Blocks: never on a loop.
     *
     * @throws TlsException with the problems of all files; then all stays as it is
     */
    public synchronized void reload(TlsConfig newConfig) throws TlsException {
        context = TlsContext.load(newConfig);
        config = newConfig;
    }
}
