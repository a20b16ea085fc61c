// SPDX-License-Identifier: Apache-2.0
/**
 * What the whole broker does, seen from its sockets: one behaviour a class, which begins with the question it answers.
 *
 * <p>{@link TestBroker} starts a broker of its own for a test; {@link TestClient} speaks to it packet by packet. Nothing
 * sleeps: what is awaited has a deadline, and that nothing comes is shown by what comes next.
 */
@NullMarked
package org.thecanary.broker.behaviour;

import org.jspecify.annotations.NullMarked;
