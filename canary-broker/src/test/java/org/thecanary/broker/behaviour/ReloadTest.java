// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.store.StoreReport;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** What does a reload change for those who are connected, and for those who come? */
class ReloadTest {
    @TempDir
    Path folder;

    private final BrokerConfig.Builder config = new BrokerConfig.Builder();
    private final ListenerConfig.Builder listener = new ListenerConfig.Builder();
    private final List<TestClient> clients = new ArrayList<>();
    private final Map<String, String> hashes = new HashMap<>();

    @SuppressWarnings("NullAway.Init")
    private Broker broker;

    @BeforeEach
    void startWithTwoUsersAndRules() throws Exception {
        listener.port = 0;
        listener.host = "127.0.0.1";
        users("ann", "bob");
        rules("topic readwrite #");
        broker = Broker.start(config(), AccessRules.load(config().listeners()), 2);
    }

    @AfterEach
    void stop() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
        broker.close();
    }

    private BrokerConfig config() {
        config.listeners = List.of(listener.build());
        return config.build();
    }

    /** A password file in which every password is "secret", hashed anew. */
    private void users(String... names) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(name).append(':').append(hash(name)).append('\n');
        }
        listener.passwordFile = Files.writeString(folder.resolve("passwd"), text);
    }

    private String hash(String name) {
        return hashes.computeIfAbsent(
                name,
                _ -> PasswordHash.pbkdf2("secret".getBytes(UTF_8), 10, new SecureRandom())
                        .encoded());
    }

    /** Rules for ann and bob alike. */
    private void rules(String rule) throws IOException {
        listener.aclFile = Files.writeString(
                folder.resolve("acl"), "user ann\n" + rule + "\nuser bob\n" + rule + "\n");
    }

    private List<String> reload() throws Exception {
        BrokerConfig next = config();
        return broker.reload(next, AccessRules.load(next.listeners()));
    }

    private TestClient open() throws IOException {
        TestClient client = new TestClient(broker.ports().getFirst(), ProtocolVersion.MQTT_5);
        clients.add(client);
        return client;
    }

    private TestClient connect(@Nullable String user) throws IOException {
        TestClient client = open();
        client.connect(as(user));
        return client;
    }

    private static Consumer<TestClient.Greeting> as(@Nullable String user) {
        return greeting -> {
            greeting.clientId = "client of " + user;
            greeting.username = user;
            greeting.password = user == null ? null : "secret";
        };
    }

    private ReasonCode answerTo(@Nullable String user) throws IOException {
        return open().tryConnect(as(user)).reason();
    }

    @Test
    void whoConnectsDuringAReloadWaitsForItsEnd() throws Exception {
        try (TestBroker broker = TestBroker.start();
                TestClient client = broker.open(ProtocolVersion.MQTT_5)) {
            Runnable done = broker.broker().holdNewcomers();
            client.sendConnect(_ -> {});
            await().until(() -> broker.broker().loops().all().stream()
                    .anyMatch(loop -> loop.counters().received[1] == 1));
            assertThat(broker.broker().clients().get()).isEmpty();
            done.run();
            assertThat(client.next()).isInstanceOf(ConnAck.class);
        }
    }

    @Test
    void aLiveClientMayNoLongerPublishWhatTheNewRulesDeny() throws Exception {
        TestClient ann = connect("ann");
        assertThat(ann.publishAcknowledged("t", "xy", false).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);

        rules("topic read #");
        assertThat(reload()).isEmpty();

        assertThat(ann.publishAcknowledged("t", "xy", false).reason())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void aLiveSubscriberIsNoLongerSentWhatTheNewRulesDeny() throws Exception {
        TestClient ann = connect("ann");
        TestClient bob = connect("bob");
        ann.subscribe("#", 0);
        rules("topic write secret/#\ntopic readwrite open/#");
        reload();

        bob.publishAcknowledged("secret/t", "for nobody", false);
        bob.publish("open/t", "for all");

        assertThat(ann.nextPayload()).isEqualTo("for all");
    }

    @Test
    void aUserWhoIsGoneFromTheFileIsDisconnectedAndOthersStay() throws Exception {
        TestClient ann = connect("ann");
        TestClient bob = connect("bob");

        users("ann");
        reload();

        assertThat(bob.next(Disconnect.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        bob.expectClosed();
        assertThat(ann.publishAcknowledged("t", "xy", false).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(answerTo("bob")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void aUserWhosePasswordWasSetAnewHasToShowIt() throws Exception {
        TestClient ann = connect("ann");

        hashes.clear();
        users("ann", "bob");
        reload();

        assertThat(ann.next(Disconnect.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answerTo("ann")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void aNewUserComesIn() throws Exception {
        assertThat(answerTo("eve")).isEqualTo(ReasonCode.NOT_AUTHORIZED);

        users("ann", "bob", "eve");
        reload();

        assertThat(answerTo("eve")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void anonymousClientsLeaveWhenTheyAreNoLongerLetIn() throws Exception {
        listener.allowAnonymous = true;
        reload();
        TestClient nobody = connect(null);

        listener.allowAnonymous = false;
        reload();

        assertThat(nobody.next(Disconnect.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answerTo(null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void limitsHoldForNewAndLiveClients() throws Exception {
        TestClient ann = connect("ann");

        config.limits.messageSizeLimit = 1;
        config.limits.maxKeepAliveSeconds = 7;
        reload();

        assertThat(ann.publishAcknowledged("t", "xy", false).reason())
                .isEqualTo(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        ConnAck answer = open().tryConnect(as("bob"));
        assertThat(answer.properties().serverKeepAlive()).isEqualTo(7);
    }

    @Test
    void whoIsHereKeepsTheMaximumQosItWasToldAndNewcomersAreToldAnother() throws Exception {
        TestClient ann = connect("ann");

        listener.maxQos = QoS.AT_MOST_ONCE;
        reload();

        assertThat(ann.publishAcknowledged("t", "xy", false).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(open().tryConnect(as("bob")).properties().maximumQoS()).isZero();
    }

    @Test
    void newcomersAreToldTheNewTerms() throws Exception {
        config.limits.maxInflightMessages = 7;
        config.limits.maxPacketSize = 777;
        config.retainAvailable = false;
        listener.maxTopicAlias = 3;
        reload();

        ConnAck.Properties terms = open().tryConnect(as("ann")).properties();

        assertThat(terms.receiveMaximum()).isEqualTo(7);
        assertThat(terms.maximumPacketSize()).isEqualTo(777);
        assertThat(terms.retainAvailable()).isFalse();
        assertThat(terms.topicAliasMaximum()).isEqualTo(3);
    }

    @Test
    void newcomersAreRefusedByTheNewRules() throws Exception {
        config.clientIdPrefix = "none of these";
        reload();
        assertThat(answerTo("ann")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        config.clientIdPrefix = null;
        listener.protocolVersions = Set.of(ProtocolVersion.MQTT_3_1_1);
        reload();
        assertThat(answerTo("ann")).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        listener.protocolVersions = Set.of(ProtocolVersion.values());
        config.limits.globalMaxClients = 0;
        reload();
        assertThat(answerTo("ann")).isEqualTo(ReasonCode.SERVER_BUSY);
        config.limits.globalMaxClients = 1;
        config.limits.globalMaxConnections = 0;
        reload();
        open().expectClosed();
    }

    @Test
    void aShorterQueueHoldsForWhoIsAway() throws Exception {
        broker.close();
        config.queueQos0Messages = true;
        broker = Broker.start(config(), AccessRules.load(config().listeners()), 1);
        assertThat(sentToOneWhoWasAway()).hasSize(2);

        config.limits.maxInflightMessages = 1;
        config.limits.maxQueuedMessages = 1;
        config.queueQos0Messages = false;
        reload();

        assertThat(sentToOneWhoWasAway()).hasSize(1);
    }

    /** It is said at each reload, until it is so. */
    @Test
    void whatCountsWhenAPortIsOpenedStaysAsItIs() throws Exception {
        String host = listener.host;
        listener.protocol = ListenerConfig.Protocol.WEBSOCKETS;
        listener.proxyProtocol = 2;
        listener.useUsernameAsClientId = true;
        for (int i = 0; i < 2; i++) {
            assertThat(reload())
                    .containsExactly("listener 0 " + host
                            + " is to be opened otherwise, at the next start.");
            assertThat(answerTo("ann")).isEqualTo(ReasonCode.SUCCESS);
        }
        assertThat(broker.clients().get()).extracting(client -> client.id()).contains("ann");
    }

    @Test
    void aListenerThatIsNewWaitsForARestartAndTheOthersAreReloaded() throws Exception {
        BrokerConfig now = config();
        rules("topic read #");
        config.listeners = List.of(now.listeners().getFirst(), ListenerConfig.of(1884));
        BrokerConfig next = config.build();

        List<String> waiting = broker.reload(next, AccessRules.load(next.listeners()));

        assertThat(waiting).containsExactly("listener 1884 is new; it opens at the next start.");
        assertThat(connect("ann").publishAcknowledged("t", "xy", false).reason())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    /** What a kept session is sent on its return, of a message that was published with QoS 0 while it was away. */
    private List<Publish> sentToOneWhoWasAway() throws Exception {
        TestClient ann = open();
        ann.connect(as("ann").andThen(greeting -> greeting.sessionExpirySeconds = 60));
        ann.subscribe("t", 1);
        ann.send(Disconnect.NORMAL);
        ann.expectClosed();
        TestClient bob = connect("bob");
        bob.publish("t", "while away");
        bob.publishAcknowledged("t", "the last", false);
        TestClient again = open();
        again.connect(as("ann").andThen(greeting -> greeting.cleanStart = false));
        List<Publish> sent = new ArrayList<>();
        do {
            sent.add(again.next(Publish.class));
        } while (!new String(sent.getLast().message().payload(), UTF_8).equals("the last"));
        return sent;
    }

    @Test
    void qos0QueuesAndIsUpgradedFromTheReloadOn() throws Exception {
        broker.close();
        config.persistent = true;
        config.persistenceLocation = folder;
        broker = Broker.start(config(), AccessRules.load(config().listeners()), 2);
        assertThat(sentToOneWhoWasAway()).hasSize(1);

        config.queueQos0Messages = true;
        config.upgradeOutgoingQos = true;
        reload();

        assertThat(sentToOneWhoWasAway())
                .hasSize(2)
                .allMatch(packet -> packet.message().qos() == QoS.AT_LEAST_ONCE);
        // So it was stored, and outlives the broker.
        StoreReport kept = Objects.requireNonNull(broker.store()).report();
        assertThat(kept.queued() + kept.inflight()).isEqualTo(2);
    }
}
