// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import java.nio.file.Path;

/** A PEM file that is of no use. The message names the file and says what to do, without a full stop. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    PemException(Path file, String what) {
        super(file + " " + what);
    }
}
