// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

/** A message that waits in a session's queue, read back. */
public record Waiting(Claim claim, StoredMessage message) {}
