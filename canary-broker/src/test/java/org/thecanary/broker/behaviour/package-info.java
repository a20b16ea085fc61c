// SPDX-License-Identifier: Apache-2.0
/** What a whole broker does, seen from its sockets. */
@NullMarked
package org.thecanary.broker.behaviour;

import org.jspecify.annotations.NullMarked;
