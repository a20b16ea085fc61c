// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads configurations written in a test; messages call the file {@code my.conf}. */
final class Conf {
    private Conf() {}

    static ConfigLoader.Loaded load(String text, Integer... ports) throws Exception {
        Path directory = Files.createTempDirectory("conf");
        try {
            Path file = Files.writeString(directory.resolve("my.conf"), text);
            return ConfigLoader.load(file, List.of(ports));
        } finally {
            Files.deleteIfExists(directory.resolve("my.conf"));
            Files.delete(directory);
        }
    }

    /** The problems of a text, with {@code FILE} for the file's name. */
    static List<String> problems(String text) throws Exception {
        try {
            load(text);
            return List.of();
        } catch (ConfigException e) {
            return e.problems().stream()
                    .map(p -> "FILE:" + p.line() + ": " + p.text())
                    .toList();
        }
    }

    static List<String> notices(String text) throws Exception {
        return load(text).notices().stream()
                .map(p -> "FILE:" + p.line() + ": " + p.text())
                .toList();
    }
}
