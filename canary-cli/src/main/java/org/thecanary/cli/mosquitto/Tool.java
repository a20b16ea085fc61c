// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;

/** One of mosquitto's three client tools. */
public enum Tool {
    PUB("pub", "Publish messages, as mosquitto_pub."),
    SUB("sub", "Subscribe, and print what comes, as mosquitto_sub."),
    RR("rr", "Publish a request and print the response, as mosquitto_rr.");

    private final String command;
    private final String description;

    Tool(String command, String description) {
        this.command = command;
        this.description = description;
    }

    /** The name after {@code canary}. */
    public String command() {
        return command;
    }

    public String description() {
        return description;
    }

    /** The name of the original, and of the link beside {@code canary}. */
    String original() {
        return "mosquitto_" + command;
    }

    /** The tool called by this name, ours or mosquitto's; null: none is. */
    public static @Nullable Tool named(String name) {
        for (Tool tool : values()) {
            if (name.equals(tool.command) || name.equals(tool.original())) {
                return tool;
            }
        }
        return null;
    }
}
