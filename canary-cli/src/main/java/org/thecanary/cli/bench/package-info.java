// SPDX-License-Identifier: Apache-2.0
/**
 * {@code canary bench}: loads a broker, checks what comes back, and measures rates, latencies and the broker's CPU.
 *
 * <p>Rules: one loop carries the whole load, so nothing in it is shared; the figures are read by posting to that loop. It
 * has a client of its own, leaner than {@code canary-client}: packets are made once and patched, and what is received is
 * counted in place. Imports the protocol and the small rooms of the program only.
 *
 * <p>Start at {@link org.thecanary.cli.bench.LoadRun}.
 */
@NullMarked
package org.thecanary.cli.bench;

import org.jspecify.annotations.NullMarked;
