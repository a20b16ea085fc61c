// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import java.util.regex.Pattern;

/** Text that a person pastes into a POSIX shell. */
final class Shell {
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_/.,:=@%+-]+");

    private Shell() {}

    /** One word of a command line: as it is where that is safe, else in single quotes. */
    static String quote(String word) {
        return SAFE.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
