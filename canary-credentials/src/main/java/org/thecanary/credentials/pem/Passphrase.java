// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/** Where the passphrase of an encrypted key comes from. */
@FunctionalInterface
public interface Passphrase {
    /** There is none: encrypted keys are refused. */
    Passphrase NONE = _ -> null;

    /**
     * The passphrase, or null if there is none. Asked only when a key needs it; the caller overwrites the array.
     *
     * @param keyFile the file with the key, to be named when somebody is asked
     */
    char @Nullable [] of(Path keyFile);
}
