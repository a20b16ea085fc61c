// SPDX-License-Identifier: Apache-2.0
/**
 * The bytes of MQTT 3.1, 3.1.1 and 5: each packet's wire format in one file, both directions side by side.
 *
 * <p>Works on plain byte arrays and needs no transport library. Strict: a violation is a {@code ProtocolException} with
 * the Reason Code and statement, thrown by the reader that sees it and caught by whoever owns the connection.
 *
 * <p>May import: {@code org.thecanary.mqtt.packet}, {@code org.thecanary.mqtt.topic}. Start at {@link PacketDecoder}
 * and {@link PacketEncoder}.
 */
@NullMarked
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.NullMarked;
