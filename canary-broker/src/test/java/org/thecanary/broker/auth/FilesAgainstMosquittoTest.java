// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Are the files that mosquitto takes those that Canary takes, and those it refuses refused? Its port is taken, so
 * mosquitto ends either way: with 3 over a configuration, and with 1 over the port where all files were in order.
 */
class FilesAgainstMosquittoTest {
    private static final int MOSQUITTO_PORT = 1;

    @TempDir
    Path folder;

    private ServerSocket taken;

    @BeforeAll
    static void mosquittoIsInstalled() {
        RealMosquitto.isNeeded();
    }

    @BeforeEach
    void takeAPort() throws IOException {
        taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void freeThePort() throws IOException {
        taken.close();
    }

    /** Whether mosquitto takes the files: "yes", or "no". */
    private String theirs(Path conf) throws Exception {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder("/usr/sbin/mosquitto", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("mosquitto does not end with " + Files.readString(conf));
        }
        String said = Files.readString(log); // nothing, where log_type leaves errors out
        boolean port = process.exitValue() == MOSQUITTO_PORT
                && (said.contains("Address already in use") || !said.contains("Error"));
        return port ? "yes" : "no";
    }

    private static String ours(Path conf) {
        try {
            var _ = AccessRules.load(ConfigLoader.load(conf, List.of()).config().listeners());
            return "yes";
        } catch (ConfigException e) {
            return "no";
        }
    }

    private void compare(String options, List<String> differences) throws Exception {
        Path conf = Files.writeString(
                folder.resolve("conf"),
                "listener " + taken.getLocalPort() + " 127.0.0.1\nuser root\n" + options);
        String theirs = theirs(conf);
        String ours = ours(conf);
        if (!ours.equals(theirs)) {
            differences.add("mosquitto " + theirs + ", we " + ours + ": " + options);
        }
    }

    /** mosquitto 2.0 reads the number that a word begins with; 2.1 and we refuse the rest. */
    private static final List<String> NUMBERS =
            List.of("0", "1", "2", "3", "-1", "20", "65535", "65536", "1 # one", "2147483647", "");

    private static final List<String> FLAGS =
            List.of("true", "false", "1", "0", "yes", "TRUE", "", "true # x", "truex", "2");
    private static final List<String> TEXTS = List.of("a", "a b", "", "  ", "a # b", "ä", "/x/");

    /** Options of which mosquitto 2.0 and 2.1 think alike, and the values to try. */
    private static String line(Random random) {
        return switch (random.nextInt(9)) {
            case 0, 1 ->
                pick(
                                random,
                                List.of(
                                        "allow_anonymous",
                                        "allow_zero_length_clientid",
                                        "check_retain_source",
                                        "connection_messages",
                                        "log_timestamp",
                                        "per_listener_settings",
                                        "queue_qos0_messages",
                                        "retain_available",
                                        "set_tcp_nodelay",
                                        "upgrade_outgoing_qos",
                                        "use_username_as_clientid"))
                        + " "
                        + pick(random, FLAGS);
            case 2, 3, 4 ->
                pick(
                                random,
                                List.of(
                                        "max_inflight_bytes",
                                        "max_inflight_messages",
                                        "max_packet_size",
                                        "max_qos",
                                        "max_queued_bytes",
                                        "max_queued_messages",
                                        "max_topic_alias",
                                        "message_size_limit",
                                        "sys_interval"))
                        + " "
                        + pick(random, NUMBERS);
            case 5 -> // from 10 on in mosquitto 2.0
                random.nextBoolean()
                        ? "max_keepalive " + pick(random, List.of("20", "65535", "65536", "-1", ""))
                        : pick(random, List.of("auto_id_prefix", "log_timestamp_format"))
                                + " "
                                + pick(random, TEXTS);
            case 6 ->
                "log_type " + pick(random, List.of("all", "none", "error", "warn", "debug x"));
            case 7 ->
                pick(
                        random,
                        List.of("", " ", "# x", " # x", "foo 1", "allow_anonymous\ttrue", "\t"));
            default ->
                "persistent_client_expiration "
                        + pick(random, List.of("1d", "2w", "0d", "d", "1", "1x", "3m 1"));
        };
    }

    private static String pick(Random random, List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @Test
    void configurationsGoodAndBad() throws Exception {
        Random random = new Random(7);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            StringBuilder options = new StringBuilder();
            for (int lines = 1 + random.nextInt(2); lines > 0; lines--) {
                options.append(line(random)).append(random.nextInt(8) == 0 ? "\r\n" : "\n");
            }
            compare(options.toString(), differences);
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void ruleFilesGoodAndBad() throws Exception {
        Random random = new Random(8);
        List<String> differences = new ArrayList<>();
        List<String> words = List.of(
                "topic",
                "pattern",
                "user",
                "read",
                "write",
                "readwrite",
                "deny",
                "a/b",
                "a/#",
                "#",
                "a#",
                "+/a",
                "a+",
                "%u/x",
                "a b",
                "",
                "Topic",
                "ann",
                "$SYS/#",
                "# x",
                "\t",
                "a//b");
        Path acl = folder.resolve("acl");
        for (int i = 0; i < 120; i++) {
            StringBuilder text = new StringBuilder();
            for (int lines = 1 + random.nextInt(3); lines > 0; lines--) {
                text.append(pick(random, List.of("topic ", "pattern ", "user ", "", " topic ")));
                for (int count = random.nextInt(3); count >= 0; count--) {
                    text.append(pick(random, words)).append(random.nextInt(9) == 0 ? "  " : " ");
                }
                text.append('\n');
            }
            Files.writeString(acl, text);
            List<String> found = new ArrayList<>();
            compare("acl_file " + acl + "\n", found);
            found.forEach(each -> differences.add(each + text));
        }
        assertThat(differences).isEmpty();
    }
}
