// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

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
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folder of a store: made for its owner alone, of a format we know, and set aside where it is damaged.
 *
 * <p>Owner: confined to its creator.
 */
final class StoreFolder {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");
    private static final byte[] FORMAT_KEY = Schema.metaKey("format");

    private final Path folder;
    private final Engine.Factory engines;
    private final Consumer<String> losses;

    /**
     * @param losses told, in a sentence each, what was lost
     */
    StoreFolder(Path folder, Engine.Factory engines, Consumer<String> losses) {
        this.folder = folder;
        this.engines = engines;
        this.losses = losses;
    }

    /** Opens the engine; one that is damaged is moved away, and a new one begun with what can be read of it. */
    Engine open() throws IOException {
        if (!Files.isDirectory(folder)) {
            create();
        }
        try {
            if (lacksItsBeginning()) {
                throw new Engine.DamagedException("CURRENT is missing", new IOException());
            }
            keepWhatALogLoses();
            return checked(engines.open(folder));
        } catch (Engine.DamagedException e) {
            return setAside(e);
        }
    }

    private void create() throws IOException {
        createFolders(folder);
    }

    /** Makes those that are missing, for their owner alone. */
    static void createFolders(Path folder) throws IOException {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    /** What is behind a damaged place in a log will not be read, and then the log is deleted. */
    private void keepWhatALogLoses() throws IOException {
        WriteAheadLog.Damage damage = WriteAheadLog.find(folder);
        if (damage == null) {
            return;
        }
        Path aside = aside();
        createFolders(aside);
        for (Path log : WriteAheadLog.logs(folder)) {
            Files.copy(log, aside.resolve(log.getFileName()));
        }
        losses.accept(folder + ": damaged (" + damage.place() + "). The last " + damage.entries()
                + " changes are lost, among them: " + damage.losses()
                + ". The logs they stand in are kept as " + aside + ".");
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
            if (checkFormat(engine) != Schema.FORMAT) {
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

    /** The format that is written there, one that we know; 0 where nothing is. */
    long checkFormat(Engine engine) throws IOException {
        byte[] written = engine.get(FORMAT_KEY);
        long format = written == null ? 0 : new RecordReader(written).u32();
        if (format > Schema.FORMAT) {
            throw new IOException(folder + " was written by a newer Canary (format "
                    + format + ", and this one knows "
                    + Schema.FORMAT
                    + "). Start that version, or name another persistence_location.");
        }
        return format;
    }

    /** Moves away what is damaged, and opens a new one with what can be read of it. */
    Engine setAside(Engine.DamagedException damage) throws IOException {
        Path aside = aside();
        Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
        create();
        Engine fresh = checked(engines.open(folder));
        String lost = new Salvage(aside, fresh).run();
        losses.accept(
                folder + ": damaged (" + damage.getMessage() + "). It is kept as " + aside + ", "
                        + bytes(aside) + " bytes; what could be read of it was taken over: "
                        + new Recovery(fresh).report().words() + ". " + lost);
        return fresh;
    }

    private Path aside() {
        String when = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS")
                .format(LocalDateTime.now(ZoneId.systemDefault()));
        return folder.resolveSibling(folder.getFileName() + ".damaged-" + when);
    }

    /** Bytes of the files in a folder. */
    static long bytes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            return 0;
        }
    }
}
