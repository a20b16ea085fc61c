// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.client.Transport;
import org.thecanary.sensor.Measurement;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.sensor.probe.Reading;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.StringJoiner;

/** What {@code canary up} says to a person: where things are, and lines to copy. Immutable; any thread. */
record UpSummary(DataFolder files, Transport.Tcp broker, UpWeb web) {

    /**
     * All of it.
     *
     * @param secrets whether new passwords may be shown, since what is printed is not kept anywhere
     */
    String text(boolean secrets) {
        StringBuilder text = new StringBuilder();
        text.append("\nCanary is up: a broker on port ")
                .append(broker.port())
                .append(
                        web.domain() == null
                                ? ", for this machine only, a sensor that measures this machine,\nand two simulated ones.\n\n"
                                : " for this machine, and what " + files.config()
                                        + "\nsays for others; and a sensor that measures this machine.\n\n")
                .append("Open in a browser:  ")
                .append(web.address())
                .append('\n')
                .append(login(secrets))
                .append('\n')
                .append(
                        web.domain() == null
                                ? ""
                                : "Browsers that shall not warn of it trust:  "
                                        + files.folder().resolve("certs").resolve("ca.crt")
                                        + "\n\n")
                .append("Users, rules, passwords and history: ")
                .append(files.folder())
                .append("\n\n");
        if (!files.created().isEmpty()) {
            passwords(text, secrets);
        }
        text.append("See the measurements, and what the sensor says of itself:\n  ")
                .append(command("mosquitto_sub"))
                .append(" -v -t 'sensor/#'\n")
                .append("Measure twice a second, or every 5 s, from now on:\n  ")
                .append(command("mosquitto_pub"))
                .append(" -q 1 -r -t sensor/instructions/sampling -m '2 Hz'\n  ")
                .append(command("mosquitto_pub"))
                .append(" -q 1 -r -t sensor/instructions/sampling -m '5 s'\n\n")
                .append("Ctrl-C ends all of it.\n\n");
        return text.toString();
    }

    /** How to log in to the web app; the password only the first time, and only where a person sees it. */
    private String login(boolean secrets) {
        Credential created = web.created();
        if (created == null) {
            return "";
        }
        return secrets
                ? "Sign in as:         " + created.username() + ", with the password  "
                        + created.password() + "  (shown this once)\n"
                : "To sign in, set a password:  " + SystemdUnit.typed() + " web user add "
                        + created.username()
                        + " --role operator --data " + Shell.quote(web.folder().toString()) + "\n";
    }

    private void passwords(StringBuilder text, boolean secrets) {
        if (secrets) {
            text.append("New passwords, shown this once:\n");
            for (Credential credential : files.created()) {
                text.append("  ")
                        .append(credential.username())
                        .append("  ")
                        .append(credential.password())
                        .append('\n');
            }
            text.append("Each is kept in a file that only you can read:\n");
        } else {
            text.append("New passwords, each in a file that only its owner can read:\n");
        }
        for (Credential credential : files.created()) {
            text.append("  ")
                    .append(files.credentialFile(credential.username()))
                    .append('\n');
        }
        text.append('\n');
    }

    private String command(String program) {
        String file = Shell.quote(files.credentialFile(DataFolder.WEBAPP).toString());
        return program
                + (broker.host().equals("127.0.0.1") ? "" : " -h " + broker.host())
                + (broker.port() == Transport.DEFAULT_PORT ? "" : " -p " + broker.port())
                + " -u " + DataFolder.WEBAPP + " -P \"$(sed -n 2p " + file + ")\"";
    }

    /** What to do where the broker does not let its own sensor in. */
    String afterRefusal() {
        return "The password in " + files.credentialFile(DataFolder.SENSOR)
                + " may no longer be the user's. Delete that file for a new one, and start again.";
    }

    /** One line with the latest measurement. */
    static String live(Measurement measurement, Sampling sampling) {
        StringJoiner line = new StringJoiner("   ");
        line.add(DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT)
                .format(measurement.time().atZone(ZoneId.systemDefault())));
        measurement.readings().forEach(reading -> line.add(shown(reading)));
        return line.add("at " + sampling).toString();
    }

    private static String shown(Reading reading) {
        String name = reading.name().replace('_', ' ');
        double value = reading.value();
        return switch (reading.unit()) {
            case "Cel" -> String.format(Locale.ROOT, "%s %.1f °C", name, value);
            case "By" -> String.format(Locale.ROOT, "%.1f GiB free", value / (1 << 30));
            case "1" -> String.format(Locale.ROOT, "%s %.2f", name, value);
            default -> String.format(Locale.ROOT, "%s %.1f %s", name, value, reading.unit());
        };
    }
}
