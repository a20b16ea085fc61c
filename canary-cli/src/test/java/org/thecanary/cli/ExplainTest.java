// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.password.PasswordHash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Do {@code canary explain} and {@code canary check} say what a configuration comes to, and why? */
final class ExplainTest {
    @TempDir
    Path folder;

    private Path acl;
    private Path passwd;
    private Path conf;

    @BeforeEach
    void writeFiles() throws IOException {
        acl = Files.writeString(
                folder.resolve("acl"),
                "topic read open/#\nuser ann\ntopic write plant/#\ntopic deny plant/secret\npattern readwrite own/%c\n");
        String hash =
                PasswordHash.pbkdf2("x".getBytes(UTF_8), 10, new SecureRandom()).encoded();
        passwd =
                Files.writeString(folder.resolve("passwd"), "ann:" + hash + "\nbob:" + hash + "\n");
        conf = Files.writeString(
                folder.resolve("m.conf"),
                "allow_anonymous true\nlistener 1883\npassword_file " + passwd + "\nacl_file " + acl
                        + "\n");
    }

    private ProgramRun explain(String action, String topic, String... more) {
        List<String> words = new ArrayList<>(
                List.of("explain", "-c", conf.toString(), "--action", action, "--topic", topic));
        words.addAll(List.of(more));
        return ProgramRun.canary("", words.toArray(String[]::new));
    }

    @Test
    void whatIsAllowedNamesFileAndLine() {
        ProgramRun run = explain("publish", "plant/1", "--user", "ann");

        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("allowed: user ann may publish to plant/1.")
                .contains(acl + ":3: topic write plant/#");
    }

    @Test
    void whatALineDeniesNamesItAndRemovingItChangesTheAnswer() throws IOException {
        ProgramRun denied = explain("publish", "plant/secret", "--user", "ann");
        Files.writeString(acl, Files.readString(acl).replace("topic deny plant/secret\n", ""));
        ProgramRun after = explain("publish", "plant/secret", "--user", "ann");

        assertThat(denied.status()).isEqualTo(1);
        assertThat(denied.out())
                .contains(acl + ":4: topic deny plant/secret", "To change it: remove line 4");
        assertThat(after.status()).isZero();
    }

    @Test
    void whatNoLineAllowsSaysWhichLineToWriteWhere() throws IOException {
        ProgramRun denied = explain("receive", "plant/1", "--user", "bob");
        assertThat(denied.status()).isEqualTo(1);
        assertThat(denied.out()).contains("two lines:  user bob  and  topic read plant/1");

        Files.writeString(acl, Files.readString(acl) + "user bob\ntopic read plant/1\n");

        assertThat(explain("receive", "plant/1", "--user", "bob").status()).isZero();
    }

    @Test
    void patternsAreAboutTheClientIdentifier() {
        assertThat(explain("receive", "own/c1", "--user", "bob", "--client-id", "c1")
                        .out())
                .contains("allowed: user bob as client c1", acl + ":5: pattern readwrite own/%c");
        assertThat(explain("receive", "own/c1", "--client-id", "c2").status()).isEqualTo(1);
    }

    @Test
    void whoIsNotLetInIsToldSo() {
        ProgramRun run = explain("receive", "open/x", "--user", "eve");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("denied: user eve is not let in.", passwd + " has no user eve");
    }

    @Test
    void whoHasNoUserNameOrNoSuchClientIdentifierIsToldSo() throws IOException {
        Files.writeString(conf, """
                listener 1883
                allow_anonymous true
                use_username_as_clientid true
                clientid_prefixes a
                """);

        assertThat(explain("receive", "open/x").out())
                .contains("denied: ", "use_username_as_clientid is true");
        assertThat(explain("receive", "open/x", "--user", "ann", "--client-id", "bob")
                        .out())
                .contains("denied: ", "clientid_prefixes asks for");
        assertThat(explain("receive", "open/x", "--user", "bob", "--client-id", "ann")
                        .out())
                .contains("allowed: user bob as client bob");
        assertThat(explain("receive", "open/x", "--user", "").out())
                .contains("denied: a client without a user name");
    }

