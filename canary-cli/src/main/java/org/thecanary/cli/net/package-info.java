// SPDX-License-Identifier: Apache-2.0
/**
 * Ports of this machine, for brokers that a command starts for itself.
 *
 * <p>Imports nothing of ours. Start at {@link org.thecanary.cli.net.Loopback}.
 */
@NullMarked
package org.thecanary.cli.net;

import org.jspecify.annotations.NullMarked;
