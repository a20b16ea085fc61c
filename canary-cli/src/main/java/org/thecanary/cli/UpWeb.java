// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.credentials.password.RandomPassword;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.web.WebApp;
import org.thecanary.web.WebOptions;
import org.thecanary.web.history.Retention;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The web app of {@code canary up}: in the data folder's own folder {@code web}, for this machine, with a first operator.
 *
 * @param created the operator who was made just now; null: there were people already
 */
record UpWeb(WebApp app, Path folder, @Nullable Credential created) implements AutoCloseable {
    private static final String FIRST_OPERATOR = "operator";

    /**
     * Starts it.
     *
     * @throws IOException with a sentence, if that cannot be
     */
    static UpWeb start(DataFolder files, Transport broker, int port) throws IOException {
        Path folder = files.folder().resolve("web");
        WebCommand.makeFolder(folder);
        InetSocketAddress listen =
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), WebCommand.checked(port));
        WebOptions options = new WebOptions(
                broker,
                CredentialFile.read(files.credentialFile(DataFolder.WEBAPP), null),
                "canary-web",
                folder,
                listen,
                null,
                null,
                Retention.DEFAULT);
        WebApp app;
        try {
            app = WebApp.start(options);
        } catch (IOException e) {
            throw new IOException(WebCommand.startProblem(e, listen) + " (--web-port)", e);
        }
        try {
            return new UpWeb(app, folder, firstOperator(folder));
        } catch (IOException e) {
            app.close();
            throw e;
        }
    }

    private static @Nullable Credential firstOperator(Path folder) throws IOException {
        if (Files.exists(People.file(folder, Role.OPERATOR))
                || Files.exists(People.file(folder, Role.VIEWER))) {
            return null;
        }
        Credential operator =
                new Credential(FIRST_OPERATOR, RandomPassword.next(new SecureRandom()));
        try {
            People.put(folder, operator.username(), operator.password(), Role.OPERATOR);
        } catch (PasswordFileException e) {
            throw new IOException(e.getMessage(), e);
        }
        return operator;
    }

    /** What to type into a browser. */
    String address() {
        return WebCommand.address(app);
    }

    @Override
    public void close() {
        app.close();
    }
}
