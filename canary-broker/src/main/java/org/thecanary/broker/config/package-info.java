// SPDX-License-Identifier: Apache-2.0
/**
 * A mosquitto.conf, read to the letter and turned into immutable records.
 *
 * <p>{@link Directives} is one table of every option name mosquitto 2.1 knows: what it means, what it may hold and
 * whether Canary honours it yet. {@link ConfFile} knows only lines; {@link ConfigLoader} brings the two together and
 * finds all problems of a file in one run. Nothing outside this package sees an option by its name: a listener's
 * record already holds what a global option and {@code per_listener_settings} made of it.
 *
 * <p>Owner: the records are immutable, any thread; the rest is confined to its creator. Reads files, so never on a
 * loop. May import: {@code org.thecanary.mqtt} only. Start at {@link ConfigLoader}.
 */
@NullMarked
package org.thecanary.broker.config;

import org.jspecify.annotations.NullMarked;
