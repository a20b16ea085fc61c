// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

/** A payload says nothing that could be kept. The message is the reason, as "it is …". */
public final class MalformedPayload extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedPayload(String reason) {
        super(reason, null, false, false);
    }
}
