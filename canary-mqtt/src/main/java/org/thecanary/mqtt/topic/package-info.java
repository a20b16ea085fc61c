// SPDX-License-Identifier: Apache-2.0
/**
 * Topic Names and Topic Filters: their rules (specification 4.7), and the plain way to match one with the other.
 *
 * <p>Everything here is immutable and free of threads. {@link TopicFilter#matches} is written to be obviously right;
 * a Server with many filters keeps a trie and uses it as the oracle of its tests.
 *
 * <p>May import: nothing but the JDK and {@code ProtocolException}. Start at {@link TopicName}.
 */
@NullMarked
package org.thecanary.mqtt.topic;

import org.jspecify.annotations.NullMarked;
