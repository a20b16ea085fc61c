// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.message;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Will;

class WillStateTest {
    private static final Will AFTER_10_S = new Will(message("w", "gone", QOS_0), 10);

    private final WillState state = new WillState();

    @Test
    void nothingIsDueWhileTheConnectionLasts() {
        state.replace(AFTER_10_S);

        assertThat(state.dueAtMillis()).isEqualTo(Publication.NEVER);
        assertThat(state.takeIfDue(1_000_000)).isNull();
    }

    @Test
    @Spec({"MQTT-3.1.2-8", "MQTT-3.1.2-10"})
    void itIsDueAfterItsDelayAndOnlyOnce() {
        state.replace(AFTER_10_S);
        state.connectionLost(5_000, Publication.NEVER);

        assertThat(state.takeIfDue(14_999)).isNull();
        assertThat(state.takeIfDue(15_000)).isEqualTo(AFTER_10_S);
        assertThat(state.takeIfDue(20_000)).isNull();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void itIsDueWhenTheSessionEndsIfThatIsSooner() {
        state.replace(AFTER_10_S);
        state.connectionLost(5_000, 7_000);

        assertThat(state.dueAtMillis()).isEqualTo(7_000);
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void aNewConnectionMakesItVoid() {
        state.replace(AFTER_10_S);
        state.connectionLost(5_000, Publication.NEVER);
        state.replace(null);

        assertThat(state.takeIfDue(Publication.NEVER - 1)).isNull();
    }
}
