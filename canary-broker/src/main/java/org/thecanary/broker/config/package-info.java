// SPDX-License-Identifier: Apache-2.0
/**
 * A mosquitto.conf, read to the letter and turned into immutable records.
 *
 *
 * <p>Owner: the records are immutable, any thread; the rest is confined to its creator. Reads files, so never on a
 * loop. May import: {@code org.thecanary.mqtt} only. Start at {@link BrokerConfig}.
 */
@NullMarked
package org.thecanary.broker.config;

import org.jspecify.annotations.NullMarked;
