// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Asks for a secret. On a terminal it is not shown while it is typed. Without one it is a line of standard input, where a
 * second line, if there is one, has to say the same: so a script may pipe it once, or twice as for mosquitto_passwd.
 *
 * <p>Owner: confined to its creator.
 */
final class SecretPrompt {
    private static final int MAX_BYTES = 65_535;

    private final InputStream in;
    private final PrintStream err;
    private final @Nullable Console console;

    /** @param console null when standard input and output are no terminal */
    SecretPrompt(InputStream in, PrintStream err, @Nullable Console console) {
        this.in = in;
        this.err = err;
        this.console = console;
    }

    /** The one for this process. */
    static SecretPrompt ofProcess() {
        return new SecretPrompt(System.in, System.err, terminal());
    }

    /** The terminal; null when standard input or output is none. */
    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again
    static @Nullable Console terminal() {
        var console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    /** What a second question may lead to. */
    static final class MismatchException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Asks twice.
     *
     * @return UTF-8; empty when nothing was given
     */
    byte[] askTwice(String first, String second) throws IOException, MismatchException {
        if (!interactive()) {
            var secret = line();
            var again = line();
            if (again.isPresent() && !Arrays.equals(secret.orElseThrow(), again.get())) {
                throw new MismatchException();
            }
            return secret.orElse(new byte[0]);
        }
        var secret = ask(first);
        if (secret.length > 0 && !Arrays.equals(secret, ask(second))) {
            throw new MismatchException();
        }
        return secret;
    }

    /** Asks once; UTF-8, empty when nothing was given. */
    byte[] askOnce(String question) throws IOException {
        return interactive() ? ask(question) : line().orElse(new byte[0]);
    }

    private boolean interactive() {
        return console != null || terminalIn();
    }

    private byte[] ask(String question) throws IOException {
        if (console != null) {
            char[] typed = console.readPassword("%s", question);
            return typed == null ? new byte[0] : utf8(typed);
        }
        // Standard output goes elsewhere, as in `canary passwd -c - user > file`, so the JDK has no
        // console.
        stty("-echo");
        var shown = new Thread(() -> stty("echo"));
        Runtime.getRuntime().addShutdownHook(shown);
        try {
            err.print(question);
            err.flush();
            return line().orElse(new byte[0]);
        } finally {
            err.println();
            stty("echo");
            Runtime.getRuntime().removeShutdownHook(shown);
        }
    }

    private boolean terminalIn() {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException _) {
            return false;
        }
    }

    private static void stty(String mode) {
        try {
            new ProcessBuilder("stty", mode)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException _) {
            // Without stty the secret is shown while it is typed; it is still taken.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The bytes of a line without its end, LF or CR LF; empty at the end of the input. */
    private Optional<byte[]> line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return Optional.empty();
        }
        while (next >= 0 && next != '\n' && bytes.size() <= MAX_BYTES) {
            bytes.write(next);
            next = in.read();
        }
        var line = bytes.toByteArray();
        boolean crLf = line.length > 0 && line[line.length - 1] == '\r';
        return Optional.of(crLf ? Arrays.copyOf(line, line.length - 1) : line);
    }

    private static byte[] utf8(char[] text) {
        var buffer = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        Arrays.fill(text, '\0');
        return bytes;
    }

    /** The characters of a secret, for what takes no bytes. */
    static char[] characters(byte[] utf8) throws CharacterCodingException {
        var buffer = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        var characters = new char[buffer.remaining()];
        buffer.get(characters);
        return characters;
    }
}
