// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Initializes the classes that the training of the AOT cache had initialized, those of a list the launcher has kept.
 *
 * <p>The cache holds which calls a method makes (JEP 515), so that the second compiler need not wait until they are counted
 * again. But it does wait for every class it met in the training: while a broker has seen no SUBSCRIBE, the method that
 * reads packets stays slow, for 50,000 calls at most. One class costs some microseconds, since it is in the cache.
 */
final class TrainedClasses {
    /** The system property that says where the list is: a class name with slashes in each line. */
    static final String LIST = "canary.classes";

    private TrainedClasses() {}

    /** Initializes them on this thread, if there is a list. What cannot be initialized is left to who needs it. */
    static void initialize() {
        for (String line : lines(System.getProperty(LIST))) {
            try {
                Class.forName(line.replace('/', '.'), true, TrainedClasses.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                // a list of other jars
            }
        }
    }

    private static List<String> lines(@Nullable String file) {
        try {
            return file == null ? List.of() : Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
