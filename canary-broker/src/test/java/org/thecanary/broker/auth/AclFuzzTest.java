// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.thecanary.broker.config.ConfigException;
import org.thecanary.mqtt.topic.TopicName;

/** Whatever stands in a file, it is read or refused with problems, and never breaks a decision. */
class AclFuzzTest {
    @FuzzTest(maxDuration = "20s")
    void anyBytesAreReadOrRefusedWithALine(byte[] bytes) {
        try {
            AclPermissions permissions = AclFile.parse("f", bytes).permissions("user", "client");
            TopicName topic = TopicName.of("client/user/x");
            AclRule rule = permissions.publishRule(topic);
            assertThat(permissions.mayPublish(topic))
                    .isEqualTo(rule != null && rule.access() != AclRule.Access.DENY);
        } catch (ConfigException e) {
            assertThat(e.problems()).allMatch(problem -> problem.line() > 0);
        }
    }
}
