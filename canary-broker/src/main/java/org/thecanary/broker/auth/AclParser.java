// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AclRule.Access;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.config.TextLines;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the lines of an ACL file as mosquitto does, and goes on after a bad one to report them all.
 *
 * <p>Owner: confined to its creator.
 */
final class AclParser {
    final List<AclRule> anonymous = new ArrayList<>();
    final Map<String, List<AclRule>> users = new HashMap<>();
    final List<AclRule> patterns = new ArrayList<>();
    final List<Problem> problems = new ArrayList<>();
    final List<Problem> notices = new ArrayList<>();

    final String file;
    final Map<String, Integer> userLines = new HashMap<>();

    // where the line being read stands
    private int line;
    private List<AclRule> current = anonymous;

    AclParser(String file) {
        this.file = file;
    }

    void parse(byte[] bytes) {
        String encoding = TextLines.foreignEncoding(bytes);
        if (encoding != null) {
            line = 1;
            problem("the file is "
                    + encoding
                    + "; mosquitto reads plain UTF-8. Save it as UTF-8 without a byte"
                    + " order mark.");
            return;
        }
        for (TextLines.Line each : TextLines.split(bytes)) {
            if (each.comment()) {
                continue;
            }
            line = each.number();
            String text = each.text();
            if (text == null) {
                problem("the line is not UTF-8. Save the file as UTF-8.");
            } else {
                line(trimEnd(text));
            }
        }
    }

    private void line(String text) {
        String[] word = firstWord(text);
        switch (word[0]) {
            case "" -> {}
            case "topic" -> rule(word[1], false);
            case "pattern" -> rule(word[1], true);
            case "user" -> user(trim(word[1]));
            default -> problem(invalid(word[0]));
        }
    }

    private static String invalid(String word) {
        if (word.indexOf('\t') >= 0) {
            return "\""
                    + word.replace("\t", "<TAB>")
                    + "\": mosquitto separates with a space, not a tab.";
        }
        if (word.startsWith("#")) {
            return "a comment has to begin in the first column.";
        }
        String lower = word.toLowerCase(Locale.ROOT);
        return "a line begins with topic, user or pattern, not \""
                + word
                + "\""
                + (List.of("topic", "user", "pattern").contains(lower)
                        ? " (did you mean " + lower + "?)."
                        : ".");
    }

    private void user(String name) {
        if (name.isEmpty()) {
            problem("user without a name. Rules for clients without a user name stand above the"
                    + " first user line.");
            // What follows belongs to nobody we know.
            current = new ArrayList<>();
            return;
        }
        userLines.putIfAbsent(name, line);
        current = users.computeIfAbsent(name, each -> new ArrayList<>());
    }

    private void rule(String rest, boolean pattern) {
        String[] word = firstWord(rest);
        if (word[0].isEmpty()) {
            problem((pattern ? "pattern" : "topic") + " without a Topic Filter.");
            return;
        }
        String filter = trim(word[1]);
        Access access = Access.READWRITE;
        if (filter.isEmpty()) {
            filter = word[0];
            if (access(filter) != null) {
                notice("\""
                        + filter
                        + "\" is the whole filter here, not an access word: the Topic"
                        + " Filter is missing.");
            }
        } else {
            Access written = access(word[0]);
            if (written == null) {
                problem(unknownAccess(word[0], filter, pattern));
                return;
            }
            access = written;
        }
        String mistake = mistake(filter);
        if (mistake != null) {
            problem("\"" + filter + "\" is no Topic Filter: " + mistake);
            return;
        }
        if (filter.indexOf('\t') >= 0) {
            notice("a tab is part of the filter; mosquitto separates with a space.");
        }
        AclRule rule = new AclRule(line, access, filter, pattern);
        warnOfSubstitution(rule, pattern);
        (pattern ? patterns : current).add(rule);
    }

    private static String unknownAccess(String word, String filter, boolean pattern) {
        String keyword = pattern ? "pattern" : "topic";
        return "access is read, write, readwrite or deny, not \""
                + word
                + "\". A filter with spaces needs one of them:  "
                + keyword
                + " readwrite "
                + word
                + " "
                + filter;
    }

    private void warnOfSubstitution(AclRule rule, boolean pattern) {
        boolean written = rule.filter().contains("%u") || rule.filter().contains("%c");
        boolean fills = rule.names("%u") || rule.names("%c");
        if (!pattern && fills) {
            notice("topic takes %u and %c for plain letters. Did you mean pattern?");
        } else if (pattern && !written) {
            notice("the pattern has neither %u nor %c, so it is for everybody.");
        } else if (pattern && !fills) {
            notice("%u and %c stand for a name only where they fill a whole level.");
        }
    }

    private static @Nullable Access access(String word) {
        return switch (word) {
            case "read" -> Access.READ;
            case "write" -> Access.WRITE;
            case "readwrite" -> Access.READWRITE;
            case "deny" -> Access.DENY;
            default -> null;
        };
    }

    /** What is wrong with a filter; null for nothing. mosquitto knows no $share here. */
    private static @Nullable String mistake(String filter) {
        String[] levels = filter.split("/", -1);
        if (levels.length - 1 > TopicName.MAX_SEPARATORS) {
            return "it has more than " + TopicName.MAX_SEPARATORS + " '/'.";
        }
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].contains("#") && (levels[i].length() > 1 || i < levels.length - 1)) {
                return "'#' has to be alone in the last level.";
            }
            if (levels[i].contains("+") && levels[i].length() > 1) {
                return "'+' has to be alone in its level.";
            }
        }
        return null;
    }

    private void problem(String text) {
        problems.add(new Problem(file, line, text));
    }

    private void notice(String text) {
        notices.add(new Problem(file, line, text));
    }

    /** The first word, and what follows it and one space. */
    private static String[] firstWord(String text) {
        int from = 0;
        while (from < text.length() && text.charAt(from) == ' ') {
            from++;
        }
        int space = text.indexOf(' ', from);
        return space < 0
                ? new String[] {text.substring(from), ""}
                : new String[] {text.substring(from, space), text.substring(space + 1)};
    }

    private static String trim(String text) {
        int from = 0;
        while (from < text.length() && isSpace(text.charAt(from))) {
            from++;
        }
        return trimEnd(text.substring(from));
    }

    private static String trimEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** As C's {@code isspace}. */
    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
