// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.credentials.password.RandomPassword;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.web.WebApp;
import org.thecanary.web.WebOptions;
import org.thecanary.web.history.Retention;
import org.thecanary.web.http.BrowserTls;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.util.Objects;

import javax.net.ssl.SSLContext;

/**
 * The web app of {@code canary up}: in the data folder's own folder {@code web}, with a first operator. It is for this
 * machine, over HTTP; where {@code canary init} has made certificates it is for everybody, over HTTPS.
 *
 * @param created the operator who was made just now; null: there were people already
 * @param domain the name on the certificate; null: plain HTTP
 */
record UpWeb(
        WebApp app,
        Path folder,
        @Nullable Credential created,
        @Nullable String domain) implements AutoCloseable {
    private static final int HTTPS_PORT = 8443;
    private static final String FIRST_OPERATOR = "operator";

    /**
     * Starts it.
     *
     * @param chosenPort null: 8080, or 8443 for HTTPS
     * @throws IOException with a sentence, if that cannot be
     */
    static UpWeb start(DataFolder files, Transport.Tcp broker, @Nullable Integer chosenPort)
            throws IOException {
        Path folder = files.folder().resolve("web");
        WebCommand.makeFolder(folder);
        Path certificate = files.folder().resolve("certs").resolve("broker.crt");
        Path key = certificate.resolveSibling("broker.key");
        SSLContext tls = Files.exists(certificate) ? BrowserTls.context(certificate, key) : null;
        int port = WebCommand.checked(Objects.requireNonNullElse(
                chosenPort, tls == null ? WebCommand.DEFAULT_PORT : HTTPS_PORT));
        InetSocketAddress listen = tls == null
                ? new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)
                : new InetSocketAddress(port);
        WebOptions options = new WebOptions(
                broker,
                CredentialFile.read(files.credentialFile(DataFolder.WEBAPP), null),
                "canary-web",
                folder,
                AdminSocket.ofPort(broker.port()),
                null,
                listen,
                tls,
                null,
                Retention.DEFAULT);
        WebApp app;
        try {
            app = WebApp.start(options);
        } catch (IOException e) {
            throw new IOException(WebCommand.startProblem(e, listen) + " (--web-port)", e);
        }
        try {
            return new UpWeb(
                    app, folder, firstOperator(folder), tls == null ? null : domain(certificate));
        } catch (IOException e) {
            app.close();
            throw e;
        }
    }

    /** The first name on a certificate. */
    private static String domain(Path certificate) throws IOException {
        try {
            var names = PemFiles.certificates(certificate).getFirst().getSubjectAlternativeNames();
            return names == null || names.isEmpty()
                    ? "localhost"
                    : names.iterator().next().get(1) + "";
        } catch (PemException | CertificateParsingException e) {
            throw new IOException(e.getMessage(), e);
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
        String plain = WebCommand.address(app);
        return domain == null ? plain : plain.replace("localhost", domain);
    }

    @Override
    public void close() {
        app.close();
    }
}
