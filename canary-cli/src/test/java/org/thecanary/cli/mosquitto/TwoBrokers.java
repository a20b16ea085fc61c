// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.awaitility.Awaitility.await;

import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ConfigLoader;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Canary and mosquitto with the same listeners. */
final class TwoBrokers implements AutoCloseable {
    enum Kind {
        CANARY,
        MOSQUITTO
    }

    private static final List<String> PORTS = List.of("PORT", "SHUT", "WS");
    private static final String SOCKET = "SOCKET";

    private final Map<Kind, Map<String, String>> names = new EnumMap<>(Kind.class);
    private final Broker canary;
    private final Process mosquitto;

    private TwoBrokers(Path folder) throws Exception {
        Path theirs = configure(Kind.MOSQUITTO, folder);
        mosquitto = new ProcessBuilder("/usr/sbin/mosquitto", "-c", theirs.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        var config =
                ConfigLoader.load(configure(Kind.CANARY, folder), List.of()).config();
        canary = Broker.start(config, AccessRules.load(config.listeners()), 1);
        for (Kind kind : Kind.values()) {
            for (String name : PORTS) {
                await().until(() -> listens(port(kind, name)));
            }
            await().until(() -> Files.exists(Path.of(named(kind, SOCKET))));
        }
    }

    static TwoBrokers start(Path folder) throws Exception {
        return new TwoBrokers(folder);
    }

    private Path configure(Kind kind, Path folder) throws IOException {
        var ports = new HashMap<String, String>();
        List<ServerSocket> taken = new ArrayList<>();
        var text = new StringBuilder("user root\nper_listener_settings true\n");
        for (String name : PORTS) {
            var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            taken.add(socket);
            ports.put(name, String.valueOf(socket.getLocalPort()));
            text.append("listener ").append(socket.getLocalPort()).append(" 127.0.0.1\n");
            text.append("allow_anonymous ").append(!name.equals("SHUT")).append('\n');
            if (name.equals("WS")) {
                text.append("protocol websockets\n");
            }
        }
        ports.put(SOCKET, folder.resolve(kind + ".sock").toString());
        text.append("listener 0 ").append(ports.get(SOCKET)).append("\nallow_anonymous true\n");
        names.put(kind, ports);
        for (ServerSocket socket : taken) {
            socket.close();
        }
        return Files.writeString(folder.resolve(kind + ".conf"), text);
    }

    private static boolean listens(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Whether a line names anything of a broker. */
    static boolean asks(String line) {
        return line.contains(SOCKET) || PORTS.stream().anyMatch(line::contains);
    }

    /** A line with the ports and the socket of a broker. */
    String named(Kind kind, String line) {
        String named = line.replace("NONE", "1");
        for (var name : of(kind).entrySet()) {
            named = named.replace(name.getKey(), name.getValue());
        }
        return named;
    }

    private Map<String, String> of(Kind kind) {
        return Objects.requireNonNull(names.get(kind));
    }

    int port(Kind kind, String name) {
        return Integer.parseInt(Objects.requireNonNull(of(kind).get(name)));
    }

    @Override
    public void close() {
        mosquitto.destroy();
        mosquitto.onExit().join();
        canary.close();
    }
}
