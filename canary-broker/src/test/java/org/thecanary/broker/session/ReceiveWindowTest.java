// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.session.SessionFixture.QOS_2;
import static org.thecanary.broker.session.SessionFixture.publication;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.ReceiveWindow.Arrival;
import org.thecanary.mqtt.Spec;

class ReceiveWindowTest {
    private final ReceiveWindow window = new ReceiveWindow();

    private static Publication message(String payload) {
        return publication("t", payload, QOS_2);
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void theSameMessageAgainIsADuplicate() {
        assertThat(window.arrive(1, message("a"))).isEqualTo(Arrival.NEW);
        assertThat(window.arrive(1, message("a"))).isEqualTo(Arrival.DUPLICATE);
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void eachConnectionMayResendOnce() {
        window.arrive(1, message("a"));
        window.arrive(1, message("a"));
        assertThat(window.arrive(1, message("a"))).isEqualTo(Arrival.FLOOD);

        window.connectionEnded();

        assertThat(window.arrive(1, message("a"))).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void anotherMessageWithAnIdentifierInUseReplacesTheFormer() {
        window.arrive(1, message("a"));

        assertThat(window.arrive(1, message("b"))).isEqualTo(Arrival.REUSED);
        assertThat(window.release(1)).isEqualTo(message("b"));
        assertThat(window.size()).isZero();
    }

    @Test
    @Spec("MQTT-4.3.3-12")
    void aReleasedIdentifierIsNew() {
        window.arrive(1, message("a"));

        assertThat(window.release(1)).isEqualTo(message("a"));
        assertThat(window.release(1)).isNull();
        assertThat(window.arrive(1, message("a"))).isEqualTo(Arrival.NEW);
    }
}
