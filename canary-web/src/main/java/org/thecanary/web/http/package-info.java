// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP: who may come in, the files of the page, JSON, and events to browsers as they happen.
 *
 * <p>The JDK's server, a virtual thread for each request. Every answer carries the same strict headers; everything but the
 * page's files and the login needs a session, and what changes something needs the role operator and the session's token.
 * May import: {@code payload}, {@code credentials}, {@code history} for the table of logins. Start at {@code WebServer}.
 */
@NullMarked
package org.thecanary.web.http;

import org.jspecify.annotations.NullMarked;
