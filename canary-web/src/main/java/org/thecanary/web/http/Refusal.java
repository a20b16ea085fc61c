// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

/** A request is answered with an error and a sentence for a person. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * A refusal.
     *
     * @param status of HTTP, 400 to 599
     * @param sentence what is wrong and what to do
     */
    public Refusal(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
