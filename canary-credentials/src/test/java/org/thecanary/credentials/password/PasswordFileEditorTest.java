// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.credentials.password.PasswordFileException.BadLines;
import org.thecanary.credentials.password.PasswordFileException.UnreadableFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

class PasswordFileEditorTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] PASSWORD = "correct horse".getBytes(UTF_8);

    @TempDir
    Path folder;

    private Path file;
    private PasswordHash hash;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("passwd");
        hash = PasswordHash.pbkdf2(PASSWORD, 1, RANDOM);
    }

    private PasswordFileEditor edit(String content) throws Exception {
        Files.writeString(file, content, ISO_8859_1);
        return PasswordFileEditor.open(file);
    }

    private static String text(PasswordFileEditor editor) {
        return new String(editor.content(), ISO_8859_1);
    }

    @Test
    void createdFileIsReadBackAndIsItsOwnersAlone() throws Exception {
        var editor = PasswordFileEditor.create(file);
        assertThat(editor.put("sensor", hash)).isFalse();
        assertThat(editor.put("Jürgen", hash)).isFalse();
        editor.save();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PasswordFile.read(file).verify("sensor", PASSWORD)).isTrue();
        assertThat(PasswordFile.read(file).verify("Jürgen", PASSWORD)).isTrue();
    }

    @Test
    void nothingIsWrittenBeforeSave() throws Exception {
        edit("# mine\n").put("alice", hash);

        assertThat(file).hasContent("# mine\n");
    }

    @Test
    void putReplacesOnlyTheLineOfThatUser() throws Exception {
        var editor = edit("# B\u00fcro\n\nalice: old \nno colon\nbob:plain:more\n:broken");

        assertThat(editor.put("alice", hash)).isTrue();
        assertThat(text(editor))
                .isEqualTo("# B\u00fcro\n\nalice:" + hash.encoded()
                        + "\nno colon\nbob:plain:more\n:broken");
    }

    @Test
    void putLeavesOneLineWhereAUserHadSeveral() throws Exception {
        var editor = edit("alice:1\nbob:2\nalice:3\n");

        assertThat(editor.put("alice", hash)).isTrue();
        assertThat(text(editor)).isEqualTo("alice:" + hash.encoded() + "\nbob:2\n");
    }

    @Test
    void newUserGoesOnALineOfItsOwnAtTheEnd() throws Exception {
        var editor = edit("bob:2");

        assertThat(editor.put("alice", hash)).isFalse();
        assertThat(text(editor)).isEqualTo("bob:2\nalice:" + hash.encoded() + "\n");
    }

    @Test
    void lineKeepsItsLineEnd() throws Exception {
        var editor = edit("alice:1\r\nbob:2");

        editor.put("alice", hash);
        editor.put("bob", hash);
        assertThat(text(editor)).isEqualTo("alice:" + hash.encoded() + "\r\nbob:" + hash.encoded());
    }

    @Test
    void deleteRemovesAllLinesOfTheUserAndNoOther() throws Exception {
        var editor = edit("# alice:x\nalice:1\nalice2:2\n alice : 3\n");

        assertThat(editor.delete("alice")).isTrue();
        assertThat(editor.delete("alice")).isFalse();
        assertThat(text(editor)).isEqualTo("# alice:x\nalice2:2\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a:b", "a\nb", "a\tb", "a\u007f", "a\0", "#a", " a", "a ", "a\ud800"})
    void userThatCouldNotBeReadBackIsRefused(String user) throws Exception {
        var editor = PasswordFileEditor.create(file);

        assertThat(PasswordFileEditor.refusal(user)).isPresent();
        assertThatIllegalArgumentException().isThrownBy(() -> editor.put(user, hash));
        assertThat(editor.content()).isEmpty();
    }

    @Test
    void userNameHasAtMost65535BytesOfUtf8() {
        assertThat(PasswordFileEditor.refusal("é".repeat(32_767))).isEmpty();
        assertThat(PasswordFileEditor.refusal("é".repeat(32_768))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "a#", "$7$", "Jürgen☃", "\u00a0"})
    void acceptedUserIsReadBack(String user) throws Exception {
        var editor = PasswordFileEditor.create(file);
        editor.put(user, hash);
        editor.save();

        assertThat(PasswordFile.read(file).find(user)).contains(hash);
    }

    @Test
    void plainTextIsHashedAndNothingElse() throws Exception {
        var editor = edit(
                "# c\nalice: correct horse \r\nbob:" + hash.encoded() + "\ncarol:$9$\ndave:\n");

        assertThat(editor.hashPlainText(password -> {
                    assertThat(password).isEqualTo(PASSWORD);
                    return hash;
                }))
                .isEqualTo(1);
        assertThat(text(editor))
                .isEqualTo("# c\nalice:" + hash.encoded() + "\r\nbob:" + hash.encoded()
                        + "\ncarol:$9$\ndave:\n");
    }

    @Test
    void plainTextWithAColonIsNotGuessedAt() throws Exception {
        var editor = edit("alice:one\nbob:two:three\n");

        assertThatThrownBy(() -> editor.hashPlainText(_ -> hash))
                .isInstanceOf(BadLines.class)
                .hasMessage(file
                        + ":2: the plain-text password of user bob contains ':', where mosquitto ends it."
                        + " Set it:  canary passwd " + file + " bob");
        assertThat(text(editor)).isEqualTo("alice:one\nbob:two:three\n");
    }

    @Test
    void replacedFileKeepsItsMode() throws Exception {
        var editor = edit("alice:1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        editor.put("alice", hash);
        editor.save();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void replacedFileKeepsOwnerAndGroup() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root may give files away");
        var editor = edit("alice:1\n");
        var names = file.getFileSystem().getUserPrincipalLookupService();
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        view.setOwner(names.lookupPrincipalByName("12345"));
        view.setGroup(names.lookupPrincipalByGroupName("54321"));
        editor.put("alice", hash);
        editor.save();

        var saved = Files.readAttributes(file, PosixFileAttributes.class);
        assertThat(saved.owner().getName()).isEqualTo("12345");
        assertThat(saved.group().getName()).isEqualTo("54321");
    }

    @Test
    void symbolicLinkStaysAndItsTargetIsReplaced() throws Exception {
        Files.createDirectory(folder.resolve("real"));
        var target = Files.writeString(folder.resolve("real/users"), "alice:1\n");
        Files.createSymbolicLink(file, target);
        var editor = PasswordFileEditor.open(file);
        editor.put("alice", hash);
        editor.save();

        assertThat(file).isSymbolicLink();
        assertThat(target).hasContent("alice:" + hash.encoded() + "\n");
    }

    @Test
    void saveReplacesTheFileInsteadOfWritingIntoIt() throws Exception {
        var editor = edit("alice:1\n");
        var reader = Files.newInputStream(file);
        editor.put("alice", hash);
        editor.save();

        try (reader) {
            assertThat(reader.readAllBytes()).asString(UTF_8).isEqualTo("alice:1\n");
        }
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void failedSaveLeavesNothingBehind() throws Exception {
        Files.createDirectories(file.resolve("not empty"));
        var editor = PasswordFileEditor.create(file);

        assertThatThrownBy(editor::save).isInstanceOf(IOException.class);
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void missingFileCannotBeOpened() {
        assertThatThrownBy(() -> PasswordFileEditor.open(file)).isInstanceOf(UnreadableFile.class);
    }

    @Test
    void editorsAtOnceTakeTurnsAndNobodysUserIsLost() throws Exception {
        Path file = Files.writeString(folder.resolve("shared"), "# users\n");
        var threads = new java.util.ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            String name = "u" + i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 5; j++) {
                    String user = name + "-" + j;
                    try {
                        PasswordFileEditor.edit(file, editor -> {
                            editor.put(user, PasswordHash.pbkdf2(new byte[] {1}, 1, RANDOM));
                            return true;
                        });
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(PasswordFile.read(file).size()).isEqualTo(40);
        assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".new"));
    }

    @Test
    void anEditThatChangesNothingWritesNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("kept"), "# users\n");
        var before = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);

        assertThat(PasswordFileEditor.edit(file, editor -> editor.delete("nobody")))
                .isFalse();

        var after = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
        assertThat(after.fileKey()).isEqualTo(before.fileKey());
    }
}
