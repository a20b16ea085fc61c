// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.Console;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Where the password comes from: {@code -P}, a file, the terminal, or the environment. */
final class Passwords {
    private static final String VARIABLE = "CANARY_PASSWORD";

    private static final String KEY_VARIABLE = "CANARY_KEY_PASSPHRASE";

    private Passwords() {}

    /** The password; null: there is none. */
    static byte @Nullable [] find(Settings settings, Streams streams) throws ToolException {
        if (settings.password != null) {
            return Bytes.toArray(settings.password);
        }
        if (settings.passwordFile != null) {
            return fromFile(Bytes.text(settings.passwordFile));
        }
        if (settings.promptForPassword) {
            return fromTerminal();
        }
        String variable = streams.environment().get(VARIABLE);
        return settings.username != null && variable != null ? variable.getBytes(UTF_8) : null;
    }

    /** The passphrase of a key: from a file, the environment or the terminal; null: there is none. */
    static char @Nullable [] ofKey(Settings settings, Streams streams, Path keyFile) {
        String variable = streams.environment().get(KEY_VARIABLE);
        if (settings.keyPassphraseFile != null) {
            try {
                byte[] secret = fromFile(Bytes.text(settings.keyPassphraseFile));
                return new String(secret, UTF_8).toCharArray();
            } catch (ToolException e) {
                streams.complain(String.valueOf(e.getMessage()));
                return null;
            }
        }
        if (variable != null) {
            return variable.toCharArray();
        }
        Console console = terminal();
        return console == null ? null : console.readPassword("Passphrase of %s: ", keyFile);
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again
    private static @Nullable Console terminal() {
        Console console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    private static byte[] fromFile(String file) throws ToolException {
        try {
            byte[] content = Files.readAllBytes(Path.of(file));
            int end = 0;
            while (end < content.length && content[end] != '\n' && content[end] != '\r') {
                end++;
            }
            return Arrays.copyOf(content, end);
        } catch (IOException _) {
            throw new ToolException(
                    1, "Error: Unable to open password file \"" + Bytes.of(file) + "\".\n");
        }
    }

    private static byte[] fromTerminal() throws ToolException {
        Console console = terminal();
        char[] password = console == null ? null : console.readPassword("Password: ");
        if (password == null) {
            throw new ToolException(
                    1,
                    "Error: --pw-prompt needs a terminal; --pw-file and " + VARIABLE
                            + " do not.\n");
        }
        var bytes = UTF_8.encode(CharBuffer.wrap(password));
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }
}
