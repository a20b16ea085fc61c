// SPDX-License-Identifier: Apache-2.0
/**
 * {@code canary doctor}: looks at a set-up, or at a broker's TLS from outside, and says of each thing whether it is well
 * and what cures it.
 *
 * <p>Rules: it looks and changes nothing, and asks nobody. A finding that is not well has a cure, as a line to copy where
 * one exists.
 *
 * <p>Start at {@link org.thecanary.cli.doctor.SystemDoctor}.
 */
@NullMarked
package org.thecanary.cli.doctor;

import org.jspecify.annotations.NullMarked;
