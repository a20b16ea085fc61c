// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.TreeSet;

class RandomPasswordTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void passwordHasAtLeast128BitsOfChance() {
        var used = new TreeSet<Character>();
        int length = Integer.MAX_VALUE;
        for (int i = 0; i < 1000; i++) {
            var password = RandomPassword.next(random);
            length = Math.min(length, password.length());
            password.chars().forEach(c -> used.add((char) c));
        }

        assertThat(length * Math.log(used.size()) / Math.log(2)).isGreaterThanOrEqualTo(128);
    }

    @Test
    void passwordHasOnlyCharactersThatCannotBeMistaken() {
        for (int i = 0; i < 1000; i++) {
            assertThat(RandomPassword.next(random)).matches("[a-hjkmnp-z2-9]+");
        }
    }

    @Test
    void noPasswordComesTwice() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            assertThat(seen.add(RandomPassword.next(random))).isTrue();
        }
    }
}
