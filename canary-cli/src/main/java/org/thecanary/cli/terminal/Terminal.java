// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.terminal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A stream to a terminal whose last line can be rewritten: what is printed goes above it.
 *
 * <p>Any thread.
 */
public final class Terminal extends OutputStream {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    /** A line that does not wrap on any terminal people use; one that wraps cannot be rewritten. */
    private static final int WIDTH = 78;

    private final PrintStream screen;
    private String live = "";
    private boolean shown;

    private Terminal(PrintStream screen) {
        this.screen = screen;
    }

    /** Whether what is printed is seen by a person at once, and kept by nobody. */
    public static boolean isInteractive() {
        return isTerminal(STDOUT) && isTerminal(STDERR);
    }

    public static boolean stdoutIsTerminal() {
        return isTerminal(STDOUT);
    }

    public static boolean stderrIsTerminal() {
        return isTerminal(STDERR);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/")
                    || device.startsWith("/dev/tty")
                    || device.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes stderr over, where it is a terminal that can do it; null: it is none. */
    public static @Nullable Terminal overStderr() {
        String kind = Objects.requireNonNullElse(System.getenv("TERM"), "dumb");
        if (!isTerminal(STDERR) || kind.equals("dumb")) {
            return null;
        }
        Terminal terminal = new Terminal(System.err);
        System.setErr(new PrintStream(terminal, true, StandardCharsets.UTF_8));
        return terminal;
    }

    /** Writes the last line anew; empty removes it. */
    public synchronized void show(String line) {
        live = line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line;
        erase();
        draw();
    }

    private void erase() {
        if (shown) {
            screen.print("\r\u001b[K");
            shown = false;
        }
    }

    private void draw() {
        if (!live.isEmpty()) {
            screen.print(live);
            shown = true;
        }
        screen.flush();
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        if (length > 0) {
            erase();
            screen.write(bytes, offset, length);
            if (bytes[offset + length - 1] == '\n') {
                draw();
            }
        }
    }

    @Override
    public void flush() {
        screen.flush();
    }
}
