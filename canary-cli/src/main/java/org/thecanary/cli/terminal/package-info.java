// SPDX-License-Identifier: Apache-2.0
/**
 * What a person sees while a program runs: a last line that is rewritten.
 *
 * <p>Imports nothing of ours. Start at {@link org.thecanary.cli.terminal.Terminal}.
 */
@NullMarked
package org.thecanary.cli.terminal;

import org.jspecify.annotations.NullMarked;
