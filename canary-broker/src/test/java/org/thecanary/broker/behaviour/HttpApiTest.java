// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.AclFile;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.Protocol;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordHash;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.SSLContext;

/** What does a listener of {@code protocol http_api} tell, and whom? */
class HttpApiTest {
    @TempDir
    Path folder;

    private static HttpResponse<String> ask(TestBroker broker, String method, String path)
            throws Exception {
        return ask(broker, method, path, "");
    }

    private static HttpResponse<String> ask(
            TestBroker broker, String method, String path, String authorization) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + broker.port() + path))
                    .method(method, BodyPublishers.noBody());
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static String askTls(TestBroker broker, SSLContext tls, String path) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://127.0.0.1:" + broker.port() + path))
                    .build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
    }

    @Test
    void mosquittosRoutesAndThoseForMonitoringAreThere() throws Exception {
        try (TestBroker broker =
                TestBroker.start((_, listener) -> listener.protocol = Protocol.HTTP_API)) {
            HttpResponse<String> version = ask(broker, "GET", "/api/v1/version");
            assertThat(version.body()).isEqualTo("2.1.2");
            assertThat(version.headers().firstValue("access-control-allow-origin"))
                    .hasValue("*");
            assertThat(ask(broker, "GET", "/api/v1/systree").body())
                    .contains("\"$SYS/broker/clients/total\":0,")
                    .doesNotContain("broker/mqtt/"); // which mosquitto does not have
            assertThat(ask(broker, "GET", "/metrics").body()).contains("\ncanary_");
            assertThat(ask(broker, "GET", "/healthz").body()).isEqualTo("ok\n");
            assertThat(ask(broker, "GET", "/readyz").body()).isEqualTo("ok\n");
            assertThat(ask(broker, "GET", "/").statusCode()).isEqualTo(404);
            assertThat(ask(broker, "GET", "/v1/clients").statusCode()).isEqualTo(404);
            assertThat(ask(broker, "POST", "/v1/kick?client=c").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void usersShowTheirPasswordAndReadThePathsThatRulesAllow() throws Exception {
        Path users = Files.writeString(
                folder.resolve("users"),
                "monitor:"
                        + PasswordHash.sha512("pass:word".getBytes(UTF_8), new SecureRandom())
                                .encoded()
                        + "\n");
        Path acl = Files.writeString(
                folder.resolve("acl"),
                "user monitor\ntopic read /api/v1/+\ntopic write /metrics\n");
        try (TestBroker broker = TestBroker.start(
                (_, listener) -> listener.protocol = Protocol.HTTP_API,
                new AccessRules(PasswordFile.read(users), AclFile.load(acl), false, List.of()))) {
            HttpResponse<String> stranger = ask(broker, "GET", "/api/v1/version");
            assertThat(stranger.statusCode()).isEqualTo(401);
            assertThat(stranger.headers().firstValue("www-authenticate"))
                    .hasValue("Basic realm=\"Canary\", charset=\"UTF-8\"");
            String right = basic("monitor:pass:word");
            assertThat(ask(broker, "GET", "/api/v1/version", right).body()).isEqualTo("2.1.2");
            for (String wrong : List.of(
                    basic("monitor:pass"),
                    basic("monitor:"),
                    basic("monitor"),
                    basic("nobody:pass:word"),
                    "Basic %%%",
                    "Bearer monitor")) {
                assertThat(ask(broker, "GET", "/api/v1/version", wrong).statusCode())
                        .as(wrong)
                        .isEqualTo(401);
            }
            for (String path : List.of("/metrics", "/healthz", "/api/v1/%2b", "/api/v1/%00")) {
                assertThat(ask(broker, "GET", path, right).statusCode())
                        .as(path)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void aRequestThatWasAnsweredLeavesItsPlaceToTheNext() throws Exception {
        try (TestBroker broker = TestBroker.start((_, listener) -> {
            listener.protocol = Protocol.HTTP_API;
            listener.maxConnections = 1;
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(broker, "GET", "/healthz").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void tlsIsSpokenAndAClientsCertificateNamesTheUser() throws Exception {
        Certificates certificates = new Certificates(folder.resolve("ca"))
                .issueClient("monitor")
                .issueClient("sensor7");
        Path acl = Files.writeString(
                folder.resolve("acl"), "user monitor\ntopic read /api/v1/version\n");
        try (TestBroker broker = TestBroker.start(
                (_, listener) -> {
                    certificates.serveOwnClients(listener);
                    listener.useIdentityAsUsername = true;
                    listener.protocol = Protocol.HTTP_API;
                },
                new AccessRules(null, AclFile.load(acl), false, List.of()))) {
            assertThat(askTls(broker, certificates.as("monitor"), "/api/v1/version"))
                    .isEqualTo("200 2.1.2");
            assertThat(askTls(broker, certificates.as("sensor7"), "/api/v1/version"))
                    .isEqualTo("401 Not authorised\n");
            assertThatIOException()
                    .isThrownBy(() -> askTls(broker, certificates.anonymous(), "/api/v1/version"));
        }
    }

    @Test
    void listenersOfEveryKindAreShown() throws IOException, InterruptedException {
        ListenerConfig.Builder socket = new ListenerConfig.Builder();
        socket.port = 0;
        socket.unixPath = folder.resolve("m.sock");
        ListenerConfig.Builder web = new ListenerConfig.Builder();
        web.port = 0;
        web.host = "127.0.0.1";
        web.protocol = Protocol.WEBSOCKETS;
        web.allowAnonymous = true;
        ListenerConfig.Builder http = new ListenerConfig.Builder();
        http.port = 0;
        http.host = "127.0.0.1";
        http.protocol = Protocol.HTTP_API;
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        config.listeners = List.of(socket.build(), web.build(), http.build());
        AccessRules open = AccessRules.OPEN;
        try (Broker broker = Broker.start(config.build(), List.of(open, open, open), 1);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + broker.ports().getLast() + "/api/v1/listeners"))
                    .build();

            assertThat(client.send(request, BodyHandlers.ofString()).body())
                    .isEqualTo("{\"listeners\":[{\"path\":\"" + socket.unixPath
                            + "\",\"protocol\":\"mqtt\",\"tls\":false,\"mtls\":false,"
                            + "\"allow_anonymous\":false},"
                            + "{\"port\":0,\"protocol\":\"websockets\",\"tls\":false,"
                            + "\"mtls\":false,\"allow_anonymous\":true},"
                            + "{\"port\":0,\"protocol\":\"httpapi\",\"tls\":false,"
                            + "\"mtls\":false,\"allow_anonymous\":false}]}\n");
        }
    }
}
