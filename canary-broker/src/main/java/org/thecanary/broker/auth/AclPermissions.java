// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Permissions;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;

/**
 * The rules of an {@link AclFile} that concern one client, in the order mosquitto asks them: what the user is denied,
 * what the user is allowed, what the patterns deny, what the patterns allow. The first that matches decides; no match
 * is a denial.
 *
 * <p>Asked for every message and every delivery, so it only compares what was prepared and allocates nothing. It
 * remembers no decision: a topic is a new object in every PUBLISH, and each receiver asks about it once.
 *
 * <p>Immutable; any thread.
 */
public final class AclPermissions implements Permissions {
    private final String file;
    private final int userLine;
    private final AclRule[] rules;

    /**
     * @param file where they stand
     * @param userLine where the user's begin; 0: the file has none for this user
     * @param rules in the order of decision
     */
    AclPermissions(String file, int userLine, List<AclRule> rules) {
        this.file = file;
        this.userLine = userLine;
        this.rules = rules.toArray(AclRule[]::new);
    }

    @Override
    public boolean mayPublish(TopicName topic) {
        AclRule rule = publishRule(topic);
        return rule != null && !rule.denies();
    }

    @Override
    public boolean mayReceive(TopicName topic) {
        AclRule rule = receiveRule(topic);
        return rule != null && !rule.denies();
    }

    /** The rules, in the order they are asked. */
    public List<AclRule> rules() {
        return List.of(rules);
    }

    @Override
    public String publishRuleText(TopicName topic) {
        return text(publishRule(topic));
    }

    @Override
    public String receiveRuleText(TopicName topic) {
        return text(receiveRule(topic));
    }

    private String text(@Nullable AclRule rule) {
        if (rule != null) {
            return file + ":" + rule.line() + ": " + rule.text();
        }
        return userLine == 0
                ? file + ": no line allows it"
                : file + ":" + userLine + ": no line of this user allows it";
    }

    /** The rule that decides about publishing to a topic; null where none matches and the answer is no. */
    public @Nullable AclRule publishRule(TopicName topic) {
        for (AclRule rule : rules) {
            if ((rule.denies() || rule.allowsPublish()) && rule.matches(topic)) {
                return rule;
            }
        }
        return null;
    }

    /** The rule that decides about receiving from a topic; null where none matches and the answer is no. */
    public @Nullable AclRule receiveRule(TopicName topic) {
        for (AclRule rule : rules) {
            if ((rule.denies() || rule.allowsReceive()) && rule.matches(topic)) {
                return rule;
            }
        }
        return null;
    }
}
