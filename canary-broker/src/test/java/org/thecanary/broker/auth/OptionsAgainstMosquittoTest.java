// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.Broker;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.mqtt.codec.Bytes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Do clients see the same of mosquitto and of Canary, under the same options? */
class OptionsAgainstMosquittoTest {
    @BeforeAll
    static void mosquittoIsInstalled() {
        RealMosquitto.isNeeded();
    }

    private interface Steps {
        List<String> on(int port) throws Exception;
    }

    private static void bothSay(Path directory, String options, Steps steps) throws Exception {
        List<String> theirs;
        try (RealMosquitto real = RealMosquitto.start(directory, options)) {
            theirs = steps.on(real.port());
        }
        Path conf = Files.writeString(
                directory.resolve("ours.conf"),
                "listener " + RealMosquitto.freePort() + " 127.0.0.1\nallow_anonymous true\n"
                        + options + "\n");
        BrokerConfig config = ConfigLoader.load(conf, List.of()).config();
        // One loop: what it sends to one client is sent before it answers another.
        try (Broker ours = Broker.start(config, AccessRules.load(config.listeners()), 1)) {
            assertThat(steps.on(ours.ports().getFirst())).isEqualTo(theirs);
        }
    }

    /** mosquitto since 2.0.12 takes the mount point off again; Debian's 2.0.11 forgets to. */
    private static Steps takingOff(String prefix) {
        return port -> traffic(port).stream()
                .map(line -> {
                    int list = line.indexOf('[');
                    String topics = line.substring(list).replace("[" + prefix, "[");
                    return line.substring(0, list) + topics.replace(", " + prefix, ", ");
                })
                .toList();
    }

    /** What a client that subscribes to some filters sees of some topics another publishes. */
    private static List<String> traffic(int port) throws Exception {
        List<String> seen = new ArrayList<>();
        try (RawClient one = new RawClient(port, null, "one");
                RawClient two = new RawClient(port, null, "two")) {
            for (String filter : List.of("#", "a/+", "$SYS/#")) {
                two.subscribe(filter);
            }
            for (String topic : List.of("a/b", "s/t", "one/a/b", "a")) {
                seen.add(topic + " " + one.publish(topic) + " " + two.received());
            }
        }
        return seen;
    }

    @Test
    void anEmptyUserNameIsNone(@TempDir Path directory) throws Exception {
        Path users = Files.writeString(directory.resolve("users"), "# nobody\n");
        Path acl = Files.writeString(directory.resolve("acl"), "topic a\npattern %u/#\n");
        bothSay(directory, "password_file " + users + "\nacl_file " + acl, port -> {
            try (RawClient nameless = new RawClient(port, "", "c")) {
                nameless.subscribe("#");
                return List.of(nameless.publish("a") + " " + nameless.received());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"site/", "b/", "$x/", "house"})
    void aMountPointIsPutBeforeAllTopics(String prefix, @TempDir Path directory) throws Exception {
        bothSay(directory, "mount_point " + prefix, takingOff(prefix));
    }

    @ParameterizedTest
    @ValueSource(strings = {"topic a/#", "topic site/a/#", "pattern site/%c/#", "topic #"})
    void rulesAreAboutTheWholeTopic(String rule, @TempDir Path directory) throws Exception {
        Path acl = Files.writeString(directory.resolve("acl"), rule + "\n");
        bothSay(directory, "mount_point site/\nacl_file " + acl, takingOff("site/"));
    }

    /** A CONNECT in the notation of {@link Bytes}, and what each broker answers: "in", bytes, or nothing. */
    private static Steps answersTo(List<String> connects) {
        return port -> {
            List<String> answers = new ArrayList<>();
            for (String connect : connects) {
                answers.add(connect + ": " + answer(port, Bytes.of(connect)));
            }
            return answers;
        };
    }

    private static String answer(int port, byte[] connect) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(connect);
            byte[] head = socket.getInputStream().readNBytes(4);
            if (head.length == 4 && head[3] == 0) {
                return "in";
            }
            return Bytes.hex(head) + Bytes.hex(socket.getInputStream().readAllBytes());
        }
    }

    private static List<String> inEachVersion(String flags, String ending) {
        return List.of(
                "10 r s'MQIsdp' 03 " + flags + " 003C " + ending,
                "10 r s'MQTT' 04 " + flags + " 003C " + ending,
                "10 r s'MQTT' 05 " + flags + " 003C 00 " + ending.replaceFirst("s'w'", "00 s'w'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow_anonymous true", "allow_anonymous false", "password_file users"})
    void theSameClientsComeIn(String who, @TempDir Path directory) throws Exception {
        Path users = Files.writeString(directory.resolve("users"), "# nobody\n");
        List<String> connects = new ArrayList<>();
        for (String id : List.of("''", "'x'", "'ab'")) {
            connects.addAll(inEachVersion("00", "s" + id));
            connects.addAll(inEachVersion("02", "s" + id));
            for (String user : List.of("''", "'x'", "'ab'")) {
                connects.addAll(inEachVersion("82", "s" + id + " s" + user));
            }
        }
        for (String prefix : List.of("", "clientid_prefixes a", "clientid_prefixes x")) {
            for (String identity : List.of(
                    "", "use_username_as_clientid true", "allow_zero_length_clientid false")) {
                bothSay(
                        directory,
                        who.replace("users", users.toString()) + "\n" + identity + "\n" + prefix,
                        answersTo(connects));
            }
        }
    }

    @Test
    void aWillThatCannotBeKeptIsRefusedAlike(@TempDir Path directory) throws Exception {
        List<String> connects = new ArrayList<>();
        for (String flags : List.of("06", "0E", "16", "26", "36")) {
            connects.addAll(inEachVersion(flags, "s'c' s'w' s'payload'"));
        }
        for (String options : List.of(
                "max_qos 0",
                "max_qos 1",
                "retain_available false",
                "message_size_limit 6",
                "max_qos 0\nretain_available false\nmessage_size_limit 6")) {
            bothSay(directory, options, answersTo(connects));
        }
    }

    @Test
    void whoIsNotLetInIsToldTheSameOfTheMaximumQos(@TempDir Path directory) throws Exception {
        bothSay(
                directory,
                "max_qos 1\nclientid_prefixes x",
                answersTo(inEachVersion("02", "s'c'")));
    }
}
