// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;

/** Keeps the outcome of a request, and fails when there are two. */
final class Outcome<T> implements Reply<T> {
    @Nullable
    T result;

    @Nullable
    ClientException failure;

    boolean isOpen() {
        return result == null && failure == null;
    }

    @Override
    public void done(T value) {
        once();
        result = value;
    }

    @Override
    public void failed(ClientException why) {
        once();
        failure = why;
    }

    private void once() {
        if (!isOpen()) {
            throw new AssertionError("a second outcome");
        }
    }
}
