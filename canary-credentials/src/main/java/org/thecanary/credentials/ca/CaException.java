// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

/** Something the user can put right; the message is a sentence that says what to do. */
public final class CaException extends Exception {
    private static final long serialVersionUID = 1L;

    public CaException(String sentence) {
        super(sentence);
    }

    CaException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
