// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Does each message of a Shared Subscription go to one member of its group? */
class SharedSubscriptionTest {

    /** This many messages and no more. Those of another loop may come after the answer to a ping. */
    private static List<String> all(TestClient client, int count) throws Exception {
        List<String> payloads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            payloads.add(client.nextPayload());
        }
        client.expectNothing();
        return payloads;
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    void eachGroupGetsEachMessageOnce(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            List<TestClient> g = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                TestClient member = broker.connect(version, "g" + i);
                member.subscribe("$share/g/t/+", 1);
                g.add(member);
            }
            TestClient h = broker.connect(version, "h");
            h.subscribe("$share/h/t/#", 0);
            TestClient alone = broker.connect(version, "alone");
            alone.subscribe("t/a", 0);
            TestClient publisher = broker.connect("p");
            for (int i = 0; i < 30; i++) {
                publisher.publishAcknowledged("t/a", "m" + i, false);
            }
            publisher.publishAcknowledged("$share/g/t/a", "a topic like any other", false);

            List<String> together = new ArrayList<>();
            for (TestClient member : g) {
                together.addAll(all(member, 10));
            }
            assertThat(new TreeSet<>(together)).hasSize(30);
            assertThat(all(h, 30)).doesNotHaveDuplicates();
            assertThat(all(alone, 30)).doesNotHaveDuplicates();
        }
    }

    @Test
    void noRetainedMessagesAreSent() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            broker.connect("p").publishAcknowledged("t", "x", true);
            TestClient member = broker.connect("m");
            member.subscribe("$share/g/t", 0);
            member.expectNothing();
        }
    }

    @Test
    @Spec("MQTT-4.8.2-3")
    void aMemberThatLeavesLosesNothingForTheOthers() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient leaving = broker.connect("leaving");
            leaving.subscribe("$share/g/t", 1);
            TestClient publisher = broker.connect("p");
            for (int i = 0; i < 30; i++) {
                publisher.publishAcknowledged("t", "m" + i, false);
            }
            TestClient staying = broker.connect("staying");
            staying.subscribe("$share/g/t", 1);
            leaving.send(Disconnect.NORMAL);

            TreeSet<String> got = new TreeSet<>();
            for (int i = 0; i < 20; i++) {
                Publish next = staying.next(Publish.class);
                got.add(new String(next.message().payload(), UTF_8));
                staying.send(new PubAck(next.packetId(), ReasonCode.SUCCESS));
            }
            while (got.size() < 30) {
                got.add(staying.nextPayload());
            }
            assertThat(got).hasSize(30);
        }
    }
}
