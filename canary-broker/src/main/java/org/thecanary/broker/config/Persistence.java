// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import java.nio.file.Path;

/**
 * Where sessions and Retained Messages are kept over a restart.
 *
 * @param folder made when there is something to keep: {@code persistence_location}, and in it the name of
 *     {@code persistence_file} with {@code .store} instead of its ending; or that of {@code plugin_opt_db_file}
 * @param sync whether an answer waits until the disk has what it promises; if not, the operating system having it is
 *     enough, which outlives a crash of the program and not one of the machine
 */
public record Persistence(Path folder, boolean sync) {
    static final String FILE = "mosquitto.db";

    /** The folder of a {@code persistence_file} in a {@code persistence_location}. */
    public static Path folder(Path location, String file) {
        return folder(location.resolve(file));
    }

    /** The folder instead of a database. */
    static Path folder(Path database) {
        String file = String.valueOf(database.getFileName());
        String base = file.replaceFirst("\\.(db|sqlite3?)$", "");
        return database.resolveSibling(base + ".store").toAbsolutePath().normalize();
    }
}
