// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.pem.PemFiles;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;

/** What does {@code canary up} do in a folder that {@code canary init} has made for a domain? */
@Timeout(120)
final class UpWithCertificatesTest {
    @TempDir
    Path folder;

    private HttpClient trusting(Path ca) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", PemFiles.certificates(ca).getFirst());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private Path init() throws IOException {
        Path data = folder.resolve("data");
        ProgramRun made = ProgramRun.canary(
                "",
                "init",
                "--domain",
                "localhost",
                "--dir",
                data.toString(),
                "--tls-port",
                "" + Program.freePort(),
                "--mtls-port",
                "" + Program.freePort(),
                "--wss-port",
                "" + Program.freePort(),
                "--local-port",
                "" + Program.freePort(),
                "--service-user",
                System.getProperty("user.name"));
        assertThat(made.status()).as(made.err()).isZero();
        return data;
    }

    @Test
    void withADomainItMakesWhatIsMissing() throws Exception {
        Path data = init();
        for (String part : List.of("ca", "certs", "bundles")) {
            AotTrainCommand.delete(data.resolve(part));
        }

        try (Program up = Program.canary(
                        folder,
                        "up",
                        "--domain",
                        "localhost",
                        "--data",
                        data.toString(),
                        "--web-port",
                        "0")
                .says("Ctrl-C ends all of it")) {
            assertThat(up.out()).contains("https://localhost:");
            assertThat(up.err()).contains("ca.passphrase").doesNotContain("has no listener");
            assertThat(data.resolve("bundles/sensor-1.zip")).exists();
            assertThat(up.stop()).isZero();
        }
    }

    @Test
    void itsPagesAreServedWithTheDomainsCertificate() throws Exception {
        Path data = init();
        try (Program up = Program.canary(folder, "up", "--data", data.toString(), "--web-port", "0")
                        .says("Ctrl-C ends all of it");
                HttpClient browser = trusting(data.resolve("certs/ca.crt"));
                HttpClient stranger = HttpClient.newHttpClient()) {
            Matcher printed = Pattern.compile("Open in a browser: +(https://localhost:[0-9]+)\n")
                    .matcher(up.out());
            assertThat(printed.find()).as(up.out()).isTrue();
            URI address = URI.create(printed.group(1));
            assertThat(up.out()).contains(data.resolve("certs/ca.crt").toString());
            People.put(data.resolve("web"), "olga", "operators word", Role.OPERATOR);

            HttpResponse<String> login = browser.send(
                    HttpRequest.newBuilder(address.resolve("/api/login"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"name\":\"olga\",\"password\":\"operators word\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(login.statusCode()).isEqualTo(200);
            assertThat(login.headers().firstValue("Set-Cookie"))
                    .hasValueSatisfying(cookie ->
                            assertThat(cookie).contains("; HttpOnly; SameSite=Strict", "; Secure"));
            assertThat(login.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThatThrownBy(() -> stranger.send(
                            HttpRequest.newBuilder(address).build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(up.err()).doesNotContain("Denied", "Exception");
            assertThat(up.stop()).isZero();
        }
    }
}
