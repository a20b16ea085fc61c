// SPDX-License-Identifier: Apache-2.0
/**
 * Users and their passwords: mosquitto's password file, read, written and verified against.
 *
 * <p>A file has one {@code user:hash} a line. Three hashes are known: {@code $6$} (SHA-512,
 * mosquitto 1.x), {@code $7$} (PBKDF2, mosquitto 2.x and ours) and {@code $argon2id$}. Nothing here
 * knows MQTT, a broker or a command line.
 *
 * <p>Rules of the room: a password is bytes, as it is on the wire, and never appears in a message
 * or a log; nor does a hash. What a broker reads is immutable and safe on any thread; what a tool
 * edits is confined to its creator. A verification takes from a millisecond to a second and may
 * need the memory its hash names, so it never runs on a loop and its caller limits how many run at
 * once.
 *
 * <p>Start at {@link org.thecanary.credentials.password.PasswordFile}.
 */
@NullMarked
package org.thecanary.credentials.password;

import org.jspecify.annotations.NullMarked;
