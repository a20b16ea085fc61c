// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

/**
 * One thing to tell the operator about a file: what is wrong or surprising, and what to do about it.
 *
 * @param file as the operator wrote it
 * @param line from 1; 0 where it concerns the whole file
 * @param text one sentence or more; further lines are indented already
 */
public record Problem(String file, int line, String text) {
    /** {@code file:line: text}, as compilers write it and editors understand. */
    @Override
    public String toString() {
        return line == 0 ? file + ": " + text : file + ":" + line + ": " + text;
    }
}
