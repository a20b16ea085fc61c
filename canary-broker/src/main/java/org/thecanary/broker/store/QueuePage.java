// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import java.util.List;

/**
 * Some of what waits in a session's queue, in order.
 *
 * @param next the sequence to read on from
 */
public record QueuePage(List<Waiting> messages, long next) {}
