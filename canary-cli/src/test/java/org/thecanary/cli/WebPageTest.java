// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Do the pages that {@code canary up} shows do their job in a real browser, without an error in its console? */
final class WebPageTest {
    private static final Path SCRIPTS =
            Path.of("..", "interop", "browser").toAbsolutePath().normalize();
    private static final Pattern ADDRESS = Pattern.compile("Open in a browser: +(\\S+)");

    /** A script's own waits end well before. */
    private static final Duration BROWSER_HANGS = Duration.ofMinutes(3);

    @TempDir
    private static Path folder;

    private static Program up;
    private static String address = "";
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        boolean installed = Files.isExecutable(Path.of("/usr/bin/chromium"))
                && Files.isExecutable(Path.of("/usr/bin/node"))
                && Files.isDirectory(SCRIPTS.resolve("node_modules/axe-core"));
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs Chromium, Node.js and what `npm ci` puts into " + SCRIPTS)
                .isTrue();
        assumeTrue(installed, "Chromium or Playwright is not installed");
        Path data = folder.resolve("data");
        port = Program.freePort();
        up = Program.canary(
                        folder, "up", "--web-port", "0", "--data", data.toString(), "-p", "" + port)
                .says("Ctrl-C ends all of it");
        Matcher printed = ADDRESS.matcher(up.out());
        assertThat(printed.find()).isTrue();
        address = printed.group(1);
        for (Role role : Role.values()) {
            person(data.resolve("web"), role);
        }
    }

    /** One who is called as the role is, with a hash that takes no time. */
    private static void person(Path web, Role role) throws Exception {
        String name = role.name().toLowerCase(Locale.ROOT);
        PasswordFileEditor file = PasswordFileEditor.create(People.file(web, role));
        file.put(
                name,
                PasswordHash.pbkdf2(
                        ("the word of " + name + "s").getBytes(UTF_8), 10, new SecureRandom()));
        file.save();
    }

    @AfterAll
    static void stop() throws Exception {
        if (up != null) {
            try (Program ended = up) {
                assertThat(ended.stop()).isZero();
                assertThat(ended.err()).doesNotContain("Exception");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aRateIsAskedConfirmedAndMeasured",
                "aChartMovesUntilItIsPaused",
                "historyIsZoomedIntoAndLeftAgain",
                "theBrokerPageStandsStillWhilePaused",
                "whoMeasuredMoreSlowlyBeforeHasNoGaps",
                "aWrongPasswordIsSaidAndNothingIsShown",
                "aViewerLooksAndMayNotSet",
                "aPageThatFellBehindCatchesUpFromTheHistory",
                "allIsReachedByTheKeyboard",
                "everyPageIsForEverybody",
            })
    void inABrowser(String fact) throws Exception {
        browse(fact);
    }

    @Test
    void clientsAndDeniedActionsAreShownWithFileAndLine() throws Exception {
        Program.needsMosquittoClients();
        List<String> sensor = Files.readAllLines(folder.resolve("data/sensor.credential"));
        mosquittoPub("on", "-u", sensor.get(0), "-P", sensor.get(1), "-t", "house/lights");
        mosquittoPub("on", "-u", "webapp", "-P", "a guess", "-t", "house/lights");
        browse("clientsAndDeniedActionsAreShownWithFileAndLine");
    }

    /** A sensor that only ever says something does not answer. */
    @Test
    void whatWasAskedIsTakenBack() throws Exception {
        Program.needsMosquittoClients();
        List<String> sensor = Files.readAllLines(folder.resolve("data/sensor.credential"));
        mosquittoPub("21", "-u", sensor.get(0), "-P", sensor.get(1), "-t", "sensor/deaf/data");
        browse("whatWasAskedIsTakenBack");
    }

    private static void mosquittoPub(String message, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("-p", "" + port, "-m", message));
        all.addAll(List.of(words));
        ProgramRun.other("", "/usr/bin/mosquitto_pub", all.toArray(String[]::new));
    }

    /** The script says how far it is, so that what happens does so under its eyes. */
    @Test
    void theFirstSensorAppearsAndABrokerThatIsKilledIsFoundAgainUnderTheOpenPage()
            throws Exception {
        Path home = Files.createDirectory(folder.resolve("apart"));
        int own = Program.freePort();
        Path conf = Files.writeString(
                home.resolve("mosquitto.conf"),
                "listener " + own + " 127.0.0.1\nallow_anonymous true\n");
        String[] broker = {"broker", "-c", conf.toString()};
        Path data = Files.createDirectory(home.resolve("web"));
        for (Role role : Role.values()) {
            person(data, role);
        }
        try (Program first = Program.canary(home, broker).serves();
                Program web = Program.canary(
                                home,
                                "web",
                                "--broker",
                                "127.0.0.1:" + own,
                                "--port",
                                "0",
                                "--data",
                                data.toString())
                        .says("Open http")) {
            Matcher printed = Pattern.compile("Open (\\S+) in").matcher(web.err());
            assertThat(printed.find()).isTrue();
            try (Program script = script(
                            "theFirstSensorAppearsAndABrokerMayRestart", printed.group(1))
                    .says("waiting for a sensor")) {
                try (Program _ = Program.canary(
                        home,
                        "sensor",
                        "--simulate",
                        "--no-machine",
                        "--no-store",
                        "--rate",
                        "5 Hz",
                        "-p",
                        "" + own)) {
                    script.says("it is live");
                    first.kill();
                    script.says("it is lost");
                    try (Program _ = Program.canary(home, broker).serves()) {
                        assertThat(script.exitCode(BROWSER_HANGS))
                                .as(script.out())
                                .isZero();
                    }
                }
            }
        }
    }

    @Test
    void aDatabaseThatCrashesUnderTheOpenPageLeavesNoGap() throws Exception {
        Path home = Files.createDirectory(folder.resolve("database"));
        int own = Program.freePort();
        Path conf = Files.writeString(
                home.resolve("mosquitto.conf"),
                "listener " + own + " 127.0.0.1\nallow_anonymous true\n");
        Path data = Files.createDirectory(home.resolve("web"));
        for (Role role : Role.values()) {
            person(data, role);
        }
        try (PostgresServer database = new PostgresServer(folder);
                Program _ =
                        Program.canary(home, "broker", "-c", conf.toString()).serves();
                Program web = Program.canaryWith(
                                home,
                                database.environment(),
                                "web",
                                "--broker",
                                "127.0.0.1:" + own,
                                "--port",
                                "0",
                                "--db",
                                database.url(),
                                "--data",
                                data.toString())
                        .says("Open http");
                Program _ = Program.canary(
                        home,
                        "sensor",
                        "--fleet",
                        "40",
                        "--faults",
                        "0",
                        "--no-store",
                        "--rate",
                        "10 Hz",
                        "-p",
                        "" + own)) {
            Matcher printed = Pattern.compile("Open (\\S+) in").matcher(web.err());
            assertThat(printed.find()).isTrue();
            try (Program script =
                    script("theHistoryIsAwayForAWhile", printed.group(1)).says("it is live")) {
                database.crash();
                script.says("it is away");
                database.start();
                assertThat(script.exitCode(BROWSER_HANGS)).as(script.out()).isZero();
            }
            assertThat(web.err()).doesNotContain("Exception");
        }
    }

    /** Pictures for the guide are taken with the script, of a system that has run for a while. */
    @Test
    void everyPageIsDrawnDarkLightAndOnAPhone() throws Exception {
        Path pictures = folder.resolve("pictures");
        browse("pictures", pictures.toString());
        try (var files = Files.list(pictures)) {
            assertThat(files)
                    .hasSizeGreaterThan(5)
                    .allMatch(file -> file.toFile().length() > 5000);
        }
    }

    private static Program script(String fact, String at) throws IOException {
        return Program.of(
                folder, List.of("node", SCRIPTS.resolve("pages.mjs").toString(), fact, at));
    }

    private static void browse(String fact, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("node", SCRIPTS.resolve("pages.mjs").toString(), fact, address));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile(folder, fact, ".txt");
        Process script = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(script.waitFor(BROWSER_HANGS.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(script.exitValue()).as(Files.readString(said)).isZero();
        } finally {
            script.destroy();
        }
    }
}
