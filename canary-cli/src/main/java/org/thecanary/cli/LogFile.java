// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Lines on their way to a file. Where the disk is full they wait here, as many as fit, and go on at the byte where they
 * stopped: no line is torn, or written twice.
 *
 * <p>Confined to its sink's thread.
 */
final class LogFile implements LogSink.Target {
    private static final int SIZE = 8192;

    private final WritableByteChannel file;
    private ByteBuffer waiting = ByteBuffer.allocate(SIZE);

    /** @param file closed with this */
    LogFile(WritableByteChannel file) {
        this.file = file;
    }

    /** @throws IOException if there is no room for the line, which is lost then */
    @Override
    public void write(LogSink.Line line) throws IOException {
        byte[] bytes = (line.text() + "\n").getBytes(UTF_8);
        if (bytes.length > waiting.remaining()) {
            flush();
        }
        if (bytes.length > waiting.remaining()) {
            waiting = ByteBuffer.allocate(bytes.length);
        }
        waiting.put(bytes);
    }

    @Override
    public void flush() throws IOException {
        waiting.flip();
        try {
            while (waiting.hasRemaining()) {
                var _ = file.write(waiting);
            }
        } finally {
            waiting.compact();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
        } finally {
            file.close();
        }
    }
}
