// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/** An ordered map of bytes to bytes on disk, all the {@link Store} asks of a library. Any thread, but one writer. */
interface Engine extends AutoCloseable {

    /**
     * Writes all of it or nothing.
     *
     * @param sync whether it is on disk when this returns
     * @throws IOException if it could not be written; whether it was is then open
     */
    void write(Writes writes, boolean sync) throws IOException;

    /** Has the disk hold what was written so far. */
    void sync() throws IOException;

    byte @Nullable [] get(byte[] key) throws IOException;

    /** Walks through keys in order, as they were when it was made. */
    Cursor cursor() throws IOException;

    /** A copy that can be opened on its own, in a folder that does not exist yet. */
    void copyTo(Path folder) throws IOException;

    /** About how many entries there are. */
    long entries();

    /** Bytes on disk. */
    long bytes();

    @Override
    void close();

    /** A place among the keys. Owner: confined to its creator. */
    interface Cursor extends AutoCloseable {
        /** Goes to the first key that is not below this one. */
        void seek(byte[] key);

        /** Goes to the last key that is not above this one. */
        void seekBack(byte[] key);

        boolean isValid();

        void next();

        void previous();

        byte[] key();

        byte[] value();

        /**
         * To be asked when the walk has ended.
         *
         * @throws IOException if the walk ended because something could not be read
         */
        void check() throws IOException;

        @Override
        void close();
    }

    /** Opens the engine of a folder, making it if it does not exist. */
    interface Factory {
        Engine open(Path folder) throws IOException;
    }

    /** What is on disk contradicts itself. */
    final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
