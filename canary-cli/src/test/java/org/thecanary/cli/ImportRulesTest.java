// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.stream.Collectors.toCollection;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Who may import whom, as ADR 0001 decides it. This module sees the classes of every other one that is shipped. */
final class ImportRulesTest {

    /** A package and the packages of ours it may import, besides itself and {@link #OPEN_TO_ALL}. */
    record Room(String name, String... mayImport) {

        @Override
        public String toString() {
            return name + " -> " + List.of(mayImport);
        }
    }

    private static final String PACKET = "org.thecanary.mqtt.packet";
    private static final String TOPIC = "org.thecanary.mqtt.topic";
    private static final String CODEC = "org.thecanary.mqtt.codec";
    private static final String CLIENT = "org.thecanary.client..";
    private static final String CREDENTIALS = "org.thecanary.credentials..";
    private static final String SENSOR = "org.thecanary.sensor";
    private static final String PROBE = SENSOR + ".probe";
    private static final String BACKLOG = SENSOR + ".backlog";
    private static final String WEB = "org.thecanary.web";
    private static final String PAYLOAD = WEB + ".payload";
    private static final String HISTORY = WEB + ".history";
    private static final String FLEET = WEB + ".fleet";
    private static final String HTTP = WEB + ".http";
    private static final String BROKER = "org.thecanary.broker";
    private static final String NET = BROKER + ".net";
    private static final String BRIDGE = BROKER + ".bridge";
    private static final String SYS = BROKER + ".sys";
    private static final String ROUTING = BROKER + ".routing";
    private static final String LOOP = BROKER + ".loop";
    private static final String STORE = BROKER + ".store";
    private static final String CLUSTER = BROKER + ".cluster";
    private static final String AUTH = BROKER + ".auth";
    private static final String SESSION = BROKER + ".session";
    private static final String TLS = BROKER + ".tls";
    private static final String BROKER_HTTP = BROKER + ".http";
    private static final String CONFIG = BROKER + ".config";

    /** What every room may import, except that the protocol keeps to its own lines in {@link #ROOMS}. */
    private static final Set<String> OPEN_TO_ALL = Set.of(TOPIC, PACKET, CODEC, CONFIG);

    static final List<Room> ROOMS = List.of(
            new Room(TOPIC),
            new Room(PACKET, TOPIC),
            new Room(CODEC, PACKET, TOPIC),
            new Room(CLIENT),
            new Room(CREDENTIALS),
            new Room(PROBE),
            new Room(BACKLOG),
            new Room(SENSOR, CLIENT, PROBE, BACKLOG),
            new Room(PAYLOAD),
            new Room(HISTORY, PAYLOAD),
            new Room(FLEET, PAYLOAD, HISTORY, SENSOR),
            new Room(HTTP, PAYLOAD, HISTORY, CREDENTIALS),
            new Room(WEB, "org.thecanary.web..", CLIENT, SENSOR, BACKLOG, CREDENTIALS),
            new Room(CONFIG),
            new Room(BROKER_HTTP),
            new Room(STORE),
            new Room(SESSION, STORE),
            new Room(AUTH, SESSION, CREDENTIALS),
            new Room(CLUSTER, STORE),
            new Room(LOOP, SESSION, STORE),
            new Room(ROUTING, LOOP, SESSION, STORE, CLUSTER),
            new Room(SYS, ROUTING, LOOP, SESSION),
            new Room(BRIDGE, ROUTING, LOOP, SESSION, CLIENT),
            new Room(TLS, CREDENTIALS),
            new Room(NET + ".websocket"),
            new Room(
                    NET,
                    AUTH,
                    BROKER_HTTP,
                    LOOP,
                    ROUTING,
                    SESSION,
                    TLS,
                    CREDENTIALS,
                    NET + ".websocket"),
            new Room(BROKER, "org.thecanary.broker..", CLIENT, CREDENTIALS),
            new Room("org.thecanary.cli..", "org.thecanary.."));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.thecanary");

    @ParameterizedTest
    @FieldSource("ROOMS")
    void aRoomImportsOnlyTheRoomsItMay(Room room) {
        // A package without a class yet breaks no rule.
        ArchRule rule = classes()
                .that(resideInAPackage(room.name()))
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("org.thecanary.."))
                        .or(resideInAPackage(room.name()))
                        .or(resideInAnyPackage(room.mayImport()))
                        .or(openTo(room)))
                .allowEmptyShould(true);

        rule.check(CLASSES);
    }

    @Test
    void everyPackageHasARule() {
        Set<String> strangers = CLASSES.stream()
                .filter(type -> ROOMS.stream()
                        .noneMatch(room -> resideInAPackage(room.name()).test(type)))
                .map(JavaClass::getPackageName)
                .collect(toCollection(TreeSet::new));

        assertThat(strangers)
                .as(
                        "packages that ROOMS does not name; add them, and say in ADR 0001's successor why")
                .isEmpty();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.thecanary.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theProtocolNeedsNothingButTheJdk() {
        classes()
                .that(resideInAPackage("org.thecanary.mqtt.."))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..", "org.jspecify.annotations..", "org.thecanary.mqtt.."))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void aSessionHasNoThreadAndNoSocket() {
        noClasses()
                .that(resideInAPackage(SESSION))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.netty..",
                        "java.util.concurrent..",
                        "java.net..",
                        "java.nio.channels..",
                        "java.io.."))
                .orShould()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are Thread or a timer",
                        type -> type.isAssignableTo(Thread.class)
                                || type.isAssignableTo(java.util.Timer.class)))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void aSessionReadsNoClock() {
        noClasses()
                .that(resideInAPackage(SESSION))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are a Clock", type -> type.isAssignableTo(java.time.InstantSource.class)))
                .orShould()
                .accessTargetWhere(DescribedPredicate.describe(
                        "the clock is read", ImportRulesTest::readsTheClock))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    static final List<Fence> FENCES = List.of(
            new Fence("org.bouncycastle..", "org.thecanary.credentials.."),
            new Fence("org.rocksdb..", STORE),
            new Fence("org.sqlite.."),
            new Fence("org.postgresql.."),
            new Fence("io.avaje..", PAYLOAD, "org.thecanary.sensor..", "org.thecanary.broker.http"),
            new Fence("com.sun.net.httpserver..", HTTP),
            new Fence("picocli..", "org.thecanary.cli.."),
            new Fence("io.nayuki..", "org.thecanary.cli.."),
            new Fence("org.HdrHistogram..", "org.thecanary.cli.."),
            new Fence("ch.qos.logback..", "org.thecanary.cli.."));

    /** A library and the only rooms that may import it. */
    record Fence(String library, String... rooms) {

        @Override
        public String toString() {
            return library + " only in " + List.of(rooms);
        }
    }

    @ParameterizedTest
    @FieldSource("FENCES")
    void aFencedLibraryStaysInItsRoom(Fence fence) {
        noClasses()
                .that(not(resideInAnyPackage(fence.rooms())))
                .should()
                .dependOnClassesThat(resideInAPackage(fence.library()))
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> openTo(Room room) {
        boolean bound = room.name().startsWith("org.thecanary.mqtt.");
        return DescribedPredicate.describe(
                "are open to all", type -> !bound && OPEN_TO_ALL.contains(type.getPackageName()));
    }

    private static boolean readsTheClock(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String method = access.getName();
        if (owner.isEquivalentTo(System.class)) {
            return method.equals("currentTimeMillis") || method.equals("nanoTime");
        }
        return owner.getPackageName().equals("java.time") && method.equals("now");
    }
}
