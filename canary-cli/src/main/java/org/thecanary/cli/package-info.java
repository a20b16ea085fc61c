/**
 * The {@code canary} program: one class for each command, and nothing that another program could want.
 *
 * <p>Rules: this is the composition root, so it may import every other room; no other room may import this one, picocli or
 * Logback. A command parses its arguments, wires the objects it needs by constructors, and returns an exit code; what it
 * does lives in the room it belongs to. Data goes to stdout, everything said to a person goes to stderr.
 *
 * <p>Start at {@link org.thecanary.cli.Canary}.
 */
@NullMarked
package org.thecanary.cli;

import org.jspecify.annotations.NullMarked;
