// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.mosquitto.Settings.Source;
import org.thecanary.client.Transport;
import org.thecanary.client.Transport.Socks5;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.net.URLDecoder;
import java.util.Locale;
import java.util.OptionalLong;

/** What the flags of {@link Flag#TABLE} do with their values, and what they say to bad ones: mosquitto's words. */
final class Arguments {
    private static final int LARGEST_PAYLOAD = 268_435_455;

    private Arguments() {}

    static void port(Settings s, String value) throws UsageException {
        s.port = Numbers.atoi(value);
        if (s.port < 0 || s.port > 65_535) {
            throw new UsageException("Error: Invalid port given: " + s.port + "\n");
        }
    }

    static void url(Settings s, String value) throws UsageException {
        int end = value.indexOf("://");
        String scheme = end < 0 ? "" : value.substring(0, end).toLowerCase(Locale.ROOT);
        switch (scheme) {
            case "mqtt" -> s.port = 1883;
            case "mqtts", "wss" -> {
                s.port = Transport.DEFAULT_TLS_PORT;
                s.useSystemTrust = true;
                s.webSocket = scheme.equals("wss");
            }
            case "ws" -> {
                s.port = 1883;
                s.webSocket = true;
            }
            default -> throw new UsageException("Error: Unsupported URL scheme.\n\n");
        }
        String rest = value.substring(end + 3);
        int slash = rest.indexOf('/');
        if (slash < 0) {
            throw new UsageException(
                    "Error: Invalid URL for -L argument specified - topic missing.\n");
        }
        topic(s, rest.substring(slash + 1), "-L topic");
        String authority = rest.substring(0, slash);
        int at = authority.indexOf('@');
        if (at >= 0) {
            String user = authority.substring(0, at);
            int colon = user.indexOf(':');
            if (colon >= 0) {
                s.password = user.substring(colon + 1);
                user = user.substring(0, colon);
            }
            s.username = user;
            authority = authority.substring(at + 1);
        }
        // An IPv6 address stands in brackets here, which mosquitto does not know.
        int colon = authority.indexOf(':', Math.max(0, authority.indexOf(']')));
        if (colon >= 0) {
            s.port = Numbers.atoi(authority.substring(colon + 1));
            authority = authority.substring(0, colon);
        }
        s.host = authority;
    }

    static void id(Settings s, String value) throws UsageException {
        if (s.idPrefix != null) {
            throw bothIds();
        }
        s.id = value;
    }

    static void idPrefix(Settings s, String value) throws UsageException {
        if (s.id != null) {
            throw bothIds();
        }
        s.idPrefix = value;
    }

    private static UsageException bothIds() {
        return new UsageException("Error: -i and -I argument cannot be used together.\n\n");
    }

    static void version(Settings s, String value) throws UsageException {
        s.version = switch (value) {
            case "mqttv31", "31" -> ProtocolVersion.MQTT_3_1;
            case "mqttv311", "311" -> ProtocolVersion.MQTT_3_1_1;
            case "mqttv5", "5" -> ProtocolVersion.MQTT_5;
            default ->
                throw new UsageException("Error: Invalid protocol version argument given.\n\n");
        };
    }

    static void sessionExpiry(Settings s, String value) throws UsageException {
        s.version = ProtocolVersion.MQTT_5;
        if (Bytes.text(value).equals("∞")) {
            s.sessionExpiry = Settings.NEVER_EXPIRES;
            return;
        }
        OptionalLong seconds = Numbers.strtol(value);
        if (seconds.isEmpty()) {
            throw new UsageException("Error: session-expiry-interval not a number.\n\n");
        }
        if (seconds.getAsLong() < -1 || seconds.getAsLong() > Settings.NEVER_EXPIRES) {
            throw new UsageException("Error: session-expiry-interval out of range.\n\n");
        }
        s.sessionExpiry = seconds.getAsLong() == -1 ? Settings.NEVER_EXPIRES : seconds.getAsLong();
    }

    static void keepAlive(Settings s, String value) throws UsageException {
        s.keepAliveSeconds = Numbers.atoi(value);
        if (s.keepAliveSeconds < 5 || s.keepAliveSeconds > 65_535) {
            throw new UsageException(
                    "Error: Invalid keepalive given, it must be between 5 and 65535 inclusive.\n\n");
        }
    }

    static void maxInFlight(Settings s, String value) throws UsageException {
        s.maxInFlight = Numbers.atoi(value);
        if (s.maxInFlight < 1) {
            throw new UsageException(
                    "Error: Maximum inflight messages must be greater than 0.\n\n");
        }
    }

    static void qos(Settings s, String value) throws UsageException {
        s.qos = Numbers.atoi(value);
        if (s.qos < 0 || s.qos > 2) {
            throw new UsageException("Error: Invalid QoS given: " + s.qos + "\n");
        }
    }

    static void willQos(Settings s, String value) throws UsageException {
        s.willQos = Numbers.atoi(value);
        if (s.willQos < 0 || s.willQos > 2) {
            throw new UsageException("Error: Invalid will QoS " + s.willQos + ".\n\n");
        }
    }

