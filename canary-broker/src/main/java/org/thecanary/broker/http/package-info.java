// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP for operators: a small server on a port or a UNIX socket, and the JSON it answers with.
 *
 * <p>Knows nothing of MQTT. A request is answered on a virtual thread, so that an answer may take its time.
 *
 * <p>May import: nothing of ours. Start at {@link HttpServer}.
 */
@NullMarked
package org.thecanary.broker.http;

import org.jspecify.annotations.NullMarked;
