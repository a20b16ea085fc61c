// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * One option of a mosquitto.conf: a row of {@link Directives}.
 *
 * @param name as written in the file; ends in {@code _} where it is the beginning of many names
 * @param type how its value is written, for people
 * @param defaultText what holds without it, as it would be written in the file, or a few words
 * @param doc one line for people
 * @param value how its value is read and where it goes; null where the option is refused
 */
record Directive(
        String name,
        Scope scope,
        String type,
        String defaultText,
        Status status,
        String doc,
        @Nullable Value value) {

    /** Where an option may stand, and what it binds to. */
    enum Scope {
        GLOBAL("global"),
        /** Global, or of the listener above it after {@code per_listener_settings true}. */
        SECURITY("global or listener"),
        /** Of the listener above it; without one it opens a default listener on port 1883. */
        LISTENER("listener"),
        /** Of the listener above it, which has to exist. */
        LISTENER_FIRST("listener"),
        /** Of the listener above it, which has to be opened by {@code listener}. */
        NAMED_LISTENER("listener"),
        PLUGIN("plugin"),
        BRIDGE("bridge");

        private final String title;

        Scope(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** Whether Canary honours an option. */
    sealed interface Status {
        record Works() implements Status {}

        /** Accepted without effect; the text says why once. */
        record Notice(String text) implements Status {}

        /** Refused for now; the text says what it waits for. */
        record NotYet(String text) implements Status {}

        /** Refused for good; the text says why and what to use instead. */
        record Never(String text) implements Status {}
    }

    /** How the rest of a line is read. */
    sealed interface Value {
        /** {@code true}, {@code 1}, {@code false} or {@code 0}; further words are ignored. */
        record Flag(FlagSetter setter) implements Value {}

        /** A number as C's strtol reads it; further words are ignored. */
        record Whole(int min, int max, WholeSetter setter) implements Value {}

        /** The rest of the line; {@code once} where mosquitto refuses a second one. */
        record Text(boolean once, TextSetter setter) implements Value {}

        /** At least one word. */
        record Words(WordsSetter setter) implements Value {}
    }

    interface FlagSetter {
        void set(Draft draft, boolean value) throws BadValue;
    }

    interface WholeSetter {
        void set(Draft draft, int value) throws BadValue;
    }

    interface TextSetter {
        void set(Draft draft, String value) throws BadValue;
    }

    interface WordsSetter {
        /** Takes the words, at least one, and the whole line they are from. */
        void set(Draft draft, List<String> words, ConfFile.Option option) throws BadValue;
    }

    /** A value the option cannot take; the message goes behind file and line. */
    static final class BadValue extends Exception {
        private static final long serialVersionUID = 1L;

        /** Whether mosquitto meets it only when it opens the listener, and exits with another code then. */
        final boolean atOpening;

        BadValue(String message) {
            this(message, false);
        }

        private BadValue(String message, boolean atOpening) {
            super(message, null, false, false);
            this.atOpening = atOpening;
        }

        static BadValue atOpening(String message) {
            return new BadValue(message, true);
        }
    }

    boolean matches(String word) {
        return name.endsWith("_") ? word.startsWith(name) : word.equals(name);
    }
}
