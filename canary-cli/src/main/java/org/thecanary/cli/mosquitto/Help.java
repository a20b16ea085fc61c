// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

/** The text of {@code --help}, from the table of flags. */
final class Help {
    private static final int COLUMN = 38;

    private Help() {}

    static String of(Tool tool, String name) {
        StringBuilder text = new StringBuilder();
        text.append(tool.description()).append("\n\n");
        for (String example : examples(tool)) {
            text.append("  ").append(name).append(' ').append(example).append('\n');
        }
        text.append("\nFlags:\n");
        for (Flag flag : Flag.TABLE) {
            if (flag.tools().contains(tool)) {
                append(flag, text);
            }
        }
        text.append(
                "\nExit codes: 0 done, 1 wrong call or no connection, 27 -W; the broker's reason when it refuses.\n");
        text.append("Flags may also stand in ~/.config/")
                .append(tool.original())
                .append(", one a line.\n");
        return text.toString();
    }

    private static void append(Flag flag, StringBuilder text) {
        StringBuilder line = new StringBuilder("  ").append(String.join(", ", flag.names()));
        if (flag.value() != null) {
            line.append(' ').append(flag.value());
        }
        if (line.length() >= COLUMN) {
            text.append(line).append('\n');
            line.setLength(0);
        }
        text.append(line)
                .repeat(' ', COLUMN - line.length())
                .append(flag.help())
                .append('\n');
    }

    private static String[] examples(Tool tool) {
        return switch (tool) {
            case PUB ->
                new String[] {
                    "-t sensor/data -m '{\"temperature\": 21.5}' -q 1",
                    "-h broker -u webapp --pw-file secret -t sensor/data -l < measurements"
                };
            case SUB ->
                new String[] {
                    "-t 'sensor/#' -v",
                    "-t 'sensor/#' -F '@Y-@m-@d @H:@M:@S %t %p'",
                    "-t sensor/data -C 1 -W 10"
                };
            case RR -> new String[] {"-t request -e response -m ping -W 5"};
        };
    }
}
