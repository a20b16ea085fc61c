// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicName;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;

/** A client's options out of the settings, or why there can be none. */
final class ToolOptions {
    /** More than any tool has pending, since each keeps count itself. */
    static final int MAX_PENDING = 1 << 20;

    private final Settings settings;

    ToolOptions(Settings settings) {
        this.settings = settings;
    }

    /**
     * The options.
     *
     * @param passphrase asked for that of an encrypted key
     */
    ClientOptions build(
            byte @Nullable [] password, Passphrase passphrase, ReconnectPolicy reconnect)
            throws ToolException {
        checkSupported();
        if (settings.properties.problem(Carrier.WILL) != null) {
            throw new ToolException(1, "Error: Problem setting will.\n");
        }
        checkTexts(password);
        String problem = settings.properties.problem(Carrier.CONNECT);
        if (problem != null) {
            throw new ToolException(1, "Unable to connect (" + problem + ").\n");
        }
        PropertyList properties = settings.properties;
        try {
            return ClientOptions.builder(new ToolTransport(settings, passphrase).build())
                    .localAddress(localAddress())
                    .version(settings.version)
                    .clientId(clientId())
                    .cleanStart(settings.cleanSession)
                    .sessionExpiry(Duration.ofSeconds(properties.number(
                            Carrier.CONNECT, Property.SESSION_EXPIRY_INTERVAL, 0)))
                    .keepAlive(Duration.ofSeconds(settings.keepAliveSeconds))
                    .username(settings.username == null ? null : Bytes.text(settings.username))
                    .password(password)
                    .will(will())
                    .receiveMaximum(receiveMaximum())
                    .maximumPacketSize(properties.number(
                            Carrier.CONNECT,
                            Property.MAXIMUM_PACKET_SIZE,
                            ClientOptions.LARGEST_PACKET))
                    .topicAliasMaximum((int)
                            properties.number(Carrier.CONNECT, Property.TOPIC_ALIAS_MAXIMUM, 0))
                    .requestResponseInformation(properties.number(
                                    Carrier.CONNECT, Property.REQUEST_RESPONSE_INFORMATION, 0)
                            == 1)
                    .requestProblemInformation(properties.number(
                                    Carrier.CONNECT, Property.REQUEST_PROBLEM_INFORMATION, 1)
                            == 1)
                    .userProperties(properties.users(Carrier.CONNECT))
                    .reconnect(reconnect)
                    .maxInFlight(Math.min(settings.maxInFlight, Connect.DEFAULT_RECEIVE_MAXIMUM))
                    .maxPending(MAX_PENDING)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ToolException(1, "Error: " + e.getMessage() + ".\n");
        }
    }

    private void checkSupported() throws ToolException {
        if (!settings.unsupported.isEmpty()) {
            throw new ToolException(
                    1, "Error: " + settings.unsupported.getFirst() + " is not supported yet.\n");
        }
        for (Property property :
                Set.of(Property.AUTHENTICATION_METHOD, Property.AUTHENTICATION_DATA)) {
            if (settings.properties.has(Carrier.CONNECT, property)) {
                throw new ToolException(
                        1, "Error: the property " + property.label() + " is not supported yet.\n");
            }
        }
    }

    private void checkTexts(byte @Nullable [] password) throws ToolException {
        if (settings.id != null && settings.id.isEmpty()) {
            throw new ToolException(
                    1,
                    settings.tool == Tool.PUB
                            ? "Error: Invalid id.\n"
                            : "Error: Invalid id and/or clean_session.\n");
        }
        if (settings.id != null && !Bytes.isMqttText(settings.id)) {
            throw new ToolException(1, ""); // mosquitto has no words for it
        }
        if ((settings.username != null && !Bytes.isMqttText(settings.username))
                || (password != null && settings.username == null && !settings.version.isV5())) {
            throw new ToolException(1, "Error: Problem setting username and/or password.\n");
        }
    }

    private @Nullable InetSocketAddress localAddress() throws ToolException {
        if (settings.bindAddress == null) {
            return null;
        }
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(Bytes.text(settings.bindAddress)), 0);
        } catch (UnknownHostException _) {
            throw new ToolException(1, "Unable to connect (Lookup error).\n");
        }
    }

    private String clientId() {
        if (settings.idPrefix != null) {
            return Bytes.text(settings.idPrefix) + ProcessHandle.current().pid();
        }
        if (settings.id != null) {
            return Bytes.text(settings.id);
        }
        // v3.1 has no empty client id [MQTT-3.1.3-6]
        return settings.version == ProtocolVersion.MQTT_3_1 ? "mosq-" + randomLetters(18) : "";
    }

    private static String randomLetters(int count) {
        var random = new SecureRandom();
        var letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ((random.nextBoolean() ? 'a' : 'A') + random.nextInt(26)));
        }
        return letters.toString();
    }

    private @Nullable Will will() {
        if (settings.willTopic == null) {
            return null;
        }
        byte[] payload =
                settings.willPayload == null ? new byte[0] : Bytes.toArray(settings.willPayload);
        return new Will(
                new Message(
                        TopicName.ofUtf8(Bytes.text(settings.willTopic).getBytes(UTF_8)),
                        QoS.of(settings.willQos),
                        settings.willRetain,
                        payload,
                        settings.properties.message(Carrier.WILL)),
                settings.properties.number(Carrier.WILL, Property.WILL_DELAY_INTERVAL, 0));
    }

    /** No more than what is to be printed, so that the broker keeps the rest. */
    private int receiveMaximum() {
        int unasked = settings.messageCount > 0 && settings.messageCount < 20
                ? settings.messageCount
                : Connect.DEFAULT_RECEIVE_MAXIMUM;
        return (int) settings.properties.number(Carrier.CONNECT, Property.RECEIVE_MAXIMUM, unasked);
    }
}
