// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.thecanary.broker.config.Directive.Scope;
import org.thecanary.broker.config.Directive.Status;

import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

class DirectivesTest {
    @Test
    void everyOptionOfMosquittoHasOneRowInAlphabeticalOrder() throws Exception {
        List<String> names;
        try (InputStream in = DirectivesTest.class.getResourceAsStream("mosquitto-options.txt")) {
            assertThat(in).isNotNull();
            names = new String(in.readAllBytes(), UTF_8).lines().toList();
        }

        assertThat(names).hasSize(141);
        assertThat(Directives.ALL).extracting(Directive::name).isEqualTo(names);
    }

    static Stream<Directive> written() {
        Pattern literal =
                Pattern.compile("true|false|-?[0-9]+|[0-9],[0-9],[0-9]|auto-|mqtt|stderr");
        return Directives.ALL.stream()
                .filter(d -> d.status() instanceof Status.Works && d.value() != null)
                .filter(d -> literal.matcher(d.defaultText()).matches());
    }

    @ParameterizedTest
    @MethodSource("written")
    void theDefaultOfTheTableIsTheDefaultOfTheRecord(Directive directive) throws Exception {
        String name = directive.name();
        // port is the listener, and these are what a listener above them would make of them
        boolean listener = directive.scope() != Scope.GLOBAL && directive.scope() != Scope.SECURITY;
        String before = listener || directive.scope() == Scope.SECURITY ? "listener 1883\n" : "";
        if (directive.scope() == Scope.PLUGIN) {
            before += "plugin mosquitto_persist_sqlite.so\n";
        }
        if (name.equals("port")) {
            before = "";
        }

        BrokerConfig with =
                Conf.load(before + name + " " + directive.defaultText()).config();

        BrokerConfig without =
                Conf.load(name.equals("port") ? "listener 1883" : before).config();
        assertThat(with).isEqualTo(without);
    }
}
