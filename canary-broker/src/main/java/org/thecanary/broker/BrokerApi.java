// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.http.HttpAnswer;
import org.thecanary.broker.http.HttpQuestion;
import org.thecanary.broker.http.HttpRoutes;
import org.thecanary.broker.http.JsonText;
import org.thecanary.broker.loop.LinkInfo;
import org.thecanary.broker.routing.Denials.Denial;
import org.thecanary.broker.store.Store;
import org.thecanary.broker.sys.Client;
import org.thecanary.broker.sys.Figures;
import org.thecanary.broker.sys.Prometheus;
import org.thecanary.broker.sys.SysTree;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a broker answers to operators over HTTP.
 *
 * <pre>
 * GET  /healthz, /readyz       200 or 503: do all loops turn; does it listen
 * GET  /metrics                Prometheus
 * GET  /api/v1/version, /api/v1/listeners, /api/v1/systree    as mosquitto 2.1
 * GET  /v1/status, /v1/clients, /v1/denials                   JSON, or a table where text/plain is asked for
 * GET  /v1/store               what is kept
 * POST /v1/backup?folder=DIR   copies it
 * POST /v1/kick?client=ID      disconnects a client
 * </pre>
 *
 * <p>Any thread but a loop's.
 */
final class BrokerApi {
    private static final int PATIENCE_SECONDS = 10;
    private static final String NOTHING_KEPT = "this broker keeps nothing: persistence is false";

    private final Broker broker;

    BrokerApi(Broker broker) {
        this.broker = broker;
    }

    /** For monitoring: nothing here changes anything, or tells who is connected. */
    HttpRoutes monitoring() {
        return new HttpRoutes()
                .on("GET", "/healthz", _ -> health(broker.answers()))
                .on("GET", "/readyz", _ -> health(broker.answers() && !broker.isClosed()))
                .on(
                        "GET",
                        "/metrics",
                        _ -> new HttpAnswer(
                                200,
                                Prometheus.TYPE,
                                Prometheus.text(broker.figures().now()),
                                Map.of()))
                .on("GET", "/api/v1/version", _ -> forAll(HttpAnswer.text(200, SysTree.VERSION)))
                .on("GET", "/api/v1/listeners", _ -> forAll(HttpAnswer.json(listeners())))
                .on("GET", "/api/v1/systree", _ -> forAll(HttpAnswer.json(sysTree())));
    }

    /** For those who may do all. */
    HttpRoutes administration() {
        return monitoring()
                .on("GET", "/v1/status", this::status)
                .on("GET", "/v1/clients", this::clients)
                .on("GET", "/v1/denials", this::denials)
                .on("GET", "/v1/store", this::store)
                .on("POST", "/v1/backup", this::backup)
                .on("POST", "/v1/kick", this::kick);
    }

    private static HttpAnswer health(boolean good) {
        return good ? HttpAnswer.text(200, "ok\n") : HttpAnswer.text(503, "not well\n");
    }

    /** Pages of any origin may read it, as mosquitto has it. */
    private static HttpAnswer forAll(HttpAnswer answer) {
        return new HttpAnswer(
                answer.status(),
                answer.type(),
                answer.body(),
                Map.of("Access-Control-Allow-Origin", "*"));
    }

    private Object listeners() {
        List<Object> all = new ArrayList<>();
        for (ListenerConfig listener : broker.config().listeners()) {
            Map<String, Object> one = new LinkedHashMap<>();
            if (listener.unixPath() == null) {
                one.put("port", listener.port());
            } else {
                one.put("path", listener.unixPath().toString());
            }
            one.put(
                    "protocol",
                    switch (listener.protocol()) {
                        case MQTT -> "mqtt";
                        case WEBSOCKETS -> "websockets";
                        case HTTP_API -> "httpapi";
                    });
            one.put("tls", listener.tls() != null);
            one.put("mtls", listener.tls() != null && listener.tls().requireCertificate());
            one.put("allow_anonymous", listener.allowAnonymous());
            all.add(one);
        }
        return Map.of("listeners", all);
    }

    private Object sysTree() {
        return SysTree.numbers(broker.figures().now());
    }

    private HttpAnswer status(HttpQuestion question) {
        Figures now = broker.figures().now();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("version", Broker.VERSION);
        status.put("pid", ProcessHandle.current().pid());
        status.put("uptime_seconds", now.uptimeSeconds());
        status.put("ports", broker.ports());
        status.put("clients_connected", now.connected());
        status.put("sessions", now.sessions());
        status.put("subscriptions", now.subscriptions() + now.sharedSubscriptions());
        status.put("retained_messages", now.retained());
        status.put("messages_received", now.counters().packetsReceived());
        status.put("messages_sent", now.counters().packetsSent());
        status.put("messages_dropped", now.counters().publishDropped);
        status.put("denied", now.counters().publishDenied + now.counters().deliveriesDenied);
        status.put("heap_bytes", now.heapBytes());
        if (!question.wantsText()) {
            return HttpAnswer.json(status);
        }
        return lines(status);
    }

    private static HttpAnswer lines(Map<String, Object> members) {
        StringBuilder text = new StringBuilder();
        members.forEach((name, value) ->
                text.append("%-18s %s%n".formatted(name.replace('_', ' '), value)));
        return HttpAnswer.text(200, text.toString());
    }

