// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder of a store: made for its owner alone, of a format we know, and set aside where it is damaged.
 *
 * <p>Owner: confined to its creator.
 */
final class StoreFolder {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");
    private static final byte[] FORMAT_KEY = Schema.metaKey("format");

    private final Path folder;
    private final Engine.Factory engines;

    StoreFolder(Path folder, Engine.Factory engines) {
        this.folder = folder;
        this.engines = engines;
    }

    /** Opens the engine; one that is damaged is moved away, and a new one begun. */
    Engine open() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        try {
            if (lacksItsBeginning()) {
                throw new Engine.DamagedException("CURRENT is missing", new IOException());
            }
            return checked(engines.open(folder));
        } catch (Engine.DamagedException e) {
            setAside(e);
            return checked(engines.open(folder));
        }
    }

    /** Whether there is something kept without the file that says where it begins; the library would begin anew. */
    private boolean lacksItsBeginning() throws IOException {
        if (Files.exists(folder.resolve("CURRENT"))) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(
                    file -> file.toString().endsWith(".sst") || file.toString().endsWith(".log"));
        }
    }

    private Engine checked(Engine engine) throws IOException {
        try {
            if (!checkFormat(engine)) {
                Writes first = new Writes();
                first.put(FORMAT_KEY, new RecordWriter().u32(Schema.FORMAT).toBytes());
                engine.write(first, true);
            }
            return engine;
        } catch (IOException e) {
            engine.close();
            throw e;
        }
    }

    /** Whether a format is written there, one that we know. */
    boolean checkFormat(Engine engine) throws IOException {
        byte[] format = engine.get(FORMAT_KEY);
        if (format != null && new RecordReader(format).u32() > Schema.FORMAT) {
            throw new IOException(folder + " was written by a newer Canary (format "
                    + new RecordReader(format).u32() + ", and this one knows "
                    + Schema.FORMAT
                    + "). Start that version, or name another persistence_location.");
        }
        return format != null;
    }

    /** Moves away what is damaged, and makes room for a new one. */
    void setAside(Engine.DamagedException damage) throws IOException {
        String when = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS")
                .format(LocalDateTime.now(ZoneId.systemDefault()));
        Path aside = folder.resolveSibling(folder.getFileName() + ".damaged-" + when);
        Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
        LOG.error(
                "{}: damaged ({}). It is kept as {}; Canary starts without what it held.",
                folder,
                damage.getMessage(),
                aside);
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }
}
