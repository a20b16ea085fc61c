// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

/**
 * A text that is no password hash of a kind we know. The message says why, without quoting the
 * text: it may be someone's password. It is a clause, to be put behind a file, a line and a user.
 */
public class InvalidHashException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidHashException(String reason) {
        super(reason);
    }

    /** A text that mosquitto takes for a hash, and that no password fits or that costs too much to try. */
    static final class Unusable extends InvalidHashException {
        private static final long serialVersionUID = 1L;

        Unusable(String reason) {
            super(reason);
        }
    }
}
