// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;

import java.io.IOException;
import java.util.List;

/** Canary's broker, in this process. */
final class CanaryBroker implements TestBroker {
    private int port;
    private Broker broker;

    CanaryBroker() throws IOException {
        broker = open();
        port = broker.ports().getFirst();
    }

    private Broker open() throws IOException {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = port;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = true;
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        config.listeners = List.of(listener.build());
        return Broker.start(config.build(), List.of(AccessRules.OPEN));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void start() throws IOException {
        broker = open();
    }

    @Override
    public void kill() {
        broker.close();
    }
}
