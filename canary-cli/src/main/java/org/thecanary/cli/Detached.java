// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

/**
 * A broker in the background, {@code -d}. The launcher has taken it out of the terminal's session and reads its output
 * until it says that it listens, then leaves.
 */
final class Detached {
    /** Set by the launcher, to the line it waits for. */
    private static final String LINE = "canary.detached";

    private Detached() {}

    static boolean isDetached() {
        return System.getProperty(LINE) != null;
    }

    /** Lets the launcher go. */
    static void ready() {
        System.out.println(System.getProperty(LINE));
        System.out.flush();
    }
}
