// SPDX-License-Identifier: Apache-2.0
/**
 * Where numbers come from: {@code /proc} and {@code /sys} of this machine, files, commands, and a simulator.
 *
 * <p>A {@link Probe} is asked once for each measurement and answers with its {@link Reading}s, or throws, with a sentence
 * that a person can do something with. What the kernel offers is found by {@link Probes#find}, below a folder that
 * stands for {@code /}; what a person names is read by {@link NamedSource}.
 *
 * <p>Blocks, so on the sensor's thread only. May import: nothing of ours. Start at {@link Probes}.
 */
@NullMarked
package org.thecanary.sensor.probe;

import org.jspecify.annotations.NullMarked;