    static void willTopic(Settings s, String value) throws UsageException {
        checkText(value, "--will-topic");
        checkName(value, "will");
        s.willTopic = value;
    }

    static void topic(Settings s, String value, String argument) throws UsageException {
        checkText(value, argument);
        if (s.tool == Tool.SUB) {
            checkFilter(value, "subscription");
            s.topics.add(value);
        } else {
            checkName(value, "publish");
            s.topic = value;
        }
    }

    static void responseTopic(Settings s, String value) throws UsageException {
        checkText(value, "-e");
        checkName(value, "response");
        s.responseTopic = value;
    }

    static void filterOut(Settings s, String value) throws UsageException {
        checkText(value, "-T");
        checkFilter(value, "filter");
        s.filteredOut.add(value);
    }

    static void unsubscribe(Settings s, String value) throws UsageException {
        checkText(value, "-U");
        checkFilter(value, "unsubscribe");
        s.unsubscribed.add(value);
    }

    private static void checkText(String value, String argument) throws UsageException {
        if (!Bytes.isMqttText(value)) {
            throw new UsageException("Error: Malformed UTF-8 in " + argument + " argument.\n\n");
        }
    }

    private static void checkName(String value, String kind) throws UsageException {
        try {
            TopicName.of(Bytes.text(value));
        } catch (InvalidTopicException _) {
            throw new UsageException("Error: Invalid " + kind + " topic '" + value
                    + "', does it contain '+' or '#'?\n");
        }
    }

    private static void checkFilter(String value, String kind) throws UsageException {
        try {
            TopicFilter.of(Bytes.text(value));
        } catch (InvalidTopicException _) {
            throw new UsageException("Error: Invalid " + kind + " topic '" + value
                    + "', are all '+' and '#' wildcards correct?\n");
        }
    }

    static void source(Settings s, Source source) throws UsageException {
        if (s.source != Source.NONE) {
            throw new UsageException("Error: Only one type of message can be sent at once.\n\n");
        }
        s.source = source;
    }

    static void message(Settings s, String value) throws UsageException {
        source(s, Source.ARGUMENT);
        if (value.length() > LARGEST_PAYLOAD) {
            throw new UsageException(
                    "Error: Message length must be less than " + LARGEST_PAYLOAD + " bytes.\n\n");
        }
        s.message = value;
    }

    static void repeat(Settings s, String value) throws UsageException {
        s.repeatCount = Numbers.atoi(value);
        if (s.repeatCount < 1) {
            throw new UsageException("Error: --repeat argument must be >0.\n\n");
        }
    }

    static void repeatDelay(Settings s, String value) throws UsageException {
        double seconds = Numbers.atof(value);
        if (seconds < 0) {
            throw new UsageException("Error: --repeat-delay argument must be >=0.0.\n\n");
        }
        s.repeatDelayMicros = Math.round(seconds * 1e6);
    }

    static void retainHandling(Settings s, String value) throws UsageException {
        s.retainHandling = switch (value) {
            case "always" -> RetainHandling.SEND;
            case "new" -> RetainHandling.SEND_IF_NEW;
            case "never" -> RetainHandling.DO_NOT_SEND;
            default ->
                throw new UsageException(
                        "Error: Unknown value '" + value + "' for --retain-handling.\n\n");
        };
    }

    static void format(Settings s, String value) throws UsageException {
        OutputFormat.check(value);
        s.format = value;
    }

    static void randomFilter(Settings s, String value) throws UsageException {
        s.randomFilter = (int) (10.0 * Numbers.atof(value));
        if (s.randomFilter > 10_000 || s.randomFilter < 1) {
            throw new UsageException("Error: --random-filter chance must be between 0.1-100.0\n\n");
        }
    }

    static void count(Settings s, String value) throws UsageException {
        s.messageCount = Numbers.atoi(value);
        if (s.messageCount < 1) {
            throw new UsageException(
                    "Error: Invalid message count \"" + s.messageCount + "\".\n\n");
        }
    }

    static void timeout(Settings s, String value) throws UsageException {
        s.timeoutSeconds = Numbers.atoi(value);
        if (s.timeoutSeconds < 1) {
            throw new UsageException("Error: Invalid timeout \"" + s.timeoutSeconds + "\".\n\n");
        }
    }

    static void proxy(Settings s, String value) throws UsageException {
        if (!value.startsWith("socks5h://")) {
            throw new UsageException("Error: Unsupported proxy protocol: " + value + "\n");
        }
        String authority = Bytes.text(value.substring("socks5h://".length()));
        int at = authority.lastIndexOf('@');
        String[] user = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        String address = authority.substring(at + 1).replaceFirst("/+$", "");
        int colon = address.indexOf(':', Math.max(0, address.indexOf(']')));
        try {
            s.proxy = new Socks5(
                    colon < 0 ? address : address.substring(0, colon),
                    colon < 0 ? Socks5.DEFAULT_PORT : Numbers.atoi(address.substring(colon + 1)),
                    user.length > 0 ? decoded(user[0]) : null,
                    user.length > 1 ? decoded(user[1]) : user.length > 0 ? "" : null);
        } catch (IllegalArgumentException _) {
            throw new UsageException("Error: Invalid proxy.\n");
        }
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
    }
}
