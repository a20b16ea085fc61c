// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.thecanary.client.KeepAlive.Due;
import org.thecanary.mqtt.Spec;

class KeepAliveTest {
    private static final long START = 1_000_000;
    private final KeepAlive keepAlive = new KeepAlive(10, START);

    private Due due(long afterMillis) {
        return keepAlive.due(START + afterMillis, false);
    }

    @Test
    @Spec("MQTT-3.1.2-20")
    void pingIsDueWhenNothingWasSentForTheKeepAlive() {
        keepAlive.sent(START + 5_000);
        keepAlive.received(START + 14_000);

        assertThat(due(14_999)).isEqualTo(Due.NOTHING);
        assertThat(due(15_000)).isEqualTo(Due.PING);
        assertThat(keepAlive.nextMillis(START + 6_000)).isEqualTo(9_000);
    }

    @Test
    void pingIsDueWhenNothingWasReceivedForTheKeepAlive() {
        keepAlive.sent(START + 9_999);

        assertThat(due(9_999)).isEqualTo(Due.NOTHING);
        assertThat(due(10_000)).isEqualTo(Due.PING);
    }

    @Test
    void serverIsDeadWhenItStaysSilentAfterAPing() {
        keepAlive.pinged(START + 10_000);
        assertThat(due(19_999)).isEqualTo(Due.NOTHING);
        assertThat(due(20_000)).isEqualTo(Due.DEAD);

        keepAlive.received(START + 19_000); // bytes of something large
        assertThat(due(20_000)).isEqualTo(Due.PING);
        assertThat(due(29_000)).isEqualTo(Due.DEAD);
    }

    @Test
    void pongStartsAnew() {
        keepAlive.pinged(START + 10_000);
        keepAlive.received(START + 10_100);
        keepAlive.pong();

        assertThat(due(19_999)).isEqualTo(Due.NOTHING);
        assertThat(due(20_000)).isEqualTo(Due.PING);
    }

    @Test
    @Spec("MQTT-3.1.2-20")
    void whoDoesNotReadStillPingsAndBlamesNobody() {
        keepAlive.pinged(START + 10_000);

        assertThat(keepAlive.due(START + 20_000, true)).isEqualTo(Due.PING);
        keepAlive.pinged(START + 20_000);
        assertThat(keepAlive.due(START + 29_999, true)).isEqualTo(Due.NOTHING);
    }

    @Test
    void longKeepAliveDoesNotMeanALongWaitForThePong() {
        var slow = new KeepAlive(65_535, START);
        slow.pinged(START);

        assertThat(slow.due(START + 30_000, false)).isEqualTo(Due.DEAD);
        assertThat(slow.nextMillis(START)).isEqualTo(30_000);
        assertThat(new KeepAlive(0, START).isOff()).isTrue();
    }
}
