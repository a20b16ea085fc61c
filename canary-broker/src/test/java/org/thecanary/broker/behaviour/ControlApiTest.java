// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.mqtt.packet.ReasonCode;

/** What does the broker answer on {@code $CONTROL/}, where it does? As mosquitto 2.1.2. */
class ControlApiTest {
    private static TestBroker broker() throws Exception {
        return TestBroker.start((config, _) -> config.enableControlApi = true);
    }

    private static String answer(TestBroker broker, String topic, String payload) throws Exception {
        try (TestClient client = broker.connect("c")) {
            client.subscribe("$CONTROL/#", 0);
            client.publish(topic, payload);
            return client.nextPayload();
        }
    }

    @Test
    void listenersAreListed() throws Exception {
        try (TestBroker broker = broker()) {
            int port = broker.broker().config().listeners().getFirst().port();
            assertThat(answer(
                            broker,
                            "$CONTROL/broker/v1",
                            "{'commands':[{'command':'listListeners','correlationData':'x'}]}"
                                    .replace('\'', '"')))
                    .startsWith(
                            "{'responses':[{'command':'listListeners','data':{'listeners':[{'port':"
                                            .replace('\'', '"')
                                    + port)
                    .endsWith("'tls':false}]},'correlationData':'x'}]}".replace('\'', '"'));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "not valid json                     | Unknown command | Payload not valid JSON",
                "{}                                 | Unknown command | Invalid/missing commands",
                "{'commands':['command']}           | Unknown command | Command not an object",
                "{'commands':[{}]}                  | Unknown command | Missing command",
                "{'commands':[{'command':'dance'}]} | dance           | Unknown command",
                "{'commands':[{'command':'listPlugins','correlationData':1}]}"
                        + "| listPlugins | Invalid correlationData data type."
            })
    void whatIsNoCommandIsAnsweredWithAnError(String asked, String command, String error)
            throws Exception {
        try (TestBroker broker = broker()) {
            assertThat(answer(broker, "$CONTROL/broker/v1", asked.replace('\'', '"')))
                    .isEqualTo(("{'responses':[{'command':'" + command + "','error':'" + error
                                    + "'}]}")
                            .replace('\'', '"'));
        }
    }

    @Test
    void nobodyElseIsThere() throws Exception {
        try (TestBroker broker = broker()) {
            assertThat(answer(broker, "$CONTROL/dance/v1", "{}"))
                    .isEqualTo("{\"error\":\"endpoint not available\"}");
        }
    }

    @Test
    void withoutTheOptionNobodyMayPublishThere() throws Exception {
        try (TestBroker broker = TestBroker.start();
                TestClient client = broker.connect("c")) {
            assertThat(client.publishAcknowledged("$CONTROL/broker/v1", "{}", false)
                            .reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }
}
