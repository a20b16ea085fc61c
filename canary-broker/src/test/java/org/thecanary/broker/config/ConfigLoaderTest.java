// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.config.ListenerConfig.SocketDomain;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

class ConfigLoaderTest {
    private static ListenerConfig only(String text) throws Exception {
        return Conf.load(text).config().listeners().getFirst();
    }

    @Test
    void aFileWithoutAListenerIsForThisMachineOnlyAndAnonymous() throws Exception {
        BrokerConfig config = Conf.load("max_keepalive 60\n").config();

        assertThat(config.localOnly()).isTrue();
        assertThat(config.listeners())
                .extracting(ListenerConfig::host, ListenerConfig::port)
                .containsExactly(tuple("127.0.0.1", 1883), tuple("::1", 1883));
        assertThat(config.listeners()).allMatch(ListenerConfig::allowAnonymous);
        assertThat(config.limits().maxKeepAliveSeconds()).isEqualTo(60);
        assertThat(Conf.load("").config()).isEqualTo(BrokerConfig.localOnly(1883));
    }

    @Test
    void thePortsOfTheCommandLineCountWithoutAListenerOnly() throws Exception {
        BrokerConfig local = Conf.load("", 1884, 1885).config();
        ConfigLoader.Loaded open = Conf.load("listener 1883", 1884);

        assertThat(local.listeners())
                .extracting(ListenerConfig::port)
                .containsExactly(1884, 1884, 1885, 1885);
        assertThat(ConfigLoader.withoutFile(List.of(1884))).isEqualTo(BrokerConfig.localOnly(1884));
        assertThat(open.config().listeners()).containsExactly(ListenerConfig.of(1883));
        assertThat(open.notices())
                .extracting(Problem::text)
                .containsExactly("the file opens a port, so -p is ignored.");
    }

    @Test
    void aListenerIsOpenToAllInterfacesButNotToAnonymousClients() throws Exception {
        BrokerConfig config =
                Conf.load("listener 1883 # x\nlistener 1884 localhost").config();

        assertThat(config.localOnly()).isFalse();
        assertThat(config.listeners())
                .extracting(ListenerConfig::host, ListenerConfig::port, l -> l.allowAnonymous())
                .containsExactly(tuple(null, 1883, false), tuple("localhost", 1884, false));
    }

    @Test
    void allowAnonymousIsGlobalAndTheListenersOwnBeatsIt() throws Exception {
        String text =
                "allow_anonymous true\nlistener 1\nlistener 2\nlistener_allow_anonymous false\n";

        assertThat(Conf.load(text).config().listeners())
                .extracting(ListenerConfig::allowAnonymous)
                .containsExactly(true, false);
        assertThat(only("allow_anonymous false").allowAnonymous()).isFalse();
    }

    @Test
    void globalFilesAreThoseOfEveryListenerWhereverTheyStand() throws Exception {
        String text = "listener 1\npassword_file /p\nlistener 2\nacl_file /a\nauto_id_prefix x-\n";

        assertThat(Conf.load(text).config().listeners()).allSatisfy(listener -> {
            assertThat(listener.passwordFile()).isEqualTo(Path.of("/p"));
            assertThat(listener.aclFile()).isEqualTo(Path.of("/a"));
            assertThat(listener.autoIdPrefix()).isEqualTo("x-");
        });
    }

    @Test
    void perListenerSettingsBindSecurityToTheListenerAbove() throws Exception {
        String text = """
                per_listener_settings true
                listener 1
                allow_anonymous true
                allow_zero_length_clientid false
                listener 2
                password_file /p
                acl_file /a
                acl_file /b
                auto_id_prefix x-
                """;

        List<ListenerConfig> listeners = Conf.load(text).config().listeners();

        ListenerConfig first = listeners.getFirst();
        assertThat(first.allowAnonymous()).isTrue();
        assertThat(first.allowZeroLengthClientId()).isFalse();
        assertThat(first.passwordFile()).isNull();
        assertThat(first.autoIdPrefix()).isEqualTo("auto-");
        ListenerConfig second = listeners.getLast();
        assertThat(second.allowAnonymous()).isFalse();
        assertThat(second.allowZeroLengthClientId()).isTrue();
        assertThat(second.passwordFile()).isEqualTo(Path.of("/p"));
        assertThat(second.aclFile()).isEqualTo(Path.of("/b"));
        assertThat(second.autoIdPrefix()).isEqualTo("x-");
    }

