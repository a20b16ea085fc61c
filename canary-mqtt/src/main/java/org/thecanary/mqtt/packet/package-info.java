// SPDX-License-Identifier: Apache-2.0
/**
 * The fifteen MQTT Control Packets as values, and the words they are made of.
 *
 * <p>Every packet is an immutable record; {@link Packet} is sealed over them. Nothing here knows bytes, a server or a
 * version difference beyond {@link ProtocolVersion}: what one version lacks simply keeps its default. Arrays inside
 * records are never modified after construction by anybody.
 *
 * <p>May import: {@code org.thecanary.mqtt.topic}. Start at {@link Packet}, then {@link Publish} and {@link Message}.
 */
@NullMarked
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.NullMarked;
