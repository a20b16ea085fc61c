// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.thecanary.cli.mosquitto.Tool.PUB;
import static org.thecanary.cli.mosquitto.Tool.RR;
import static org.thecanary.cli.mosquitto.Tool.SUB;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Settings.Source;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One flag of the tools: its names, who has it, what it is in a line, and what it does.
 *
 * @param names the first is the one that mosquitto's error texts have
 * @param tools who accepts it
 * @param value what the value is called in the help; null: it takes none
 * @param missing what mosquitto calls the value where it is missing; null as for {@code value}
 * @param help one line
 * @param action takes the value, which is empty where there is none
 */
record Flag(
        List<String> names,
        List<Tool> tools,
        @Nullable String value,
        @Nullable String missing,
        String help,
        Action action) {

    /** What a flag does. */
    interface Action {
        void apply(Settings settings, String value) throws UsageException;
    }

    private static final List<Tool> ALL = List.of(PUB, SUB, RR);
    private static final List<Tool> PUBLISHERS = List.of(PUB, RR);
    private static final List<Tool> PRINTERS = List.of(SUB, RR);
    private static final List<Tool> ONLY_PUB = List.of(PUB);
    private static final List<Tool> ONLY_SUB = List.of(SUB);
    private static final List<Tool> ONLY_RR = List.of(RR);

    /** {@code -D}, whose values the reader of the command line takes itself. */
    static final String PROPERTY = "-D";

    static final List<Flag> TABLE = List.of(
            // --- where to, and as whom
            of(
                    "-h --host",
                    ALL,
                    "HOST",
                    "host",
                    "The broker's name or address. Default: localhost.",
                    (s, v) -> s.host = v),
            of("-p --port", ALL, "PORT", "port", "Its port. Default: 1883.", Arguments::port),
            of(
                    "-L --url",
                    ALL,
                    "URL",
                    "URL",
                    "mqtt://[user[:password]@]host[:port]/topic in one.",
                    Arguments::url),
            of(
                    "-A",
                    ALL,
                    "ADDRESS",
                    "address",
                    "Connect from this address of this machine.",
                    (s, v) -> s.bindAddress = v),
            of(
                    "-i --id",
                    ALL,
                    "ID",
                    "id",
                    "The client id. Default: the broker chooses.",
                    Arguments::id),
            of(
                    "-I --id-prefix",
                    ALL,
                    "PREFIX",
                    "id prefix",
                    "The client id: this, and the process id.",
                    Arguments::idPrefix),
            of(
                    "-u --username",
                    ALL,
                    "NAME",
                    "username",
                    "The user name.",
                    (s, v) -> s.username = v),
            of(
                    "-P --pw",
                    ALL,
                    "PASSWORD",
                    "password",
                    "The password; everybody on this machine can see it. Better: the next two, or CANARY_PASSWORD.",
                    (s, v) -> s.password = v),
            of(
                    "--pw-file",
                    ALL,
                    "FILE",
                    "file",
                    "Read the password from the first line of a file.",
                    (s, v) -> s.passwordFile = v),
            on(
                    "--pw-prompt",
                    ALL,
                    "Ask for the password on the terminal.",
                    s -> s.promptForPassword = true),
            of(
                    "-V --protocol-version",
                    ALL,
                    "VERSION",
                    "version",
                    "5, 311 or 31. Default: 311; rr: 5.",
                    Arguments::version),
            on(
                    "-c --disable-clean-session",
                    ALL,
                    "Keep the session when this ends, or take up the one kept; needs -i.",
                    s -> s.cleanSession = false),
            of(
                    "-x",
                    ALL,
                    "SECONDS",
                    "session expiry interval",
                    "How long the broker keeps the session; -1: for ever. MQTT 5.",
                    Arguments::sessionExpiry),
            of(
                    "-k --keepalive",
                    ALL,
                    "SECONDS",
                    "keepalive",
                    "Keep Alive, 5 to 65535. Default: 60.",
                    Arguments::keepAlive),
            of(
                    "-M",
                    ALL,
                    "COUNT",
                    "max_inflight",
                    "Messages of QoS 1 and 2 on their way at a time. Default: 20.",
                    Arguments::maxInFlight),
            of("-q --qos", ALL, "QOS", "QoS", "0, 1 or 2. Default: 0.", Arguments::qos),
            of(
                    PROPERTY + " --property",
                    ALL,
                    "PACKET NAME [KEY] VALUE",
                    "",
                    "A Property of MQTT 5, such as publish content-type text/plain.",
                    (s, v) -> {}),
            on("--nodelay", ALL, "Accepted, and always so.", s -> {}),
            of(
                    "-o",
                    ALL,
                    "FILE",
                    "options file",
                    "Read options from this file instead of the usual one.",
                    (s, v) -> {}),
            // --- the Will
            of(
                    "--will-topic",
                    ALL,
                    "TOPIC",
                    "will topic",
                    "Where the broker publishes the Will.",
                    Arguments::willTopic),
            of(
                    "--will-payload",
                    ALL,
                    "TEXT",
                    "will payload",
                    "What the Will says. Default: nothing.",
                    (s, v) -> s.willPayload = v),
            of("--will-qos", ALL, "QOS", "will QoS", "Its QoS. Default: 0.", Arguments::willQos),
            on("--will-retain", ALL, "Retain it.", s -> s.willRetain = true),
            // --- what is published
            of(
                    "-t --topic",
                    ALL,
                    "TOPIC",
                    "topic",
                    "The topic; sub: a filter, and may be repeated.",
                    (s, v) -> Arguments.topic(s, v, "-t")),
            of(
                    "-e",
                    ONLY_RR,
                    "TOPIC",
                    "response topic",
                    "Where the response will come.",
                    Arguments::responseTopic),
            of("-m --message", PUBLISHERS, "TEXT", "message", "Send this.", Arguments::message),
            of("-f --file", PUBLISHERS, "FILE", "file", "Send the content of a file.", (s, v) -> {
                Arguments.source(s, Source.FILE);
                s.file = v;
            }),
            on(
                    "-l --stdin-line",
                    ONLY_PUB,
                    "Send each line of standard input as a message.",
                    s -> Arguments.source(s, Source.STDIN_LINES)),
            on(
                    "-s --stdin-file",
                    PUBLISHERS,
                    "Send all of standard input as one message.",
                    s -> Arguments.source(s, Source.STDIN)),
            on(
                    "-n --null-message",
                    PUBLISHERS,
                    "Send an empty message.",
                    s -> Arguments.source(s, Source.EMPTY)),
            on("-r --retain", ONLY_PUB, "Let the broker retain the message.", s -> s.retain = true),
            of(
                    "--repeat",
                    ONLY_PUB,
                    "COUNT",
                    "count",
                    "Send it this many times.",
                    Arguments::repeat),
            of(
                    "--repeat-delay",
                    ONLY_PUB,
                    "SECONDS",
                    "time",
                    "Wait so long in between.",
                    Arguments::repeatDelay),
            // --- what is subscribed to
            of(
                    "-T --filter-out",
                    ONLY_SUB,
                    "FILTER",
                    "topic filter",
                    "Leave out topics that match; may be repeated.",
                    Arguments::filterOut),
            of(
                    "-U --unsubscribe",
                    ONLY_SUB,
                    "FILTER",
                    "unsubscribe topic",
                    "Unsubscribe; may be repeated.",
                    Arguments::unsubscribe),
            on(
                    "--retain-as-published",
                    PRINTERS,
                    "Let messages keep their RETAIN flag. MQTT 5.",
                    s -> s.retainAsPublished = true),
            of(
                    "--retain-handling",
                    PRINTERS,
                    "WHEN",
                    "option",
                    "Send retained messages always, new or never. MQTT 5.",
                    Arguments::retainHandling),
            on("-R", PRINTERS, "Leave out retained messages.", s -> {
                s.noRetained = true;
                s.retainHandling = RetainHandling.DO_NOT_SEND;
            }),
            on(
                    "--retained-only",
                    ONLY_SUB,
                    "Print retained messages, and end at the first that is not.",
                    s -> s.retainedOnly = true),
            on(
                    "--remove-retained",
                    ONLY_SUB,
                    "Remove each retained message that is printed from the broker.",
                    s -> s.removeRetained = true),
            // --- what is printed, and when to end
            on(
                    "-v --verbose",
                    PRINTERS,
                    "Print the topic before the message.",
                    s -> s.verbose = true),
            of(
                    "-F",
                    PRINTERS,
                    "FORMAT",
                    "format",
                    "Print this for each message; see the guide.",
                    Arguments::format),
            on(
                    "--json",
                    ALL,
                    "Print one JSON object a line for each message; pub: for each that was sent.",
                    s -> s.json = true),
            on("--pretty", PRINTERS, "Indent the JSON of -F.", s -> s.pretty = true),
            on("-N", PRINTERS, "No line break after each message.", s -> s.endOfLine = false),
            of(
                    "--random-filter",
                    ONLY_SUB,
                    "PERCENT",
                    "chance",
                    "Print only this share of the messages.",
                    Arguments::randomFilter),
            of("-C", ONLY_SUB, "COUNT", "count", "End after so many messages.", Arguments::count),
            on(
                    "-E",
                    ONLY_SUB,
                    "End when the broker has answered the subscriptions.",
                    s -> s.exitAfterSubscribing = true),
            of(
                    "-W",
                    PRINTERS,
                    "SECONDS",
                    "timeout",
                    "End after so long, with exit code 27.",
                    Arguments::timeout),
            on(
                    "-w --watch",
                    ONLY_SUB,
                    "Print each topic on a line of its own, over what it said before.",
                    s -> s.watch = true),
            on(
                    "--message-rate",
                    ONLY_SUB,
                    "Print how many messages came, each second, and no messages.",
                    s -> s.messageRate = true),
            on("--latency", ONLY_RR, "Print how long the answer took.", s -> s.latency = true),
            on("-d --debug", ALL, "Print what is sent and received.", s -> s.debug = true),
            on("--quiet", ALL, "Print no error messages.", s -> s.quiet = true),
            on("--help", ALL, "Print this.", s -> s.help = true),
            on("--version", ALL, "Print the version.", s -> s.showVersion = true),
            // --- TLS
            of(
                    "--cafile",
                    ALL,
                    "FILE",
                    "file",
                    "Use TLS, and trust the authorities in this PEM file.",
                    (s, v) -> s.caFile = v),
            of(
                    "--capath",
                    ALL,
                    "FOLDER",
                    "directory",
                    "The same, as a folder of PEM files.",
                    (s, v) -> s.caPath = v),
            on(
                    "--tls-use-os-certs",
                    ALL,
                    "Use TLS, and trust what the system trusts; so do port 8883 and mqtts://.",
                    s -> s.useSystemTrust = true),
            of(
                    "--cert",
                    ALL,
                    "FILE",
                    "file",
                    "This client's certificate, in PEM; needs --key.",
                    (s, v) -> s.certFile = v),
            of(
                    "--key",
                    ALL,
                    "FILE",
                    "file",
                    "Its key, in PEM. A passphrase is asked for, or in CANARY_KEY_PASSPHRASE.",
                    (s, v) -> s.keyFile = v),
            of(
                    "--key-pw-file",
                    ALL,
                    "FILE",
                    "file",
                    "Read that passphrase from the first line of a file.",
                    (s, v) -> s.keyPassphraseFile = v),
            of("--keyform", ALL, "FORM", "keyform", "pem.", (s, v) -> s.keyForm = v),
            of(
                    "--tls-version",
                    ALL,
                    "VERSION",
                    "version",
                    "The lowest version: tlsv1.2 or tlsv1.3. Default: tlsv1.2.",
                    (s, v) -> s.tlsVersion = v),
            of(
                    "--ciphers",
                    ALL,
                    "LIST",
                    "ciphers",
                    "OpenSSL's names of cipher suites for TLS 1.2, with colons in between.",
                    (s, v) -> s.ciphers = v),
            of(
                    "--tls-alpn",
                    ALL,
                    "PROTOCOL",
                    "protocol",
                    "Offer this protocol by ALPN.",
                    (s, v) -> s.alpn = v),
            on(
                    "--insecure",
                    ALL,
                    "Do not verify the broker's certificate: anybody can then read along.",
                    s -> s.insecure = true),
            on("--no-tls", ALL, "No TLS, whatever else is said about it.", s -> s.noTls = true),
            of(
                    "--psk",
                    ALL,
                    "KEY",
                    "key",
                    "Refused: pre-shared keys are not supported.",
                    (s, v) -> s.psk = v),
            of(
                    "--psk-identity",
                    ALL,
                    "NAME",
                    "identity",
                    "Refused, as --psk.",
                    (s, v) -> s.pskIdentity = v),
            // --- the way there
            on(
                    "--ws",
                    ALL,
                    "Use a WebSocket; with TLS a secure one. -L knows ws:// and wss://.",
                    s -> s.webSocket = true),
            of(
                    "--unix",
                    ALL,
                    "PATH",
                    "socket path",
                    "Use this UNIX socket.",
                    (s, v) -> s.unixSocket = v),
            of(
                    "--proxy",
                    ALL,
                    "URL",
                    "proxy url",
                    "A SOCKS5 proxy: socks5h://[user[:password]@]host[:port].",
                    Arguments::proxy),
            // --- what is not there yet
            of(
                    "--tls-engine",
                    ALL,
                    "ENGINE",
                    "engine_id",
                    "Refused: OpenSSL's engines are not supported.",
                    (s, v) -> {
                        s.engine = v;
                        s.unsupported.add("--tls-engine");
                    }),
            of(
                    "--tls-engine-kpass-sha1",
                    ALL,
                    "SHA1",
                    "kpass sha1",
                    "Refused, as --tls-engine.",
                    (s, v) -> {
                        s.engineKeyHash = v;
                        s.unsupported.add("--tls-engine-kpass-sha1");
                    }),
            of(
                    "--tls-keylog",
                    ALL,
                    "FILE",
                    "file",
                    "Not supported yet.",
                    (s, v) -> s.unsupported.add("--tls-keylog")),
            on("-S", ALL, "Not supported yet.", s -> s.unsupported.add("-S")));

    private static final Map<String, Flag> BY_NAME = byName();

    private static Map<String, Flag> byName() {
        Map<String, Flag> flags = new HashMap<>();
        for (Flag flag : TABLE) {
            flag.names.forEach(name -> flags.put(name, flag));
        }
        return flags;
    }

    /** The flag of this name that the tool accepts; null: there is none. */
    static @Nullable Flag named(String name, Tool tool) {
        Flag flag = BY_NAME.get(name);
        return flag != null && flag.tools.contains(tool) ? flag : null;
    }

    String name() {
        // mosquitto calls this one by its long name
        return names.getFirst().equals("-V") ? "--protocol-version" : names.getFirst();
    }

    /** An {@link Action} without a value. */
    private interface Switch {
        void apply(Settings settings) throws UsageException;
    }

    private static Flag of(
            String names,
            List<Tool> tools,
            String value,
            String missing,
            String help,
            Action action) {
        return new Flag(List.of(names.split(" ", -1)), tools, value, missing, help, action);
    }

    private static Flag on(String names, List<Tool> tools, String help, Switch action) {
        return new Flag(
                List.of(names.split(" ", -1)),
                tools,
                null,
                null,
                help,
                (settings, _) -> action.apply(settings));
    }
}
