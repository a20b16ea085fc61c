// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.time.Duration;

class ClientOptionsTest {
    private final ClientOptions.Builder builder = ClientOptions.builder("broker.example", 1883);

    @Test
    void passwordIsInNoText() {
        ClientOptions options = builder.credentials("ann", "hunter2").build();

        assertThat(options.toString()).contains("ann").doesNotContain("hunter2");
    }

    @Test
    @Spec({"v3:MQTT-3.1.2-22", "v3:MQTT-3.1.3-7"})
    void whatTheVersionForbidsIsRefusedAtOnce() {
        byte[] password = {1};
        builder.password(password);
        assertThat(builder.build().password()).isEqualTo(password);
        builder.version(ProtocolVersion.MQTT_3_1_1);
        assertThatThrownBy(builder::build).hasMessageContaining("user name");

        builder.password(null).cleanStart(false);
        assertThatThrownBy(builder::build).hasMessageContaining("client id");
        builder.clientId("c").build();
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        assertThatThrownBy(() -> builder.keepAlive(Duration.ofSeconds(65_536)).build())
                .hasMessage("Keep Alive 65536 is not 0 to 65535");
        builder.keepAlive(Duration.ZERO);
        assertThatThrownBy(() -> builder.receiveMaximum(0).build())
                .hasMessageStartingWith("Receive Maximum");
        builder.receiveMaximum(1);
        assertThatThrownBy(() -> builder.username("x".repeat(65_536)).build())
                .hasMessageStartingWith("user name");
        assertThatThrownBy(() -> ClientOptions.builder("h", 0))
                .hasMessage("port 0 is not 1 to 65535");
        assertThatThrownBy(() -> ClientOptions.builder(" ", 1)).hasMessage("the host is empty");
    }

    @Test
    void addressesAreDescribedAsTheyAreWritten() {
        assertThat(Transport.tcp("[::1]", 1883).describe()).isEqualTo("[::1]:1883");
        assertThat(Transport.tcp("localhost", 1).describe()).isEqualTo("localhost:1");
    }
}
