// SPDX-License-Identifier: Apache-2.0
/**
 * {@code canary bench durability}: kills a broker over and over under load, and checks every message.
 *
 * <p>What was acknowledged is remembered here, outside the broker, message by message: looking at last values alone would
 * hide what was lost. Clients are as plain as can be, one thread and one socket each, and keep their sessions over the
 * broker's crashes as the specification has it.
 *
 * <p>May import: {@code org.thecanary.mqtt.*}. Start at {@code DurabilityRun}.
 */
@NullMarked
package org.thecanary.cli.durability;

import org.jspecify.annotations.NullMarked;
