// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.thecanary.broker.config.Directive.Scope.BRIDGE;
import static org.thecanary.broker.config.Directive.Scope.GLOBAL;
import static org.thecanary.broker.config.Directive.Scope.LISTENER;
import static org.thecanary.broker.config.Directive.Scope.LISTENER_FIRST;
import static org.thecanary.broker.config.Directive.Scope.NAMED_LISTENER;
import static org.thecanary.broker.config.Directive.Scope.PLUGIN;
import static org.thecanary.broker.config.Directive.Scope.SECURITY;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.Directive.BadValue;
import org.thecanary.broker.config.Directive.FlagSetter;
import org.thecanary.broker.config.Directive.Scope;
import org.thecanary.broker.config.Directive.Status;
import org.thecanary.broker.config.Directive.TextSetter;
import org.thecanary.broker.config.Directive.Value;
import org.thecanary.broker.config.Directive.WholeSetter;
import org.thecanary.broker.config.Directive.WordsSetter;
import org.thecanary.broker.config.ListenerConfig.SocketDomain;
import org.thecanary.mqtt.packet.QoS;

import java.nio.file.Path;
import java.util.List;

/**
 * Every option name that mosquitto 2.1 accepts, in one table: what it means, what it may hold, and whether Canary
 * honours it. {@code docs/configuration.md} is generated from it; {@link ConfigLoader} reads files by it.
 *
 * <p>An option that would change security or delivery and is not honoured is refused, never skipped; one that only
 * tunes what Canary does not have is accepted with a notice. To support an option, give its row a setter.
 */
final class Directives {
    private Directives() {}

    private static final Status WORKS = new Status.Works();
    private static final Status BRIDGES = new Status.NotYet("bridges come later.");
    private static final Status NO_PSK = new Status.Never(
            "Java's TLS has no pre-shared keys.\n    Use certificates or passwords instead.");
    private static final Status NO_ENGINE = new Status.Never(
            "There are no OpenSSL engines.\n    Give the key as a file: keyfile FILE");

    private static final int ANY = Integer.MIN_VALUE;
    private static final int MAX = Integer.MAX_VALUE;
    private static final int U16 = 65_535;
    private static final int MAX_PAYLOAD = 268_435_455;

