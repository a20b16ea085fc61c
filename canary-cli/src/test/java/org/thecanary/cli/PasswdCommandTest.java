// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordHash;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;

class PasswdCommandTest {
    private static final Path MOSQUITTO_PASSWD = Path.of("/usr/bin/mosquitto_passwd");

    @TempDir
    Path folder;

    /** Words are split at blanks; FILE is a file with one user, called known. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c",
                "-c -D FILE x",
                "-c -U FILE",
                "-D -U FILE",
                "-b -D FILE known",
                "-H",
                "-I",
                "-H foo",
                "-I 0 -b FILE x y",
                "-I x -b FILE x y",
                "-b /nonexistent/x u p",
                "-D /nonexistent u",
                "-U /nonexistent",
                "-b -c FILE u:x p",
                "-b FILE u:x p",
                "-D FILE nobody",
                "-c FILE",
                "-b -c FILE u",
                "-D FILE",
                "-U",
                "-U FILE extra",
                "-b FILE known new",
                "-b FILE other new",
                "-D FILE known",
                "-H sha512 -b FILE x y",
                "-I 5 -b FILE x y",
                "-b FILE known -p",
                "-b -c FILE a b",
                "-b FILE known \u00a0"
            })
    void endsAndComplainsAsMosquittoPasswd(String words) throws Exception {
        needsMosquitto();
        var ours = folder.resolve("ours");
        var theirs = folder.resolve("theirs");
        for (var file : new Path[] {ours, theirs}) {
            ProgramRun.other(
                    "", MOSQUITTO_PASSWD.toString(), "-b", "-c", file.toString(), "known", "old");
        }
        var expected = ProgramRun.other(
                "",
                MOSQUITTO_PASSWD.toString(),
                words.replace("FILE", theirs.toString()).split(" "));
        var run = ProgramRun.canary(
                "", ("passwd " + words.replace("FILE", ours.toString())).split(" "));

        assertThat(run.status()).isEqualTo(expected.status());
        assertThat(run.err()).isEqualTo(expected.err().replace(theirs.toString(), ours.toString()));
        assertThat(users(ours)).isEqualTo(users(theirs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "FILE", "-Z", "FILE u", "-b FILE u", "-b FILE u p extra"})
    void endsWithOneWhereMosquittoPasswdDoes(String words) throws Exception {
        needsMosquitto();
        var file = folder.resolve("f");
        Files.createFile(file);
        var arguments = words.replace("FILE", file.toString());

        assertThat(ProgramRun.canary("", ("passwd " + arguments).strip().split(" "))
                        .status())
                .isEqualTo(1);
        var all = arguments.isEmpty() ? new String[0] : arguments.split(" ");
        assertThat(ProgramRun.other("", MOSQUITTO_PASSWD.toString(), all).status())
                .isEqualTo(1);
        assertThat(file).isEmptyFile();
    }

    @Test
    void makesAPasswordThatIsPrintedAloneAndCostsTheBrokerLittle() throws Exception {
        var file = folder.resolve("f").toString();

        var made = ProgramRun.canary("", "passwd", "-c", "-g", file, "a");
        assertThat(made.status()).isZero();
        assertThat(made.out()).matches("[a-z2-9]{26}\n");
        assertThat(made.err()).isEqualTo("Adding password for user a\n");
        assertThat(verifies(file, "a", made.out().strip())).isTrue();
        assertThat(Files.readString(Path.of(file))).startsWith("a:$7$1000$");

        var again = ProgramRun.canary("", "passwd", "-I", "5", "-g", file, "a");
        assertThat(again.out()).isNotEqualTo(made.out());
        assertThat(again.err()).isEqualTo("Updating password for user a\n");
        assertThat(verifies(file, "a", again.out().strip())).isTrue();
        assertThat(Files.readString(Path.of(file))).startsWith("a:$7$5$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -b FILE a b", "-g -D FILE known", "-g -U FILE", "-c -g - a"})
    void aPasswordIsNotMadeWhereItWouldBeAmbiguous(String words) throws Exception {
        var file = folder.resolve("f");
        Files.writeString(file, "known:plain\n");

        var run = ProgramRun.canary(
                "", ("passwd " + words.replace("FILE", file.toString())).split(" "));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("Error: -g and ").endsWith("\n");
        assertThat(file).hasContent("known:plain\n");
    }

    @Test
    void withoutATerminalThePasswordIsALineAndMayComeTwice() throws Exception {
        var file = folder.resolve("f").toString();

        assertThat(ProgramRun.canary("once\n", "passwd", "-c", file, "a"))
                .isEqualTo(new ProgramRun(0, "Adding password for user a\n", ""));
        assertThat(ProgramRun.canary("twice\r\ntwice\r\n", "passwd", file, "b").status())
                .isZero();
        assertThat(ProgramRun.canary("new", "passwd", file, "a").out())
                .isEqualTo("Updating password for user a\n");
        assertThat(ProgramRun.canary("one\nother\n", "passwd", file, "c"))
                .isEqualTo(new ProgramRun(2, "", "Error: Passwords do not match.\n"));
        assertThat(ProgramRun.canary("\n", "passwd", file, "c"))
                .isEqualTo(new ProgramRun(1, "", "Error: Empty password.\n"));
        assertThat(ProgramRun.canary("", "passwd", file, "c").status()).isEqualTo(1);

        assertThat(verifies(file, "a", "new")).isTrue();
        assertThat(verifies(file, "b", "twice")).isTrue();
        assertThat(users(Path.of(file))).isEqualTo("a b");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(file))))
                .isEqualTo("rw-------");
    }

    @Test
    void theLineIsPrintedForADash() throws Exception {
        var run = ProgramRun.canary("", "passwd", "-b", "-c", "-H", "argon2id", "-", "a", "p");

        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("a:$argon2id$v=19$m=47104,t=1,p=1$").endsWith("\n");
        assertThat(Path.of("-")).doesNotExist();
    }

    @Test
    void plainTextIsHashedAndTheRestStays() throws Exception {
        var file = folder.resolve("f");
        Files.writeString(file, "# sensors\n\na:plain\nb:$6$bad\n");

        assertThat(ProgramRun.canary("", "passwd", "-I", "7", "-U", file.toString()))
                .isEqualTo(new ProgramRun(0, "", ""));
        assertThat(Files.readString(file))
                .startsWith("# sensors\n\na:$7$7$")
                .endsWith("\nb:$6$bad\n");
        assertThat(ProgramRun.canary("", "passwd", "-D", file.toString(), "b").status())
                .isZero();
        assertThat(verifies(file.toString(), "a", "plain")).isTrue();
    }

    @Test
    void ourDefaultCostsMoreAndMosquittoPasswdTakesTheFile() throws Exception {
        needsMosquitto();
        var file = folder.resolve("f").toString();
        ProgramRun.canary("", "passwd", "-b", "-c", file, "a", "p:ä");
        var theirs = ProgramRun.other("", MOSQUITTO_PASSWD.toString(), "-b", file, "b", "q");
        ProgramRun.canary("", "passwd", "-b", file, "c", "r");

        assertThat(theirs.status()).isZero();
        assertThat(Files.readString(Path.of(file)))
                .startsWith("a:$7$210000$")
                .contains("b:$7$101$");
        assertThat(verifies(file, "a", "p:ä")).isTrue();
        assertThat(verifies(file, "b", "q")).isTrue();
        assertThat(verifies(file, "c", "r")).isTrue();
    }

    private static void needsMosquitto() {
        boolean there = Files.isExecutable(MOSQUITTO_PASSWD);
        if (System.getenv("CI") != null) {
            assertThat(there).as("%s, which CI must have", MOSQUITTO_PASSWD).isTrue();
        }
        assumeTrue(there, "mosquitto_passwd is not installed");
    }

    private static boolean verifies(String file, String user, String password) throws Exception {
        return PasswordFile.read(Path.of(file))
                .verify(user, password.getBytes(StandardCharsets.UTF_8));
    }

    private static String users(Path file) throws Exception {
        return String.join(
                " ",
                Files.readAllLines(file).stream()
                        .map(line -> line.substring(0, line.indexOf(':')))
                        .toList());
    }

    @Test
    void anotherProgramThatIsChangingTheFileIsWaitedFor() throws Exception {
        Path file = Files.writeString(folder.resolve("shared"), "# users\n");
        var others = new java.util.ArrayList<Program>();

        PasswordFileEditor.edit(file, editor -> {
            try {
                Program other = Program.canary(
                        folder, "passwd", "-I", "1", "-b", file.toString(), "theirs", "secret");
                others.add(other);
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> !other.isAlive() || isEditing(other));
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
            editor.put("ours", PasswordHash.pbkdf2(new byte[] {1}, 1, new SecureRandom()));
            return true;
        });

        try (Program other = others.getFirst()) {
            assertThat(other.exitCode()).as(other.err()).isZero();
        }
        assertThat(Files.readString(file)).contains("\nours:", "\ntheirs:");
    }

    /** Whether it has come to where it waits for its turn. */
    private static boolean isEditing(Program program) throws Exception {
        Process stacks = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(program.pid()),
                        "Thread.print")
                .redirectErrorStream(true)
                .start();
        String said = new String(stacks.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return stacks.waitFor() == 0 && said.contains("PasswordFileEditor.edit(");
    }
}
