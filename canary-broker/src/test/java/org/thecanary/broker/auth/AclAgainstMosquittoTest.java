// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.session.Permissions;
import org.thecanary.mqtt.topic.TopicName;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Does the real mosquitto decide as we do? Random rules, random clients and topics; each topic is published by every
 * client, and by one that may do all while the others listen.
 *
 * <p>Left out is what mosquitto 2.0 does otherwise than 2.1: names inside a level, and names with a {@code /}.
 */
class AclAgainstMosquittoTest {
    private record Client(@Nullable String user, String id) {}

    private static final List<Client> CLIENTS = List.of(
            new Client(null, "c1"),
            new Client("ann", "c2"),
            new Client("bob", "ann"),
            new Client("a", "b"),
            new Client("u#", "c3"),
            new Client("bob", "c+"));

    @BeforeAll
    static void mosquittoIsInstalled() {
        RealMosquitto.isNeeded();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void mosquittoDecidesAsWeDo(long seed, @TempDir Path directory) throws Exception {
        Random random = new Random(seed);
        String rules = rules(random);
        List<String> topics = topics(random);
        AclFile ours = AclFile.parse("acl", rules.getBytes(UTF_8));

        Map<String, String> theirs = askMosquitto(directory, rules, topics);

        Map<String, String> expected = new TreeMap<>();
        for (Client client : CLIENTS) {
            Permissions permissions = ours.permissions(client.user, client.id);
            for (String topic : topics) {
                expected.put(client + " " + topic, decision(permissions, topic));
            }
        }
        assertThat(theirs).as("rules:%n%s", rules).isEqualTo(expected);
    }

    /** Many files through one mosquitto, which is told to reload; its clients stay connected. */
    @Test
    void mosquittoDecidesAsWeDoAfterEachOfManyReloads(@TempDir Path directory) throws Exception {
        Random random = new Random(99);
        Path acl = Files.writeString(directory.resolve("acl"), "topic #\n");
        List<RawClient> clients = new ArrayList<>();
        try (RealMosquitto broker = RealMosquitto.start(directory, "acl_file " + acl);
                RawClient root = new RawClient(broker.port(), "root", "root");
                RawClient marker = new RawClient(broker.port(), "marker", "marker")) {
            for (Client client : CLIENTS) {
                RawClient raw = new RawClient(broker.port(), client.user, client.id);
                raw.subscribe("#");
                raw.subscribe("$x/#");
                clients.add(raw);
            }
            for (int file = 0; file < 150; file++) {
                String rules = rules(random) + "user marker\ntopic write file/" + file + "\n";
                Files.writeString(acl, rules);
                broker.reload();
                while (!marker.publish("file/" + file)) {
                    Thread.onSpinWait(); // the old rules still
                }
                AclFile ours = AclFile.parse("acl", rules.getBytes(UTF_8));
                for (int i = 0; i < clients.size(); i++) {
                    Client client = CLIENTS.get(i);
                    Permissions permissions = ours.permissions(client.user, client.id);
                    for (String topic : topics(random).subList(0, 3)) {
                        boolean rootMay = root.publish(topic);
                        assertThat(rootMay).isTrue();
                        String theirs = (clients.get(i).received().contains(topic) ? "r" : "-")
                                + (clients.get(i).publish(topic) ? "w" : "-");
                        var _ = clients.get(i).received();
                        assertThat(theirs)
                                .as("%s on %s with rules:%n%s", client, topic, rules)
                                .isEqualTo(decision(permissions, topic));
                    }
                }
                for (RawClient each : clients) {
                    var _ = each.received();
                }
            }
        } finally {
            for (RawClient each : clients) {
                each.close();
            }
        }
    }

    private static String decision(Permissions permissions, String topic) {
        TopicName name = TopicName.of(topic);
        return (permissions.mayReceive(name) ? "r" : "-")
                + (permissions.mayPublish(name) ? "w" : "-");
    }

    private static Map<String, String> askMosquitto(
            Path directory, String rules, List<String> topics) throws Exception {
        Path acl = Files.writeString(directory.resolve("acl"), rules);
        try (RealMosquitto broker = RealMosquitto.start(directory, "acl_file " + acl);
                RawClient root = new RawClient(broker.port(), "root", "root")) {
            Map<String, String> answers = new TreeMap<>();
            for (Client client : CLIENTS) {
                try (RawClient raw = new RawClient(broker.port(), client.user, client.id)) {
                    raw.subscribe("#");
                    raw.subscribe("$x/#");
                    for (String topic : topics) {
                        boolean rootMay = root.publish(topic);
                        assertThat(rootMay).isTrue();
                        boolean received = raw.received().contains(topic);
                        boolean published = raw.publish(topic);
                        raw.received();
                        answers.put(
                                client + " " + topic,
                                (received ? "r" : "-") + (published ? "w" : "-"));
                    }
                }
            }
            return answers;
        }
    }

    private static String rules(Random random) {
        StringBuilder text = new StringBuilder();
        int count = 4 + random.nextInt(14);
        for (int i = 0; i < count; i++) {
            int kind = random.nextInt(5);
            if (kind == 0 && i > 1) {
                text.append("user ")
                        .append(pick(random, "ann", "bob", "a", "u#"))
                        .append('\n');
            } else {
                text.append(kind <= 2 ? "pattern " : "topic ")
                        .append(pick(random, "", "read ", "write ", "readwrite ", "deny ", "deny "))
                        .append(filter(random))
                        .append('\n');
            }
        }
        return text + "user root\ntopic #\ntopic $x/#\n";
    }

    private static String filter(Random random) {
        List<String> levels = new ArrayList<>();
        if (random.nextInt(5) == 0) {
            levels.add("$x");
        }
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            levels.add(pick(random, "a", "b", "ann", "+", "%u", "%c", ""));
        }
        if (random.nextInt(3) == 0) {
            levels.add("#");
        }
        String filter = String.join("/", levels);
        return filter.isEmpty() ? "a" : filter;
    }

    private static List<String> topics(Random random) {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<String> levels = new ArrayList<>();
            if (random.nextInt(5) == 0) {
                levels.add("$x");
            }
            int count = 1 + random.nextInt(4);
            for (int j = 0; j < count; j++) {
                levels.add(pick(random, "a", "b", "ann", "bob", "c2", "c1", "%u", ""));
            }
            String topic = String.join("/", levels);
            if (!topic.isEmpty() && !topics.contains(topic)) {
                topics.add(topic);
            }
        }
        return topics;
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
