// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.http.JsonText;
import org.thecanary.broker.http.JsonTree;
import org.thecanary.broker.routing.SessionOutbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code enable_control_api}: what clients publish below {@code $CONTROL/} is answered instead of delivered, in
 * mosquitto's JSON. {@code $CONTROL/broker/v1} knows {@code listListeners} and {@code listPlugins}; there are no plugins.
 *
 * <p>Any thread.
 */
final class ControlApi implements SessionOutbox.Control {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final String BROKER = "$CONTROL/broker/v1";
    private static final String NO_COMMAND = "Unknown command";

    private final Supplier<BrokerConfig> config;

    ControlApi(Supplier<BrokerConfig> config) {
        this.config = config;
    }

    @Override
    public boolean isOn() {
        return config.get().enableControlApi();
    }

    @Override
    public Publication answer(Publication asked) {
        String topic = asked.message().topic().toString();
        Object answer = topic.equals(BROKER)
                ? Map.of("responses", responses(asked))
                : Map.of("error", "endpoint not available");
        Message message = new Message(
                TopicName.of(topic + "/response"),
                QoS.AT_MOST_ONCE,
                false,
                JsonText.of(answer).getBytes(UTF_8),
                MessageProperties.NONE);
        return new Publication(message, Publisher.SERVER, Publication.NEVER);
    }

    private List<Object> responses(Publication asked) {
        Object read = JsonTree.read(asked.message().payload());
        if (read == null) {
            return List.of(error(NO_COMMAND, "Payload not valid JSON"));
        }
        if (!(read instanceof Map<?, ?> members)
                || !(members.get("commands") instanceof List<?> commands)) {
            return List.of(error(NO_COMMAND, "Invalid/missing commands"));
        }
        List<Object> responses = new ArrayList<>();
        for (Object command : commands) {
            if (!(command instanceof Map<?, ?> parts)) {
                responses.add(error(NO_COMMAND, "Command not an object"));
                return responses;
            }
            if (!(parts.get("command") instanceof String name)) {
                responses.add(error(NO_COMMAND, "Missing command"));
                return responses;
            }
            Object correlation = parts.get("correlationData");
            if (correlation != null && !(correlation instanceof String)) {
                responses.add(error(name, "Invalid correlationData data type."));
                return responses;
            }
            responses.add(response(name, (String) correlation, asked.publisher()));
        }
        return responses;
    }

    private Map<String, Object> response(
            String command, @Nullable String correlation, Publisher publisher) {
        Map<String, Object> response = switch (command.toLowerCase(Locale.ROOT)) {
            case "listlisteners" -> data("listListeners", Map.of("listeners", listeners()));
            case "listplugins" -> data("listPlugins", Map.of("plugins", List.of()));
            default -> error(command, "Unknown command");
        };
        if (!response.containsKey("error")) {
            LOG.info(
                    "Broker: {}/{} | {}",
                    publisher.clientId(),
                    publisher.username() == null ? "-" : publisher.username(),
                    response.get("command"));
        }
        if (correlation != null) {
            response.put("correlationData", correlation);
        }
        return response;
    }

    private static Map<String, Object> error(String command, String error) {
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("command", command);
        response.put("error", error);
        return response;
    }

    private static Map<String, Object> data(String command, Object data) {
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("command", command);
        response.put("data", data);
        return response;
    }

    private List<Object> listeners() {
        List<Object> all = new ArrayList<>();
        for (ListenerConfig listener : config.get().listeners()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("port", listener.unixPath() == null ? listener.port() : 0);
            switch (listener.protocol()) {
                case MQTT -> one.put("protocol", "mqtt");
                case WEBSOCKETS -> one.put("protocol", "mqtt+websockets");
                case HTTP_API -> {} // which mosquitto does not name
            }
            if (listener.unixPath() != null) {
                one.put("socket-path", listener.unixPath().toString());
            } else if (listener.host() != null) {
                one.put("bind-address", listener.host());
            }
            one.put("tls", listener.tls() != null);
            all.add(one);
        }
        return all;
    }
}
