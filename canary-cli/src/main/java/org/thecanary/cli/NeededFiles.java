// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.TlsConfig;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a broker has to read and to write as long as it runs, its reloads included.
 *
 * <p>Immutable; any thread.
 */
final class NeededFiles {
    private final List<Path> read;
    private final List<Path> written;

    private NeededFiles(List<Path> read, List<Path> written) {
        this.read = List.copyOf(read);
        this.written = List.copyOf(written);
    }

    /** The program's own: the JDK and the jars. */
    static NeededFiles ofTheProgram() {
        List<Path> read = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .forEach(read::add);
        return new NeededFiles(read, List.of());
    }

    /**
     * Those that a configuration names and that are there; of what is not, the start will say so.
     *
     * @param files it was read from
     */
    static NeededFiles of(BrokerConfig config, List<Path> files) {
        List<@Nullable Path> read = new ArrayList<>(files);
        List<@Nullable Path> written = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            read.add(listener.passwordFile());
            read.add(listener.aclFile());
            TlsConfig tls = listener.tls();
            if (tls != null) {
                read.addAll(Arrays.asList(
                        tls.certFile(), tls.keyFile(), tls.caFile(), tls.caPath(), tls.crlFile()));
            }
            if (listener.unixPath() != null) {
                written.add(listener.unixPath().toAbsolutePath().getParent());
            }
        }
        written.add(config.log().file());
        written.add(config.pidFile());
        if (config.persistence() != null) {
            written.addAll(withContents(config.persistence().folder()));
        }
        return new NeededFiles(
                read.stream().filter(Objects::nonNull).filter(Files::exists).toList(),
                written.stream()
                        .filter(Objects::nonNull)
                        .map(NeededFiles::nearest)
                        .toList());
    }

    /** The file, or the folder that it or its folder would be made in. */
    private static Path nearest(Path file) {
        Path there = file.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    private static List<Path> withContents(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.toList();
        } catch (IOException e) {
            return List.of(folder); // which is made later
        }
    }

    /** What whoever runs this may not do with them, such as {@code write /var/log/x}; null where nothing is in the way. */
    @Nullable
    String obstacle() {
        for (Path file : read) {
            if (!Files.isReadable(file)) {
                return "read " + file;
            }
        }
        for (Path file : written) {
            if (!Files.isWritable(file)) {
                return "write " + file;
            }
        }
        return null;
    }
}
