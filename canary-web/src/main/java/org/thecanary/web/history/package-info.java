// SPDX-License-Identifier: Apache-2.0
/**
 * What was measured, on disk: raw values, minutes and hours, and the few tables around them; SQLite or PostgreSQL.
 *
 * <p>One connection writes, under the lock of {@link Database}; readers have connections of their own and wait for nobody.
 * SQL is what both databases understand; where they differ, {@code Dialect} says how. May import: {@code payload}. Start at
 * {@code Measurements}, then {@code Ranges}.
 */
@NullMarked
package org.thecanary.web.history;

import org.jspecify.annotations.NullMarked;
