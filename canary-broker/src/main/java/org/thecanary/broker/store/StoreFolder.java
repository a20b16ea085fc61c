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
            return checked(engines.open(folder));
        } catch (Engine.DamagedException e) {
            Path aside = setAside();
            LOG.error(
                    "{}: damaged ({}). It is kept as {}; Canary starts without what it held.",
                    folder,
                    e.getMessage(),
                    aside);
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            return checked(engines.open(folder));
        }
    }

    private Engine checked(Engine engine) throws IOException {
        try {
            byte[] format = engine.get(FORMAT_KEY);
            if (format == null) {
                Writes first = new Writes();
                first.put(FORMAT_KEY, new RecordWriter().u32(Schema.FORMAT).toBytes());
                engine.write(first, true);
            } else if (new RecordReader(format).u32() > Schema.FORMAT) {
                throw new IOException(folder + " was written by a newer Canary (format "
                        + new RecordReader(format).u32() + ", and this one knows "
                        + Schema.FORMAT
                        + "). Start that version, or name another persistence_location.");
            }
            return engine;
        } catch (IOException e) {
            engine.close();
            throw e;
        }
    }

    private Path setAside() throws IOException {
        String when = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
                .format(LocalDateTime.now(ZoneId.systemDefault()));
        Path aside = folder.resolveSibling(folder.getFileName() + ".damaged-" + when);
        return Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
    }
}
