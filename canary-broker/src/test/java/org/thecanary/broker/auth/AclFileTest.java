// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.session.Permissions;
import org.thecanary.mqtt.topic.TopicName;

import java.nio.file.Path;

class AclFileTest {
    private static AclFile acl(String text) throws ConfigException {
        return AclFile.parse("acl", text.getBytes(UTF_8));
    }

    /** {@code rw}, {@code r-}, {@code -w} or {@code --}. */
    private static String may(String text, @Nullable String user, String clientId, String topic)
            throws ConfigException {
        Permissions permissions = acl(text).permissions(user, clientId);
        TopicName name = TopicName.of(topic);
        return (permissions.mayReceive(name) ? "r" : "-")
                + (permissions.mayPublish(name) ? "w" : "-");
    }

    @Test
    void nothingIsAllowedWithoutARule() throws Exception {
        assertThat(may("", "ann", "c", "a")).isEqualTo("--");
        assertThat(may("user ann\ntopic a", "ann", "c", "b")).isEqualTo("--");
        assertThat(may("user ann\ntopic a", "bob", "c", "a")).isEqualTo("--");
    }

    @Test
    void accessIsReadAndWriteUnlessWritten() throws Exception {
        String text = "user ann\ntopic a\ntopic read b\ntopic write c\ntopic readwrite d e\n";

        assertThat(may(text, "ann", "c", "a")).isEqualTo("rw");
        assertThat(may(text, "ann", "c", "b")).isEqualTo("r-");
        assertThat(may(text, "ann", "c", "c")).isEqualTo("-w");
        assertThat(may(text, "ann", "c", "d e")).isEqualTo("rw");
    }

    @Test
    void theFirstBlockIsForAnonymousClientsOnly() throws Exception {
        String text = "topic a\nuser ann\ntopic b";

        assertThat(may(text, null, "c", "a")).isEqualTo("rw");
        assertThat(may(text, "ann", "c", "a")).isEqualTo("--");
        assertThat(may(text, "", "c", "a")).isEqualTo("--");
        assertThat(may(text, null, "c", "b")).isEqualTo("--");
    }

    @Test
    void aUserMayHaveSpacesAndSeveralBlocks() throws Exception {
        String text = "user  ann  lee \ntopic a\nuser bob\ntopic c\nuser ann  lee\ntopic b";

        assertThat(may(text, "ann  lee", "c", "a")).isEqualTo("rw");
        assertThat(may(text, "ann  lee", "c", "b")).isEqualTo("rw");
    }

    @Test
    void aDenialOfTheUserComesBeforeWhatTheUserMayWhereverItStands() throws Exception {
        assertThat(may("user ann\ntopic a/#\ntopic deny a/b", "ann", "c", "a/b"))
                .isEqualTo("--");
        assertThat(may("user ann\ntopic a/#\ntopic deny a/b", "ann", "c", "a/c"))
                .isEqualTo("rw");
    }

    @Test
    void aDenialByPatternComesBeforeWhatPatternsAllowWhereverItStands() throws Exception {
        String text = "pattern readwrite a/#\npattern deny a/%u";

        assertThat(may(text, "ann", "c", "a/ann")).isEqualTo("--");
        assertThat(may(text, "bob", "c", "a/ann")).isEqualTo("rw");
    }

    @Test
    void whatTheUserMayBeatsADenialByPattern() throws Exception {
        String text = "pattern deny a/#\npattern readwrite #\nuser ann\ntopic read a/b";

        assertThat(may(text, "ann", "c", "a/b")).isEqualTo("r-");
        assertThat(may(text, "bob", "c", "a/b")).isEqualTo("--");
        assertThat(may(text, "bob", "c", "b")).isEqualTo("rw");
    }

    @ParameterizedTest
    @CsvSource({
        "%u/x, ann, id, ann/x, rw",
        "%u/x, ann, id, bob/x, --",
        "%u/x, , id, ann/x, --",
        "%c/%u/#, ann, id, id/ann, rw",
        "a/%c/b, , id, a/id/b, rw",
        "a/%count, ann, id, a/idount, --",
        "a/%count, ann, id, a/%count, rw",
        "a/%under, , id, a/%under, --",
        // one name that begins another's
        "a/%c/#, , sensor, a/sensor2/t, --",
        "a/%c/#, , sensor2, a/sensor/t, --",
        // a name that fits no level
        "a/%c/#, , x/y, a/x/y, --",
        "a/%u, '', id, a/, --",
        "%c/x, , $SYS, $SYS/x, --",
    })
    void aPatternPutsNamesIntoWholeLevels(
            String pattern, @Nullable String user, String clientId, String topic, String access)
            throws Exception {
        assertThat(may("pattern " + pattern, user, clientId, topic)).isEqualTo(access);
    }

