// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

/** What becomes of a client that falls silent? */
class KeepAliveTest {
    private static final long ONE_AND_A_HALF_SECONDS = 1_500_000_000L;

    @Test
    @Spec({"MQTT-3.1.2-22", "v3:MQTT-3.1.2-24", "MQTT-3.14.2-1"})
    void itIsDisconnectedAfterOneAndAHalfTimesItsKeepAlive() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient five = broker.open(ProtocolVersion.MQTT_5);
            TestClient three = broker.open(ProtocolVersion.MQTT_3_1_1);
            long start = System.nanoTime();
            five.connect(greeting -> greeting.keepAliveSeconds = 1);
            three.connect(greeting -> {
                greeting.clientId = "three";
                greeting.keepAliveSeconds = 1;
            });

            five.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(ONE_AND_A_HALF_SECONDS);
            three.expectClosed();
        }
    }

    @Test
    @Spec("MQTT-3.1.2-22")
    void theServersKeepAliveCountsWhereItSaidSo() throws Exception {
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.maxKeepAliveSeconds = 1)) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            assertThat(client.connect(greeting -> greeting.keepAliveSeconds = 0)
                            .properties()
                            .serverKeepAlive())
                    .isEqualTo(1);
            client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        }
    }

    @Test
    void aVersion3ClientThatAsksForMoreThanWeGiveIsRefused() throws Exception {
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.maxKeepAliveSeconds = 10)) {
            TestClient client = broker.open(ProtocolVersion.MQTT_3_1_1);
            assertThat(client.tryConnect(greeting -> greeting.keepAliveSeconds = 11)
                            .reason()
                            .isError())
                    .isTrue();
            client.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.12.4-1", "v3:MQTT-3.12.4-1"})
    void aPingIsAnswered() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                TestClient client = broker.connect(version, "c" + version);
                client.send(PingReq.INSTANCE, PingReq.INSTANCE);
                client.next(PingResp.class);
                client.next(PingResp.class);
            }
        }
    }
}
