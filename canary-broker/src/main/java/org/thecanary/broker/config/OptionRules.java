// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.broker.config.Directive.BadValue;
import org.thecanary.broker.config.ListenerConfig.Protocol;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The values of {@link Directives} whose rules are more than a line. */
final class OptionRules {
    /** {@code sun_path} of Linux, with its final NUL. */
    private static final int LONGEST_SOCKET_PATH = 107;

    private OptionRules() {}

    /** {@code listener PORT [HOST]}; a word that begins with {@code #} is no host. */
    static void listener(Draft draft, List<String> words, ConfFile.Option option) throws BadValue {
        ListenerConfig.Builder builder = draft.openListener().builder;
        int port = CNumber.parse("listener", words.getFirst(), 0, 65_535);
        String host = words.size() > 1 && !words.get(1).startsWith("#") ? words.get(1) : null;
        if (port == 0) {
            if (host == null) {
                throw new BadValue("a listener on port 0 needs the path of a UNIX socket.");
            }
            if (host.getBytes(UTF_8).length > LONGEST_SOCKET_PATH) {
                throw new BadValue("the path of a UNIX socket has at most " + LONGEST_SOCKET_PATH
                        + " bytes; " + host + " is too long.");
            }
            builder.port = 0;
            builder.unixPath = Draft.path(host);
            return;
        }
        builder.port = port;
        builder.host = host;
    }

    /** Unknown words are passed over, as in mosquitto, as long as one is known. */
    static void protocolVersions(Draft draft, List<String> words, ConfFile.Option option)
            throws BadValue {
        Set<ProtocolVersion> versions = EnumSet.noneOf(ProtocolVersion.class);
        for (String word : option.rest().split("[, \t]+", -1)) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                if (word.equals(Integer.toString(version.level()))) {
                    versions.add(version);
                }
            }
        }
        if (versions.isEmpty()) {
            throw new BadValue(
                    "accept_protocol_versions without 3, 4 or 5 would let nobody in. Write for"
                            + " example:  accept_protocol_versions 4,5");
        }
        draft.listener().protocolVersions = versions;
    }

    /** The host of the default listener; mosquitto asks for its address while it reads the file. */
    static void bindAddress(Draft draft, String host) throws BadValue {
        draft.portAsked = true;
        draft.defaultListener().builder.host = host;
        try {
            var _ = InetAddress.getByName(host);
        } catch (UnknownHostException _) {
            throw new BadValue("bind_address " + host + " cannot be resolved.");
        }
    }

    static String autoIdPrefix(String prefix) throws BadValue {
        if (prefix.getBytes(UTF_8).length > 50) {
            throw new BadValue("the prefix is longer than 50 bytes.");
        }
        return prefix;
    }

    static String mountPoint(Draft draft, String prefix) throws BadValue {
        if (prefix.indexOf('+') >= 0 || prefix.indexOf('#') >= 0) {
            throw new BadValue(
                    "mount_point cannot hold + or #. Write for example:  mount_point site1/");
        }
        if (!prefix.endsWith("/")) {
            draft.notice("mount_point " + prefix
                    + " does not end in /, so a subscription here to # or to a"
                    + " filter that begins with + is granted and brings nothing.");
        }
        return prefix;
    }

    /** As {@code atol}, so that whatever is no number is 0, which is no limit. */
    static void memoryLimit(Draft draft, List<String> words, ConfFile.Option option)
            throws BadValue {
        String word = words.getFirst();
        long bytes = CNumber.leading(word);
        if (bytes < 0) {
            throw new BadValue("memory_limit " + word + " is out of range: from 0.");
        }
        if (bytes == 0 && !word.startsWith("0")) {
            draft.notice("memory_limit " + word + " is no number, and so no limit.");
        }
        draft.broker.limits.memoryLimit = bytes == 0 ? Long.MAX_VALUE : bytes;
    }

    static void denySpecialChars(Draft draft, boolean value) throws BadValue {
        if (draft.plugin == null) {
            throw new BadValue(
                    "auth_plugin_deny_special_chars belongs to the plugin above it, and there is none.");
        }
        if (!value) {
            draft.notice(
                    "auth_plugin_deny_special_chars false has no effect: a name with + or # never matches a pattern.");
        }
    }

    static void pluginLoad(Draft draft, List<String> words, ConfFile.Option option)
            throws BadValue {
        String name = words.getFirst();
        String path = option.text().substring(name.length()).strip();
        if (path.isEmpty()) {
            throw new BadValue("plugin_load is a name and a file:  plugin_load " + name + " FILE");
        }
        draft.pluginLoad(name, path);
    }

    static void perListenerSettings(Draft draft, boolean value) throws BadValue {
        if (draft.perListenerSettings || !value) {
            return; // once set it stays
        }
        if (draft.securityOptionSeen) {
            throw new BadValue(
                    "per_listener_settings has to stand before any security option. Move it to the"
                            + " top of the file.");
        }
        draft.perListenerSettings = true;
    }

    static void protocol(Draft draft, String word) throws BadValue {
        draft.listener().protocol = switch (word) {
            case "mqtt" -> Protocol.MQTT;
            case "websockets" -> Protocol.WEBSOCKETS;
            case "http_api" -> Protocol.HTTP_API;
            default ->
                throw new BadValue("protocol cannot be \"" + word + "\". Write:  protocol mqtt");
        };
    }

    /** The lowest version; since TLS 1.0 and 1.1 are broken, Java does not speak them any more. */
    static void tlsVersion(Draft draft, String value) throws BadValue {
        draft.tls().tls13Only = switch (value) {
            case "tlsv1.2" -> false;
            case "tlsv1.3" -> true;
            case "tlsv1", "tlsv1.1" ->
                throw new BadValue("tls_version " + value
                        + " is not supported: it is broken, and Java does not speak it any more."
                        + " Write:  tls_version tlsv1.2");
            default ->
                throw BadValue.atOpening(
                        "tls_version is tlsv1.2 or tlsv1.3, not \"" + value + "\".");
        };
    }

    static void tlsEngine(Draft draft, String value) throws BadValue {
        if (!value.equals("boringssl")) {
            throw new BadValue("tls_engine is boringssl, not \"" + value
                    + "\": there are no OpenSSL engines. Give the key as a file: keyfile FILE");
        }
        draft.tls().boringSsl = true;
    }

    static void tlsKeyForm(Draft draft, String value) throws BadValue {
        switch (value) {
            case "pem" -> {
                var _ = draft.tls();
            }
            case "engine" ->
                throw new BadValue("tls_keyform engine is not supported: there are no OpenSSL"
                        + " engines. Give the key as a file: keyfile FILE");
            default -> {
                var _ = draft.tls();
                draft.notice("tls_keyform is pem, and \"" + value + "\" is taken for it.");
            }
        }
    }

    /** A whole number and a unit; a month is 30 days and a year 365, as in mosquitto. */
    static Duration duration(String word) throws BadValue {
        long seconds = switch (word.charAt(word.length() - 1)) {
            case 's' -> 1;
            case 'h' -> 3_600;
            case 'd' -> 86_400;
            case 'w' -> 7 * 86_400;
            case 'm' -> 30 * 86_400;
            case 'y' -> 365 * 86_400;
            default -> 0;
        };
        long count = CNumber.leading(word);
        if (seconds == 0 || count <= 0 || count > Integer.MAX_VALUE) {
            throw new BadValue(
                    "persistent_client_expiration is a number and one of s, h, d, w, m (30 days)"
                            + " and y, not \""
                            + word
                            + "\".");
        }
        return Duration.ofSeconds(count * seconds);
    }
}
