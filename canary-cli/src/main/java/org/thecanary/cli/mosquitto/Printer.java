// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Standard output on a thread of its own, so that a slow reader of it does not stop the client's event loop. What is
 * printed while the thread writes is written together next.
 *
 * <p>Any thread.
 */
final class Printer implements AutoCloseable {
    private static final int INITIAL_BYTES = 64 * 1024;

    /** Above it the source of it all should pause. */
    private static final int MANY_BYTES = 8 * 1024 * 1024;

    /** Told from any thread. */
    interface Listener {
        /** Much is waiting to be written. */
        void pause();

        /** It is written. */
        void resume();

        /** Nobody reads any more. */
        void broken();
    }

    private final OutputStream out;
    private final Listener listener;
    private final Thread thread;

    // guarded by this
    private byte[] waiting = new byte[INITIAL_BYTES];
    private int length;
    private boolean paused;
    private boolean broken;
    private boolean closing;

    // the thread's alone
    private byte[] writing = new byte[INITIAL_BYTES];

    Printer(OutputStream out, Listener listener) {
        this.out = out;
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("stdout").start(this::write);
    }

    void print(byte[] bytes, int count) {
        boolean pause;
        synchronized (this) {
            if (broken) {
                return;
            }
            if (waiting.length - length < count) {
                waiting = Arrays.copyOf(waiting, Math.max(2 * waiting.length, length + count));
            }
            System.arraycopy(bytes, 0, waiting, length, count);
            length += count;
            pause = !paused && length > MANY_BYTES;
            paused |= pause;
            notifyAll();
        }
        if (pause) {
            listener.pause();
        }
    }

    /** Prints a byte string and a line break. */
    void line(String bytes) {
        byte[] array = Bytes.toArray(bytes + "\n");
        print(array, array.length);
    }

    private void write() {
        try {
            for (int count = take(); count > 0; count = take()) {
                out.write(writing, 0, count);
                out.flush();
            }
        } catch (IOException _) { // a pipe that was closed: what head does
            synchronized (this) {
                broken = true;
            }
            listener.broken();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many bytes are to be written now; 0: there will be no more. */
    private int take() throws InterruptedException {
        boolean resume;
        int count;
        synchronized (this) {
            while (length == 0 && !closing) {
                wait();
            }
            byte[] full = waiting;
            waiting = writing.length > MANY_BYTES ? new byte[INITIAL_BYTES] : writing;
            writing = full;
            count = length;
            length = 0;
            resume = paused;
            paused = false;
        }
        if (resume) {
            listener.resume();
        }
        return count;
    }

    /** Returns when all is written, or cannot be. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
