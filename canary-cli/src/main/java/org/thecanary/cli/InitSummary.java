// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.sensor.SensorOptions.Credential;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code canary init} says at its end: what was made, what was kept, and what to do next. */
record InitSummary(SecureSystem system, String canary) {

    /**
     * All of it.
     *
     * @param secrets whether passwords may be shown: a person sees them, and nobody keeps them
     */
    String text(boolean secrets) {
        Path folder = system.data().folder();
        StringBuilder text = new StringBuilder();
        text.append("The system of ")
                .append(system.plan().domain())
                .append(" is in ")
                .append(folder)
                .append("\n");
        files(text, "made", system.made());
        files(text, "kept", system.kept());
        text.append('\n');
        passwords(text, secrets);
        steps(text);
        return text.toString();
    }

    private void files(StringBuilder text, String what, List<Path> files) {
        if (!files.isEmpty()) {
            text.append("  ")
                    .append(what)
                    .append("  ")
                    .append(files.stream()
                            .map(file -> system.data().folder().relativize(file).toString())
                            .collect(Collectors.joining(", ")))
                    .append('\n');
        }
    }

    private void passwords(StringBuilder text, boolean secrets) {
        List<Credential> created = system.data().created();
        String passphrase = system.newPassphrase();
        if (created.isEmpty() && passphrase == null) {
            return;
        }
        text.append(
                secrets
                        ? "New secrets, shown this once; each is kept in a file that only its owner can read:\n"
                        : "New secrets, each in a file that only its owner can read:\n");
        for (Credential credential : created) {
            text.append("  ").append(credential.username());
            if (secrets) {
                text.append("  ").append(credential.password());
            }
            text.append("  (")
                    .append(system.data().credentialFile(credential.username()))
                    .append(")\n");
        }
        if (passphrase != null) {
            text.append("  passphrase of the authority's key");
            if (secrets) {
                text.append("  ").append(passphrase);
            }
            text.append("  (").append(system.passphraseFile()).append(")\n");
            text.append("""
                      Put that passphrase where you keep your passwords, and delete its file: key and passphrase
                      in one place are worth as much as a key without one.
                    """);
        }
        text.append('\n');
    }

    private void steps(StringBuilder text) {
        String config = Shell.quote(system.data().config().toString());
        String unit =
                Shell.quote(system.data().folder().resolve("canary.service").toString());
        text.append("Next\n\n");
        if (system.plan().serviceIsAnother()) {
            String user = system.plan().serviceUser();
            text.append("Let the user ").append(user).append(" run the broker:\n");
            text.append("  id -u ").append(user).append(" >/dev/null 2>&1 || useradd --system ");
            text.append("--no-create-home --shell /usr/sbin/nologin ")
                    .append(user)
                    .append('\n');
            text.append("  chown -R ").append(user).append(": ");
            text.append(system.brokerFiles().stream()
                    .map(file -> Shell.quote(file.toString()))
                    .collect(Collectors.joining(" ")));
            text.append("\n\n");
        }
        text.append("Start the broker; or, from now on, with the machine:\n");
        text.append("  ").append(canary).append(" broker -c ").append(config).append('\n');
        text.append("  sudo install -m 644 ")
                .append(unit)
                .append(" /etc/systemd/system/ && sudo systemctl enable --now canary\n\n");
        text.append("See what the sensors say, as the web app would:\n  ");
        text.append(watch()).append("\n\n");
        for (String device : system.devices()) {
            device(text, device);
        }
        text.append("Make another device, or revoke one:\n");
        text.append("  ").append(canary).append(" init --domain ");
        text.append(system.plan().domain()).append(" --dir ");
        text.append(Shell.quote(system.data().folder().toString())).append(" --device NAME\n");
        text.append("  ").append(canary).append(" ca revoke NAME --dir ");
        text.append(Shell.quote(system.authorityFolder().toString())).append("\n\n");
        text.append("Look whether all is well:\n  ").append(canary).append(" doctor --dir ");
        text.append(Shell.quote(system.data().folder().toString())).append('\n');
    }

    private String trust() {
        return " -h " + system.plan().domain() + " --cafile "
                + Shell.quote(system.certificates().resolve("ca.crt").toString());
    }

    private String watch() {
        String webapp = system.plan().webapp();
        return "mosquitto_sub" + trust() + " -p " + system.plan().ports().tls() + " -u " + webapp
                + " -P \"$(sed -n 2p "
                + Shell.quote(system.data().credentialFile(webapp).toString())
                + ")\" -v -t 'sensor/#'";
    }

    private void device(StringBuilder text, String device) {
        text.append("Publish as the device ").append(device).append("; or let it measure:\n");
        text.append("  mosquitto_pub")
                .append(trust())
                .append(" -p ")
                .append(system.plan().ports().mutualTls())
                .append(" --cert ")
                .append(Shell.quote(system.deviceFile(device, ".crt").toString()))
                .append(" --key ")
                .append(Shell.quote(system.deviceFile(device, ".key").toString()))
                .append(" -q 1 -t sensor/")
                .append(device)
                .append("/data -m '{\"temperature\": 21.5}'\n");
        text.append("  ").append(canary).append(" sensor --bundle ");
        text.append(Shell.quote(system.bundle(device).toString())).append("\n\n");
    }
}
