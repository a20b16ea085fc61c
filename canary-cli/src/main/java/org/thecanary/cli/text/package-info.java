/**
 * Texts as C's library makes them, for all commands that print what mosquitto prints; and JSON for {@code --json}.
 *
 * <p>Rules: imports nothing of ours.
 *
 * <p>Start at {@link org.thecanary.cli.text.Strftime}.
 */
@NullMarked
package org.thecanary.cli.text;

import org.jspecify.annotations.NullMarked;
