// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.config.Directive.Status;

import java.nio.file.Files;
import java.nio.file.Path;

/** Is {@code docs/configuration.md} what the table of options says? With -Dcanary.docs=write it is made so. */
class ConfigurationDocTest {
    private static final Path FILE = Path.of("..", "docs", "configuration.md");

    @Test
    void theDocumentSaysWhatTheTableSays() throws Exception {
        String text = document();
        if ("write".equals(System.getProperty("canary.docs"))) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, text);
        }

        assertThat(FILE)
                .as("docs/configuration.md is stale. Regenerate it:  mvn -pl canary-broker -am"
                        + " test -Dtest=ConfigurationDocTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false"
                        + " -Dcanary.docs=write")
                .hasContent(text);
    }

    private static String document() {
        StringBuilder text = new StringBuilder(HEAD);
        text.append("""

                ## Options that work

                | option | scope | value | default | meaning |
                |---|---|---|---|---|
                """);
        Directives.ALL.stream()
                .filter(d -> d.status() instanceof Status.Works)
                .forEach(d -> row(text, d, d.doc()));
        text.append("""

                ## Options that are accepted without effect

                Each is logged once.

                | option | scope | value | default | why |
                |---|---|---|---|---|
                """);
        Directives.ALL.forEach(d -> {
            if (d.status() instanceof Status.Notice(String why)) {
                row(text, d, capital(why));
            }
        });
        text.append("""

                ## Options that are refused for now

                | option | scope | value | default | meaning |
                |---|---|---|---|---|
                """);
        Directives.ALL.stream()
                .filter(d -> d.status() instanceof Status.NotYet)
                .forEach(d -> row(text, d, d.doc()));
        text.append("""

                ## Options that are refused for good

                | option | scope | value | default | why |
                |---|---|---|---|---|
                """);
        Directives.ALL.forEach(d -> {
            if (d.status() instanceof Status.Never(String why)) {
                row(text, d, capital(why.replaceAll("\\s+", " ")));
            }
        });
        return text.toString();
    }

    private static void row(StringBuilder text, Directive directive, String meaning) {
        String name = directive.name() + (directive.name().endsWith("_") ? "…" : "");
        text.append("| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        name,
                        directive.scope().title(),
                        cell(directive.type()),
                        cell(directive.defaultText()),
                        meaning.replace("|", "\\|")));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static final String HEAD = """
            # Configuration

            <!-- Generated from Directives.java by ConfigurationDocTest; change it there. -->

            `canary broker -c FILE` reads a mosquitto.conf. All 141 option names of mosquitto 2.1 are known; an
            option that Canary does not honour is refused with its file and line rather than passed over, since a
            setting of security or delivery that is silently missing is worse than a broker that does not start.
            All problems of a file are reported in one run; the exit code is 3, or 1 where nothing but `tls_version` or a list of ciphers
            is wrong, as with mosquitto.

            ## Grammar

            - A line is an option name, one or more **spaces**, and a value. A tab is no separator.
            - `#` begins a comment in the **first column** only. Behind a number, a boolean or a listener, further
              words are ignored; behind a string they belong to it (Canary warns), and so do blanks around the
              directory of `include_dir`.
            - Booleans are `true`, `false`, `1` and `0`. Numbers are C's: `0x10` is 16, and `010` is 8.
            - Files are UTF-8 without a byte order mark; line ends of Windows are accepted. A line with a NUL is
              refused.
            - `include_dir` reads the `*.conf` of a directory, digits first and `A` before `a`. It works in the main
              file only, and each included file starts without a listener.
            - The files of users, rules and TLS, `ciphers`, `clientid_prefixes` and `mount_point` may be repeated and
              the last one counts; other strings may be written once, those of a listener once in each.

            ## Scopes

            - **global**: holds for the whole broker, wherever it stands.
            - **listener**: holds for the `listener` above it. Some of them, written above the first `listener`, open
              a listener on port 1883, as in mosquitto; Canary warns of it, and lets nobody in anonymously there
              unless `allow_anonymous true` says so.
            - **global or listener**: global, or of the listener above it after `per_listener_settings true`.

            Without a file, or with one that opens no port, Canary listens on 127.0.0.1 and ::1 only and lets
            anonymous clients in. Any `listener` is open to all interfaces and closed to anonymous clients.
            """;
}
