// SPDX-License-Identifier: Apache-2.0
package org.thecanary.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The clients of others that Canary is tried with. */
enum Kind {
    MOSQUITTO,
    PAHO,
    MQTT_JS,
    HIVEMQ;

    /** The repository: tests run in the folder of their module. */
    private static final Path INTEROP =
            Path.of("..", "interop").toAbsolutePath().normalize();

    boolean isInstalled() {
        return switch (this) {
            case MOSQUITTO -> Files.isExecutable(Path.of("/usr/bin/mosquitto_sub"));
            case PAHO -> runs("/usr/bin/python3", "-c", "import paho.mqtt.client");
            case MQTT_JS ->
                Files.isDirectory(INTEROP.resolve("js/node_modules/mqtt"))
                        && runs("node", "--version");
            case HIVEMQ -> true;
        };
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (java.io.IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The command for what {@code peer.py} describes. */
    List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        switch (this) {
            case MOSQUITTO -> {
                return mosquitto(arguments);
            }
            case PAHO ->
                command.addAll(
                        List.of("/usr/bin/python3", INTEROP.resolve("peer.py").toString()));
            case MQTT_JS ->
                command.addAll(List.of("node", INTEROP.resolve("js/peer.mjs").toString()));
            case HIVEMQ ->
                command.addAll(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        HiveMqPeer.class.getName()));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> mosquitto(String[] arguments) {
        boolean v5 = arguments[2].equals("5");
        boolean publishes = arguments[0].equals("pub");
        List<String> command = new ArrayList<>(List.of(
                "stdbuf",
                "-oL",
                publishes ? "mosquitto_pub" : "mosquitto_sub",
                "-h",
                "127.0.0.1",
                "-p",
                arguments[1],
                "-V",
                v5 ? "mqttv5" : "mqttv311",
                "-i",
                arguments[3]));
        switch (arguments[0]) {
            case "pub" -> {
                command.addAll(List.of("-t", arguments[4], "-q", arguments[5], "-l"));
                if (arguments[6].equals("1")) {
                    command.add("-r");
                }
                login(command, arguments[7], arguments[8]);
            }
            case "sub" -> {
                command.addAll(List.of("-t", arguments[4], "-q", arguments[5], "-d"));
                command.addAll(
                        arguments[6].equals("0") ? List.of("-E") : List.of("-C", arguments[6]));
                command.addAll(List.of("-F", "%r %t %p"));
                if (arguments[7].equals("0")) {
                    command.add("-c");
                    if (v5) {
                        command.addAll(List.of("-x", "3600"));
                    }
                }
                login(command, arguments[8], arguments[9]);
            }
            default ->
                command.addAll(List.of(
                        "-t",
                        "nothing",
                        "-d",
                        "--will-topic",
                        arguments[4],
                        "--will-payload",
                        arguments[5],
                        "--will-qos",
                        "1"));
        }
        return command;
    }

    private static void login(List<String> command, String user, String password) {
        if (!user.equals("-")) {
            command.addAll(List.of("-u", user, "-P", password));
        }
    }
}
