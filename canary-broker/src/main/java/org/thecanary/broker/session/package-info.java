// SPDX-License-Identifier: Apache-2.0
/**
 * The rules of an MQTT Session, and nothing else.
 *
 * <p>A {@link Session} is told what happened and asks its {@link Outbox} for what should happen. It has no thread, no
 * clock and no socket, so that every rule of the specification about sessions can be tried in microseconds. All classes
 * here are owned by the loop of the session's latest Network Connection.
 *
 * <p>The order inside every inbound packet is a rule of the house: resolve, validate, authorize, apply, acknowledge.
 *
 * <p>May import: {@code org.thecanary.mqtt.*}, and of {@code store} its vocabulary. Not: a transport, {@code java.util.concurrent}, {@code java.net}, a
 * clock. Start at {@link Session}.
 */
@NullMarked
package org.thecanary.broker.session;

import org.jspecify.annotations.NullMarked;
