// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.password.PasswordFileException.BadLines;
import org.thecanary.credentials.password.PasswordFileException.UnreadableFile;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;

class PasswordFileTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] PASSWORD = "correct horse".getBytes(UTF_8);
    private static final String HASH =
            "$7$101$jU4eBj0cpT7tJNJK$8e7Q2KEDNZkyscKS3JmVWDNKppwgpopDz2e05oR2MCqoLkFAPNxRT2SRifGMXPu/+lYLJI8EiHYrpAa2ngZ74g==";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("passwd");
    }

    private PasswordFile read(String content) throws Exception {
        Files.writeString(file, content);
        return PasswordFile.read(file);
    }

    private List<String> problems(String content) throws Exception {
        Files.writeString(file, content);
        var bad = catchThrowableOfType(BadLines.class, () -> PasswordFile.read(file));
        assertThat(bad).as("exception for %s", content).isNotNull();
        return bad.problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    @Test
    void fileOfMosquittoPasswdLetsItsUsersIn() throws Exception {
        var users = read("""
                alice:$7$101$jU4eBj0cpT7tJNJK$8e7Q2KEDNZkyscKS3JmVWDNKppwgpopDz2e05oR2MCqoLkFAPNxRT2SRifGMXPu/+lYLJI8EiHYrpAa2ngZ74g==
                bob:$7$101$H156k4tIScH/FXjP$ys6YApKtwjIJOMVUTkS65nNDF8+HPbOIB11KYE0CqdaKSYv2Jl3MO1v8uiKpAV7svrm995wlD1OyUjs144aaRg==
                carol:$6$ObNeMBhZdGYp36DV$9BqqEsJVrq2ER40z1m8+SUhn5iKwqRdc+cHFhf12uNyHNtjqZ+lLuycE+4q7xd1WRE+JGlL/tpGx0F9X0nIoGw==
                """);

        assertThat(users.size()).isEqualTo(3);
        assertThat(users.verify("alice", PASSWORD)).isTrue();
        assertThat(users.verify("bob", "pässwörd".getBytes(UTF_8))).isTrue();
        assertThat(users.verify("carol", PASSWORD)).isTrue();
        assertThat(users.verify("bob", PASSWORD)).isFalse();
        assertThat(users.verify("Alice", PASSWORD)).isFalse();
        assertThat(users.verify("dave", PASSWORD)).isFalse();
        assertThat(users.find("alice")).isPresent();
        assertThat(users.find("dave")).isEmpty();
    }

    @Test
    void emptyFileHasNoUsers() throws Exception {
        var users = read("");

        assertThat(users.size()).isZero();
        assertThat(users.verify("alice", PASSWORD)).isFalse();
    }

    @Test
    void commentsAndLinesWithoutColonAreSkipped() throws Exception {
        var users = read("# alice:plain\n\n   \nno colon here\nalice:" + HASH + "\n#");

        assertThat(users.size()).isEqualTo(1);
        assertThat(users.verify("alice", PASSWORD)).isTrue();
    }

    @Test
    void commentInAnotherEncodingDoesNotMatter() throws Exception {
        Files.write(file, ("# Büro\nalice:" + HASH + "\n").getBytes(ISO_8859_1));

        assertThat(PasswordFile.read(file).verify("alice", PASSWORD)).isTrue();
    }

    @Test
    void blanksAroundUserAndHashDoNotCount() throws Exception {
        var users = read(" \talice in wonderland :\t" + HASH + " \f\n");

        assertThat(users.verify("alice in wonderland", PASSWORD)).isTrue();
    }

    @Test
    void numberSignAfterTheFirstColumnBelongsToTheUser() throws Exception {
        assertThat(read(" #alice:" + HASH).verify("#alice", PASSWORD)).isTrue();
    }

    @Test
    void linesMayEndInCrLfAndTheLastOneInNothing() throws Exception {
        var users = read("alice:" + HASH + "\r\nbob:" + HASH);

        assertThat(users.verify("alice", PASSWORD)).isTrue();
        assertThat(users.verify("bob", PASSWORD)).isTrue();
    }

    @Test
    void whatFollowsASecondColonIsIgnored() throws Exception {
        assertThat(read("alice:" + HASH + ":1000:1000").verify("alice", PASSWORD))
                .isTrue();
    }

    @Test
    void userNameIsUtf8() throws Exception {
        assertThat(read("Jürgen☃:" + HASH).verify("Jürgen☃", PASSWORD)).isTrue();
    }

    @Test
    void longestUserNameIsWhatMqttCarries() throws Exception {
        assertThat(read("a".repeat(65_535) + ":" + HASH).size()).isEqualTo(1);
        assertThat(problems("a".repeat(65_536) + ":" + HASH))
                .containsExactly(
                        "passwd:1: the user name has 65536 bytes; MQTT carries at most 65535. Remove the line.");
    }

    @Test
    void plainTextPasswordIsAProblemAndIsNotShown() throws Exception {
        assertThat(problems("# users\n\ndave:hunter2\n"))
                .containsExactly(
                        "passwd:3: user dave has a plain-text password; mosquitto 2.1 refuses it too. Fix:  canary passwd -U passwd");
    }

    @Test
    void userWithoutPasswordIsAProblem() throws Exception {
        var sentence = "passwd:1: user dave has no password. Set one:  canary passwd passwd dave";

        assertThat(problems("dave:")).containsExactly(sentence);
        assertThat(problems("dave: \r\n")).containsExactly(sentence);
        assertThat(problems("dave::")).containsExactly(sentence);
    }

    @Test
    void emptyUserNameIsAProblem() throws Exception {
        assertThat(problems(" :" + HASH))
                .containsExactly(
                        "passwd:1: the user name before ':' is empty. Name the user or remove the line.");
    }

    @Test
    void userNameThatIsNotUtf8KeepsNobodyElseOut() throws Exception {
        Files.write(file, ("Jürgen:" + HASH + "\nalice:" + HASH + "\n").getBytes(ISO_8859_1));

        var users = PasswordFile.read(file);

        assertThat(users.verify("alice", PASSWORD)).isTrue();
        assertThat(users.verify("Jürgen", PASSWORD)).isFalse();
        assertThat(users.warnings())
                .contains(
                        file
                                + ":1: the user name is not UTF-8, so no client can send it. Save the file as UTF-8.");
    }

    @Test
    void aHashThatNoPasswordCanBeTriedOnKeepsThatUserOutAlone() throws Exception {
        var users = read("dave:$argon2id$v=19$\nalice:" + HASH + "\nbob:"
                + HASH.replace("$101$", "$10000001$"));

        assertThat(users.verify("alice", PASSWORD)).isTrue();
        assertThat(users.verify("bob", PASSWORD)).isFalse();
        assertThat(users.warnings().toString())
                .contains(":1: user dave cannot come in")
                .contains(":3: user bob cannot come in");
    }

    @Test
    void severalColonsAreOneAndThoseAtTheStartNone() throws Exception {
        assertThat(read("::alice::" + HASH + "\n:").verify("alice", PASSWORD)).isTrue();
    }

    @Test
    void aLineWithANulByteIsSkippedAndTheLastOneEndsThere() throws Exception {
        var users = read("alice\0:" + HASH + "\nbob:" + HASH + "\0:more");

        assertThat(users.size()).isEqualTo(1);
        assertThat(users.verify("bob", PASSWORD)).isTrue();
    }

    @Test
    void duplicateUserIsAProblemOnItsSecondLine() throws Exception {
        assertThat(problems("dave:" + HASH + "\n#\n dave :" + HASH + "\n"))
                .containsExactly(
                        "passwd:3: user dave is already on line 1. Remove one of the two lines.");
    }

    @Test
    void hashOfUnknownKindIsAProblem() throws Exception {
        assertThat(problems("dave:$5$abc$def"))
                .containsExactly(
                        "passwd:1: user dave has a password hash that cannot be read: its kind is unknown;"
                                + " $6$, $7$ and $argon2id$ are known. Set the password again:  canary passwd passwd dave");
    }

    @Test
    void damagedHashIsAProblemWithItsReason() throws Exception {
        assertThat(problems("dave:" + HASH.substring(0, HASH.length() - 1)))
                .containsExactly(
                        "passwd:1: user dave has a password hash that cannot be read: its hash has 63 bytes"
                                + " instead of 64. Set the password again:  canary passwd passwd dave");
    }

    @Test
    void allProblemsAreReportedAtOnceInTheirOrder() throws Exception {
        assertThat(problems("a:\nb:plain\nc:" + HASH + "\nc:" + HASH + "\n:x\nd:$9$\n"))
                .extracting(line -> line.substring(0, line.indexOf(": ")))
                .containsExactly("passwd:1", "passwd:2", "passwd:4", "passwd:5", "passwd:6");
    }

    @Test
    void messageHoldsNoControlCharacterOfAUserName() throws Exception {
        assertThat(problems("da\u001b[31mve\u2028:"))
                .first()
                .asString()
                .startsWith("passwd:1: user da?[31mve? has no");
    }

    @Test
    void missingFileCannotBeRead() {
        assertThatThrownBy(() -> PasswordFile.read(file))
                .isInstanceOf(UnreadableFile.class)
                .hasMessage(
                        "Unable to open password file \"" + file + "\": there is no such file.");
    }

    @Test
    void folderCannotBeRead() {
        assertThatThrownBy(() -> PasswordFile.read(folder))
                .isInstanceOf(UnreadableFile.class)
                .hasMessage("Unable to open password file \"" + folder
                        + "\": it is not a regular file.");
    }

    @Test
    void deviceThatNeverEndsIsNotRead() {
        assertThatThrownBy(() -> PasswordFile.read(Path.of("/dev/zero")))
                .isInstanceOf(UnreadableFile.class);
    }

    @Test
    void fileWithoutReadPermissionCannotBeRead() throws Exception {
        assumeFalse(System.getProperty("user.name").equals("root"), "root may read everything");
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("-w-------")));

        assertThatThrownBy(() -> PasswordFile.read(file))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("permission denied");
    }

    @Test
    void symbolicLinkIsFollowed() throws Exception {
        read("alice:" + HASH);
        var link = Files.createSymbolicLink(folder.resolve("link"), file);

        assertThat(PasswordFile.read(link).verify("alice", PASSWORD)).isTrue();
    }

    @Test
    void whatOthersMayDoWithAFileIsWarnedAboutInMosquittosWords() throws Exception {
        read("alice:" + HASH);

        for (String mode : List.of("rw-r--r--", "rw-----w-", "rw------x")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThat(PasswordFile.read(file).warnings())
                    .as(mode)
                    .containsExactly("Warning: File " + file
                            + " has world readable permissions. To fix this, use `chmod 0600 "
                            + file
                            + "`.");
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(PasswordFile.read(file).warnings()).isEmpty();
    }

    @Test
    void anotherOwnerOrGroupIsWarnedAbout() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
        read("alice:" + HASH);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Files.setAttribute(file, "unix:uid", 1);
        Files.setAttribute(file, "unix:gid", 1);

        assertThat(PasswordFile.read(file).warnings())
                .containsExactly(
                        "Warning: File " + file
                                + " owner is not root. To fix this, use `chown root " + file + "`.",
                        "Warning: File " + file
                                + " group is not root. To fix this, use `chgrp root " + file
                                + "`.");
    }

    // Which takes longer is told apart by a factor of ten thousand when the decoy is missing; we
    // ask for less than three.
    @Test
    void unknownUserTakesAsLongAsAKnownOne() throws Exception {
        var users =
                read("alice:" + PasswordHash.pbkdf2(PASSWORD, 50_000, RANDOM).encoded());
        var guess = "guess".getBytes(UTF_8);

        long known = fastest(() -> users.verify("alice", guess));
        long unknown = fastest(() -> users.verify("mallory", guess));

        assertThat(unknown).isBetween(known / 3, known * 3);
    }

    @Test
    void unknownUserIsRefusedEvenWithAnotherUsersPassword() throws Exception {
        assertThat(read("alice:" + HASH).verify("mallory", PASSWORD)).isFalse();
    }

    private static long fastest(Runnable action) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            action.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }
}
