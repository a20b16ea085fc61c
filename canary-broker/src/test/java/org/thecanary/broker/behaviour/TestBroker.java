// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A broker on a port of the system's choice, with the clients that a test connects to it. */
final class TestBroker implements AutoCloseable {
    private final Broker broker;
    private final List<TestClient> clients = new ArrayList<>();

    private TestBroker(Broker broker) {
        this.broker = broker;
    }

    static TestBroker start() throws IOException {
        return start((_, _) -> {});
    }

    /** A broker with other options than the defaults. */
    static TestBroker start(BiConsumer<BrokerConfig.Builder, ListenerConfig.Builder> options)
            throws IOException {
        return start(options, AccessRules.OPEN);
    }

    static TestBroker start(
            BiConsumer<BrokerConfig.Builder, ListenerConfig.Builder> options, AccessRules rules)
            throws IOException {
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = 0;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = true;
        options.accept(config, listener);
        config.listeners = List.of(listener.build());
        return new TestBroker(Broker.start(config.build(), List.of(rules), 2));
    }

    /** A TCP connection on which nothing has been said. */
    TestClient open(ProtocolVersion version) throws IOException {
        TestClient client = new TestClient(broker.ports().getFirst(), version);
        clients.add(client);
        return client;
    }

    Broker broker() {
        return broker;
    }

    int port() {
        return broker.ports().getFirst();
    }

    /** A TLS connection, after its handshake, on which nothing has been said. */
    TestClient openTls(SSLContext tls, String... versions) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", port());
        try {
            if (versions.length > 0) {
                socket.setEnabledProtocols(versions);
            }
            socket.startHandshake();
            TestClient client = new TestClient(socket, ProtocolVersion.MQTT_5);
            clients.add(client);
            return client;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A client that is connected, with Clean Start. */
    TestClient connect(ProtocolVersion version, String clientId) throws IOException {
        TestClient client = open(version);
        client.connect(greeting -> greeting.clientId = clientId);
        return client;
    }

    TestClient connect(String clientId) throws IOException {
        return connect(ProtocolVersion.MQTT_5, clientId);
    }

    /** Messages dropped since a queue was full, or memory short. */
    long dropped() {
        return broker.loops().all().stream()
                .mapToLong(loop -> loop.counters().publishDropped)
                .sum();
    }

    @Override
    public void close() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
        broker.close();
    }
}
