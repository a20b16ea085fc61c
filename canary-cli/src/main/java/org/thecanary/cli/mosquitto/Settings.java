// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport.Socks5;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;

import java.util.ArrayList;
import java.util.List;

/**
 * What the options file and the command line ask for; texts are byte strings. Null or an empty list: not given.
 *
 * <p>Owner: confined to its creator.
 */
final class Settings {
    /** {@link #port} where none was given. */
    static final int PORT_UNDEFINED = -1;

    /** {@link #sessionExpiry} where none was given. */
    static final long EXPIRY_UNDEFINED = -1;

    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    /** Where the payload comes from. */
    enum Source {
        NONE,
        ARGUMENT,
        STDIN_LINES,
        FILE,
        STDIN,
        EMPTY
    }

    final Tool tool;

    // where to, and as whom
    @Nullable
    String host;

    int port = PORT_UNDEFINED;

    @Nullable
    String bindAddress;

    @Nullable
    String id;

    @Nullable
    String idPrefix;

    @Nullable
    String username;

    @Nullable
    String password;

    @Nullable
    String passwordFile;

    boolean promptForPassword;
    ProtocolVersion version;
    boolean cleanSession = true;
    int keepAliveSeconds = 60;
    long sessionExpiry = EXPIRY_UNDEFINED;
    int maxInFlight = 20;
    int qos;
    final PropertyList properties = new PropertyList();

    // the Will
    @Nullable
    String willTopic;

    @Nullable
    String willPayload;

    int willQos;
    boolean willRetain;

    // what is published
    @Nullable
    String topic;

    @Nullable
    String responseTopic;

    Source source = Source.NONE;

    @Nullable
    String message;

    @Nullable
    String file;

    boolean retain;
    int repeatCount = 1;
    long repeatDelayMicros;

    // what is subscribed to
    final List<String> topics = new ArrayList<>();
    final List<String> filteredOut = new ArrayList<>();
    final List<String> unsubscribed = new ArrayList<>();
    boolean retainAsPublished;
    RetainHandling retainHandling = RetainHandling.SEND;

    // what is printed, and when to end
    @Nullable
    String format;

    boolean json;
    boolean pretty;
    boolean verbose;
    boolean endOfLine = true;
    boolean noRetained;
    boolean retainedOnly;
    boolean removeRetained;
    boolean exitAfterSubscribing;
    boolean watch;
    boolean messageRate;
    boolean latency;
    int randomFilter = 10_000;
    int messageCount;
    int timeoutSeconds;
    boolean debug;
    boolean quiet;

    // through what
    @Nullable
    String caFile;

    @Nullable
    String caPath;

    @Nullable
    String certFile;

    @Nullable
    String keyFile;

    @Nullable
    String keyForm;

    @Nullable
    String keyPassphraseFile;

    @Nullable
    String psk;

    @Nullable
    String pskIdentity;

    @Nullable
    String engine;

    @Nullable
    String engineKeyHash;

    @Nullable
    String tlsVersion;

    @Nullable
    String ciphers;

    @Nullable
    String alpn;

    boolean insecure;
    boolean useSystemTrust;
    boolean noTls;
    boolean webSocket;

    @Nullable
    String unixSocket;

    @Nullable
    Socks5 proxy;

    // what is refused until there is such a thing; noted, since mosquitto's checks come first
    final List<String> unsupported = new ArrayList<>();

    boolean help;
    boolean showVersion;

    Settings(Tool tool) {
        this.tool = tool;
        this.version = tool == Tool.RR ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        this.messageCount = tool == Tool.RR ? 1 : 0;
    }
}
