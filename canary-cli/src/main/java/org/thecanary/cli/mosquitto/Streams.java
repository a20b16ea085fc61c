// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/**
 * What a tool has around it: its three streams and its environment. Any thread.
 *
 * @param out not buffered
 * @param err not buffered
 */
public record Streams(
        InputStream in, OutputStream out, OutputStream err, Map<String, String> environment) {

    /** Writes a byte string to standard error; where that is closed there is nobody to tell. */
    void complain(String bytes) {
        try {
            err.write(bytes.getBytes(ISO_8859_1));
            err.flush();
        } catch (IOException _) {
            // nobody listens
        }
    }
}
