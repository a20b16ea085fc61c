// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.thecanary.broker.routing.RetainedMessages.Cursor;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

class RetainedMessagesTest {
    private static final long NEVER = Long.MAX_VALUE;

    private final RetainedMessages retained = new RetainedMessages();

    @Test
    @Spec("MQTT-3.3.1-5")
    void aMessageReplacesTheFormerOneOfItsTopic() {
        assertNull(put("a", "first"));
        assertEquals(message("a", "first", NEVER), put("a", "second!"));

        assertEquals(message("a", "second!", NEVER), get("a", 0));
        assertEquals(1, retained.count());
        assertEquals(7, retained.bytes());
    }

    @Test
    @Spec({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
    void anEmptyMessageRemovesAndIsNotKept() {
        put("a", "first");
        put("a/b", "stays");

        assertEquals(message("a", "first", NEVER), put("a", ""));
        assertNull(put("never/seen", ""));

        assertEquals(List.of("a/b"), topics("#", 0));
        assertEquals(1, retained.count());
        assertEquals(5, retained.bytes());
    }

    @Test
    void thereIsRoomForSoManyBytesAndForWhatTakesThePlaceOfAsMuch() {
        RetainedMessages few = new RetainedMessages(2000);
        Publication first = message("a", "x".repeat(500), NEVER);
        Message another = message("b", "x".repeat(500), NEVER).message();
        few.put(first);
        assertTrue(few.hasRoomFor(another));
        few.put(message("c", "x".repeat(500), NEVER));

        assertFalse(few.hasRoomFor(another));
        assertFalse(few.takesNoMore(another));
        assertTrue(few.takesNoMore(first.message()));
        assertFalse(few.takesNoMore(message("a", "x".repeat(501), NEVER).message()));

        few.remove(TopicName.of("c"));
        assertTrue(few.hasRoomFor(another));
    }

    @Test
    void userPropertiesTakeRoomToo() {
        RetainedMessages few = new RetainedMessages(100_000);
        Message plain = message("a", "x", NEVER).message();
        Message wordy = plain.withProperties(new MessageProperties(
                MessageProperties.ABSENT,
                MessageProperties.ABSENT,
                null,
                null,
                null,
                Collections.nCopies(1000, new UserProperty("a", "b"))));

        assertTrue(few.hasRoomFor(plain));
        assertFalse(few.hasRoomFor(wordy));
    }

    @Test
    void removedMessageIsGone() {
        put("a", "first");

        assertEquals(message("a", "first", NEVER), retained.remove(TopicName.of("a")));
        assertNull(retained.remove(TopicName.of("a")));
        assertNull(get("a", 0));
        assertEquals(0, retained.count());
        assertEquals(0, retained.bytes());
    }

    @Test
    void expiredMessageIsNeitherFoundNorCounted() {
        retained.put(message("a", "x", 100));
        retained.put(message("b", "x", 100));
        retained.put(message("c", "x", NEVER));

        assertEquals(message("a", "x", 100), get("a", 99));
        assertNull(get("a", 100));
        assertEquals(2, retained.count());
        assertEquals(List.of("c"), topics("+", 100));
        assertEquals(1, retained.count());
        assertEquals(1, retained.bytes());
    }

    @Test
    void sweepGoesOnWhereItStopped() {
        for (int i = 0; i < 100; i++) {
            retained.put(message("t/" + i, "x", i % 2 == 0 ? 100 : NEVER));
        }

        int removed = 0;
        for (int i = 0; i < 100; i++) {
            removed += retained.sweep(100, 1);
        }

        assertEquals(50, removed);
        assertEquals(50, retained.count());
        assertEquals(0, retained.sweep(100, 1000));
    }

    @Test
    void topicsAreInTheOrderOfTheirLevels() {
        List<String> ordered = List.of(
                "/",
                "/a",
                "!",
                "a",
                "a/",
                "a//",
                "a/b",
                "a/b/c",
                "a/b!",
                "a/é",
                "a!",
                "a!/x",
                "a0",
                "\uFF5E",
                "\uD83D\uDC24");
        new ArrayList<>(ordered).reversed().forEach(topic -> put(topic, "x"));

        assertEquals(ordered, topics("#", 0));
        assertEquals(List.of("a", "a/", "a//", "a/b", "a/b/c", "a/b!", "a/é"), topics("a/#", 0));
        assertEquals(List.of("a/", "a/b", "a/b!", "a/é"), topics("a/+", 0));
    }

    @Test
    @Spec("MQTT-4.7.2-1")
    void wildcardInTheFirstLevelDoesNotFindDollar() {
        for (int i = 0; i < 100; i++) {
            put("$SYS/" + i, "x");
        }
        put("\"/1", "x");
        put("%/1", "x");

        assertEquals(List.of("\"/1", "%/1"), topics("#", 0));
        assertEquals(List.of("\"/1", "%/1"), topics("+/1", 0));
        assertEquals(List.of("$SYS/1"), topics("$SYS/1", 0));
        assertEquals(100, topics("$SYS/#", 0).size());
    }

    @Test
    void cursorFindsWhatThePlainMatcherFinds() {
        for (int round = 0; round < 200; round++) {
            long seed = new Random(round).nextLong();
            Random random = new Random(seed);
            RetainedMessages messages = new RetainedMessages();
            TreeMap<String, Publication> model = new TreeMap<>();
            for (int i = random.nextInt(400); i >= 0; i--) {
                Publication message = message(levels(random, false), "x", 1 + random.nextInt(10));
                messages.put(message);
                model.put(message.message().topic().toString().replace('/', '\0'), message);
            }
            for (int i = 0; i < 20; i++) {
                TopicFilter filter = TopicFilter.of(levels(random, true));
                long nowMillis = i / 5;

                List<Publication> expected = matching(model.values(), filter, nowMillis);
                List<Publication> actual = all(messages.cursor(filter), nowMillis);

                if (!expected.equals(actual)) {
                    fail("seed " + seed + ", " + filter + ": " + expected + " was " + actual);
                }
            }
            for (Publication message : model.values()) {
                messages.remove(message.message().topic());
            }
            assertEquals(0, messages.count());
            assertEquals(0, messages.bytes());
            assertEquals(0, messages.topics());
        }
    }

    private static List<Publication> matching(
            Collection<Publication> messages, TopicFilter filter, long nowMillis) {
        return messages.stream()
                .filter(message -> filter.matches(message.message().topic()))
                .filter(message -> !message.isExpired(nowMillis))
                .toList();
    }

    private static String levels(Random random, boolean wildcards) {
        List<String> names = List.of("", "a", "b", "c", "a!", "$d", "x y", "z");
        List<String> levels = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            levels.add(
                    wildcards && random.nextInt(3) == 0
                            ? "+"
                            : names.get(random.nextInt(names.size())));
        }
        if (wildcards && random.nextInt(4) == 0) {
            levels.set(levels.size() - 1, "#");
        }
        String text = String.join("/", levels);
        return text.isEmpty() ? "/" : text;
    }

    @Test
    void restingCursorGoesOnWithMessagesAsTheyAreThen() {
        for (int i = 10; i < 30; i++) {
            put("t/" + i, "old");
        }
        Cursor cursor = retained.cursor(TopicFilter.of("t/+"));
        assertEquals(message("t/10", "old", NEVER), cursor.next(0));

        put("t/11", "new");
        put("t/12", "");
        put("t/13", "");
        put("t/13", "back");

        assertEquals(message("t/11", "new", NEVER), cursor.next(0));
        List<Publication> rest = all(cursor, 0);
        assertTrue(rest.contains(message("t/29", "old", NEVER)));
        assertFalse(rest.contains(message("t/12", "old", NEVER)));
        assertFalse(rest.contains(message("t/13", "old", NEVER)));
        assertTrue(cursor.isExhausted());
        assertNull(cursor.next(0));
    }

    @Test
    void cursorStopsAfterAsManyTopicsAsItMayLookAt() {
        for (int i = 0; i < 100; i++) {
            put("t/" + i + "/x", "x");
        }
        put("t/99/y", "x");
        Cursor cursor = retained.cursor(TopicFilter.of("t/+/y"));

        int calls = 0;
        Publication found = null;
        while (found == null && !cursor.isExhausted()) {
            found = cursor.next(0, 3);
            calls++;
        }

        assertEquals(message("t/99/y", "x", NEVER), found);
        assertTrue(calls > 3, "calls " + calls);
        assertNull(cursor.next(0));
        assertTrue(cursor.isExhausted());
    }

    /** Of a large tree, only what could match is looked at. */
    @Test
    void cursorSeeksPastWhatCannotMatch() {
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 2000; j++) {
                put("t/" + i + "/" + j, "x");
            }
        }
        Cursor cursor = retained.cursor(TopicFilter.of("t/+/77"));