    /** All rows, by name. */
    static final List<Directive> ALL = List.of(
            words(
                    "accept_protocol_versions",
                    NAMED_LISTENER,
                    "versions",
                    "3,4,5",
                    "Protocol versions let in: 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.",
                    OptionRules::protocolVersions),
            text(
                    "acl_file",
                    SECURITY,
                    "file",
                    "none",
                    "What each user may publish and receive; without it, everything.",
                    false,
                    (d, v) -> d.security().aclFile = Draft.path(v)),
            bridge("address", "host[:port] …", "none", "Broker to connect to."),
            bridge("addresses", "host[:port] …", "none", "As address."),
            flag(
                    "allow_anonymous",
                    SECURITY,
                    "false",
                    "Let in clients without a user name; true while no listener is defined.",
                    (d, v) -> d.security().allowAnonymous = v),
            flag(
                    "allow_duplicate_messages",
                    GLOBAL,
                    "true",
                    "Send a client of MQTT 3 a copy for each subscription that matches; else one copy.",
                    (d, v) -> d.broker.allowDuplicateMessages = v),
            flag(
                    "allow_zero_length_clientid",
                    SECURITY,
                    "true",
                    "Give clients without a Client Identifier one.",
                    (d, v) -> d.security().allowZeroLengthClientId = v),
            words(
                    "auth_opt_",
                    PLUGIN,
                    "name value",
                    "none",
                    "Option of the plugin above: password_file or acl_file.",
                    (d, words, option) -> d.pluginOption(option)),
            words(
                    "auth_plugin",
                    SECURITY,
                    "file",
                    "none",
                    "As plugin.",
                    (d, words, option) -> d.plugin(option.name(), option.text(), false)),
            flag(
                    "auth_plugin_deny_special_chars",
                    PLUGIN,
                    "true",
                    "Names with + or # match no pattern; always so in Canary.",
                    OptionRules::denySpecialChars),
            text(
                    "auto_id_prefix",
                    SECURITY,
                    "text",
                    "auto-",
                    "Begins the Client Identifiers Canary assigns; at most 50 bytes.",
                    true,
                    (d, v) -> d.security().autoIdPrefix = OptionRules.autoIdPrefix(v)),
            notice(
                    "autosave_interval",
                    GLOBAL,
                    "integer",
                    "1800",
                    "Seconds between dumps of mosquitto's database.",
                    "Canary writes every change at once.",
                    new Value.Whole(ANY, MAX, (d, v) -> {})),
            notice(
                    "autosave_on_changes",
                    GLOBAL,
                    "boolean",
                    "false",
                    "Count changes instead of seconds.",
                    "Canary writes every change at once.",
                    new Value.Flag((d, v) -> {})),
            text(
                    "bind_address",
                    GLOBAL,
                    "host",
                    "all interfaces",
                    "Address of the default listener; prefer listener PORT HOST.",
                    true,
                    OptionRules::bindAddress),
            text(
                    "bind_interface",
                    LISTENER,
                    "name",
                    "any",
                    "Network interface clients have to come through.",
                    true,
                    (d, v) -> d.listener().bindInterface = v),
            bridge("bridge_alpn", "text", "none", "ALPN name to offer."),
            bridge("bridge_attempt_unsubscribe", "boolean", "true", "Unsubscribe from out topics."),
            bridge("bridge_bind_address", "host", "any", "Local address to connect from."),
            bridge("bridge_cafile", "file", "none", "PEM file of trusted CAs."),
            bridge("bridge_capath", "directory", "none", "Directory of trusted CAs."),
            bridge("bridge_certfile", "file", "none", "PEM file of the client certificate."),
            bridge("bridge_ciphers", "text", "OpenSSL's", "Cipher suites up to TLS 1.2."),
            bridge("bridge_ciphers_tls1.3", "text", "OpenSSL's", "Cipher suites of TLS 1.3."),
            refused("bridge_identity", BRIDGE, "text", "none", NO_PSK, "Pre-shared key identity."),
            bridge("bridge_insecure", "boolean", "false", "Do not check the host name."),
            bridge("bridge_keyfile", "file", "none", "PEM file of the client's key."),
            bridge("bridge_max_packet_size", "integer", "0", "Largest packet; 0 for any."),
            bridge("bridge_max_topic_alias", "integer", "10", "Topic Alias Maximum."),
            bridge("bridge_outgoing_retain", "boolean", "true", "Keep the RETAIN flag."),
            bridge(
                    "bridge_protocol_version",
                    "mqttv31, mqttv311 or mqttv50",
                    "mqttv311",
                    "Version to speak."),
            refused("bridge_psk", BRIDGE, "text", "none", NO_PSK, "Pre-shared key."),
            bridge(
                    "bridge_receive_maximum",
                    "integer",
                    "max_inflight_messages",
                    "Receive Maximum."),
            bridge(
                    "bridge_reload_type",
                    "lazy or immediate",
                    "lazy",
                    "When a reload takes effect."),
            refused(
                    "bridge_require_ocsp",
                    BRIDGE,
                    "boolean",
                    "false",
                    new Status.Never(
                            "stapled OCSP answers are not checked.\n    Use a CRL instead."),
                    "Require a stapled OCSP answer."),
            bridge("bridge_session_expiry_interval", "seconds", "0", "Session Expiry Interval."),
            bridge("bridge_tcp_keepalive", "idle interval count", "off", "TCP keep-alive."),
            bridge("bridge_tcp_user_timeout", "milliseconds", "off", "TCP user timeout."),
            bridge("bridge_tls_use_os_certs", "boolean", "false", "Trust the system's CAs."),
            bridge("bridge_tls_version", "tlsv1.2 or tlsv1.3", "tlsv1.2", "Lowest TLS version."),
            text(
                    "cafile",
                    LISTENER_FIRST,
                    "file",
                    "none",
                    "PEM file of the CAs whose client certificates are trusted.",
                    false,
                    (d, v) -> d.tls().caFile = Draft.path(v)),
            text(
                    "capath",
                    LISTENER,
                    "directory",
                    "none",
                    "Directory of such files; they need no rehash.",
                    false,
                    (d, v) -> d.tls().caPath = Draft.path(v)),
            text(
                    "certfile",
                    LISTENER,
                    "file",
                    "none",
                    "PEM file of the server's certificate chain; with keyfile it turns TLS on.",
                    false,
                    (d, v) -> d.tls().certFile = Draft.path(v)),
            flag(
                    "check_retain_source",
                    GLOBAL,
                    "true",
                    "Deliver a retained message only while its publisher may still write it.",
                    (d, v) -> d.broker.checkRetainSource = v),
            text(
                    "ciphers",
                    LISTENER,
                    "OpenSSL's list",
                    "Java's",
                    "Cipher suites of TLS 1.2.",
                    false,
                    (d, v) -> d.tls().cipherSuites = CipherList.tls12(v, d::notice)),
            text(
                    "ciphers_tls1.3",
                    LISTENER,
                    "OpenSSL's list",
                    "Java's",
                    "Cipher suites of TLS 1.3.",
                    false,
                    (d, v) -> d.tls().cipherSuites13 = CipherList.tls13(v, d::notice)),
            bridge("cleansession", "boolean", "false", "Clean Session on both sides."),
            bridge("clientid", "text", "<hostname>.<connection>", "As remote_clientid."),
            text(
                    "clientid_prefixes",
                    GLOBAL,
                    "text",
                    "none",
                    "Let in only Client Identifiers that begin so.",
                    false,
                    (d, v) -> d.broker.clientIdPrefix = v),
            bridge("connection", "name", "none", "Begins a bridge."),
            flag(
                    "connection_messages",
                    GLOBAL,
                    "true",
                    "Log connects and disconnects.",
                    (d, v) -> d.broker.connectionMessages = v),
            text(
                    "crlfile",
                    LISTENER,
                    "file",
                    "none",
                    "PEM file of revoked client certificates.",
                    false,
                    (d, v) -> d.tls().crlFile = Draft.path(v)),
            notice(
                    "dhparamfile",
                    GLOBAL,
                    "file",
                    "none",
                    "Nothing since mosquitto 2.1.",
                    "it is no longer required.",
                    null),
            flag(
                    "disable_client_cert_date_checks",
                    LISTENER_FIRST,
                    "false",
                    "Accept expired client certificates, for sensors without a clock.",
                    (d, v) -> d.tls().ignoreClientDates = v),
            flag(
                    "enable_control_api",
                    GLOBAL,
                    "false",
                    "Answer listListeners and listPlugins on $CONTROL/broker/v1 to those who may publish there.",
                    (d, v) -> d.broker.enableControlApi = v),
            whole(
                    "enable_proxy_protocol",
                    LISTENER_FIRST,
                    1,
                    2,
                    "off",
                    "A proxy announces each client, by version 1 or 2 of the PROXY protocol.",
                    (d, v) -> d.proxyProtocol(v)),
            whole(
                    "global_max_clients",
                    GLOBAL,
                    ANY,
                    MAX,
                    "-1",
                    "Sessions at a time, offline ones included; -1 for any number.",
                    (d, v) -> d.broker.limits.globalMaxClients = limit(v)),
            whole(
                    "global_max_connections",
                    GLOBAL,
                    ANY,
                    MAX,
                    "-1",
                    "Connections at a time, over all listeners; -1 for any number.",
                    (d, v) -> d.broker.limits.globalMaxConnections = limit(v)),
            words(
                    "global_plugin",
                    GLOBAL,
                    "file",
                    "none",
                    "A plugin for all listeners.",
                    (d, words, option) -> d.plugin(option.name(), option.text(), true)),
            refused(
                    "http_dir",
                    LISTENER_FIRST,
                    "directory",
                    "none",
                    new Status.Never("Canary's web pages are a program of their own: canary web"),
                    "Files a listener of protocol http_api hands out."),
            bridge("idle_timeout", "seconds", "60", "When a lazy bridge hangs up."),
            new Directive(
                    "include_dir",
                    GLOBAL,
                    "directory",
                    "none",
                    WORKS,
                    "Reads all *.conf of a directory here; only in the main file.",
                    null),
            bridge("keepalive_interval", "seconds", "60", "Keep Alive."),
            text(
                    "keyfile",
                    LISTENER,
                    "file",
                    "none",
                    "PEM file of the server's private key: PKCS #1, PKCS #8 or SEC 1, not encrypted.",
                    false,
                    (d, v) -> d.tls().keyFile = Draft.path(v)),
            words(
                    "listener",
                    GLOBAL,
                    "port [host], or 0 path",
                    "1883 on 127.0.0.1 and ::1",
                    "Opens a port, on all interfaces or on those of a host; or a UNIX socket.",
                    OptionRules::listener),
            flag(
                    "listener_allow_anonymous",
                    LISTENER_FIRST,
                    "allow_anonymous",
                    "Let in clients without a user name here, whatever allow_anonymous says.",
                    (d, v) -> d.listenerSecurity().allowAnonymous = v),
            text(
                    "listener_auto_id_prefix",
                    LISTENER_FIRST,
                    "text",
                    "auto-",
                    "Begins the Client Identifiers assigned here; at most 50 bytes.",
                    true,
                    (d, v) -> d.listenerSecurity().autoIdPrefix = OptionRules.autoIdPrefix(v)),
            bridge("local_cleansession", "boolean", "cleansession", "Clean Session on this side."),
            bridge(
                    "local_clientid",
                    "text",
                    "local.<remote_clientid>",
                    "Client Identifier on this side."),
            bridge("local_password", "text", "none", "Password on this side."),
            bridge("local_username", "text", "none", "User on this side, for its ACL."),
            words(
                    "log_dest",
                    GLOBAL,
                    "stderr, stdout, syslog, topic, none or file PATH",
                    "stderr",
                    "Where log lines go; repeatable.",
                    (d, words, option) -> d.logDest(words, option.rest())),
            whole(
                    "log_facility",
                    GLOBAL,
                    0,
                    7,
                    "daemon",
                    "Facility local0 to local7 for log_dest syslog.",
                    (d, v) -> d.broker.log.facility = LogConfig.LOCAL0 + v),
            flag(
                    "log_timestamp",
                    GLOBAL,
                    "true",
                    "Begin log lines with the time.",
                    (d, v) -> d.broker.log.timestamp = v),
            text(
                    "log_timestamp_format",
                    GLOBAL,
                    "strftime format",
                    "seconds since 1970",
                    "How the time is written, such as %Y-%m-%dT%H:%M:%S.",
                    true,
                    (d, v) -> d.broker.log.timestampFormat = v),
            words(
                    "log_type",
                    GLOBAL,
                    "type",
                    "error, warning, notice, information",
                    "Lines to write; also debug, subscribe, unsubscribe, websockets, all,"
                            + " none; repeatable.",
                    (d, words, option) -> d.logType(words.getFirst())),
            whole(
                    "max_connections",
                    LISTENER,
                    ANY,
                    MAX,
                    "-1",
                    "Connections at a time; -1 for any number.",
                    (d, v) -> d.listener().maxConnections = limit(v)),
            whole(
                    "max_inflight_bytes",
                    GLOBAL,
                    ANY,
                    MAX,
                    "0",
                    "Payload bytes in flight to a client; 0 for any number.",
                    (d, v) -> d.broker.limits.maxInflightBytes = longLimit(v)),
            whole(
                    "max_inflight_messages",
                    GLOBAL,
                    ANY,
                    U16,
                    "20",
                    "QoS 1 and 2 messages in flight with a client; 0 for 65535.",
                    (d, v) -> d.broker.limits.maxInflightMessages = v <= 0 ? U16 : v),
            whole(
                    "max_keepalive",
                    GLOBAL,
                    0,
                    U16,
                    "0",
                    "Longest Keep Alive in seconds; 0 for any.",
                    (d, v) -> d.broker.limits.maxKeepAliveSeconds = v),
            whole(
                    "max_packet_size",
                    GLOBAL,
                    20,
                    MAX,
                    "2000000",
                    "Bytes of the largest packet read.",
                    (d, v) -> d.broker.limits.maxPacketSize = v),
            whole(
                    "max_qos",
                    LISTENER,
                    0,
                    2,
                    "2",
                    "Highest QoS of a PUBLISH.",
                    (d, v) -> d.listener().maxQos = QoS.of(v)),
            whole(
                    "max_queued_bytes",
                    GLOBAL,
                    ANY,
                    MAX,
                    "0",
                    "Payload bytes that wait for a client; 0 for any number.",
                    (d, v) -> d.broker.limits.maxQueuedBytes = longLimit(v)),
            whole(
                    "max_queued_messages",
                    GLOBAL,
                    ANY,
                    MAX,
                    "1000",
                    "Messages that wait for a client; 0 for any number.",
                    (d, v) -> d.broker.limits.maxQueuedMessages = limit(v)),
            whole(
                    "max_topic_alias",
                    LISTENER_FIRST,
                    0,
                    U16,
                    "10",
                    "Topic Aliases a client may use.",
                    (d, v) -> d.listener().maxTopicAlias = v),
            whole(
                    "max_topic_alias_broker",
                    LISTENER_FIRST,
                    0,
                    U16,
                    "10",
                    "Topic Aliases used towards a client.",
                    (d, v) -> d.listener().maxTopicAliasBroker = v),
            whole(
                    "maximum_qos",
                    LISTENER,
                    0,
                    2,
                    "2",
                    "As max_qos.",
                    (d, v) -> d.listener().maxQos = QoS.of(v)),
            words(
                    "memory_limit",
                    GLOBAL,
                    "bytes",
                    "none",
                    "Bytes of messages that are kept and wait; near it publishers are slowed down, and QoS 0 is dropped.",
                    OptionRules::memoryLimit),
            whole(
                    "message_size_limit",
                    GLOBAL,
                    0,
                    MAX_PAYLOAD,
                    "0",
                    "Bytes of the largest payload; a larger one is dropped; 0 for any.",
                    (d, v) -> d.broker.limits.messageSizeLimit = limit(v)),
            text(
                    "mount_point",
                    LISTENER_FIRST,
                    "text",
                    "none",
                    "Put before all topics of the clients here, who do not see it.",
                    false,
                    (d, v) -> d.listener().mountPoint = OptionRules.mountPoint(d, v)),
            bridge("notification_topic", "text", "see manual", "Topic of the state."),
            bridge("notifications", "boolean", "true", "Publish the bridge's state."),
            bridge("notifications_local_only", "boolean", "false", "Only on this side."),
            whole(
                    "packet_buffer_size",
                    GLOBAL,
                    0,
                    U16,
                    "16384",
                    "As websockets_headers_size; Canary sizes all other buffers itself.",
                    Directives::maxHeaderBytes),
            bridge("password", "text", "none", "As remote_password."),
            text(
                    "password_file",
                    SECURITY,
                    "file",
                    "none",
                    "Users and their passwords, as canary passwd writes it.",
                    false,
                    (d, v) -> d.security().passwordFile = Draft.path(v)),
            flag(
                    "per_listener_settings",
                    GLOBAL,
                    "false",
                    "Bind security options to the listener above them; before any of them.",
                    OptionRules::perListenerSettings),
            flag(
                    "persistence",
                    GLOBAL,
                    "false",
                    "Keep sessions and retained messages on disk; what is acknowledged is there.",
                    (d, v) -> d.broker.persistent = v),
            text(
                    "persistence_file",
                    GLOBAL,
                    "file",
                    Persistence.FILE,
                    "Names the folder of the store: mosquitto.db makes it mosquitto.store.",
                    true,
                    (d, v) -> d.broker.persistenceFile = v),
            text(
                    "persistence_location",
                    GLOBAL,
                    "directory",
                    "working directory",
                    "Where the folder of the store is.",
                    true,
                    (d, v) -> d.broker.persistenceLocation = Path.of(v)),
            words(
                    "persistent_client_expiration",
                    GLOBAL,
                    "number and s, h, d, w, m or y",
                    "never",
                    "How long offline sessions are kept.",
                    (d, words, option) -> d.broker.persistentClientExpiration =
                            OptionRules.duration(words.getFirst())),
            text(
                    "pid_file",
                    GLOBAL,
                    "file",
                    "none",
                    "Where to write the process id.",
                    true,
                    (d, v) -> d.broker.pidFile = Draft.path(v)),
            words(
                    "plugin",
                    SECURITY,
                    "file",
                    "none",
                    "mosquitto's own plugins for password and ACL files and persistence: all built in.",
                    (d, words, option) -> d.plugin(option.name(), option.text(), false)),
            words(
                    "plugin_load",
                    GLOBAL,
                    "name file",
                    "none",
                    "Give a plugin a name, for plugin_use.",
                    OptionRules::pluginLoad),
            words(
                    "plugin_opt_",
                    PLUGIN,
                    "name value",
                    "none",
                    "Option of the plugin above: password_file or acl_file; db_file, sync, flush_period.",
                    (d, words, option) -> d.pluginOption(option)),
            text(
                    "plugin_use",
                    NAMED_LISTENER,
                    "name",
                    "none",
                    "Use a plugin here.",
                    false,
                    Draft::pluginUse),
            whole(
                    "port",
                    GLOBAL,
                    1,
                    U16,
                    "1883",
                    "Port of the default listener; prefer listener.",
                    Draft::port),
            words(
                    "protocol",
                    LISTENER,
                    "mqtt, websockets or http_api",
                    "mqtt",
                    "What is spoken on the port; http_api: figures for monitoring, over HTTP.",
                    (d, words, option) -> OptionRules.protocol(d, words.getFirst())),
            flag(
                    "proxy_protocol_v2_require_tls",
                    LISTENER_FIRST,
                    "false",
                    "Let in only clients that came to the proxy by TLS.",
                    (d, v) -> d.listener().proxyRequiresTls = v),
            refused("psk_file", SECURITY, "file", "none", NO_PSK, "Pre-shared keys."),
            refused("psk_hint", LISTENER, "text", "none", NO_PSK, "Pre-shared key hint."),
            flag(
                    "queue_qos0_messages",
                    GLOBAL,
                    "false",
                    "Queue QoS 0 for offline sessions too.",
                    (d, v) -> d.broker.queueQos0Messages = v),
            bridge(
                    "remote_clientid",
                    "text",
                    "<hostname>.<connection>",
                    "Client Identifier there."),
            bridge("remote_password", "text", "none", "Password there."),
            bridge("remote_username", "text", "none", "User there."),
            flag(
                    "require_certificate",
                    LISTENER,
                    "false",
                    "Let in only clients that show a certificate of cafile or capath.",
                    (d, v) -> d.tls().requireCertificate = v),
            bridge(
                    "restart_timeout",
                    "seconds [cap [stable]]",
                    "5 30",
                    "Pause before reconnecting."),
            flag(
                    "retain_available",
                    GLOBAL,
                    "true",
                    "Accept retained messages; without, they end the connection.",
                    (d, v) -> d.broker.retainAvailable = v),
            whole(
                    "retain_expiry_interval",
                    GLOBAL,
                    1,
                    MAX,
                    "off",
                    "Minutes between sweeps that remove expired retained messages; they are never sent.",
                    (d, v) -> d.broker.retainExpiryMinutes = Math.min(v, 10_000_000)),
            flag(
                    "retained_persistence",
                    GLOBAL,
                    "false",
                    "As persistence.",
                    (d, v) -> d.broker.persistent = v),
            notice(
                    "retry_interval",
                    GLOBAL,
                    "seconds",
                    "none",
                    "Nothing since mosquitto 1.5.",
                    "it is no longer available in mosquitto either.",
                    null),
            bridge("round_robin", "boolean", "false", "Take the addresses in turn."),
            flag(
                    "set_tcp_nodelay",
                    GLOBAL,
                    "true",
                    "Small packets are sent at once, whatever is written here.",
                    (_, _) -> {}),
            words(
                    "socket_domain",
                    LISTENER,
                    "ipv4 or ipv6",
                    "both",
                    "Address family of the listener.",
                    (d, words, option) -> d.listener().socketDomain = switch (words.getFirst()) {
                        case "ipv4" -> SocketDomain.IPV4;
                        case "ipv6" -> SocketDomain.IPV6;
                        default ->
                            throw new BadValue("socket_domain is ipv4 or ipv6, not \""
                                    + words.getFirst()
                                    + "\". Remove the line for"
                                    + " both.");
                    }),
            bridge("start_type", "automatic, lazy or once", "automatic", "When to connect."),
            whole(
                    "sys_interval",
                    GLOBAL,
                    0,
                    U16,
                    "10",
                    "Seconds between updates of $SYS; 0 for no $SYS.",
                    (d, v) -> d.broker.sysIntervalSeconds = v),
            bridge("threshold", "integer", "10", "Messages that wake a lazy bridge."),
            text(
                    "tls_engine",
                    LISTENER,
                    "boringssl",
                    "Java's TLS",
                    "What computes TLS; with boringssl a handshake takes a fraction of the CPU.",
                    true,
                    OptionRules::tlsEngine),
            refused("tls_engine_kpass_sha1", LISTENER, "text", "none", NO_ENGINE, "Its password."),
            text(
                    "tls_keyform",
                    LISTENER,
                    "pem",
                    "pem",
                    "Form of the private key.",
                    false,
                    OptionRules::tlsKeyForm),
            text(
                    "tls_version",
                    LISTENER_FIRST,
                    "tlsv1.2 or tlsv1.3",
                    "tlsv1.2",
                    "Lowest version.",
                    true,
                    OptionRules::tlsVersion),
            bridge("topic", "filter [direction [qos [local remote]]]", "none", "What to exchange."),
            bridge("try_private", "boolean", "true", "Say that this is a bridge."),
            flag(
                    "upgrade_outgoing_qos",
                    GLOBAL,
                    "false",
                    "Deliver at the QoS of the subscription, against the specification.",
                    (d, v) -> d.broker.upgradeOutgoingQos = v),
            flag(
                    "use_identity_as_username",
                    LISTENER,
                    "false",
                    "The Common Name of the client's certificate is the user; no password is asked.",
                    (d, v) -> d.listener().useIdentityAsUsername = v),
            flag(
                    "use_subject_as_username",
                    LISTENER,
                    "false",
                    "As use_identity_as_username, with the whole subject, such as CN=sensor7,O=Canary.",
                    (d, v) -> d.listener().useSubjectAsUsername = v),
            flag(
                    "use_username_as_clientid",
                    LISTENER,
                    "false",
                    "The user name replaces the Client Identifier.",
                    (d, v) -> d.listener().useUsernameAsClientId = v),
            text(
                    "user",
                    GLOBAL,
                    "name",
                    "mosquitto",
                    "User to become when started by root, before anything is opened.",
                    false,
                    (d, v) -> d.broker.user = v),
            bridge("username", "text", "none", "As remote_username."),
            whole(
                    "websockets_headers_size",
                    GLOBAL,
                    0,
                    U16,
                    "16384",
                    "Bytes of the headers that open a WebSocket; 16384 where it says less.",
                    Directives::maxHeaderBytes),
            notice(
                    "websockets_log_level",
                    GLOBAL,
                    "integer",
                    "0",
                    "Log level of libwebsockets.",
                    "it belongs to libwebsockets.",
                    null),
            text(
                    "websockets_origin",
                    LISTENER_FIRST,
                    "text",
                    "any",
                    "Value of HTTP's Origin that is let in; repeatable.",
                    false,
                    (d, v) -> d.listener().websocketOrigins.add(v)));

