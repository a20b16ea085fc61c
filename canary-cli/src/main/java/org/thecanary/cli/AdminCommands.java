// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.AdminSocket.Answer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
