// SPDX-License-Identifier: Apache-2.0
/**
 * The MQTT Server as a whole: {@link org.thecanary.broker.Broker} wires the rooms below it.
 *
 * <p>The walk of one PUBLISH: {@code mqtt.codec.PacketDecoder}, {@code broker.net.Connection}, {@code
 * broker.session.Session}, {@code broker.routing.Router}, then {@code Session} and {@code Connection} of the subscriber.
 *
 * <p>May import: all rooms. Start at {@link org.thecanary.broker.Broker}.
 */
@NullMarked
package org.thecanary.broker;

import org.jspecify.annotations.NullMarked;
