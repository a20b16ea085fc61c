// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import java.io.IOException;
import java.util.List;

/** TLS that cannot be had from the files given, with every problem found. Stackless: the mistake is not the program's. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** At least one problem, each a line that names its file. */
    public TlsException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** Each a line that names its file. */
    public List<String> problems() {
        return problems;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
