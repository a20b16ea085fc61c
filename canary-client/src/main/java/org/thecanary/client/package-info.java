// SPDX-License-Identifier: Apache-2.0
/**
 * A small asynchronous MQTT client: what the tools, the sensor agent, the web app and the bridge speak through.
 *
 * <p>{@link MqttClient} is what applications see. Behind it {@code ClientSession} holds the rules of the protocol, without
 * a thread, a clock or a socket, and {@code ClientConnection} one Network Connection. All three live on one event loop;
 * other threads only post to it.
 *
 * <p>May import: {@code org.thecanary.mqtt.*}. Start at {@link MqttClient}, then {@code ClientSession}.
 */
@NullMarked
package org.thecanary.client;

import org.jspecify.annotations.NullMarked;