    /** The row of an option, or null for a name mosquitto does not know. */
    static @Nullable Directive find(String name) {
        for (Directive directive : ALL) {
            if (directive.matches(name)) {
                return directive;
            }
        }
        return null;
    }

    private static int limit(int value) {
        return value <= 0 ? Integer.MAX_VALUE : value;
    }

    private static long longLimit(int value) {
        return value <= 0 ? Long.MAX_VALUE : value;
    }

    private static Directive flag(
            String name, Scope scope, String defaultText, String doc, FlagSetter setter) {
        return new Directive(
                name, scope, "boolean", defaultText, WORKS, doc, new Value.Flag(setter));
    }

    private static Directive whole(
            String name,
            Scope scope,
            int min,
            int max,
            String defaultText,
            String doc,
            WholeSetter setter) {
        return new Directive(
                name,
                scope,
                max == MAX ? "integer" : Math.max(min, 0) + " to " + max,
                defaultText,
                WORKS,
                doc,
                new Value.Whole(min, max, setter));
    }

    private static Directive text(
            String name,
            Scope scope,
            String type,
            String defaultText,
            String doc,
            boolean once,
            TextSetter setter) {
        return new Directive(
                name, scope, type, defaultText, WORKS, doc, new Value.Text(once, setter));
    }

    private static Directive words(
            String name,
            Scope scope,
            String type,
            String defaultText,
            String doc,
            WordsSetter setter) {
        return new Directive(name, scope, type, defaultText, WORKS, doc, new Value.Words(setter));
    }

    private static Directive notice(
            String name,
            Scope scope,
            String type,
            String defaultText,
            String doc,
            String why,
            @Nullable Value value) {
        return new Directive(name, scope, type, defaultText, new Status.Notice(why), doc, value);
    }

    private static Directive refused(
            String name, Scope scope, String type, String defaultText, Status status, String doc) {
        return new Directive(name, scope, type, defaultText, status, doc, null);
    }

    private static Directive bridge(String name, String type, String defaultText, String doc) {
        return refused(name, BRIDGE, type, defaultText, BRIDGES, doc);
    }

    private static void maxHeaderBytes(Draft draft, int bytes) {
        draft.broker.limits.maxHeaderBytes = Math.max(bytes, Limits.LEAST_HEADER_BYTES);
    }
}
