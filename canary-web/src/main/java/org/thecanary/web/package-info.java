// SPDX-License-Identifier: Apache-2.0
/**
 * The web app: an ordinary MQTT client of any broker, which keeps what sensors measure and shows it to people.
 *
 * <p>{@link WebApp} wires it. A message goes from {@code BrokerLink} through {@code Ingest} to the fleet, the alarms, the
 * browsers that watch, and the history, and is acknowledged when the database has it. {@code WebApi} answers browsers.
 *
 * <p>May import: its own rooms, {@code org.thecanary.client}, {@code org.thecanary.sensor}, {@code org.thecanary.credentials}.
 * Start at {@code Ingest}.
 */
@NullMarked
package org.thecanary.web;

import org.jspecify.annotations.NullMarked;
