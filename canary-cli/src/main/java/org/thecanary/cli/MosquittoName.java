// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

/** A broker that is called {@code mosquitto} answers {@code -h} and {@code --version} so that scripts know it. */
final class MosquittoName {
    /** Set by the launcher, to the name it was called by. */
    private static final String NAME = "canary.name";

    private static final String USAGE = """

            mosquitto is an MQTT v5.0/v3.1.1/v3.1 broker. This one is Canary.

            Usage: mosquitto [-c config_file] [-d] [-h] [-p port] [-v]
                             [-q] [--test-config] [--watch] [--log-format plain|json]

             -c : the configuration file.
             -d : run in the background; returns when the broker listens or has failed.
             -h : display this help.
             -p : listen on this port, on this machine only; up to 10 times.
                  Ignored where the configuration file has a listener.
             -q : log nothing, whatever the configuration file and -v say.
             -v : log everything, whatever the configuration file says.
             --test-config : only say whether the configuration file is in order: 0 or 3.
             --watch : reload when a file of the configuration changes, not only at SIGHUP.
             --log-format : log lines as mosquitto's, or a JSON object each.
            """;

    private MosquittoName() {}

    static boolean isCalledSo() {
        return "mosquitto".equals(System.getProperty(NAME));
    }

    /** The version, and below it the usage where that was asked for. */
    static String answer(boolean usage, String version) {
        String name = "mosquitto version 2.1.2 (canary " + version + ")";
        return usage ? name + "\n" + USAGE : name;
    }
}
