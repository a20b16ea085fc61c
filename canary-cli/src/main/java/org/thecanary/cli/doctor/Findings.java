// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.doctor;

import org.thecanary.cli.text.JsonText;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was looked at, in order. Owner: confined to its creator. */
final class Findings {
    /** How a thing is. */
    enum Verdict {
        OK,
        /** It works, but will not for ever, or less well than it could. */
        WARNING,
        WRONG
    }

    /**
     * One thing that was looked at.
     *
     * @param check what: {@code chain}, {@code dates}, …
     * @param said how it is, a sentence without its end
     * @param cure what to do; empty where all is well
     */
    record Finding(String check, Verdict verdict, String said, String cure) {}

    private final List<Finding> all = new ArrayList<>();

    void ok(String check, String said) {
        all.add(new Finding(check, Verdict.OK, said, ""));
    }

    void warning(String check, String said, String cure) {
        all.add(new Finding(check, Verdict.WARNING, said, cure));
    }

    void wrong(String check, String said, String cure) {
        all.add(new Finding(check, Verdict.WRONG, said, cure));
    }

    /** Whether nothing is wrong; warnings do not count. */
    boolean isWell() {
        return all.stream().noneMatch(finding -> finding.verdict() == Verdict.WRONG);
    }

    /** For a person. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Finding finding : all) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-8s %-12s %s.%n",
                    finding.verdict() == Verdict.OK ? "ok" : finding.verdict().toString(),
                    finding.check(),
                    finding.said()));
            finding.cure()
                    .lines()
                    .forEach(line -> text.append(" ".repeat(22))
                            .append("-> ")
                            .append(line)
                            .append('\n'));
        }
        long wrong = all.stream()
                .filter(finding -> finding.verdict() == Verdict.WRONG)
                .count();
        long warnings = all.stream()
                .filter(finding -> finding.verdict() == Verdict.WARNING)
                .count();
        return text.append(String.format(
                        Locale.ROOT,
                        "%d checked, %d wrong, %d to mind.%n",
                        all.size(),
                        wrong,
                        warnings))
                .toString();
    }

    /** For a program: one line. */
    String json() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Finding finding : all) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("check", finding.check());
            map.put("verdict", finding.verdict().toString().toLowerCase(Locale.ROOT));
            map.put("said", finding.said());
            map.put("cure", finding.cure().isEmpty() ? null : finding.cure());
            list.add(map);
        }
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("well", isWell());
        whole.put("findings", list);
        return JsonText.of(whole) + "\n";
    }
}
