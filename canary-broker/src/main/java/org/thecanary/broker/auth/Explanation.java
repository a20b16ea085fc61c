// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Permissions;
import org.thecanary.broker.session.ReservedTopics;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.List;

/**
 * Why a client may do something, or may not: the answer of the broker's own rules, with the line it comes from.
 *
 * @param allowed the decision
 * @param because where it comes from, a sentence each; a rule with file and line
 * @param change what would turn the decision round
 */
public record Explanation(boolean allowed, List<String> because, String change) {
    public Explanation {
        because = List.copyOf(because);
    }

    /** What the client wants. */
    public enum Action {
        PUBLISH("write"),
        RECEIVE("read");

        private final String access;

        Action(String access) {
            this.access = access;
        }
    }

    /**
     * Explains what a client may do on one topic.
     *
     * @param username null: anonymous
     * @param topic the whole one, its mount point included
     */
    public static Explanation of(
            AccessRules access,
            @Nullable String username,
            String clientId,
            TopicName topic,
            Action action) {
        if (action == Action.PUBLISH && ReservedTopics.contains(topic)) {
            return new Explanation(
                    false,
                    List.of("no client may publish to " + topic + ", whatever the rules say"),
                    "publish to a topic that does not begin with $");
        }
        Permissions permissions = access.permissions(username, clientId);
        boolean allowed = switch (action) {
            case PUBLISH -> permissions.mayPublish(topic);
            case RECEIVE -> permissions.mayReceive(topic);
        };
        AclFile acl = access.acl();
        if (acl == null || !(permissions instanceof AclPermissions rules)) {
            return new Explanation(
                    allowed,
                    List.of(
                            "there is no acl_file here, so everybody who comes in may do everything"),
                    "name a file of rules in the configuration:  acl_file FILE");
        }
        AclRule rule =
                action == Action.PUBLISH ? rules.publishRule(topic) : rules.receiveRule(topic);
        if (rule == null) {
            return new Explanation(
                    allowed, nothing(acl, username, clientId), add(acl, username, topic, action));
        }
        return new Explanation(
                allowed,
                List.of(place(acl, rule)),
                allowed
                        ? "without line " + rule.line() + " of " + acl.name()
                                + " it would be denied, unless another line allows it"
                        : "remove line " + rule.line() + " of " + acl.name()
                                + "; then another line has to allow it:  topic " + action.access
                                + " " + topic);
    }

    private static String place(AclFile acl, AclRule rule) {
        return acl.name() + ":" + rule.line() + ": " + rule.text();
    }

    private static List<String> nothing(AclFile acl, @Nullable String username, String clientId) {
        List<String> because = new ArrayList<>();
        because.add("no line of " + acl.name() + " allows it, and what no line allows is denied");
        if (username == null) {
            because.add("for clients without a user name count the topic lines above the first user"
                    + " line, and pattern lines without %u");
        } else if (acl.lineOf(username) == 0) {
            because.add(
                    "the file has no line:  user " + username
                            + "  (topic lines above the first user line are for clients without a user name)");
        }
        if (!AclFile.patternsApply(username, clientId)) {
            because.add(
                    "pattern lines do not count, since the user name or Client Identifier holds + or #");
        }
        return because;
    }

    private static String add(
            AclFile acl, @Nullable String username, TopicName topic, Action action) {
        String line = "topic " + action.access + " " + topic;
        if (username == null) {
            return "write above the first user line of " + acl.name() + ":  " + line;
        }
        int at = acl.lineOf(username);
        return at == 0
                ? "write at the end of " + acl.name() + " two lines:  user " + username + "  and  "
                        + line
                : "write below line " + at + " of " + acl.name() + ":  " + line;
    }

    /** The rules that decide what a subscriber is sent, in the order they are asked, as lines of the file. */
    public static List<String> receiveRules(
            AccessRules access, @Nullable String username, String clientId) {
        AclFile acl = access.acl();
        if (acl == null
                || !(access.permissions(username, clientId) instanceof AclPermissions rules)) {
            return List.of();
        }
        return rules.rules().stream()
                .filter(rule -> rule.denies() || rule.allowsReceive())
                .map(rule -> place(acl, rule))
                .toList();
    }
}
