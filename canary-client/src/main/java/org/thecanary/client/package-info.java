// SPDX-License-Identifier: Apache-2.0
/**
 * A small asynchronous MQTT client: what the tools, the sensor agent, the web app and the bridge speak through.
 *
 * <p>May import: {@code org.thecanary.mqtt.*}.
 */
@NullMarked
package org.thecanary.client;

import org.jspecify.annotations.NullMarked;
