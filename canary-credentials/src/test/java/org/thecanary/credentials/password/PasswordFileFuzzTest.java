// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.thecanary.credentials.password.PasswordFileException.BadLines;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Runs its seeds in every build; with {@code JAZZER_FUZZ=1} it searches. */
class PasswordFileFuzzTest {
    private static final Path FILE = Path.of("passwd");
    private static final PasswordHash HASH =
            PasswordHash.pbkdf2(new byte[] {1}, 1, new SecureRandom());

    @FuzzTest(maxDuration = "60s")
    void anyBytesAreUsersOrProblems(byte[] content) {
        long lines = PasswordLine.split(content).size();
        try {
            assertThat(PasswordFile.parse(FILE, content, List.of()).size())
                    .isBetween(0, (int) lines);
        } catch (BadLines bad) {
            assertThat(bad.problems()).isNotEmpty().allSatisfy(problem -> {
                assertThat(problem.line()).isBetween(1, (int) lines);
                assertThat(problem.toString()).doesNotContain("\n").hasSizeLessThan(600);
            });
        }
    }

    @FuzzTest(maxDuration = "60s")
    void acceptedHashIsReadTheSameAsItIsWritten(byte[] bytes) {
        var text = new String(bytes, UTF_8);
        try {
            var hash = PasswordHash.parse(text);
            assertThat(PasswordHash.parse(hash.encoded())).isEqualTo(hash);
        } catch (InvalidHashException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @FuzzTest(maxDuration = "60s")
    void editingChangesNoOtherUser(byte[] content) throws Exception {
        var file = Files.createTempFile("passwd", ".fuzz");
        try {
            Files.write(file, content);
            var editor = PasswordFileEditor.open(file);
            assertThat(editor.content()).isEqualTo(content);

            editor.put("alice", HASH);
            var others = othersOf(content);
            assertThat(othersOf(editor.content())).isEqualTo(others);
            assertThat(linesOf("alice", editor.content())).hasSize(1);
            editor.delete("alice");
            assertThat(othersOf(editor.content())).isEqualTo(others);
            assertThat(linesOf("alice", editor.content())).isEmpty();
        } finally {
            Files.delete(file);
        }
    }

    private static List<PasswordLine> othersOf(byte[] content) {
        var others = new ArrayList<PasswordLine>();
        for (var line : PasswordLine.split(content)) {
            var parsed = PasswordLine.parse(line);
            if (!(parsed instanceof PasswordLine.User user && user.name().equals("alice"))) {
                others.add(parsed);
            }
        }
        return others;
    }

    private static List<PasswordLine> linesOf(String name, byte[] content) {
        return PasswordLine.split(content).stream()
                .map(PasswordLine::parse)
                .filter(line ->
                        line instanceof PasswordLine.User user && user.name().equals(name))
                .toList();
    }
}
