// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import java.io.IOException;

/**
 * Where a broker that is Canary tells who is connected and what it denied; another broker has none.
 *
 * <p>Any thread; blocks.
 */
@FunctionalInterface
public interface Administration {
    /** A broker that is not Canary, or runs elsewhere. */
    Administration NONE = _ -> {
        throw new IOException(
                "the broker is not Canary, or runs on another machine or as another user");
    };

    /**
     * What the broker answers to a GET, a JSON object.
     *
     * @param path such as {@code /v1/clients}
     * @throws IOException with the reason as half a sentence, if there is nobody to ask
     */
    String ask(String path) throws IOException;
}
