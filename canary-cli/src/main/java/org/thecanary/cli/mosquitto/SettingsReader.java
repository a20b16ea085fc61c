// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.Nearest;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads the options file, then the command line, then checks what belongs together: the order and the words of mosquitto's
 * {@code client_config_load}. Flags are whole words as there: none is shortened, joined with others or with {@code =}.
 *
 * <p>Owner: confined to its creator.
 */
final class SettingsReader {
    private final Settings settings;

    private SettingsReader(Tool tool) {
        settings = new Settings(tool);
    }

    /**
     * The settings of a call; not all of them where help or version is asked for.
     *
     * @param arguments byte strings
     */
    static Settings read(Tool tool, List<String> arguments, Map<String, String> environment)
            throws UsageException {
        var reader = new SettingsReader(tool);
        reader.file(arguments, environment);
        if (!reader.done()) {
            reader.line(arguments);
        }
        if (!reader.done()) {
            reader.check();
        }
        return reader.settings;
    }

    private boolean done() {
        return settings.help || settings.showVersion;
    }

    private void file(List<String> arguments, Map<String, String> environment)
            throws UsageException {
        Path file = named(arguments);
        if (file == null) {
            file = usual(environment);
        }
        if (file == null || !Files.isReadable(file)) {
            return; // as mosquitto, even where -o names it
        }
        String content;
        try {
            content = Bytes.of(Files.readAllBytes(file));
        } catch (IOException _) {
            return;
        }
        for (String line : content.split("\n", -1)) {
            String words = line.replaceFirst("\r+$", "").replaceFirst("^ +", "");
            if (line.startsWith("#") || words.isEmpty()) {
                continue;
            }
            int space = words.indexOf(' ');
            line(
                    space < 0 || space == words.length() - 1
                            ? List.of(words.strip())
                            : List.of(words.substring(0, space), words.substring(space + 1)));
            if (done()) {
                return;
            }
        }
    }

    /** The file of {@code -o}, which is looked for before anything else is. */
    private static @Nullable Path named(List<String> arguments) throws UsageException {
        Path file = null;
        for (int i = 0; i < arguments.size(); i++) {
            if (!arguments.get(i).equals("-o")) {
                continue;
            }
            if (file != null) {
                throw new UsageException("Error: Duplicate -o argument given.\n\n");
            }
            if (i == arguments.size() - 1) {
                throw new UsageException(
                        "Error: -o argument given but no options file specified.\n\n");
            }
            file = Path.of(Bytes.text(arguments.get(i + 1)));
        }
        return file;
    }

    private @Nullable Path usual(Map<String, String> environment) {
        String folder = environment.get("XDG_CONFIG_HOME");
        if (folder == null) {
            String home = environment.get("HOME");
            folder = home == null ? null : home + "/.config";
        }
        return folder == null ? null : Path.of(folder, settings.tool.original());
    }

    private void line(List<String> arguments) throws UsageException {
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            Flag flag = Flag.named(word, settings.tool);
            if (flag == null) {
                throw unknown(word);
            }
            if (flag.names().contains(Flag.PROPERTY)) {
                i = settings.properties.take(arguments, i + 1);
                settings.version = ProtocolVersion.MQTT_5;
            } else if (flag.missing() == null) {
                flag.action().apply(settings, "");
            } else if (i == arguments.size() - 1) {
                throw missing(flag);
            } else {
                flag.action().apply(settings, arguments.get(++i));
            }
            if (done()) {
                return;
            }
        }
    }

    private UsageException unknown(String word) {
        String near = word.startsWith("--")
                ? Nearest.of(
                        word,
                        Flag.TABLE.stream()
                                .filter(flag -> flag.tools().contains(settings.tool))
                                .flatMap(flag -> flag.names().stream())
                                .toList())
                : null;
        return new UsageException(
                "Error: Unknown option '" + word + "'.\n",
                near == null ? "" : "Did you mean " + near + "?\n");
    }

    private static UsageException missing(Flag flag) {
        String what = flag.names().contains("-M")
                ? flag.missing() + " not specified"
                : "no " + flag.missing() + " specified";
        return new UsageException(
                "Error: " + flag.name() + " argument given but " + what + ".\n\n");
    }

    private void check() throws UsageException {
        if (settings.willPayload != null && settings.willTopic == null) {
            throw new UsageException("Error: Will payload given, but no will topic given.\n");
        }
        if (settings.willRetain && settings.willTopic == null) {
            throw new UsageException("Error: Will retain given, but no will topic given.\n");
        }
        checkTls();
        checkSession();
        if (settings.tool == Tool.SUB
                && settings.topics.isEmpty()
                && settings.unsubscribed.isEmpty()) {
            throw new UsageException(
                    "Error: You must specify a topic to subscribe to (-t) or unsubscribe from (-U).\n");
        }
        settings.properties.check();
    }

    private void checkTls() throws UsageException {
        if ((settings.certFile == null) != (settings.keyFile == null)) {
            throw new UsageException(
                    "Error: Both certfile and keyfile must be provided if one of them is set.\n");
        }
        if (settings.keyForm != null && settings.keyFile == null) {
            throw new UsageException("Error: If keyform is set, keyfile must be also specified.\n");
        }
        if (settings.engineKeyHash != null
                && (settings.keyForm == null || settings.engine == null)) {
            throw new UsageException(
                    "Error: when using tls-engine-kpass-sha1, both tls-engine and keyform must also be provided.\n");
        }
        if ((settings.caFile != null || settings.caPath != null) && settings.psk != null) {
            throw new UsageException(
                    "Error: Only one of --psk or --cafile/--capath may be used at once.\n");
        }
        if (settings.psk != null && settings.pskIdentity == null) {
            throw new UsageException("Error: --psk-identity required if --psk used.\n");
        }
    }

    private void checkSession() throws UsageException {
        boolean anonymous = settings.idPrefix != null || settings.id == null;
        if (!settings.version.isV5()) {
            if (!settings.cleanSession && anonymous) {
                throw new UsageException(
                        "Error: You must provide a client id if you are using the -c option.\n");
            }
            return;
        }
        if (!settings.cleanSession && settings.sessionExpiry == Settings.EXPIRY_UNDEFINED) {
            settings.sessionExpiry = Settings.NEVER_EXPIRES;
        }
        if (settings.sessionExpiry > 0) {
            if (settings.sessionExpiry == Settings.NEVER_EXPIRES && anonymous) {
                throw new UsageException(
                        "Error: You must provide a client id if you are using an infinite session expiry interval.\n");
            }
            settings.properties.addNumber(
                    Carrier.CONNECT, Property.SESSION_EXPIRY_INTERVAL, settings.sessionExpiry);
        }
    }
}
