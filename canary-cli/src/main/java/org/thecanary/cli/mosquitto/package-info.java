/**
 * {@code canary pub}, {@code sub} and {@code rr}: mosquitto's client tools, with their flags, output, error texts and exit
 * codes.
 *
 * <p>Rules: nothing here may need picocli or Logback, since a single {@code pub} in a shell loop pays for each class that is
 * loaded. What came from the command line is a <i>byte string</i>: a {@code String} with one character for each byte, so
 * that payloads pass unharmed whatever the locale is. What the tools print goes through {@link
 * org.thecanary.cli.mosquitto.Streams}, never to {@code System.out}.
 *
 * <p>May import: {@code client}, {@code credentials.pem}, {@code cli.text}.
 *
 * <p>Start at {@link org.thecanary.cli.mosquitto.MosquittoTools}.
 */
@NullMarked
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.NullMarked;
