// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Authenticator.Verdict;
import org.thecanary.broker.config.ListenerConfig.UserFrom;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.http.HttpAnswer;
import org.thecanary.broker.http.HttpQuestion;
import org.thecanary.broker.http.HttpRoutes;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A client of a listener of {@code protocol http_api}: it is let in by the users and rules of that listener, as if it
 * were an MQTT client that asks to read the topic that the path is. The credentials are those of RFC 7617.
 *
 * <p>Told of by the loop, asked by any other thread.
 */
final class HttpGuest implements Newcomer, HttpRoutes.Handler {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    /** What {@code %c} of a rule stands for, as in mosquitto. */
    private static final String CLIENT_ID = "http-api";

    private static final String SCHEME = "Basic ";

    private static final HttpAnswer REFUSED = new HttpAnswer(
            401,
            "text/plain; charset=utf-8",
            "Not authorised\n",
            Map.of("WWW-Authenticate", "Basic realm=\"Canary\", charset=\"UTF-8\""));

    private final ConnectFlow flow;
    private final HttpRoutes routes;
    private final Channel channel;
    private volatile Origin origin = Origin.SOCKET;

    /** User name and password; both null where none were shown. */
    private record Credentials(@Nullable String username, byte @Nullable [] password) {
        /**
         * Reads a request's Authorization.
         *
         * @throws IllegalArgumentException if it is Basic and cannot be read
         */
        static Credentials of(@Nullable String header) {
            if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return new Credentials(null, null);
            }
            byte[] both =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            for (int i = 0; i < both.length; i++) {
                if (both[i] == ':') {
                    return new Credentials(
                            new String(both, 0, i, UTF_8),
                            Arrays.copyOfRange(both, i + 1, both.length));
                }
            }
            throw new IllegalArgumentException("no colon");
        }
    }

    /**
     * A client that is not asked anything yet.
     *
     * @param routes what it may read if the rules allow it
     */
    HttpGuest(ConnectFlow flow, HttpRoutes routes, Channel channel) {
        this.flow = flow;
        this.routes = routes;
        this.channel = channel;
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public void origin(Origin known) {
        origin = known;
    }

    @Override
    public String address() {
        String told = origin.address();
        return told != null ? told : flow.address(channel);
    }

    @Override
    public void refused(@Nullable String why) {
        if (why != null) {
            flow.logRefused(host(), address(), why);
        }
    }

    /** A request is short, and so is the time to send it. */
    @Override
    public void kept(int bytes) {}

    @Override
    public HttpAnswer answer(HttpQuestion question) throws Exception {
        if (!question.method().equals("GET")) {
            return HttpAnswer.text(405, "Invalid HTTP Method\n");
        }
        if (!mayRead(question)) {
            LOG.info(LogMarkers.NOTICE, "HTTP client {} disconnected: not authorised.", address());
            return REFUSED;
        }
        return routes.answer(question);
    }

    private boolean mayRead(HttpQuestion question) {
        try {
            Credentials shown = Credentials.of(question.headers().get("authorization"));
            AccessRules access = flow.rules().access();
            UserFrom from = flow.listener().userFrom();
            boolean proved = from != UserFrom.CONNECT; // by a certificate
            String user = proved ? origin.user(from) : shown.username();
            return (proved ? user != null : isLetIn(access, shown))
                    && access.permissions(user, CLIENT_ID)
                            .mayReceive(TopicName.of(question.path()));
        } catch (InvalidTopicException | IllegalArgumentException e) {
            return false; // no Base64; a path that no rule can speak of
        }
    }

    private boolean isLetIn(AccessRules access, Credentials shown) {
        if (shown.username() == null || access.users() == null) {
            return access.allowAnonymous();
        }
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        flow.authenticator()
                .verify(
                        access.users(),
                        shown.username(),
                        shown.password(),
                        host(),
                        channel::isActive,
                        verdict::complete);
        return verdict.join() == Verdict.ACCEPTED;
    }
}
