// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.config.TextLines;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who may publish and receive what: an {@code acl_file} of mosquitto.
 *
 * <pre>
 * topic [read|write|readwrite|deny] FILTER      for the user above, or for clients without a user name
 * user NAME                                     whom the topic lines below are for
 * pattern [read|write|readwrite|deny] FILTER    for everybody; %u is the user name and %c the Client Identifier
 * </pre>
 *
 * <p>Whatever no rule allows is denied. Rules filter what is published and delivered; to subscribe is always allowed,
 * as in mosquitto. A reload makes a new one.
 *
 * <p>Immutable; any thread. Only {@link #load} blocks.
 */
public final class AclFile {
    private final List<AclRule> anonymous;
    private final Map<String, List<AclRule>> users;
    private final List<AclRule> patterns;
    private final List<Problem> notices;
    private final String name;
    private final Map<String, Integer> userLines;

    private AclFile(AclParser parser) {
        this.anonymous = deniesFirst(parser.anonymous);
        Map<String, List<AclRule>> users = new HashMap<>();
        parser.users.forEach((user, rules) -> users.put(user, deniesFirst(rules)));
        this.users = Map.copyOf(users);
        this.patterns = deniesFirst(parser.patterns);
        this.notices = List.copyOf(parser.notices);
        this.name = parser.file;
        this.userLines = Map.copyOf(parser.userLines);
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException with exit code {@link ConfigException#UNREADABLE} if it cannot be read, and with
     *     {@link ConfigException#INVALID} and every bad line if it can
     */
    public static AclFile load(Path file) throws ConfigException {
        byte[] bytes;
        try {
            bytes = TextLines.read(file);
        } catch (IOException e) {
            String text = "the ACL file cannot be read: " + TextLines.reason(e) + ".";
            throw new ConfigException(
                    ConfigException.UNREADABLE, List.of(new Problem(file.toString(), 0, text)));
        }
        return parse(file.toString(), bytes);
    }

    /**
     * Reads the bytes of a file.
     *
     * @param name for messages
     * @throws ConfigException with every bad line
     */
    static AclFile parse(String name, byte[] bytes) throws ConfigException {
        AclParser parser = new AclParser(name);
        parser.parse(bytes);
        if (!parser.problems.isEmpty()) {
            throw new ConfigException(ConfigException.INVALID, parser.problems);
        }
        return new AclFile(parser);
    }

    /** The file, as it was named. */
    public String name() {
        return name;
    }

    /** The first line {@code user NAME} of a user, from 1; 0 for none. */
    public int lineOf(String username) {
        return userLines.getOrDefault(username, 0);
    }

    /** Whether patterns are for this client: no name may hold a wildcard. */
    public static boolean patternsApply(@Nullable String username, String clientId) {
        return !hasWildcard(username) && !hasWildcard(clientId);
    }

    /** Lines that mean something else than they seem to, although the file is in order. */
    public List<Problem> notices() {
        return notices;
    }

    /**
     * What a client may do.
     *
     * @param username null for a client that sent none, or an empty one
     * @param clientId the one in use, assigned or sent
     */
    public AclPermissions permissions(@Nullable String username, String clientId) {
        List<AclRule> own = username == null ? anonymous : users.getOrDefault(username, List.of());
        List<AclRule> rules = new ArrayList<>(own);
        // A name with a wildcard could match what belongs to others (CVE-2017-7650).
        if (patternsApply(username, clientId)) {
            for (AclRule pattern : patterns) {
                AclRule filled = pattern.fill(username, clientId);
                if (filled != null) {
                    rules.add(filled);
                }
            }
        }
        return new AclPermissions(name, username == null ? 0 : lineOf(username), rules);
    }

    private static boolean hasWildcard(@Nullable String name) {
        return name != null && (name.indexOf('+') >= 0 || name.indexOf('#') >= 0);
    }

    private static List<AclRule> deniesFirst(List<AclRule> rules) {
        List<AclRule> ordered = new ArrayList<>();
        rules.stream().filter(AclRule::denies).forEach(ordered::add);
        rules.stream().filter(rule -> !rule.denies()).forEach(ordered::add);
        return List.copyOf(ordered);
    }
}
