// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.broker.config.FileState;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs a task when a file has changed, been replaced or come into being, once the changes have stopped for a moment.
 *
 * <p>A folder may be among them: it changes when files come and go. It is the folders that are watched: an editor writes a new file and renames it, and Kubernetes swaps a symbolic link
 * beside it. Any thread.
 */
final class FileWatch implements AutoCloseable {
    /** How long nothing must change, so that half a file is not read. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private final WatchService service = FileSystems.getDefault().newWatchService();
    private final Runnable task;
    private final Set<Path> folders = new HashSet<>();
    private volatile Set<Path> files = Set.of();
    private volatile Set<FileState> seen = Set.of();

    /** Watches nothing yet. */
    FileWatch(Runnable task) throws IOException {
        this.task = task;
        Thread.ofVirtual().name("file-watch").start(this::run);
    }

    /** Watches these files from now on, and no others. */
    synchronized void follow(List<Path> now) throws IOException {
        Set<Path> absolute = new HashSet<>();
        for (Path file : now) {
            Path path = file.toAbsolutePath().normalize();
            absolute.add(path);
            Path folder = Files.isDirectory(path) ? path : path.getParent();
            if (folder != null && folders.add(folder)) {
                folder.register(
                        service,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
            }
        }
        files = Set.copyOf(absolute);
        seen = FileState.of(files);
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                while (key != null) {
                    key.pollEvents();
                    key.reset();
                    key = service.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
                }
                Set<FileState> now = FileState.of(files);
                if (!now.equals(seen)) {
                    seen = now;
                    task.run();
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
