// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A file the operator gave us that we cannot obey, with every problem found in it.
 *
 * <p>Stackless: it reports a mistake in a file, not in the program.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What no listener can be opened with, as mosquitto's {@code MOSQ_ERR_NOMEM}. */
    public static final int UNUSABLE = 1;

    /** A bad line or argument, as mosquitto's {@code MOSQ_ERR_INVAL}. */
    public static final int INVALID = 3;

    /** A password or ACL file that cannot be read, as mosquitto 2.1's {@code MOSQ_ERR_UNKNOWN}. */
    public static final int UNREADABLE = 13;

    /** What the system refuses us, as mosquitto 2.1's {@code MOSQ_ERR_ERRNO}. */
    public static final int SYSTEM = 14;

    private final transient List<Problem> problems;
    private final int exitCode;

    public ConfigException(int exitCode, List<Problem> problems) {
        super(
                problems.stream().map(Problem::toString).collect(Collectors.joining("\n")),
                null,
                false,
                false);
        this.exitCode = exitCode;
        this.problems = List.copyOf(problems);
    }

    /** At least one, in the order of the files' lines. */
    public List<Problem> problems() {
        return problems;
    }

    /** What the program exits with: one of the numbers above. */
    public int exitCode() {
        return exitCode;
    }

    /** All problems, a line or more each, and how many they were: what a start that failed prints. */
    public String report() {
        int count = problems.size();
        return getMessage()
                + "\n"
                + (count == 1 ? "1 problem." : count + " problems.")
                + " Nothing was started.";
    }
}
