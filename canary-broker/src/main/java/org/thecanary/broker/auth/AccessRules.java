// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.session.Permissions;
import org.thecanary.credentials.password.FileGuard;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordFileException;

import java.util.ArrayList;
import java.util.List;

/**
 * The users and rules of one listener, as they were read from its files; a reload makes a new one.
 *
 * <p>Immutable; any thread.
 *
 * @param users null: nobody's password is checked
 * @param acl null: everybody may do everything
 * @param allowAnonymous whether a client without a user name comes in
 * @param notices what the operator should read about the files although they are in order
 */
public record AccessRules(
        @Nullable PasswordFile users,
        @Nullable AclFile acl,
        boolean allowAnonymous,
        List<String> notices) {

    public AccessRules {
        notices = List.copyOf(notices);
    }

    /** Everybody may come in and do everything. */
    public static final AccessRules OPEN = new AccessRules(null, null, true, List.of());

    /**
     * Reads the files of all listeners.
     *
     * @return one for each listener, in their order
     * @throws ConfigException with the problems of all files; {@link ConfigException#UNREADABLE} if one cannot be read
     */
    public static List<AccessRules> load(List<ListenerConfig> listeners) throws ConfigException {
        List<AccessRules> rules = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        int exitCode = ConfigException.INVALID;
        for (ListenerConfig listener : listeners) {
            try {
                rules.add(load(listener));
            } catch (ConfigException e) {
                e.problems().stream()
                        .filter(problem -> !problems.contains(problem))
                        .forEach(problems::add);
                exitCode = Math.max(exitCode, e.exitCode());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(exitCode, problems);
        }
        return rules;
    }

    private static AccessRules load(ListenerConfig listener) throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        int exitCode = ConfigException.INVALID;
        PasswordFile users = null;
        AclFile acl = null;
        try {
            if (listener.passwordFile() != null) {
                users = PasswordFile.read(listener.passwordFile());
                notices.addAll(users.warnings());
            }
        } catch (PasswordFileException e) {
            switch (e) {
                case PasswordFileException.UnreadableFile unreadable -> {
                    exitCode = ConfigException.UNREADABLE;
                    problems.add(new Problem(
                            String.valueOf(listener.passwordFile()),
                            0,
                            String.valueOf(unreadable.getMessage())));
                }
                case PasswordFileException.BadLines bad ->
                    bad.problems()
                            .forEach(line -> problems.add(new Problem(
                                    line.file().toString(), line.line(), line.sentence())));
            }
        }
        try {
            if (listener.aclFile() != null) {
                acl = AclFile.load(listener.aclFile());
                notices.addAll(FileGuard.warnings(listener.aclFile()));
                acl.notices().forEach(notice -> notices.add(notice.toString()));
            }
        } catch (ConfigException e) {
            exitCode = Math.max(exitCode, e.exitCode());
            problems.addAll(e.problems());
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(exitCode, problems);
        }
        return new AccessRules(users, acl, listener.allowAnonymous(), notices);
    }

    /** What a client may do. */
    public Permissions permissions(@Nullable String username, String clientId) {
        return acl == null ? Permissions.ALL : acl.permissions(username, clientId);
    }
}