    private HttpAnswer store(HttpQuestion question) throws IOException {
        Store store = broker.store();
        if (store == null) {
            return said(question, 404, NOTHING_KEPT);
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("folder", store.folder().toString());
        members.put("writable", !store.isFailing());
        members.putAll(store.report().members());
        return question.wantsText() ? lines(members) : HttpAnswer.json(members);
    }

    private HttpAnswer backup(HttpQuestion question) {
        Store store = broker.store();
        String folder = question.parameter("folder").orElse("");
        if (store == null) {
            return said(question, 404, NOTHING_KEPT);
        }
        if (!Path.of(folder).isAbsolute()) {
            return said(question, 400, "the folder's name must begin with /");
        }
        try {
            Path into = Files.createDirectory(
                    Path.of(folder),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Path copy = into.resolve(store.folder().getFileName());
            try {
                store.copyTo(copy);
            } catch (IOException e) {
                Files.deleteIfExists(into); // where it is empty still
                throw e;
            }
            return said(question, 200, "copied to " + copy);
        } catch (FileAlreadyExistsException e) {
            return said(question, 409, folder + " is there already; name a new folder");
        } catch (NoSuchFileException e) {
            return said(question, 409, "the folder that " + folder + " is to be in is not there");
        } catch (IOException e) {
            return said(question, 500, "not copied: " + e.getMessage());
        }
    }

    private static HttpAnswer said(HttpQuestion question, int status, String said) {
        return question.wantsText()
                ? HttpAnswer.text(status, said + "\n")
                : HttpAnswer.json(status, Map.of("result", said));
    }

    private HttpAnswer clients(HttpQuestion question) throws Exception {
        List<Client> clients =
                new ArrayList<>(broker.clients().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        clients.sort(Comparator.comparing(Client::id));
        if (!question.wantsText()) {
            return HttpAnswer.json(
                    Map.of("clients", clients.stream().map(BrokerApi::members).toList()));
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of("CLIENT", "USER", "ADDRESS", "MQTT", "FOR", "SUBS", "QUEUED", "IN", "OUT"));
        for (Client client : clients) {
            LinkInfo link = client.connection();
            rows.add(List.of(
                    client.id(),
                    client.username() == null ? "-" : client.username(),
                    link == null ? "away" : link.address(),
                    link == null ? "-" : number(link),
                    link == null ? "-" : since(link.sinceMillis()),
                    "" + client.subscriptions(),
                    "" + (client.queuedMessages() + client.inflightMessages()),
                    link == null ? "-" : "" + link.messagesReceived(),
                    link == null ? "-" : "" + link.messagesSent()));
        }
        return HttpAnswer.text(200, table(rows));
    }

    private static String number(LinkInfo link) {
        return switch (link.version()) {
            case MQTT_3_1 -> "3.1";
            case MQTT_3_1_1 -> "3.1.1";
            case MQTT_5 -> "5";
        };
    }

    private static String since(long millis) {
        Duration time = Duration.ofMillis(Math.max(0, System.currentTimeMillis() - millis));
        return time.truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .substring(2)
                .toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> members(Client client) {
        Map<String, Object> members = new LinkedHashMap<>();
        LinkInfo link = client.connection();
        members.put("id", client.id());
        members.put("user", orNull(client.username()));
        members.put("connected", link != null);
        if (link != null) {
            members.put("address", link.address());
            members.put("protocol", number(link));
            members.put("over", link.over());
            members.put("keep_alive_seconds", link.keepAliveSeconds());
            members.put("connected_since", Instant.ofEpochMilli(link.sinceMillis()));
            members.put("messages_received", link.messagesReceived());
            members.put("messages_sent", link.messagesSent());
            members.put("bytes_received", link.bytesReceived());
            members.put("bytes_sent", link.bytesSent());
        }
        members.put("subscriptions", client.subscriptions());
        members.put("queued_messages", client.queuedMessages());
        members.put("queued_bytes", client.queuedBytes());
        members.put("inflight_messages", client.inflightMessages());
        return members;
    }

    private HttpAnswer denials(HttpQuestion question) {
        List<Denial> denials = broker.denials();
        if (question.wantsText()) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("TIME", "CLIENT", "USER", "ACTION", "TOPIC", "RULE"));
            denials.forEach(denial -> rows.add(List.of(
                    Instant.ofEpochMilli(denial.atMillis()).truncatedTo(ChronoUnit.SECONDS) + "",
                    denial.clientId(),
                    denial.username() == null ? "-" : denial.username(),
                    denial.action(),
                    denial.topic(),
                    rule(denial))));
            return HttpAnswer.text(200, table(rows));
        }
        List<Object> all = new ArrayList<>();
        for (Denial denial : denials) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("time", Instant.ofEpochMilli(denial.atMillis()));
            one.put("client", denial.clientId());
            one.put("user", orNull(denial.username()));
            one.put("address", orNull(denial.address()));
            one.put("action", denial.action());
            one.put("topic", denial.topic());
            one.put("rule", rule(denial));
            all.add(one);
        }
        return HttpAnswer.json(Map.of("denials", all));
    }

    private static String rule(Denial denial) {
        return denial.rule().isEmpty() ? "the broker keeps this topic for itself" : denial.rule();
    }

    private HttpAnswer kick(HttpQuestion question) throws Exception {
        String id = question.parameter("client").orElse("");
        boolean was = broker.kick(id).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        String said = was ? "disconnected" : "no client \"" + id + "\" is connected";
        if (question.wantsText()) {
            return HttpAnswer.text(was ? 200 : 404, said + "\n");
        }
        return HttpAnswer.json(was ? 200 : 404, Map.of("client", id, "result", said));
    }

    private static Object orNull(@Nullable String text) {
        return text == null ? JsonText.NULL : text;
    }

    /** Columns as wide as they must be. */
    private static String table(List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
