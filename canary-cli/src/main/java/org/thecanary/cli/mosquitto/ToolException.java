// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

/** The tool ends with this exit code, having said this; the message may be empty: all has been said. */
final class ToolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    ToolException(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
