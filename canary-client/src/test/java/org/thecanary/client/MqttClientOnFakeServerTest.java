// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.thecanary.client.Samples.connAck;
import static org.thecanary.client.Samples.message;
import static org.thecanary.mqtt.packet.QoS.AT_LEAST_ONCE;
import static org.thecanary.mqtt.packet.QoS.AT_MOST_ONCE;
import static org.thecanary.mqtt.packet.QoS.EXACTLY_ONCE;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.client.FakeServer.Peer;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.topic.TopicName;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What does the client do when the Server, or the network, behaves badly? */
@Timeout(60)
class MqttClientOnFakeServerTest {
    private static final ReconnectPolicy AT_ONCE =
            ReconnectPolicy.backOff(Duration.ofMillis(1), Duration.ofMillis(5));

    private final Recorder events = new Recorder();
    private FakeServer server;
    private ClientThreads threads;
    private ClientOptions.Builder options;
    private final List<MqttClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        threads = new ClientThreads();
        options = ClientOptions.builder("localhost", server.port()).clientId("c");
    }

    @AfterEach
    void stop() throws Exception {
        clients.forEach(MqttClient::close);
        threads.close();
        server.close();
    }

    private MqttClient client() {
        return client(events);
    }

    private MqttClient client(ClientEvents application) {
        var client = new MqttClient(options.build(), threads, application);
        clients.add(client);
        return client;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(15, TimeUnit.SECONDS);
    }

    private static Disconnected failure(CompletableFuture<?> future) throws Exception {
        try {
            Object result = get(future);
            throw new AssertionError("succeeded with " + result);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClientException exception) {
                Disconnected why = exception.disconnected();
                if (why != null) {
                    return why;
                }
            }
            throw e;
        }
    }

    private static ConnAck refusal(ReasonCode reason) {
        return new ConnAck(
                false, reason, ConnAck.Properties.refusal(MessageProperties.ABSENT, "because"));
    }

    // --- Connecting

    @Test
    @Spec("MQTT-3.1.0-1")
    void connectIsTheFirstPacketAndSaysWhatTheOptionsSay() throws Exception {
        options.credentials("ann", "secret")
                .cleanStart(false)
                .keepAlive(Duration.ofSeconds(7))
                .sessionExpiry(Duration.ofHours(1))
                .receiveMaximum(9)
                .maximumPacketSize(10_000)
                .topicAliasMaximum(3);
        client().connect();
        Connect connect = server.accept().expect(Connect.class);

        assertThat(connect)
                .isEqualTo(new Connect(
                        ProtocolVersion.MQTT_5,
                        false,
                        "c",
                        false,
                        7,
                        null,
                        "ann",
                        "secret".getBytes(UTF_8),
                        new Connect.Properties(
                                3600, 9, 10_000, 3, false, true, List.of(), null, null)));
    }

    @Test
    void connAckThatNeverComesIsATimeout() throws Exception {
        options.connectTimeout(Duration.ofMillis(300));
        CompletableFuture<Connected> connecting = client().connect();
        Peer peer = server.accept();
        peer.expect(Connect.class);

        Disconnected why = failure(connecting);

        assertThat(why.cause()).isEqualTo(Cause.CONNECT_TIMEOUT);
        assertThat(why.sentence())
                .isEqualTo("localhost:" + server.port()
                        + " did not answer CONNECT: nothing within 300 ms");
        peer.expectEnd();
        assertThat(events.ends).containsExactly(why);
    }

    @Test
    void connAckByteByByteIsAConnAck() throws Exception {
        CompletableFuture<Connected> connecting = client().connect();
        Peer peer = server.accept();
        peer.expect(Connect.class);

        for (byte each : Peer.bytes(connAck(false, 9), ProtocolVersion.MQTT_5)) {
            peer.send(new byte[] {each});
        }

        assertThat(get(connecting).connAck()).isEqualTo(connAck(false, 9));
    }

    @Test
    void closeBeforeConnAckIsALostConnection() throws Exception {
        CompletableFuture<Connected> connecting = client().connect();
        Peer peer = server.accept();
        peer.expect(Connect.class);
        peer.close();

        Disconnected why = failure(connecting);
        assertThat(why.cause()).isEqualTo(Cause.CONNECTION_LOST);
        assertThat(why.sentence()).contains("closed the connection before it answered CONNECT");
    }

    @Test
    void nobodyListeningIsToldInWords() throws Exception {
        server.close();

        Disconnected why = failure(client().connect());

        assertThat(why.cause()).isEqualTo(Cause.UNREACHABLE);
        assertThat(why.sentence())
                .endsWith("cannot be reached: connection refused; is a broker listening there?");
    }

    @Test
    void unknownHostIsToldInWords() throws Exception {
        options = ClientOptions.builder("no-such-host.invalid", 1883);

        assertThat(failure(client().connect()).sentence())
                .isEqualTo("no-such-host.invalid:1883 cannot be reached: no such host");
    }

    @Test
    @Spec("MQTT-3.2.0-1")
    void firstPacketThatIsNoConnAckEndsTheConnection() throws Exception {
        CompletableFuture<Connected> connecting = client().connect();
        Peer peer = server.accept();
        peer.expect(Connect.class);
        peer.send(new Publish(message("a", AT_MOST_ONCE), 0, false));

        assertThat(failure(connecting).cause()).isEqualTo(Cause.PROTOCOL_ERROR);
        peer.expectEnd();
        assertThat(events.messages).isEmpty();
    }

    @Test
    void webServerIsNoBroker() throws Exception {
        CompletableFuture<Connected> connecting = client().connect();
        Peer peer = server.accept();
        peer.expect(Connect.class);
        peer.send("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));

        assertThat(failure(connecting).sentence()).contains("does not speak MQTT as it should");
    }

    @Test
    @Spec("MQTT-3.2.2-4")
    void sessionThatThisClientCannotHaveEndsTheConnection() throws Exception {
        CompletableFuture<Connected> connecting = client().connect();
        Peer peer = server.acceptConnect(connAck(true));

        assertThat(failure(connecting).cause()).isEqualTo(Cause.PROTOCOL_ERROR);
        peer.expectEnd();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void refusalForGoodEndsTheClientWhateverThePolicy(ProtocolVersion version) throws Exception {
        options.version(version).reconnect(AT_ONCE);
        MqttClient client = client();
        CompletableFuture<Connected> connecting = client.connect();
        CompletableFuture<PublishResult> publishing =
                client.publish("t", new byte[0], AT_MOST_ONCE);
        server.acceptConnect(refusal(ReasonCode.BAD_USER_NAME_OR_PASSWORD)).expectEnd();

        Disconnected why = failure(connecting);
        assertThat(why.cause()).isEqualTo(Cause.REFUSED);
        assertThat(why.reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(why.sentence())
                .endsWith("refused the connection: bad user name or password"
                        + (version.isV5() ? " (because)" : ""));
        assertThat(failure(publishing)).isEqualTo(why);
        assertThat(failure(client.publish("t", new byte[0], AT_LEAST_ONCE))).isEqualTo(why);
        assertThat(failure(client.subscribe("t", AT_LEAST_ONCE))).isEqualTo(why);
        assertThat(events.ends).containsExactly(why);
    }

    @Test
    void refusalOfTheMomentIsTriedAgain() throws Exception {
        options.reconnect(AT_ONCE);
        CompletableFuture<Connected> connecting = client().connect();
        server.acceptConnect(refusal(ReasonCode.SERVER_BUSY)).expectEnd();
        server.accept().close();
        server.acceptConnect(connAck(false));

        assertThat(get(connecting).reconnected()).isFalse();
        assertThat(events.ends)
                .extracting(Disconnected::cause)
                .containsExactly(Cause.REFUSED, Cause.CONNECTION_LOST);
        assertThat(events.ends).allMatch(Disconnected::willReconnect);
    }

    @Test
    void connectingTwiceIsAMistake() throws Exception {
        MqttClient client = client();
        CompletableFuture<Connected> first = client.connect();
        assertThatThrownBy(() -> get(client.connect())).hasMessageContaining("already");
        server.acceptConnect(connAck(false));

        get(first);
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void closingWhileConnectingFailsTheConnect() throws Exception {
        MqttClient client = client();
        CompletableFuture<Connected> connecting = client.connect();
        Peer peer = server.accept();
        peer.expect(Connect.class);
        client.close();

        assertThat(failure(connecting).cause()).isEqualTo(Cause.APPLICATION);
        peer.expectEnd();
    }

    @Test
    void leavingBetweenTwoAttemptsEndsThem() throws Exception {
        options.reconnect(ReconnectPolicy.backOff(Duration.ofHours(1), Duration.ofHours(1)));
        MqttClient client = client();
        CompletableFuture<Connected> connecting = client.connect();
        server.accept().close();
        events.awaitEnds(1);
        get(client.disconnect());

        assertThat(failure(connecting).cause()).isEqualTo(Cause.APPLICATION);
        assertThat(events.ends).hasSize(2);
    }

    @Test
    void closedThreadsFailWhatIsAsked() throws Exception {
        MqttClient client = client();
        threads.close();

        await().atMost(Duration.ofSeconds(15))
                .until(() ->
                        client.publish("t", new byte[0], AT_MOST_ONCE).isCompletedExceptionally());
        client.close();
    }

    // --- Limits and identities the Server gives

    @Test
    @Spec({"MQTT-3.2.2-21", "MQTT-3.1.2-21"})
    void assignedIdentifierAndServerKeepAliveAreInForce() throws Exception {
        options.clientId("").reconnect(AT_ONCE).sessionExpiry(Duration.ofHours(1));
        CompletableFuture<Connected> connecting = client().connect();
        int absent = MessageProperties.ABSENT;
        Peer peer = server.acceptConnect(new ConnAck(
                false,
                ReasonCode.SUCCESS,
                ConnAck.Properties.limits(
                        absent, "given", 77, absent, absent, true, absent, absent)));

        Connected connected = get(connecting);
        assertThat(connected.clientId()).isEqualTo("given");
        assertThat(connected.keepAliveSeconds()).isEqualTo(77);
        assertThat(peer.connect.cleanStart()).isTrue();

        peer.close();
        Peer again = server.acceptConnect(connAck(true));
        assertThat(again.connect.clientId()).isEqualTo("given");
        assertThat(again.connect.cleanStart()).isFalse();
    }

    @Test
    void cleanStartStaysWhereNoSessionWouldLast() throws Exception {
        options.reconnect(AT_ONCE);
        client().connect();
        server.acceptConnect(connAck(false)).close();

        assertThat(server.acceptConnect(connAck(false)).connect.cleanStart()).isTrue();
        events.awaitConnections(2);
        assertThat(events.connections.get(1).reconnected()).isTrue();
    }

    @Test
    @Spec("MQTT-3.2.2-15")
    void messageAboveTheServersMaximumPacketSizeFails() throws Exception {
        MqttClient client = client();
        int absent = MessageProperties.ABSENT;
        client.connect();
        server.acceptConnect(new ConnAck(
                false,
                ReasonCode.SUCCESS,
                ConnAck.Properties.limits(
                        absent, null, absent, absent, absent, true, 100, absent)));

        assertThatThrownBy(() -> get(client.publish("t", new byte[100], AT_MOST_ONCE)))
                .hasMessageContaining("cannot publish to t: it does not fit");
        assertThat(get(client.publish("t", new byte[50], AT_MOST_ONCE)).packetId())
                .isZero();
    }

    @Test
    @Spec("MQTT-3.1.2-24")
    void packetAboveOurMaximumEndsTheConnection() throws Exception {
        options.maximumPacketSize(100);
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));
        peer.send(new Publish(message("x".repeat(100), AT_MOST_ONCE), 0, false));

        assertThat(peer.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        peer.expectEnd();
        events.awaitEnds(1);
        assertThat(events.ends.getFirst().cause()).isEqualTo(Cause.PROTOCOL_ERROR);
    }

    // --- Keep alive

    @Test
    @Spec({"MQTT-3.1.2-20", "v3:MQTT-3.1.2-23"})
    void silenceIsFilledWithPings() throws Exception {
        options.keepAlive(Duration.ofSeconds(1));
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));

        for (int i = 0; i < 2; i++) {
            peer.expect(PingReq.class);
            peer.send(PingResp.INSTANCE);
        }

        assertThat(events.ends).isEmpty();
    }

    @Test
    void serverThatDoesNotAnswerAPingIsGivenUp() throws Exception {
        options.keepAlive(Duration.ofSeconds(1));
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));
        peer.expect(PingReq.class);

        events.awaitEnds(1);
        assertThat(events.ends.getFirst().cause()).isEqualTo(Cause.KEEP_ALIVE);
        assertThat(events.ends.getFirst().sentence()).contains("does not answer PINGREQ");
    }

    // --- The end

    @Test
    void serversDisconnectIsTold() throws Exception {
        options.reconnect(AT_ONCE);
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));
        peer.send(new Disconnect(ReasonCode.SESSION_TAKEN_OVER, "elsewhere"));
        peer.expectEnd();

        events.awaitEnds(1);
        Disconnected end = events.ends.getFirst();
        assertThat(end.cause()).isEqualTo(Cause.SERVER_DISCONNECT);
        assertThat(end.reason()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
        assertThat(end.sentence()).endsWith("ended the connection: session taken over (elsewhere)");
        assertThat(end.willReconnect()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @Spec({"MQTT-3.14.4-1", "MQTT-3.14.4-2", "v3:MQTT-3.14.4-1", "v3:MQTT-3.14.4-2"})
    void leavingSendsWhatWasAskedThenDisconnectThenNothing(ProtocolVersion version)
            throws Exception {
        options.version(version);
        MqttClient client = client();
        CompletableFuture<Connected> connecting = client.connect();
        Peer peer = server.acceptConnect(connAck(false));
        get(connecting);

        CompletableFuture<PublishResult> first = client.publish("t", new byte[0], AT_MOST_ONCE);
        CompletableFuture<PublishResult> second = client.publish("t", new byte[0], AT_LEAST_ONCE);
        CompletableFuture<Void> left =
                client.disconnect(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, null));
        CompletableFuture<PublishResult> late = client.publish("t", new byte[0], AT_MOST_ONCE);
        client.close();

        peer.expect(Publish.class);
        int id = peer.expect(Publish.class).packetId();
        assertThat(peer.expect(Disconnect.class).reason())
                .isEqualTo(
                        version.isV5()
                                ? ReasonCode.DISCONNECT_WITH_WILL_MESSAGE
                                : ReasonCode.NORMAL_DISCONNECTION);
        peer.send(new Publish(message("in", AT_LEAST_ONCE), 1, false));
        peer.send(new PubAck(id, ReasonCode.SUCCESS));
        assertThat(left).isNotDone();
        peer.close();

        get(left);
        assertThat(get(first).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(failure(second).cause()).isEqualTo(Cause.APPLICATION);
        assertThat(late).isCompletedExceptionally();
        assertThat(events.messages).isEmpty();
    }

    @Test
    void serverThatDoesNotCloseIsNotWaitedForLong() throws Exception {
        MqttClient client = client();
        client.connect();
        Peer peer = server.acceptConnect(connAck(false));
        events.awaitConnections(1);
        get(client.disconnect());

        peer.expect(Disconnect.class);
        peer.expectEnd();
    }

    @Test
    void closeSaysNothing() throws Exception {
        MqttClient client = client();
        client.connect();
        Peer peer = server.acceptConnect(connAck(false));
        events.awaitConnections(1);
        client.close();

        peer.expectEnd();
    }

    @Test
    void brokenRuleIsToldToTheServerBeforeTheClose() throws Exception {
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));
        peer.send(connAck(false));

        Disconnect disconnect = peer.expect(Disconnect.class);
        assertThat(disconnect.reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(disconnect.reasonString()).contains("second CONNACK");
        peer.expectEnd();
    }

    @Test
    void closeInTheMiddleOfAPacketDeliversNothing() throws Exception {
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));
        byte[] whole = Peer.bytes(
                new Publish(message("half", AT_LEAST_ONCE), 1, false), ProtocolVersion.MQTT_5);
        peer.send(Arrays.copyOf(whole, whole.length - 1));
        peer.close();

        events.awaitEnds(1);
        assertThat(events.ends.getFirst().cause()).isEqualTo(Cause.CONNECTION_LOST);
        assertThat(events.messages).isEmpty();
    }

    // --- Messages

    @Test
    @Spec({"MQTT-4.4.0-1", "MQTT-3.3.1-1", "MQTT-4.3.3-6"})
    void brokenConnectionIsResumedOnTheWire() throws Exception {
        options.reconnect(AT_ONCE).cleanStart(false).sessionExpiry(Duration.ofHours(1));
        MqttClient client = client();
        client.connect();
        CompletableFuture<PublishResult> first = client.publish("t", new byte[] {1}, AT_LEAST_ONCE);
        CompletableFuture<PublishResult> second = client.publish("t", new byte[] {2}, EXACTLY_ONCE);
        Peer peer = server.acceptConnect(connAck(false));
        Publish one = peer.expect(Publish.class);
        Publish two = peer.expect(Publish.class);
        peer.send(new PubRec(two.packetId(), ReasonCode.SUCCESS));
        peer.expect(PubRel.class);
        peer.close();

        Peer again = server.acceptConnect(connAck(true));
        assertThat(again.expect(PubRel.class).packetId()).isEqualTo(two.packetId());
        assertThat(again.expect(Publish.class))
                .isEqualTo(new Publish(one.message(), one.packetId(), true));
        again.send(new PubComp(two.packetId(), ReasonCode.SUCCESS));
        again.send(new PubAck(one.packetId(), ReasonCode.NO_MATCHING_SUBSCRIBERS));

        assertThat(get(first).reason()).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(get(second).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void subscriptionIsRenewedWhereTheSessionIsLost() throws Exception {
        options.reconnect(AT_ONCE);
        MqttClient client = client();
        client.connect();
        var subscribed = client.subscribe("a/#", AT_LEAST_ONCE);
        Peer peer = server.acceptConnect(connAck(false));
        Subscribe subscribe = peer.expect(Subscribe.class);
        peer.send(new SubAck(subscribe.packetId(), List.of(ReasonCode.GRANTED_QOS_1)));
        get(subscribed);
        peer.close();

        Peer again = server.acceptConnect(connAck(false));
        Subscribe renewal = again.expect(Subscribe.class);
        assertThat(renewal.subscriptions()).isEqualTo(subscribe.subscriptions());
        again.send(new SubAck(renewal.packetId(), List.of(ReasonCode.NOT_AUTHORIZED)));

        await().until(() -> events.lost.size() == 1);
    }

    @Test
    @Spec({"MQTT-4.6.0-2", "MQTT-4.6.0-3", "v3:MQTT-4.6.0-2", "v3:MQTT-4.6.0-3"})
    void applicationAcknowledgesInAnyOrderAndFromAnyThread() throws Exception {
        options.manualAcknowledgement(true);
        client().connect();
        Peer peer = server.acceptConnect(connAck(false));
        peer.send(new Publish(message("a", AT_LEAST_ONCE), 1, false));
        peer.send(new Publish(message("b", EXACTLY_ONCE), 2, false));
        peer.send(new Publish(message("c", AT_LEAST_ONCE), 3, false));
        events.awaitMessages(3);

        events.acknowledgements.get(2).acknowledge();
        events.acknowledgements.get(1).acknowledge();
        events.acknowledgements.get(0).acknowledge(ReasonCode.QUOTA_EXCEEDED);

        assertThat(peer.expect(PubAck.class)).isEqualTo(new PubAck(1, ReasonCode.QUOTA_EXCEEDED));
        assertThat(peer.expect(PubRec.class).packetId()).isEqualTo(2);
        assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(3);
        peer.send(new PubRel(2, ReasonCode.SUCCESS));
        assertThat(peer.expect(PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void applicationThatThrowsRefusesTheMessage() throws Exception {
        client(new ClientEvents() {
                    @Override
                    public void received(Publish publish, Acknowledgement acknowledgement) {
                        throw new IllegalStateException("the application's mistake");
                    }
                })
                .connect();
        Peer peer = server.acceptConnect(connAck(false));
        peer.send(new Publish(message("a", AT_LEAST_ONCE), 1, false));

        assertThat(peer.expect(PubAck.class).reason())
                .isEqualTo(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
    }

    @Test
    void unreadMessagesFailWithTheirConnectionOnlyIfTheirQosSaysSo() throws Exception {
        options.maxPending(100_000).reconnect(AT_ONCE).cleanStart(false);
        MqttClient client = client();
        client.connect();
        Peer peer = server.acceptConnect(connAck(false));
        List<CompletableFuture<PublishResult>> atMostOnce = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            atMostOnce.add(client.publish("t", new byte[100_000], AT_MOST_ONCE));
        }
        CompletableFuture<PublishResult> atLeastOnce =
                client.publish("t", new byte[] {1}, AT_LEAST_ONCE);
        await().until(() -> atMostOnce.stream().anyMatch(CompletableFuture::isDone));
        assertThat(atMostOnce.getLast()).isNotDone();
        peer.close();

        Peer again = server.acceptConnect(connAck(true));
        while (again.expect(Publish.class).message().qos() == AT_MOST_ONCE) {}
        again.send(new PubAck(1, ReasonCode.SUCCESS));

        assertThat(get(atLeastOnce).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(atMostOnce.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .count())
                .isBetween(1L, 199L);
    }

    @Test
    void messageThatWasNotYetWrittenWhenTheServerSaidGoodbyeFails() throws Exception {
        MqttClient client = client();
        client.connect();
        Peer peer = server.acceptConnect(connAck(false, 1));
        client.publish("t", new byte[0], AT_LEAST_ONCE);
        client.publish("t", new byte[0], AT_LEAST_ONCE); // holds back what follows
        CompletableFuture<PublishResult> waiting = client.publish("t", new byte[0], AT_MOST_ONCE);
        int id = peer.expect(Publish.class).packetId();
        byte[] ack = Peer.bytes(new PubAck(id, ReasonCode.SUCCESS), ProtocolVersion.MQTT_5);
        byte[] goodbye = Peer.bytes(
                new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, null), ProtocolVersion.MQTT_5);
        byte[] both = Arrays.copyOf(ack, ack.length + goodbye.length);
        System.arraycopy(goodbye, 0, both, ack.length, goodbye.length);
        peer.send(both);

        assertThatThrownBy(() -> get(waiting)).hasMessageContaining("server shutting down");
        peer.expectEnd();
    }

    @Test
    void pendingPublishesAreBounded() throws Exception {
        options.maxPending(3);
        MqttClient client = client();
        for (int i = 0; i < 3; i++) {
            assertThat(client.isWritable()).isTrue();
            client.publish("t", new byte[0], AT_MOST_ONCE);
        }
        assertThat(client.isWritable()).isFalse();
        assertThatThrownBy(() -> get(client.publish("t", new byte[0], AT_MOST_ONCE)))
                .hasMessageContaining("3 messages are pending already");
        CompletableFuture<PublishResult> blocked = new CompletableFuture<>();
        Thread producer = Thread.startVirtualThread(() -> {
            try {
                client.publishBlocking(message("last", AT_MOST_ONCE)).thenAccept(blocked::complete);
            } catch (InterruptedException e) {
                blocked.completeExceptionally(e);
            }
        });
        await().until(() -> producer.getState() == Thread.State.WAITING);

        client.connect();
        Peer peer = server.acceptConnect(connAck(false));

        get(blocked);
        for (int i = 0; i < 3; i++) {
            peer.expect(Publish.class);
        }
        assertThat(Samples.text(peer.expect(Publish.class).message())).isEqualTo("last");
    }

    @Test
    void loopIsNotBlockedByItself() throws Exception {
        MqttClient client = client();
        CompletableFuture<Throwable> thrown = client.connect().handle((_, _) -> {
            try {
                client.publishBlocking(message("a", AT_MOST_ONCE));
                return new AssertionError("did not throw");
            } catch (IllegalStateException | InterruptedException e) {
                return e;
            }
        });
        server.acceptConnect(connAck(false));

        assertThat(get(thrown)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Spec({"MQTT-3.8.3-2", "MQTT-3.10.3-2", "MQTT-4.7.3-1"})
    void requestsThatMakeNoSenseAreRefusedAtOnce() {
        MqttClient client = client();

        assertThatThrownBy(() -> client.subscribe(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.unsubscribe(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> client.publish(message("a", AT_MOST_ONCE).withTopic(TopicName.NONE)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(client.isWritable()).isTrue();
    }
}
