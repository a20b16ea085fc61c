// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.routing.SessionOutbox;
import org.thecanary.broker.session.Permissions;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code check_retain_source}: a Retained Message is delivered only while whoever published it may still publish there.
 *
 * <p>A message does not keep which listener it came by, so the rules of any listener may allow it. Any thread.
 */
final class RetainSourceRules implements SessionOutbox.RetainSource {
    private static final int MOST_REMEMBERED = 10_000;

    private final List<AccessRules> rules;
    private final ConcurrentHashMap<Publisher, List<Permissions>> known = new ConcurrentHashMap<>();

    RetainSourceRules(List<AccessRules> rules) {
        this.rules = List.copyOf(rules);
    }

    @Override
    public boolean mayStillPublish(Publication retained) {
        Publisher publisher = retained.publisher();
        if (publisher.clientId().isEmpty()) {
            return true; // the Server's own
        }
        List<Permissions> permissions = known.get(publisher);
        if (permissions == null) {
            if (known.size() >= MOST_REMEMBERED) {
                known.clear();
            }
            permissions = rules.stream()
                    .map(rule -> rule.permissions(publisher.username(), publisher.clientId()))
                    .toList();
            known.put(publisher, permissions);
        }
        return permissions.stream()
                .anyMatch(permission -> permission.mayPublish(retained.message().topic()));
    }
}
