// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Does a list of cipher suites mean to us what it means to OpenSSL, as far as Java has them? */
class CipherListTest {
    private static List<String> java(String list) throws Exception {
        return CipherList.tls12(list, _ -> {}).stream()
                .map(CipherListTest::opensslName)
                .toList();
    }

    private static String opensslName(String java) {
        return java.replace("TLS_", "")
                .replace("_WITH", "")
                .replaceFirst("AES_(\\d+)", "AES$1")
                .replace("_CBC", "")
                .replace("POLY1305_SHA256", "POLY1305")
                .replace('_', '-');
    }

    private static Set<String> openssl(String list) throws Exception {
        Process process = new ProcessBuilder("openssl", "ciphers", "-tls1_2", list)
                .redirectErrorStream(true)
                .start();
        String out =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        assertThat(process.waitFor()).as(out).isZero();
        return new HashSet<>(Arrays.asList(out.split(":")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALL",
                "HIGH",
                "HIGH:!aNULL:!MD5",
                "ECDHE+AESGCM:DHE+AESGCM",
                "EECDH+AES256:EDH+AES256",
                "HIGH:!SHA1:!SHA256:!SHA384",
                "ALL:!DSS:!aECDSA:-AES128:AES128+AESGCM+ECDHE",
                "aRSA+CHACHA20:kEECDH+AES128+SHA",
                "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES256-SHA256",
                "ECDHE-RSA-AES128-SHA:AES256-SHA",
                "!ECDHE:ALL",
            })
    void aListMeansWhatItMeansToOpenssl(String list) throws Exception {
        Set<String> known = new HashSet<>(java("ALL"));
        Set<String> expected = openssl(list);
        expected.retainAll(known);

        assertThat(java(list)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void theOrderIsThatOfTheList() throws Exception {
        assertThat(java("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"))
                .containsExactly("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384");
        assertThat(java("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:@STRENGTH"))
                .containsExactly("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256");
    }

    @Test
    void whatOpensslKnowsAndJavaHasNotIsLeftOutWithANotice() throws Exception {
        List<String> notices = new ArrayList<>();

        CipherList.tls12("DES-CBC3-SHA:ECDHE-RSA-AES128-GCM-SHA256", notices::add);

        assertThat(notices).singleElement().asString().contains("DES-CBC3-SHA");
    }

    @Test
    void aNameNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> java("HIGH:ECDHE-RSA-AES265-GCM-SHA384"))
                .hasMessageContaining("ECDHE-RSA-AES265-GCM-SHA384");
        assertThatThrownBy(() -> CipherList.tls13("TLS_AES_257", _ -> {}))
                .hasMessageContaining("TLS_AES_257");
    }

    @Test
    void aListThatLeavesNothingIsRefused() {
        assertThatThrownBy(() -> java("aNULL")).hasMessageContaining("Java has: ");
        assertThatThrownBy(() -> java("HIGH:!HIGH")).hasMessageContaining("leaves no cipher suite");
    }
}
