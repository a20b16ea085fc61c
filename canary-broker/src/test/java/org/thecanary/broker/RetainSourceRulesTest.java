// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.AclFile;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class RetainSourceRulesTest {
    @TempDir
    Path folder;

    private RetainSourceRules rules() throws IOException, ConfigException {
        Path acl = Files.writeString(folder.resolve("acl"), "user ann\ntopic write a/#\n");
        return new RetainSourceRules(
                List.of(new AccessRules(null, AclFile.load(acl), true, List.of())));
    }

    private static Publication retainedBy(String clientId, String username, String topic) {
        Message message = new Message(
                TopicName.of(topic),
                QoS.AT_MOST_ONCE,
                true,
                new byte[] {1},
                MessageProperties.NONE);
        return new Publication(message, new Publisher(clientId, username), Publication.NEVER);
    }

    @Test
    void whatItsPublisherMayStillPublishIsDelivered() throws Exception {
        assertThat(rules().mayStillPublish(retainedBy("c", "ann", "a/b"))).isTrue();
    }

    @Test
    void whatItsPublisherMayNotPublishAnyMoreIsNot() throws Exception {
        assertThat(rules().mayStillPublish(retainedBy("c", "ann", "b"))).isFalse();
        assertThat(rules().mayStillPublish(retainedBy("c", "bob", "a/b"))).isFalse();
    }

    @Test
    void whatTheServerPublishedIsDelivered() throws Exception {
        assertThat(rules().mayStillPublish(retainedBy("", "", "$SYS/broker/version")))
                .isTrue();
    }
}