    @Test
    void thePluginsForPasswordAndAclFilesAreTheFilesThemselves() throws Exception {
        String text = """
                plugin_load users /usr/lib/mosquitto_password_file.so
                plugin_opt_password_file /p
                global_plugin /usr/lib/x86_64-linux-gnu/mosquitto_acl_file.so
                plugin_opt_acl_file /a
                auth_plugin_deny_special_chars true
                plugin mosquitto_persist_sqlite.so
                plugin_opt_flush_period 5
                plugin_opt_page_size 4096
                listener 1
                listener 2
                plugin_use users
                """;

        List<ListenerConfig> listeners = Conf.load(text).config().listeners();

        assertThat(listeners)
                .extracting(ListenerConfig::passwordFile, ListenerConfig::aclFile)
                .containsExactly(tuple(null, Path.of("/a")), tuple(Path.of("/p"), Path.of("/a")));
        assertThat(Conf.notices(text))
                .containsExactly(
                        "FILE:7: plugin_opt_flush_period has no effect: Canary writes every change at"
                                + " once.",
                        "FILE:8: plugin_opt_page_size has no effect: Canary's own store has no pages.",
                        "FILE:0: the persist_sqlite plugin has neither plugin_opt_db_file nor"
                                + " persistence_location, so nothing is kept, as with mosquitto.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            plugin_opt_db_file /d/m.sqlite3                                              | /d/m.store         | true
            plugin_opt_db_file /d/m.db,plugin_opt_sync full,plugin_opt_flush_period 0    | /d/m.store         | true
            plugin_opt_db_file /d/m.sqlite,plugin_opt_sync off                           | /d/m.store         | false
            plugin_opt_db_file /d/state,plugin_opt_sync extra                            | /d/state.store     | true
            plugin_opt_sync normal,persistence_location /p,plugin_opt_db_file /d/m.db    | /p/mosquitto.store | true
            persistence_location /p,persistence_file a.db,persistence false              | /p/a.store         | true
            """)
    void whatThePluginForSqliteKeepsIsKeptInTheStore(String lines, Path folder, boolean sync)
            throws Exception {
        String text = "listener 1\nplugin /usr/lib/mosquitto_persist_sqlite.so\n"
                + lines.replace(',', '\n');

        assertThat(Conf.load(text).config().persistence()).isEqualTo(new Persistence(folder, sync));
        assertThat(Conf.notices(text)).isEmpty();
    }

    @Test
    void thePluginForSqliteThatIsNotToldWhereKeepsNothing() throws Exception {
        assertThat(Conf.load("listener 1\nplugin mosquitto_persist_sqlite.so")
                        .config()
                        .persistence())
                .isNull();
    }

    @Test
    void listenerOptionsBindToTheLastListener() throws Exception {
        String text = """
                listener 1
                listener 2
                socket_domain ipv4
                max_connections 5
                maximum_qos 1
                max_topic_alias 0
                max_topic_alias_broker 7
                accept_protocol_versions 4, 5 # not 3
                listener_auto_id_prefix y-
                use_username_as_clientid true
                protocol mqtt
                """;

        BrokerConfig config = Conf.load(text).config();

        assertThat(config.listeners().getFirst()).isEqualTo(ListenerConfig.of(1));
        ListenerConfig second = config.listeners().getLast();
        assertThat(second.socketDomain()).isEqualTo(SocketDomain.IPV4);
        assertThat(second.maxConnections()).isEqualTo(5);
        assertThat(second.maxQos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(second.maxTopicAlias()).isZero();
        assertThat(second.maxTopicAliasBroker()).isEqualTo(7);
        assertThat(second.autoIdPrefix()).isEqualTo("y-");
        assertThat(second.useUsernameAsClientId()).isTrue();
    }

    @Test
    void portAndBindAddressMakeTheDefaultListener() throws Exception {
        BrokerConfig config = Conf.load(
                        "port 1884\nlistener 1885\nbind_address 127.0.0.1\nmax_qos 1")
                .config();

        assertThat(config.localOnly()).isFalse();
        assertThat(config.listeners())
                .extracting(ListenerConfig::port, ListenerConfig::host, ListenerConfig::maxQos)
                .containsExactly(
                        tuple(1884, "127.0.0.1", QoS.AT_LEAST_ONCE),
                        tuple(1885, null, QoS.EXACTLY_ONCE));
    }

    @Test
    void anOptionBeforeTheFirstListenerOpensTheHiddenOneWithAWarning() throws Exception {
        String text = "allow_anonymous true\nsocket_domain ipv4\nmax_qos 1\n\nlistener 1884\n";

        assertThat(Conf.load(text).config().listeners())
                .extracting(ListenerConfig::port)
                .containsExactly(1883, 1884);
        assertThat(Conf.notices(text))
                .containsExactly(
                        "FILE:2: socket_domain before the first listener opens a hidden listener on"
                                + " port 1883 (as mosquitto does). Move it below line 5.");
    }

    @Test
    void anOptionOfAListenerOpensNoneByItself() throws Exception {
        BrokerConfig config = Conf.load("max_connections 5").config();

        assertThat(config.localOnly()).isTrue();
        assertThat(config.listeners())
                .extracting(ListenerConfig::host)
                .containsExactly("127.0.0.1", "::1");
    }

    @Test
    void limitsOfMosquittosNoLimitAreTheLargestNumbers() throws Exception {
        Limits limits = Conf.load("""
                                max_inflight_messages 0
                                max_inflight_bytes 0
                                max_queued_messages 0
                                max_queued_bytes -5
                                message_size_limit 0
                                global_max_clients -1
                                global_max_connections 0
                                """).config().limits();

        assertThat(limits)
                .isEqualTo(new Limits(
                        65_535,
                        Long.MAX_VALUE,
                        Integer.MAX_VALUE,
                        Long.MAX_VALUE,
                        2_000_000,
                        Integer.MAX_VALUE,
                        0,
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE,
                        Long.MAX_VALUE,
                        16_384));
    }

    @Test
    void theHeadersOfAWebSocketMayBeMoreButNotLess() throws Exception {
        assertThat(Conf.load("websockets_headers_size 65535").config().limits().maxHeaderBytes())
                .isEqualTo(65_535);
        assertThat(Conf.load("packet_buffer_size 20").config().limits().maxHeaderBytes())
                .isEqualTo(16_384);
    }

    @Test
    void numbersAreReadAsCDoesAndTextBehindThemIsIgnored() throws Exception {
        Limits limits = Conf.load(
                        "max_keepalive 0x10 s\nmax_queued_messages 010\nmax_queued_bytes +7 # x")
                .config()
                .limits();

        assertThat(limits.maxKeepAliveSeconds()).isEqualTo(16);
        assertThat(limits.maxQueuedMessages()).isEqualTo(8);
        assertThat(limits.maxQueuedBytes()).isEqualTo(7);
    }

    @Test
    void theLogIsWhatItsLinesAddUpTo() throws Exception {
        LogConfig log = Conf.load("""
                                log_dest file /var/log/my log
                                log_dest stdout unbuffered
                                log_type error
                                log_type subscribe
                                log_timestamp false
                                log_timestamp_format %H:%M
                                """).config().log();

        assertThat(log.file()).isEqualTo(Path.of("/var/log/my log"));
        assertThat(log.toStdout()).isTrue();
        assertThat(log.toStderr()).isFalse();
        assertThat(log.types()).containsExactlyInAnyOrder(LogType.ERROR, LogType.SUBSCRIBE);
        assertThat(log.timestamp()).isFalse();
        assertThat(log.timestampFormat()).isEqualTo("%H:%M");
        assertThat(log.verbose().types()).hasSize(LogType.values().length);
        assertThat(Conf.load("log_type all\nlog_type none").config().log().types())
                .isEmpty();
        assertThat(Conf.load("log_dest stderr\nlog_dest none").config().log().toStderr())
                .isFalse();
        assertThat(Conf.load("").config().log()).isEqualTo(LogConfig.defaults());
    }

    @Test
    void syslogsFacilityIsDaemonOrOneOfEightLocalOnes() throws Exception {
        assertThat(Conf.load("log_dest syslog").config().log().syslogFacility()).isEqualTo(3);
        for (int i = 0; i < 8; i++) {
            assertThat(Conf.load("log_facility " + i + "\nlog_dest syslog")
                            .config()
                            .log()
                            .syslogFacility())
                    .isEqualTo(16 + i);
        }
        assertThat(Conf.load("log_facility 0").config().log().syslogFacility()).isNull();
        assertThat(Conf.load("log_dest syslog\nlog_dest none").config().log().syslogFacility())
                .isNull();
    }

    @Test
    void expirationHasAUnit() throws Exception {
        assertThat(Conf.load("persistent_client_expiration 2m")
                        .config()
                        .persistentClientExpiration())
                .isEqualTo(Duration.ofDays(60));
    }

    @Test
    void aCommentBehindAStringIsPartOfItAndWarnedOf() throws Exception {
        String text = "listener 1\npassword_file /p # users";

        assertThat(only(text).passwordFile()).isEqualTo(Path.of("/p # users"));
        assertThat(Conf.notices(text))
                .containsExactly(
                        "FILE:2: the value of password_file is \"/p # users\": a comment has to be"
                                + " a line of its own.");
    }

    @Test
    void unknownVersionsArePassedOver() throws Exception {
        assertThat(only("listener 1\naccept_protocol_versions 9 3").protocolVersions())
                .containsExactly(ProtocolVersion.MQTT_3_1);
    }

    @Test
    void eachListenerHasItsOwnOfWhatIsWrittenOnce() throws Exception {
        String text = "listener 1\nbind_interface a\nlistener 2\nbind_interface b\n";

        assertThat(Conf.load(text).config().listeners())
                .extracting(ListenerConfig::bindInterface)
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listener 1\ncertfile /c\nkeyfile /k\ncafile /a\ncafile /b",
                "listener 1\ncertfile /c\nkeyfile /k\ncapath /a\ncapath /b",
                "listener 1\nciphers_tls1.3 TLS_AES_128_GCM_SHA256\nciphers_tls1.3 TLS_AES_256_GCM_SHA384",
                "listener 1\ntls_keyform der",
                "plugin /my plugins/mosquitto_persist_sqlite.so",
                "persistent_client_expiration \t5d",
                "memory_limit --1"
            })
    void whatMosquittoTakesIsTaken(String text) throws Exception {
        assertThat(Conf.load(text).config().listeners()).isNotEmpty();
    }

    static Stream<List<String>> refusals() {
        return Stream.of(
                List.of(
                        "pasword_file /p",
                        "FILE:1: unknown option \"pasword_file\" (did you mean password_file?). Not"
                                + " started: a misspelt security option would leave the broker open."),
                List.of(
                        "allow_anonymous\ttrue",
                        "FILE:1: \"allow_anonymous<TAB>true\": mosquitto separates with a space,"
                                + " not a tab."),
                List.of(
                        "allow_anonymous yes",
                        "FILE:1: allow_anonymous is true or false, not \"yes\"."),
                List.of(
                        "allow_anonymous TRUE",
                        "FILE:1: allow_anonymous is true or false, not \"TRUE\"."),
                List.of("allow_anonymous", "FILE:1: allow_anonymous without a value."),
                List.of("acl_file   ", "FILE:1: acl_file without a value."),
                List.of("max_keepalive 1x", "FILE:1: max_keepalive: \"1x\" is not a number."),
                List.of("max_keepalive 08", "FILE:1: max_keepalive: \"08\" is not a number."),
                List.of(
                        "max_keepalive 5\t# s",
                        "FILE:1: max_keepalive: \"5<TAB>#\" is not a number."),
                List.of(
                        "max_keepalive 65536",
                        "FILE:1: max_keepalive 65536 is out of range: from 0 up to 65535."),
                List.of(
                        "max_queued_messages 2147483648",
                        "FILE:1: max_queued_messages 2147483648 is out of range."),
                List.of(
                        "max_packet_size 19",
                        "FILE:1: max_packet_size 19 is out of range: from 20."),
                List.of(
                        "listener 1\nmax_qos 3",
                        "FILE:2: max_qos 3 is out of range: from 0 up to 2."),
                List.of(
                        "listener 65536",
                        "FILE:1: listener 65536 is out of range: from 0 up to 65535."),
                List.of(
                        "listener 1\nenable_proxy_protocol 2\nuse_subject_as_username true",
                        "FILE:2: with enable_proxy_protocol 2 the proxy speaks TLS: certfile,"
                                + " keyfile and use_subject_as_username cannot be used."),
                List.of(
                        "listener 0 /" + "x".repeat(107),
                        "FILE:1: the path of a UNIX socket has at most 107 bytes; /"
                                + "x".repeat(107) + " is too long."),
                List.of(
                        "max_topic_alias 5",
                        "FILE:1: max_topic_alias binds to the listener above it, and there is none."
                                + " Move it below a listener line."),
                List.of(
                        "port 1\naccept_protocol_versions 4",
                        "FILE:2: accept_protocol_versions binds to the listener above it, and there"
                                + " is none. Move it below a listener line."),
                List.of(
                        "listener 1\naccept_protocol_versions 31",
                        "FILE:2: accept_protocol_versions without 3, 4 or 5 would let nobody in."
                                + " Write for example:  accept_protocol_versions 4,5"),
                List.of(
                        "per_listener_settings true\nacl_file /a",
                        "FILE:2: acl_file binds to the listener above it, and there is none. Move"
                                + " it below a listener line."),
                List.of(
                        "acl_file /a\nper_listener_settings true",
                        "FILE:2: per_listener_settings has to stand before any security option."
                                + " Move it to the top of the file."),
                List.of(
                        "global_plugin mosquitto_acl_file.so\nplugin_opt_acl_file /a\nper_listener_settings true",
                        "FILE:3: per_listener_settings has to stand before any security option."
                                + " Move it to the top of the file."),
                List.of("pid_file /a\npid_file /b", "FILE:2: a second pid_file. Keep one of them."),
                List.of(
                        "log_dest file /a\nlog_dest file /b",
                        "FILE:2: there can be only one log_dest file."),
                List.of("log_dest file", "FILE:1: log_dest file without a file name."),
                List.of(
                        "log_dest dlt",
                        "FILE:1: log_dest dlt is not supported: it belongs to car and telephone systems. Use log_dest stderr or file."),
                List.of("log_dest paper", "FILE:1: log_dest cannot be \"paper\"."),
                List.of(
                        "log_type all of it\nlog_type warn",
                        "FILE:2: log_type cannot be \"warn\"."),
                List.of(
                        "persistent_client_expiration 2147483648s",
                        "FILE:1: persistent_client_expiration is a number and one of s, h, d, w, m"
                                + " (30 days) and y, not \"2147483648s\"."),
                List.of(
                        "persistent_client_expiration 5",
                        "FILE:1: persistent_client_expiration is a number and one of s, h, d, w, m"
                                + " (30 days) and y, not \"5\"."),
                List.of(
                        "listener 1\nprotocol http_api\nhttp_dir /d",
                        "FILE:3: http_dir is not supported: Canary's web pages are a program of"
                                + " their own: canary web"),
                List.of(
                        "listener 1\nsocket_domain both",
                        "FILE:2: socket_domain is ipv4 or ipv6, not \"both\". Remove the line for"
                                + " both."),
                List.of(
                        "listener 1\ncafile /c",
                        "FILE:2: cafile without certfile and keyfile does nothing: give this"
                                + " listener both, or remove the line."),
                List.of(
                        "listener 1\nenable_proxy_protocol 2\ncapath /c",
                        "FILE:2: capath without certfile and keyfile does nothing: give this"
                                + " listener both, or remove the line."),
                List.of(
                        "listener 1\ntls_version tlsv1.2\ntls_version tlsv1.3",
                        "FILE:3: a second tls_version. Keep one of them."),
                List.of(
                        "socket_domain ipv4\nlistener 1\nbind_interface a\nbind_interface b",
                        "FILE:4: a second bind_interface. Keep one of them."),
                List.of(
                        "bind_interface a\nbind_interface b",
                        "FILE:2: a second bind_interface. Keep one of them."),
                List.of(
                        "bind_address no such host",
                        "FILE:1: bind_address no such host cannot be resolved."),
                List.of(
                        "listener 1\ncertfile /c",
                        "FILE:2: both certfile and keyfile must be specified for TLS; this listener"
                                + " has no keyfile."),
                List.of(
                        "listener 1\nrequire_certificate true",
                        "FILE:2: require_certificate needs TLS: give this listener certfile and"
                                + " keyfile. Without them, anybody could come in."),
                List.of(
                        "listener 1\ntls_version tlsv1.1",
                        "FILE:2: tls_version tlsv1.1 is not supported: it is broken, and Java does"
                                + " not speak it any more. Write:  tls_version tlsv1.2"),
                List.of(
                        "listener 1\ntls_version 1.2",
                        "FILE:2: tls_version is tlsv1.2 or tlsv1.3, not \"1.2\"."),
                List.of(
                        "listener 1\ntls_engine pkcs11",
                        "FILE:2: tls_engine is boringssl, not \"pkcs11\": there are no OpenSSL engines."
                                + " Give the key as a file: keyfile FILE"),
                List.of(
                        "listener 1\npsk_hint x",
                        "FILE:2: psk_hint is not supported: Java's TLS has no pre-shared keys.\n"
                                + "    Use certificates or passwords instead."),
                List.of(
                        "connection b\naddress h\ntopic # both",
                        "FILE:1: connection is not supported yet: bridges come later."),
                List.of(
                        "plugin_opt_db_path x",
                        "FILE:1: plugin_opt_db_path belongs to the plugin above it, and there is"
                                + " none."),
                List.of(
                        "plugin /usr/lib/mosquitto_password_file.so",
                        "FILE:1: the plugin has no file. Write below it:  plugin_opt_password_file"
                                + " FILE"),
                List.of(
                        "plugin /usr/lib/mosquitto_acl_file.so\nplugin_opt_acl /a",
                        "FILE:2: plugin_opt_acl is no option of the acl_file plugin, which has one:"
                                + "  plugin_opt_acl_file FILE",
                        "FILE:1: the plugin has no file. Write below it:  plugin_opt_acl_file"
                                + " FILE"),
                List.of(
                        "plugin mosquitto_persist_sqlite.so\nplugin_opt_sync often\nplugin_opt_snyc off",
                        "FILE:2: plugin_opt_sync is extra, full, normal or off, and not \"often\".",
                        "FILE:3: plugin_opt_snyc is no option of the persist_sqlite plugin, which has"
                                + " these:  plugin_opt_db_file, plugin_opt_sync,"
                                + " plugin_opt_flush_period and plugin_opt_page_size."),
                List.of(
                        "plugin /opt/go-auth.so",
                        "FILE:1: plugin /opt/go-auth.so is not supported: Canary cannot load shared"
                                + " objects, and without this one it would let in others than"
                                + " mosquitto. Use password_file and acl_file."),
                List.of(
                        "listener 1\nplugin_use acl",
                        "FILE:2: there is no plugin acl yet. Write above it:  plugin_load acl FILE"),
                List.of(
                        "listener 1\nacl_file /a\nplugin mosquitto_acl_file.so\nplugin_opt_acl_file /b",
                        "FILE:0: listener 1 has both /a and /b. Keep one of them."),
                List.of(
                        "listener 1\nmount_point a/#",
                        "FILE:2: mount_point cannot hold + or #. Write for example:  mount_point"
                                + " site1/"),
                List.of(
                        "clientid_prefixes a\u0001b",
                        "FILE:1: clientid_prefixes: the value holds a control character."),
                List.of(
                        "persistence_location a\uFFFEb",
                        "FILE:1: persistence_location: the value holds a code point that is no"
                                + " character."),
                List.of(
                        "auto_id_prefix " + "x".repeat(51),
                        "FILE:1: the prefix is longer than 50 bytes."),
                List.of(
                        "include_dir  /",
                        "FILE:1: include_dir \" /\" cannot be read: there is no such file. The"
                                + " blanks around it are part of its name."),
                List.of(
                        "include_dir /nowhere/at/all",
                        "FILE:1: include_dir /nowhere/at/all cannot be"
                                + " read: there is no such file."));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aBadLineIsRefusedWithItsReason(List<String> textAndProblem) throws Exception {
        assertThat(Conf.problems(textAndProblem.getFirst()))
                .containsExactlyElementsOf(textAndProblem.subList(1, textAndProblem.size()));
    }

    @Test
    void allProblemsAreReportedInOneRunAndCounted(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("m.conf"), "foo 1\n\nlistener x\nport 0\n");

        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> ConfigLoader.load(file, List.of()));

        assertThat(e.exitCode()).isEqualTo(3);
        assertThat(e.problems()).extracting(Problem::line).containsExactly(1, 3, 4);
        assertThat(e.report())
                .startsWith(file + ":1: unknown option \"foo\"")
                .endsWith("\n3 problems. Nothing was started.");
    }

    @ParameterizedTest
    @CsvSource({
        "tls_version invalid, 1",
        "ciphers invalid, 1",
        "ciphers_tls1.3 invalid, 1",
        "tls_version tlsv1.1, 3", // mosquitto takes it
        "tls_version, 3",
        "allow_anonymous maybe, 3"
    })
    void whatMosquittoMeetsOnlyWhenItOpensTheListenerExitsWith1(String line, int exitCode) {
        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> Conf.load("listener 1\n" + line + "\n"));

        assertThat(e.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void amongOtherProblemsItExitsWith3() {
        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> Conf.load("listener 1\ntls_version invalid\nfoo\n"));

        assertThat(e.exitCode()).isEqualTo(3);
    }

    @Test
    void aFileThatIsNotThereOrADirectoryExitsWith3(@TempDir Path directory) {
        ConfigException missing = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.load(directory.resolve("no.conf"), List.of()));
        ConfigException folder = catchThrowableOfType(
                ConfigException.class, () -> ConfigLoader.load(directory, List.of()));

        assertThat(missing.exitCode()).isEqualTo(3);
        assertThat(missing.getMessage()).endsWith("no.conf'.\n    Reason: there is no such file.");
        assertThat(folder.exitCode()).isEqualTo(3);
        assertThat(folder.getMessage()).endsWith("Reason: it is a directory.");
    }

    @Test
    void includedFilesStartWithoutAListenerAndTheMainFileGoesOnWithItsOwn(@TempDir Path directory)
            throws Exception {
        Path included = Files.createDirectory(directory.resolve("conf.d"));
        Files.writeString(included.resolve("b.conf"), "listener 2\nmax_qos 0\n");
        Files.writeString(included.resolve("A.conf"), "allow_anonymous true\n");
        Files.writeString(included.resolve(".conf"), "nonsense\n");
        Files.writeString(included.resolve("c.conf.bak"), "nonsense\n");
        Path file = Files.writeString(
                directory.resolve("m.conf"),
                "listener 1\ninclude_dir " + included + "\nmax_qos 1\n");

        BrokerConfig config = ConfigLoader.load(file, List.of()).config();

        assertThat(config.listeners())
                .extracting(
                        ListenerConfig::port,
                        ListenerConfig::maxQos,
                        ListenerConfig::allowAnonymous)
                .containsExactly(
                        tuple(1, QoS.AT_LEAST_ONCE, true), tuple(2, QoS.AT_MOST_ONCE, true));
    }

    @Test
    void problemsOfIncludedFilesCarryTheirNameAndTheirOwnIncludesAreRefused(@TempDir Path directory)
            throws Exception {
        Path bad = Files.writeString(
                directory.resolve("x.conf"), "max_topic_alias 1\ninclude_dir /\n");
        Path file = Files.writeString(
                directory.resolve("main"), "listener 1\ninclude_dir " + directory);

        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> ConfigLoader.load(file, List.of()));

        assertThat(e.problems())
                .containsExactly(
                        new Problem(
                                bad.toString(),
                                1,
                                "max_topic_alias binds to the listener above it, and there is none."
                                        + " Move it below a listener line."),
                        new Problem(bad.toString(), 2, "include_dir works only in the main file."));
    }

    @Test
    void anOptionWithoutEffectIsNoticed() throws Exception {
        assertThat(Conf.notices("retry_interval 20"))
                .containsExactly(
                        "FILE:1: retry_interval has no effect: it is no longer available in"
                                + " mosquitto either.");
    }
}
