// SPDX-License-Identifier: Apache-2.0
/**
 * What a broker says about itself: its {@link Figures}, and the {@code $SYS} topics made of them.
 *
 * <p>Counters are written by their loops ({@code LoopCounters}) and summed here when somebody asks, so that counting costs
 * the loops next to nothing.
 *
 * <p>May import: {@code org.thecanary.broker.routing}, {@code loop}, {@code session}. Start at {@link SysTree}.
 */
@NullMarked
package org.thecanary.broker.sys;

import org.jspecify.annotations.NullMarked;