    @Test
    void whoNeedsAClientIdentifierIsToldSo() throws IOException {
        Files.writeString(
                conf, "listener 1883\nallow_anonymous true\nallow_zero_length_clientid false\n");
        assertThat(explain("receive", "open/x").out())
                .contains("denied: ", "allow_zero_length_clientid is false");
        assertThat(explain("receive", "open/x", "--client-id", "c").status()).isZero();
    }

    @Test
    void checkSaysWhoComesIn() throws IOException {
        String check = "listener 1883\nallow_anonymous true\n";
        assertThat(checked(check)).contains("everybody", "everybody on the network may read");
        assertThat(checked(check + "use_username_as_clientid true\n"))
                .contains("every user name", "everybody on the network may read");
        assertThat(checked(check + "use_username_as_clientid true\npassword_file " + passwd + "\n"))
                .contains("2 users of " + passwd)
                .doesNotContain("anonymous", "everybody on the network");
        assertThat(checked("listener 1883\nallow_anonymous false\n"))
                .contains("nobody", "nobody can come in");
    }

    @Test
    void checkSaysWhatIsSpokenAndWhichOriginsAreLetIn() throws IOException {
        String check = "listener 9001\nallow_anonymous true\nprotocol websockets\n";

        assertThat(checked(check)).contains("9001 websockets").doesNotContain("Origin");
        assertThat(checked(check + "websockets_origin https://a.example\n"))
                .contains("a request without Origin is refused");
    }

    private String checked(String text) throws IOException {
        Files.writeString(conf, text);
        return ProgramRun.canary("", "check", "-c", conf.toString()).out();
    }

    @Test
    void checkReadsTheFilesOfTls() throws IOException {
        Files.writeString(
                conf, "listener 8883\nallow_anonymous true\ncertfile /nowhere\nkeyfile /no.key\n");

        ProgramRun run = ProgramRun.canary("", "check", "-c", conf.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        conf + ": certfile /nowhere cannot be read: there is no such file.",
                        conf + ": keyfile /no.key cannot be read: there is no such file.");
    }

    @Test
    void subscriptionsAreGrantedAndFiltered() {
        ProgramRun run = explain("subscribe", "#", "--user", "ann", "--client-id", "c1");

        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains(
                        "may subscribe to #",
                        acl + ":4: topic deny plant/secret",
                        acl + ":5: pattern")
                .doesNotContain(acl + ":3:");
    }

    @Test
    void nobodyPublishesToTheTopicsOfTheBroker() {
        assertThat(explain("publish", "$SYS/broker/uptime", "--user", "ann").out())
                .contains("denied: ", "whatever the rules say");
    }

    @Test
    void aTopicOrActionThatIsNoneEndsWith3() {
        assertThat(explain("publish", "a/#", "--user", "ann").status()).isEqualTo(3);
        assertThat(explain("eat", "a", "--user", "ann").status()).isEqualTo(3);
    }

    @Test
    void checkShowsWhoMayComeInByWhichRulesAndWhatIsRisky() {
        ProgramRun run = ProgramRun.canary("", "check", "-c", conf.toString());

        assertThat(run.status()).isZero();
        assertThat(run.out())
                .containsPattern(
                        "1883 +2 users of " + passwd + ", and anonymous clients +" + acl + " +no")
                .contains(
                        "listener 1883: passwords cross the network in clear text",
                        "Different from mosquitto:");
    }

    @Test
    void checkFindsTheMistakesOfAllFilesAtOnce() throws IOException {
        Files.writeString(conf, Files.readString(conf) + "max_qos 7\nfoo\n");
        Files.writeString(acl, "topic sometimes a/b\n");
        Files.writeString(passwd, "ann:secret\n");

        ProgramRun run = ProgramRun.canary("", "check", "-c", conf.toString());

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err())
                .contains(
                        conf + ":5: ", conf + ":6: ", acl + ":1: ", passwd + ":1: ", "4 problems.");
    }
}
