// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

import java.util.ArrayList;
import java.util.List;

/** The examples below the help of those commands that bring none of their own. */
final class Examples {
    private static final String HEADING = "Examples:";

    /** Each belongs to the longest command that it begins with. */
    private static final List<String> LINES = """
            canary up
            canary pub -t sensor/data -m 21.5
            canary sub -t 'sensor/#' -v
            canary up --web-port 8080
            canary up --data /srv/canary -v
            canary broker -p 1883
            canary broker -c /etc/mosquitto/mosquitto.conf --watch
            canary status
            canary status --json
            canary clients
            canary clients --denied
            canary kick greenhouse-1
            canary reload
            canary backup /var/backups/canary-monday
            canary restore --check /var/backups/canary-monday
            canary store show
            canary check -c /etc/mosquitto/mosquitto.conf
            canary explain -c mosquitto.conf -u sensor -t sensor/data -a publish
            canary explain -c mosquitto.conf -i greenhouse-1 -t sensor/instructions -a receive
            canary sensor --print --simulate
            canary sensor --bundle greenhouse-1.zip
            canary web --broker broker.example.org
            canary web --db jdbc:postgresql://localhost/canary --db-pw-file secret
            canary web user add ann --role operator
            canary web user list
            canary web user remove ann
            canary ca init
            canary ca init --name 'My sensors' --passphrase-file passphrase
            canary ca issue broker.example.org --server --san broker.example.org,192.0.2.7
            canary ca issue greenhouse-1 --bundle greenhouse-1.zip --broker broker.example.org
            canary ca renew broker.example.org
            canary ca renew greenhouse-1 --keep-key
            canary ca revoke greenhouse-1 --reason keyCompromise
            canary ca crl --days 30
            canary ca list
            canary ca show greenhouse-1
            canary ca verify broker.example.org --server --host broker.example.org
            canary doctor tls broker.example.org:8883 --cafile ca.crt
            canary bench connect -c 50
            canary bench pub -c 20 -q 1
            canary bench sub -t 'sensor/#' -d 60
            canary bench pairs -c 20 -q 1
            canary bench fanout -c 200 --publishers 2
            canary bench latency -r 2000 --json
            canary bench durability
            """.lines().toList();

    private Examples() {}

    /** Adds them to the help of a command and all below it. */
    static void addTo(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        String[] footer = spec.usageMessage().footer();
        List<String> own = of(spec);
        if (!own.isEmpty() && !List.of(footer).contains(HEADING)) {
            List<String> lines = new ArrayList<>(List.of(footer));
            lines.add("");
            lines.add(HEADING);
            own.forEach(line -> lines.add("  " + line));
            spec.usageMessage().footer(lines.toArray(String[]::new));
        }
        command.getSubcommands().values().forEach(Examples::addTo);
    }

    private static List<String> of(CommandSpec spec) {
        String name = spec.qualifiedName();
        return LINES.stream()
                .filter(line -> isCallOf(line, name))
                .filter(line -> spec.parent() == null
                        || spec.subcommands().keySet().stream()
                                .noneMatch(sub -> isCallOf(line, name + " " + sub)))
                .limit(spec.parent() == null ? 3 : Integer.MAX_VALUE)
                .toList();
    }

    private static boolean isCallOf(String line, String command) {
        return line.equals(command) || line.startsWith(command + " ");
    }
}
