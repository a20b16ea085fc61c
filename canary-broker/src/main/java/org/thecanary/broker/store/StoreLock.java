// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second broker from a store, also while there is none yet: that is made when there is something to keep.
 *
 * <p>Owner: confined to its creator.
 */
final class StoreLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private final Path file;
    private @Nullable FileChannel held;

    /**
     * @param folder of the store; the lock is a file beside it
     */
    StoreLock(Path folder) {
        file = folder.resolveSibling(folder.getFileName() + ".lock");
    }

    /**
     * Takes the place, or logs that nothing can be kept there.
     *
     * @throws IOException with a sentence, if another broker has it
     */
    void take() throws IOException {
        FileChannel channel;
        try {
            StoreFolder.createFolders(file.resolveSibling(""));
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            LOG.error(
                    "{}: cannot be written. Nothing is kept until persistence_location can be.",
                    file);
            return;
        }
        if (!isFree(channel)) {
            channel.close();
            throw new IOException(file + ": another broker keeps its messages there."
                    + " End it, or name another persistence_location.");
        }
        held = channel;
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) { // of this process
            return false;
        }
    }

    @Override
    public void close() {
        try (FileChannel _ = held) {
            held = null;
        } catch (IOException e) {
            LOG.warn("{}: {}", file, e.toString());
        }
    }
}
