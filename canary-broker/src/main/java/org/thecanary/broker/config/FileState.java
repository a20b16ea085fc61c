// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file as it is now: unequal to itself once it was changed, replaced, removed, or came into being.
 *
 * @param version when it changed last, its size, and where its links lead
 */
public record FileState(Path file, Object version) {

    /** Asks the file system, which may block. */
    public static FileState of(Path file) {
        try {
            return new FileState(
                    file,
                    List.of(Files.getLastModifiedTime(file), Files.size(file), file.toRealPath()));
        } catch (IOException e) {
            return new FileState(file, "none");
        }
    }

    /** Of each file. */
    public static Set<FileState> of(Collection<Path> files) {
        return files.stream().map(FileState::of).collect(Collectors.toUnmodifiableSet());
    }
}
