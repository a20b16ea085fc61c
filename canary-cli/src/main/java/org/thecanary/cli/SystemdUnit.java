// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A service that starts the broker with the machine, in as small a cage as a JVM can live in.
 *
 * @param domain only named
 * @param program the launcher
 * @param data the folder with {@code canary.conf}
 * @param user whose service it is
 */
record SystemdUnit(String domain, Path program, Path data, String user) {
    private static final List<Path> HOMES =
            List.of(Path.of("/home"), Path.of("/root"), Path.of("/run/user"));

    /** How far above the jar the launcher may be: {@code canary-cli/target/dist/lib} in a checkout. */
    private static final int LEVELS = 6;

    /** What a person types to start it, in a shell. */
    static String typed() {
        Path launcher = launcher();
        return launcher.startsWith("/usr/bin") ? "canary" : Shell.quote(launcher.toString());
    }

    /** The launcher that this program was started by, as far as that can be told. */
    static Path launcher() {
        try {
            Path folder = Path.of(SystemdUnit.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            for (int i = 0; i < LEVELS && folder.getParent() != null; i++) {
                folder = folder.getParent();
                for (String name : List.of("canary", "bin/canary")) {
                    Path program = folder.resolve(name);
                    if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                        return program;
                    }
                }
            }
        } catch (URISyntaxException e) {
            // Then it is where a package would put it.
        }
        return Path.of("/usr/bin/canary");
    }

    /** The unit file. */
    String text() {
        return """
                # The MQTT broker of %1$s. Made by `canary init`, which keeps what is changed here.
                #   install -m 644 %6$s /etc/systemd/system/
                #   systemctl daemon-reload && systemctl enable --now canary

                [Unit]
                Description=Canary, the MQTT broker of %1$s
                Wants=network-online.target
                After=network-online.target

                [Service]
                Type=notify
                NotifyAccess=all
                ExecStart=%2$s broker -c %3$s
                ExecReload=/bin/kill -HUP $MAINPID
                User=%4$s
                Restart=on-failure
                RestartSec=2s
                TimeoutStartSec=60s
                LimitNOFILE=1048576
                UMask=0077

                # What keeps the next start quick.
                CacheDirectory=canary
                Environment=XDG_CACHE_HOME=/var/cache

                # It may write to its own folder and to no other, become nobody else, and see little of the machine.
                # MemoryDenyWriteExecute stays off: Java compiles while it runs.
                ProtectSystem=strict
                ReadWritePaths=%5$s
                ProtectHome=%7$s
                PrivateTmp=yes
                PrivateDevices=yes
                ProtectClock=yes
                ProtectControlGroups=yes
                ProtectHostname=yes
                ProtectKernelLogs=yes
                ProtectKernelModules=yes
                ProtectKernelTunables=yes
                NoNewPrivileges=yes
                CapabilityBoundingSet=
                AmbientCapabilities=
                RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
                RestrictNamespaces=yes
                RestrictRealtime=yes
                RestrictSUIDSGID=yes
                RemoveIPC=yes
                LockPersonality=yes
                SystemCallArchitectures=native
                SystemCallFilter=@system-service

                [Install]
                WantedBy=multi-user.target
                """.formatted(
                        domain,
                        quote(program).replace("$", "$$"), // which an ExecStart would expand
                        quote(data.resolve("canary.conf")).replace("$", "$$"),
                        user,
                        quote(data.resolve("data")),
                        data.resolve("canary.service"),
                        isAtHome() ? "read-only" : "yes");
    }

    private boolean isAtHome() {
        return HOMES.stream().anyMatch(home -> data.startsWith(home) || program.startsWith(home));
    }

    /** One word [systemd.syntax(7)], where {@code %} means something. */
    private static String quote(Path path) {
        String text =
                path.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%");
        return text.equals(path.toString()) && !text.contains(" ") && !text.contains("'")
                ? text
                : '"' + text + '"';
    }
}
