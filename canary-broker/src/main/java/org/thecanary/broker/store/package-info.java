// SPDX-License-Identifier: Apache-2.0
/**
 * What is kept on disk, and how it comes back: sessions with their subscriptions, queues and exchanges under way, and
 * Retained Messages.
 *
 * <p>Event loops hand over {@link org.thecanary.broker.store.Change}s, a turn's worth at a time. One thread, the
 * {@link org.thecanary.broker.store.Store}'s, writes all that came during its last commit in one go and says so to those
 * who wait. Keys and values are laid out in {@code Schema}; RocksDB is behind {@code Engine} and imported in
 * {@code RocksEngine} alone.
 *
 * <p>May import: {@code org.thecanary.mqtt.*}. Start at {@link org.thecanary.broker.store.Store}.
 */
@NullMarked
package org.thecanary.broker.store;

import org.jspecify.annotations.NullMarked;
