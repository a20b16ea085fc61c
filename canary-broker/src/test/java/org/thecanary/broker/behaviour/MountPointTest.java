// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.List;
import java.util.stream.Stream;

/** Do clients below a {@code mount_point} see what is below it, and nothing else? */
class MountPointTest {
    private static ListenerConfig listener(@Nullable String mountPoint) {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = 0;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = true;
        listener.mountPoint = mountPoint;
        return listener.build();
    }

    /** A broker with a listener below a mount point, and one that sees all. */
    private static Broker start(String mountPoint) throws Exception {
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        config.listeners = List.of(listener(mountPoint), listener(null));
        return Broker.start(config.build(), List.of(AccessRules.OPEN, AccessRules.OPEN), 1);
    }

    private static TestClient connect(Broker broker, int listener, ProtocolVersion version)
            throws Exception {
        TestClient client = new TestClient(broker.ports().get(listener), version);
        client.connect(greeting -> greeting.clientId = version + " " + listener);
        return client;
    }

    private static List<ReasonCode> subscribe(TestClient client, String... filters)
            throws Exception {
        client.send(new Subscribe(
                7,
                Stream.of(filters)
                        .map(filter -> new Subscription(
                                TopicFilter.of(filter), SubscriptionOptions.of(QoS.AT_LEAST_ONCE)))
                        .toList()));
        return client.next(SubAck.class).reasons();
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotStandBehindAPrefixWithoutASlashIsGrantedAndBringsNothing(ProtocolVersion version)
            throws Exception {
        try (Broker broker = start("house");
                TestClient mounted = connect(broker, 0, version);
                TestClient whole = connect(broker, 1, version)) {
            whole.publishAcknowledged("house", "kept", true);
            whole.publishAcknowledged("housekeeping", "kept", true);

            assertThat(subscribe(mounted, "#", "+/a", "$share/g/#", "+"))
                    .containsOnly(ReasonCode.granted(QoS.AT_LEAST_ONCE))
                    .hasSize(4);
            whole.publishAcknowledged("house/a", "passes by", false);
            whole.publishAcknowledged("housekeeping", "passes by", false);
            mounted.expectNothing();

            assertThat(subscribe(mounted, "keeping")).hasSize(1);
            assertThat(mounted.next(Publish.class).message().topic()).hasToString("keeping");
        }
    }

    @Test
    void whatBroughtNothingWasNoSubscription() throws Exception {
        try (Broker broker = start("house");
                TestClient mounted = connect(broker, 0, ProtocolVersion.MQTT_5)) {
            assertThat(subscribe(mounted, "#")).hasSize(1);
            mounted.send(new Unsubscribe(8, List.of(TopicFilter.of("#"))));
            assertThat(mounted.next(UnsubAck.class).reasons())
                    .containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
    }

    /** "site/#" matches "site", which has no name below site/. */
    @ParameterizedTest
    @EnumSource
    void theParentOfAMountPointIsNoTopicOfItsClients(ProtocolVersion version) throws Exception {
        try (Broker broker = start("site/");
                TestClient mounted = connect(broker, 0, version);
                TestClient whole = connect(broker, 1, version)) {
            whole.publishAcknowledged("site", "kept", true);
            assertThat(subscribe(mounted, "#")).hasSize(1);
            whole.publishAcknowledged("site", "passes by", false);
            whole.publishAcknowledged("site/a", "comes", false);
            assertThat(mounted.next(Publish.class).message().topic()).hasToString("a");
        }
    }
}
