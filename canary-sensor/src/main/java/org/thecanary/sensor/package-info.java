// SPDX-License-Identifier: Apache-2.0
/**
 * The sensor agent: reads probes, publishes measurements, obeys sampling instructions.
 *
 * <p>May import: {@code org.thecanary.client}.
 */
@NullMarked
package org.thecanary.sensor;

import org.jspecify.annotations.NullMarked;
