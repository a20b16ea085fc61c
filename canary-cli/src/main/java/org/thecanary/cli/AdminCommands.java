// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.AdminSocket.Answer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** The commands that ask a running broker, or tell it to do something, by its {@link AdminSocket}. */
final class AdminCommands {
    private AdminCommands() {}

    /** What all of them do: ask, show the answer, and exit with 0, or 1 where the broker says no or is not there. */
    abstract static class Asking implements Callable<Integer> {
        @Option(
                names = "--socket",
                paramLabel = "FILE",
                description =
                        "The broker's administration socket. Default: the one of this user's broker.")
        private @Nullable Path socket;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean json;

        abstract String method();

        abstract String path();

        @Override
        public Integer call() throws IOException {
            Answer answer = AdminSocket.ask(
                    socket == null ? AdminSocket.find() : socket,
                    method(),
                    path(),
                    json ? "application/json" : "text/plain");
            boolean good = answer.status() == 200;
            (good || json ? System.out : System.err).print(answer.body());
            return good ? 0 : 1;
        }
    }

    /** {@code canary status}. */
    @Command(
            name = "status",
            description = "Show how the running broker does.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class)
    static final class Status extends Asking {
        @Override
        String method() {
            return "GET";
        }

        @Override
        String path() {
            return "/v1/status";
        }
    }

    /** {@code canary clients}. */
    @Command(
            name = "clients",
            description = "Show the clients of the running broker, or what they were denied.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class)
    static final class Clients extends Asking {
        @Option(
                names = "--denied",
                description =
                        "What clients were lately kept from, and by which line of which file.")
        private boolean denied;

        @Override
        String method() {
            return "GET";
        }

        @Override
        String path() {
            return denied ? "/v1/denials" : "/v1/clients";
        }
    }

    /** {@code canary kick}. */
    @Command(
            name = "kick",
            description = "Disconnect a client of the running broker.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class)
    static final class Kick extends Asking {
        @Parameters(paramLabel = "CLIENT", description = "Its Client Identifier.")
        private String client = "";

        @Override
        String method() {
            return "POST";
        }

        @Override
        String path() {
            return "/v1/kick?client=" + AdminSocket.encoded(client);
        }
    }

    /** {@code canary backup}. */
    @Command(
            name = "backup",
            description = "Copy what the running broker keeps into a new folder.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class)
    static final class Backup extends Asking {
        @Parameters(paramLabel = "DIR", description = "The folder, which is not there yet.")
        private Path folder = Path.of("");

        @Override
        String method() {
            return "POST";
        }

        @Override
        String path() {
            return "/v1/backup?folder="
                    + AdminSocket.encoded(folder.toAbsolutePath().normalize().toString());
        }
    }

    /** {@code canary store}. */
    @Command(
            name = "store",
            description = "What is kept on disk.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class,
            subcommands = StoreShow.class)
    static final class StoreGroup implements Runnable {
        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public void run() {
            if (spec != null) {
                spec.commandLine().usage(System.out);
            }
        }
    }

    /** {@code canary store show}. */
    @Command(
            name = "show",
            description =
                    "Show what the running broker keeps: sessions, queues, Retained Messages, bytes.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class)
    static final class StoreShow extends Asking {
        @Override
        String method() {
            return "GET";
        }

        @Override
        String path() {
            return "/v1/store";
        }
    }

    /** {@code canary reload}. */
    @Command(
            name = "reload",
            description = "Have the running broker read its configuration, users and rules anew.",
            mixinStandardHelpOptions = true,
            versionProvider = Canary.Version.class)
    static final class Reload extends Asking {
        @Override
        String method() {
            return "POST";
        }

        @Override
        String path() {
            return "/v1/reload";
        }
    }
}
