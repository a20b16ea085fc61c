// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/**
 * The Will Message of a CONNECT, specification 3.1.3.
 *
 * @param message what is published on the client's behalf
 * @param delaySeconds Will Delay Interval, 0 to 0xFFFFFFFF
 */
public record Will(Message message, long delaySeconds) {}
