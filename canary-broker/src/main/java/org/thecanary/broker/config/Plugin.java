// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.Directive.BadValue;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A plugin that a configuration names. Canary loads none: what mosquitto's own plugins for password and ACL files do it
 * does itself, and what the one for SQLite does it needs not. All others are refused, since without them other clients
 * would come in.
 *
 * <p>Owner: confined to the draft it belongs to.
 */
final class Plugin {
    /** The plugins that are known, by the name of their shared object. */
    enum Kind {
        PASSWORD_FILE("mosquitto_password_file", "password_file"),
        ACL_FILE("mosquitto_acl_file", "acl_file"),
        PERSIST_SQLITE("mosquitto_persist_sqlite", null);

        private final String library;
        private final @Nullable String fileOption;

        Kind(String library, @Nullable String fileOption) {
            this.library = library;
            this.fileOption = fileOption;
        }
    }

    final Kind kind;
    final String at;
    final int line;

    /** The file it works on; null until its option was read. */
    @Nullable
    Path file;

    private Plugin(Kind kind, String at, int line) {
        this.kind = kind;
        this.at = at;
        this.line = line;
    }

    /** The plugin of a shared object. */
    static Plugin of(String option, String path, String at, int line) throws BadValue {
        String name = path.substring(path.lastIndexOf('/') + 1);
        for (Kind kind : Kind.values()) {
            if (name.equals(kind.library + ".so") || name.equals(kind.library)) {
                return new Plugin(kind, at, line);
            }
        }
        if (name.startsWith("mosquitto_dynamic_security")) {
            throw new BadValue(option
                    + " "
                    + path
                    + " is not supported yet: dynamic security comes later. Use password_file and"
                    + " acl_file.");
        }
        throw new BadValue(option
                + " "
                + path
                + " is not supported: Canary cannot load shared objects, and without this one it"
                + " would let in others than mosquitto. Use password_file and acl_file.");
    }

    /** An option of it, {@code plugin_opt_NAME VALUE}. */
    void option(Draft draft, String option, String value) throws BadValue {
        String name = option.substring(option.indexOf("opt_") + "opt_".length());
        if (name.equals(kind.fileOption)) {
            file = Draft.path(value);
        } else if (kind == Kind.PERSIST_SQLITE) {
            persistence(draft, option, name, value);
        } else {
            throw new BadValue(option + " is no option of the " + kind.fileOption + " plugin"
                    + ", which has one:  plugin_opt_" + kind.fileOption + " FILE");
        }
    }

    private static void persistence(Draft draft, String option, String name, String value)
            throws BadValue {
        switch (name) {
            case "db_file" -> draft.broker.databaseFile = Draft.path(value);
            case "sync" ->
                draft.broker.persistenceSync = switch (value.toLowerCase(Locale.ROOT)) {
                    case "extra", "full", "normal" -> true;
                    case "off" -> false;
                    default ->
                        throw new BadValue(option
                                + " is extra, full, normal or off, and not \""
                                + value
                                + "\".");
                };
            case "flush_period" -> {
                if (CNumber.parse(option, value, 0, Integer.MAX_VALUE) != 0) {
                    draft.notice(option + " has no effect: Canary writes every change at once.");
                }
            }
            case "page_size" ->
                draft.notice(option + " has no effect: Canary's own store has no pages.");
            default ->
                throw new BadValue(option
                        + " is no option of the persist_sqlite plugin, which has these: "
                        + " plugin_opt_db_file, plugin_opt_sync, plugin_opt_flush_period and"
                        + " plugin_opt_page_size.");
        }
    }

    /** What is wrong with it when all files are read; null for nothing. */
    @Nullable
    Problem problem() {
        return kind.fileOption == null || file != null
                ? null
                : new Problem(
                        at,
                        line,
                        "the plugin has no file. Write below it:  plugin_opt_" + kind.fileOption
                                + " FILE");
    }
}
