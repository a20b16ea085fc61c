// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader.Loaded;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.Problem;
import org.thecanary.cli.CLibrary.Failed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who the broker runs as. Root becomes another user as soon as the configuration is read, as with mosquitto: the one that
 * {@code user} names, or that of PUID and PGID, or mosquitto, or nobody. Where {@code user} says nothing and that user
 * could not do with the files what the broker has to, it stays root and says so.
 *
 * <p>Owner: confined to its creator.
 */
final class Privileges {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final String DEFAULT_USER = "mosquitto";
    private static final String LAST_RESORT = "nobody";

    private final Loaded loaded;
    private final Map<String, String> environment;
    private final List<Line> lines = new ArrayList<>();

    private record Line(Level level, String text) {}

    private Privileges(Loaded loaded, Map<String, String> environment) {
        this.loaded = loaded;
        this.environment = environment;
    }

    /**
     * Becomes who the broker is to be, before anything is opened.
     *
     * @param environment PUID, PGID
     * @return for {@link #tell}, once there is a log
     * @throws ConfigException if the user that was asked for cannot be had
     */
    static Privileges settle(Loaded loaded, Map<String, String> environment)
            throws ConfigException {
        Privileges privileges = new Privileges(loaded, environment);
        if (Account.rootRuns()) {
            privileges.drop();
        }
        privileges.lines.addFirst(new Line(
                Level.INFO,
                "Info: running canary as user: " + System.getProperty("user.name") + "."));
        return privileges;
    }

    /** Logs how it went. */
    void tell() {
        for (Line line : lines) {
            if (LOG.isEnabledForLevel(line.level)) {
                LOG.atLevel(line.level).log(line.text);
            }
        }
    }

    private void drop() throws ConfigException {
        String user = loaded.config().user();
        if (environment.containsKey("PUID") || environment.containsKey("PGID")) {
            become(Account.numbered(id("PUID"), id("PGID")));
        } else if (user == null) {
            becomeTheDefault();
        } else if (!user.equals("root")) {
            Account account = Account.named(user);
            if (account == null) {
                throw refused(
                        ConfigException.INVALID,
                        "Unable to drop privileges to '" + user
                                + "' because this user does not exist.");
            }
            become(account);
        } else {
            warnOfRoot();
        }
    }

    private void warnOfRoot() {
        lines.add(new Line(
                Level.WARN, "Warning: Mosquitto should not be run as root/administrator."));
    }

    private void become(Account account) throws ConfigException {
        try {
            if (account.uid() != Account.ROOT) {
                String obstacle = account.asks(NeededFiles.ofTheProgram()::obstacle);
                if (obstacle != null) {
                    throw refused(
                            ConfigException.UNUSABLE,
                            "Unable to drop privileges to '" + account.name()
                                    + "': that user cannot " + obstacle
                                    + ".\n    Put Canary where it can be read by that user, or write:  user root");
                }
            }
            changeTo(account);
        } catch (Failed e) {
            throw refused(
                    ConfigException.SYSTEM,
                    "Error setting uid whilst dropping privileges: " + e.getMessage() + ".");
        }
    }

    private void changeTo(Account account) throws Failed {
        AdminSocket.makeFolderFor(account.name());
        account.become();
        if (account.uid() == Account.ROOT || account.gid() == Account.ROOT) {
            warnOfRoot();
        }
    }

    private void becomeTheDefault() {
        Account account = Account.named(DEFAULT_USER);
        if (account == null) {
            account = Account.named(LAST_RESORT);
            lines.add(new Line(
                    Level.WARN,
                    "Warning: Unable to drop privileges to '" + DEFAULT_USER
                            + "' because this user does not exist. Trying '" + LAST_RESORT
                            + "' instead."));
        }
        String obstacle;
        try {
            obstacle = account == null ? "be found" : obstacle(account);
            if (account != null && obstacle == null) {
                changeTo(account);
                return;
            }
        } catch (Failed e) {
            obstacle = "be taken: " + e.getMessage();
        }
        warnOfRoot();
        String name = account == null ? LAST_RESORT : account.name();
        lines.add(new Line(
                Level.WARN,
                "Warning: Canary stays root, since user " + name + " cannot " + obstacle
                        + ". Let that user do so (chown " + name
                        + "), or write what is meant into the file:  user root"));
    }

    /** What keeps an account from running this broker; null for nothing. */
    private @Nullable String obstacle(Account account) throws Failed {
        BrokerConfig config = loaded.config();
        for (ListenerConfig listener : config.listeners()) {
            if (listener.unixPath() == null
                    && listener.port() > 0
                    && listener.port() < firstFreePort()) {
                return "open port " + listener.port();
            }
        }
        NeededFiles files = NeededFiles.of(config, loaded.files());
        NeededFiles program = NeededFiles.ofTheProgram();
        return account.<@Nullable String>asks(() -> {
            String own = program.obstacle();
            return own == null ? files.obstacle() : own;
        });
    }

    /** Below it ports are for root: ip(7), ip_unprivileged_port_start. */
    private static int firstFreePort() {
        try {
            return Integer.parseInt(
                    Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
                            .getFirst());
        } catch (IOException | NumberFormatException e) {
            return 1024;
        }
    }

    private int id(String variable) throws ConfigException {
        String value = environment.getOrDefault(variable, "0");
        try {
            int id = Integer.parseInt(value);
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw refused(
                ConfigException.INVALID,
                variable + " is the number of a " + (variable.equals("PUID") ? "user" : "group")
                        + ", not '" + value + "'.");
    }

    private static ConfigException refused(int exitCode, String why) {
        return new ConfigException(exitCode, List.of(new Problem("Error", 0, why)));
    }
}
