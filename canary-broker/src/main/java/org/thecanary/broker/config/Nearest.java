// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/** Finds the option somebody meant. */
public final class Nearest {
    private Nearest() {}

    /** The option name nearest to a word, or null where none is near. */
    static @Nullable String name(String word) {
        return of(
                word.toLowerCase(Locale.ROOT).replace('-', '_'),
                Directives.ALL.stream().map(Directive::name).toList());
    }

    /** The name nearest to a word, or null where none is near. */
    public static @Nullable String of(String word, List<String> names) {
        if (word.length() > 60) {
            return null;
        }
        String nearest = null;
        int best = Math.max(1, word.length() / 4) + 1;
        for (String name : names) {
            int distance = distance(word, name);
            if (distance < best) {
                best = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    /** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
