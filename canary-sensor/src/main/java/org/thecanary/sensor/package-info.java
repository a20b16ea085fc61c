// SPDX-License-Identifier: Apache-2.0
/**
 * The sensor agent: reads probes, publishes measurements, obeys sampling instructions.
 *
 * <p>{@link Sensor} is what a program starts. Behind it {@code SensorAgent} holds what a sensor does, without a thread, a
 * clock or a socket; {@code Probe} and its cases read this machine; {@code Sampling} reads instructions; {@code
 * Measurement} and {@code SensorStatus} are the payloads, which {@code docs/guide/payload.md} describes.
 *
 * <p>May import: {@code org.thecanary.client}, {@code org.thecanary.mqtt.*}. Start at {@code SensorAgent}.
 */
@NullMarked
package org.thecanary.sensor;

import org.jspecify.annotations.NullMarked;