        for (int i = 0; i < 10; i++) {
            Publication found = cursor.next(0, 60);
            assertEquals(found, message("t/" + i + "/77", "x", NEVER));
        }
    }

    @Test
    void messagesThatStayAreFoundOnceWhileOthersChange() throws Exception {
        for (int i = 0; i < 500; i++) {
            put("t/" + i + "/stays", "x");
        }
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int w = 0; w < 2; w++) {
                Random random = new Random(w);
                writers.add(executor.submit(() -> {
                    while (!done.get()) {
                        String payload = random.nextBoolean() ? "" : "x";
                        put("t/" + random.nextInt(9) + "/goes", payload);
                    }
                }));
            }
            try {
                for (int round = 0; round < 200; round++) {
                    List<String> found = topics("t/+/#", 0);
                    assertEquals(found.size(), found.stream().distinct().count());
                    assertEquals(
                            500,
                            found.stream()
                                    .filter(topic -> topic.endsWith("stays"))
                                    .count());
                }
            } finally {
                done.set(true);
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        assertEquals(topics("#", 0).size(), retained.count());
        assertEquals(retained.count(), retained.bytes());
        assertEquals(retained.count(), retained.topics());
    }

    private @Nullable Publication put(String topic, String payload) {
        return retained.put(message(topic, payload, NEVER));
    }

    private @Nullable Publication get(String topic, long nowMillis) {
        return retained.get(TopicName.of(topic), nowMillis);
    }

    private List<String> topics(String filter, long nowMillis) {
        return all(retained.cursor(TopicFilter.of(filter)), nowMillis).stream()
                .map(found -> found.message().topic().toString())
                .toList();
    }

    private static List<Publication> all(Cursor cursor, long nowMillis) {
        List<Publication> all = new ArrayList<>();
        for (Publication next = cursor.next(nowMillis);
                next != null;
                next = cursor.next(nowMillis)) {
            all.add(next);
        }
        return all;
    }

    private static Publication message(String topic, String payload, long expiresAtMillis) {
        Message message = new Message(
                TopicName.of(topic),
                QoS.AT_LEAST_ONCE,
                true,
                payload.getBytes(UTF_8),
                MessageProperties.NONE);
        return new Publication(message, new Publisher("client", null), expiresAtMillis);
    }
}
