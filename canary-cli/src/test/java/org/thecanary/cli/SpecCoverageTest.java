// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Has each normative statement that binds the Server a test, and does {@code docs/spec-coverage.md} say so? With
 * -Dcanary.docs=write the document is made.
 *
 * <p>Tests are found by {@link Spec} among the compiled tests of all modules.
 */
final class SpecCoverageTest {
    private static final Path FILE = Path.of("..", "docs", "spec-coverage.md");
    private static final String REGENERATE = "Regenerate it:  mvn verify -pl canary-cli -am"
            + " -Dtest=SpecCoverageTest -Dsurefire.failIfNoSpecifiedTests=false -Dcanary.docs=write";

    /** The classes that test a statement, by its number as in {@link Spec}. */
    private static final Map<String, TreeSet<String>> TESTS = new TreeMap<>();

    private static List<Statement> mqtt5 = List.of();
    private static List<Statement> mqtt311 = List.of();

    /**
     * A normative statement.
     *
     * @param id as in {@link Spec}
     * @param binds client, server or both
     * @param note why there is no test, or in what way it is kept; may be empty
     */
    private record Statement(String id, String binds, String note) {
        boolean bindsServer() {
            return !binds.equals("client");
        }

        boolean isTested() {
            return TESTS.containsKey(id);
        }
    }

    @BeforeAll
    static void read() throws IOException {
        mqtt5 = statements("mqtt5-statements.txt", "");
        mqtt311 = statements("mqtt311-statements.txt", "v3:");
        List<Path> folders;
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            folders = modules.map(module -> module.resolve("target/test-classes"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        JavaClasses classes = new ClassFileImporter().importPaths(folders);
        for (JavaClass type : classes) {
            if (type.isAnnotatedWith(Spec.class)) {
                add(type, type.getAnnotationOfType(Spec.class));
            }
            for (JavaMethod method : type.getMethods()) {
                if (method.isAnnotatedWith(Spec.class)) {
                    add(type, method.getAnnotationOfType(Spec.class));
                }
            }
        }
    }

    private static void add(JavaClass type, Spec spec) {
        for (String id : spec.value()) {
            TESTS.computeIfAbsent(id, _ -> new TreeSet<>()).add(type.getSimpleName());
        }
    }

    private static List<Statement> statements(String resource, String prefix) throws IOException {
        String text;
        try (InputStream in = SpecCoverageTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            text = new String(in.readAllBytes(), UTF_8);
        }
        List<Statement> statements = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (!line.startsWith("#")) {
                String[] words = line.split(" +", 3);
                statements.add(new Statement(
                        prefix + words[0], words[1], words.length == 3 ? words[2] : ""));
            }
        }
        return statements;
    }

    @Test
    void theListsAreWhole() {
        assertThat(mqtt5).hasSize(251).extracting(Statement::id).doesNotHaveDuplicates();
        assertThat(mqtt311).hasSize(141).extracting(Statement::id).doesNotHaveDuplicates();
        assertThat(Stream.concat(mqtt5.stream(), mqtt311.stream()))
                .allSatisfy(statement -> assertThat(statement.binds())
                        .as(statement.id())
                        .isIn("client", "server", "both"));
    }

    @Test
    void everyTestNamesStatementsThatExist() {
        TreeSet<String> known = new TreeSet<>();
        mqtt5.forEach(statement -> known.add(statement.id()));
        mqtt311.forEach(statement -> known.add(statement.id()));

        assertThat(known).containsAll(TESTS.keySet());
    }

    @Test
    void everyStatementThatBindsTheServerHasATestOrAReason() {
        List<String> missing = Stream.concat(mqtt5.stream(), mqtt311.stream())
                .filter(statement -> statement.bindsServer()
                        && !statement.isTested()
                        && statement.note().isEmpty())
                .map(Statement::id)
                .toList();

        assertThat(missing)
                .as(
                        "Statements that bind the Server, without a test that carries @Spec and without a"
                                + " reason in canary-cli/src/test/resources/org/thecanary/cli/mqtt*-statements.txt")
                .isEmpty();
    }

    @Test
    void theDocumentSaysWhatTheTestsSay() throws IOException {
        String text = HEAD + section("MQTT 5", mqtt5) + section("MQTT 3.1.1", mqtt311);
        if ("write".equals(System.getProperty("canary.docs"))) {
            Files.writeString(FILE, text);
        }

        assertThat(FILE).as("docs/spec-coverage.md is stale. " + REGENERATE).hasContent(text);
    }

    private static String section(String title, List<Statement> statements) {
        long server = statements.stream().filter(Statement::bindsServer).count();
        long tested = statements.stream()
                .filter(statement -> statement.bindsServer() && statement.isTested())
                .count();
        StringBuilder text =
                new StringBuilder("""

                ## %s

                %d statements; %d bind the Server, and %d of these have a test.

                | statement | binds | tests | note |
                |---|---|---|---|
                """.formatted(title, statements.size(), server, tested));
        for (Statement statement : statements) {
            text.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            statement.id(),
                            statement.binds(),
                            String.join(" ", TESTS.getOrDefault(statement.id(), new TreeSet<>())),
                            statement.note()));
        }
        return text.toString();
    }

    private static final String HEAD = """
            # The specification's statements and their tests

            <!-- Generated by SpecCoverageTest from @Spec; write the annotation there, the notes in its resources. -->

            Each numbered normative statement of MQTT 5 and of MQTT 3.1.1, whom it binds, and the test classes with a
            test that carries its number in `@Spec`; those of 3.1.1 with `v3:` before it. `PacketTableTest` stands for
            the table of packets, `PacketTable`, whose rows name their statements. A statement that binds the Server and
            has no test has a note that says why.
            """;
}