    @ParameterizedTest
    @CsvSource({"+, id", "a#, id", "ann, #", "ann, a+b"})
    void aNameWithAWildcardIsDeniedByPatternsButKeepsItsOwnRules(String user, String clientId)
            throws Exception {
        String text = "pattern readwrite #\nuser " + user + "\ntopic own";

        assertThat(may(text, user, clientId, "own")).isEqualTo("rw");
        assertThat(may(text, user, clientId, "other")).isEqualTo("--");
    }

    @ParameterizedTest
    @CsvSource({
        "'#', $SYS/x, --",
        "+/x, $SYS/x, --",
        "$SYS/#, $SYS/x, rw",
        "$SYS/#, $SYS, rw",
        "$share/g/x, $share/g/x, rw",
        "$share/g/x, x, --",
        "a/#, a, rw",
        "a/+/#, a/b, rw",
        "a/+/#, a, --",
        "a/+, a/, rw",
        "+, /, --",
        "+/+, /, rw",
        "a/b, a/b/c, --",
    })
    void filtersMatchAsSubscriptionsDoAndADollarNeedsADollar(
            String filter, String topic, String access) throws Exception {
        assertThat(may("topic " + filter, null, "c", topic)).isEqualTo(access);
    }

    @Test
    void theDecidingRuleIsKnownByItsLine() throws Exception {
        AclPermissions permissions =
                acl("# x\nuser ann\ntopic read a/#\ntopic deny a/b\n").permissions("ann", "c");

        assertThat(permissions.receiveRule(TopicName.of("a/b")))
                .extracting(AclRule::line, AclRule::access, AclRule::filter)
                .containsExactly(4, AclRule.Access.DENY, "a/b");
        assertThat(permissions.receiveRule(TopicName.of("a/c")))
                .extracting(AclRule::line)
                .isEqualTo(3);
        assertThat(permissions.publishRule(TopicName.of("a/c"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topics a | a line begins with topic, user or pattern, not \"topics\".",
                "Topic a | a line begins with topic, user or pattern, not \"Topic\" (did you mean"
                        + " topic?).",
                "topic | topic without a Topic Filter.",
                "pattern read a#|\"a#\" is no Topic Filter: '#' has to be alone in the last level.",
                "topic #/a|\"#/a\" is no Topic Filter: '#' has to be alone in the last level.",
                "topic a+|\"a+\" is no Topic Filter: '+' has to be alone in its level.",
                "topic my room|access is read, write, readwrite or deny, not \"my\". A filter with"
                        + " spaces needs one of them:  topic readwrite my room",
                "user|user without a name. Rules for clients without a user name stand above the"
                        + " first user line.",
                "' # no'|a comment has to begin in the first column.",
            })
    void aBadLineIsRefusedWithItsReason(String line, String reason) {
        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> acl("user ann\n" + line + "\ntopic read a"));

        assertThat(e.exitCode()).isEqualTo(3);
        assertThat(e.problems()).containsExactly(new Problem("acl", 2, reason));
    }

    @Test
    void aTabIsNoSeparator() {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> acl("topic\tread a"));

        assertThat(e)
                .hasMessage(
                        "acl:1: \"topic<TAB>read\": mosquitto separates with a space, not a tab.");
    }

    @Test
    void allBadLinesAreReportedInOneRun() {
        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> acl("x\n\nuser\ntopic a+\r\n#\n"));

        assertThat(e.problems()).extracting(Problem::line).containsExactly(1, 3, 4);
    }

    @Test
    void aFileThatCannotBeReadExitsWith13(@TempDir Path directory) {
        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> AclFile.load(directory.resolve("none")));

        assertThat(e.exitCode()).isEqualTo(13);
        assertThat(e.getMessage())
                .endsWith("none: the ACL file cannot be read: there is no such file.");
    }

    @Test
    void linesThatSeemToMeanSomethingElseAreNoticed() throws Exception {
        AclFile file = acl(
                "topic read\ntopic a/%u\npattern read x\npattern read x/u%u\ntopic read a\tb\n");

        assertThat(file.notices())
                .extracting(Problem::toString)
                .containsExactly(
                        "acl:1: \"read\" is the whole filter here, not an access word: the Topic"
                                + " Filter is missing.",
                        "acl:2: topic takes %u and %c for plain letters. Did you mean pattern?",
                        "acl:3: the pattern has neither %u nor %c, so it is for everybody.",
                        "acl:4: %u and %c stand for a name only where they fill a whole level.",
                        "acl:5: a tab is part of the filter; mosquitto separates with a space.");
    }
}
