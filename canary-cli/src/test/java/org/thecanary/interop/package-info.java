// SPDX-License-Identifier: Apache-2.0
/** Other people's clients against Canary and against the real mosquitto, with the same expectations. */
@NullMarked
package org.thecanary.interop;

import org.jspecify.annotations.NullMarked;
