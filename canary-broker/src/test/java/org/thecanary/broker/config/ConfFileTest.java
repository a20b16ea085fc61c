// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.broker.config.ConfFile.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class ConfFileTest {
    private final List<Problem> problems = new ArrayList<>();

    private List<Option> parse(String text) {
        return ConfFile.parse("f", text.getBytes(UTF_8), problems);
    }

    @Test
    void onlySpacesSeparateAndLeadingOnesAreSkipped() {
        assertThat(parse("  port   1883\na\tb c"))
                .containsExactly(new Option(1, "port", "  1883"), new Option(2, "a\tb", "c"));
    }

    @Test
    void aHashBeginsACommentInTheFirstColumnOnly() {
        assertThat(parse("# a\n#b\n # c\nport 1 # d"))
                .containsExactly(new Option(3, "#", "c"), new Option(4, "port", "1 # d"));
    }

    @Test
    void lineEndsOfWindowsAndAMissingLastOneAreAccepted() {
        assertThat(parse("a 1\r\n\r\nb 2\r\r\n   \nc"))
                .containsExactly(
                        new Option(1, "a", "1"), new Option(3, "b", "2"), new Option(5, "c", ""));
    }

    @Test
    void wordsAreSplitAtSpacesAndTheTextIsTrimmed() {
        Option option = new Option(1, "n", "  a  b\t ");

        assertThat(option.words()).containsExactly("a", "b\t");
        assertThat(option.text()).isEqualTo("a  b");
    }

    @Test
    void anotherEncodingIsNamedInsteadOfGuessed() {
        byte[] utf16 = "\uFEFFport 1883\n".getBytes(UTF_16LE);

        assertThat(ConfFile.parse("f", utf16, problems)).isEmpty();
        assertThat(parse("\uFEFFport 1883")).isEmpty();
        assertThat(problems)
                .extracting(Problem::text)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("the file is UTF-16;"),
                        second -> assertThat(second)
                                .startsWith("the file is UTF-8 with a byte order mark;"));
    }

    @Test
    void latin1IsAcceptedInACommentOnly() {
        byte[] bytes = "# K\u00fcche\nacl_file /k\u00fcche\nport 1\n".getBytes(ISO_8859_1);

        assertThat(ConfFile.parse("f", bytes, problems))
                .containsExactly(new Option(3, "port", "1"));
        assertThat(problems)
                .containsExactly(
                        new Problem("f", 2, "the line is not UTF-8. Save the file as UTF-8."));
    }

    @Test
    void includedFilesComeDigitsFirstThenCapitalBeforeSmallOfEachLetter() {
        List<String> sorted = Stream.of(
                        "b.conf", "B.conf", "a.conf", "A.conf", "1.conf", "aB.conf", "ab.conf")
                .sorted(ConfFile::compare)
                .toList();

        assertThat(sorted)
                .containsExactly(
                        "1.conf", "A.conf", "a.conf", "aB.conf", "ab.conf", "B.conf", "b.conf");
    }

    @ParameterizedTest
    @CsvSource({
        "pasword_file, password_file",
        "allow-anonymous, allow_anonymous",
        "Listener, listener",
        "acl_flie, acl_file",
        "max_inflight_message, max_inflight_messages"
    })
    void aMisspeltOptionHasANearestOne(String word, String name) {
        assertThat(Nearest.name(word)).isEqualTo(name);
    }

    @Test
    void aWordLikeNoOptionHasNoNearestOne() {
        assertThat(Nearest.name("xyzzy")).isNull();
    }
}
