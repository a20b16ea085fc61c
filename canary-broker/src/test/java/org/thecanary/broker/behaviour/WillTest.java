// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.behaviour.TestClient.message;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.packet.Will;

/** When is a Will published, and how? */
class WillTest {
    private static final Will GONE = new Will(message("will", "gone", 1, false), 0);

    private static TestClient watcher(TestBroker broker) throws Exception {
        TestClient watcher = broker.connect("watcher");
        watcher.subscribe("will", 1);
        return watcher;
    }

    private static TestClient mortal(TestBroker broker, ProtocolVersion version, Will will)
            throws Exception {
        TestClient mortal = broker.open(version);
        mortal.connect(greeting -> {
            greeting.clientId = "mortal";
            greeting.will = will;
        });
        return mortal;
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.2-14", "v3:MQTT-3.1.2-8", "v3:MQTT-3.1.2-16"})
    void aLostConnectionPublishesItOnce(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            mortal(broker, version, GONE).close();

            Publish will = watcher.next(Publish.class);
            assertThat(will.message()).isEqualTo(GONE.message());
            watcher.expectNothing();
            broker.connect("late").subscribe("will", 0); // nothing is retained
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.2-15", "v3:MQTT-3.1.2-17"})
    void aRetainedWillIsRetained(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            mortal(broker, version, new Will(message("will", "gone", 1, true), 0))
                    .close();
            assertThat(watcher.next(Publish.class).message().retain()).isFalse();

            TestClient late = broker.connect("late");
            late.subscribe("will", 1);
            assertThat(late.next(Publish.class).message())
                    .isEqualTo(message("will", "gone", 1, true));
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-14", "v3:MQTT-3.1.2-16"})
    void anotherWillIsNotRetained() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            mortal(broker, ProtocolVersion.MQTT_5, GONE).close();
            watcher.next(Publish.class);

            TestClient late = broker.connect("late");
            late.subscribe("will", 1);
            late.expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.14.4-3", "MQTT-3.1.2-8", "v3:MQTT-3.14.4-3", "v3:MQTT-3.1.2-10"})
    void aGoodbyeDiscardsIt(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            TestClient mortal = mortal(broker, version, GONE);
            mortal.send(Disconnect.NORMAL);
            mortal.expectClosed();

            mortal(broker, version, new Will(message("will", "second", 1, false), 0))
                    .close();
            assertThat(watcher.nextPayload()).isEqualTo("second");
        }
    }

    @Test
    @Spec("v3:MQTT-3.1.2-12")
    void withoutAWillNothingIsPublished() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = broker.connect("watcher");
            watcher.subscribe("#", 1);
            TestClient plain = broker.connect(ProtocolVersion.MQTT_3_1_1, "plain");
            plain.close();

            mortal(broker, ProtocolVersion.MQTT_3_1_1, GONE).close();
            assertThat(watcher.nextPayload()).isEqualTo("gone");
            watcher.expectNothing();
        }
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void aGoodbyeWithWillPublishesIt() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            TestClient mortal = mortal(broker, ProtocolVersion.MQTT_5, GONE);
            mortal.send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, null));
            mortal.expectClosed();

            assertThat(watcher.nextPayload()).isEqualTo("gone");
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-8", "v3:MQTT-3.1.2-8"})
    void aViolationOrSilencePublishesIt() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            TestClient mortal = mortal(broker, ProtocolVersion.MQTT_3_1_1, GONE);
            mortal.sendBytes("00 00");
            mortal.expectClosed();
            assertThat(watcher.nextPayload()).isEqualTo("gone");

            TestClient silent = broker.open(ProtocolVersion.MQTT_5);
            silent.connect(greeting -> {
                greeting.will = new Will(message("will", "silent", 1, false), 0);
                greeting.keepAliveSeconds = 1;
            });
            assertThat(watcher.nextPayload()).isEqualTo("silent");
        }
    }

    @Test
    @Spec("MQTT-3.1.3-10")
    void itsUserPropertiesKeepTheirOrder() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            UserProperty[] users = {
                new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "0")
            };
            mortal(
                            broker,
                            ProtocolVersion.MQTT_5,
                            new Will(TestClient.withUserProperties(GONE.message(), users), 0))
                    .close();

            assertThat(watcher.next(Publish.class).message().properties().userProperties())
                    .containsExactly(users);
        }
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void aDelayIsKept() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            TestClient mortal = broker.open(ProtocolVersion.MQTT_5);
            mortal.connect(greeting -> {
                greeting.will = new Will(GONE.message(), 1);
                greeting.sessionExpirySeconds = 100;
            });
            long start = System.nanoTime();
            mortal.close();

            assertThat(watcher.nextPayload()).isEqualTo("gone");
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(990_000_000L);
        }
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void aClientThatIsBackBeforeItsDelayPreventsIt() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = watcher(broker);
            TestClient mortal = broker.open(ProtocolVersion.MQTT_5);
            mortal.connect(greeting -> {
                greeting.will = new Will(GONE.message(), 1);
                greeting.sessionExpirySeconds = 100;
            });
            mortal.close();
            TestClient back = broker.open(ProtocolVersion.MQTT_5);
            back.connect(greeting -> {
                greeting.cleanStart = false;
                greeting.sessionExpirySeconds = 100;
            });

            // A will of the same delay, lost later, comes alone.
            TestClient other = broker.open(ProtocolVersion.MQTT_5);
            other.connect(greeting -> {
                greeting.clientId = "other";
                greeting.will = new Will(message("will", "other", 1, false), 1);
                greeting.sessionExpirySeconds = 100;
            });
            other.close();
            assertThat(watcher.nextPayload()).isEqualTo("other");
            watcher.expectNothing();
        }
    }
}
