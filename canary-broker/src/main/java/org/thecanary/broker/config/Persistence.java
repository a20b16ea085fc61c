// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import java.nio.file.Path;

/**
 * Where sessions and Retained Messages are kept over a restart.
 *
 * @param folder made when there is something to keep: {@code persistence_location}, and in it the name of
 *     {@code persistence_file} with {@code .store} instead of its ending
 * @param sync whether an answer waits until the disk has what it promises; if not, the operating system having it is
 *     enough, which outlives a crash of the program and not one of the machine
 */
public record Persistence(Path folder, boolean sync) {
    static final String FILE = "mosquitto.db";

    /** The folder of a {@code persistence_file} in a {@code persistence_location}. */
    public static Path folder(Path location, String file) {
        String base = file.endsWith(".db") ? file.substring(0, file.length() - 3) : file;
        return location.resolve(base + ".store").toAbsolutePath().normalize();
    }
}
