// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.PublishResult;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.sensor.Sampling;
import org.thecanary.web.fleet.Alarms;
import org.thecanary.web.fleet.Fleet;
import org.thecanary.web.history.Channel;
import org.thecanary.web.history.Channels;
import org.thecanary.web.history.Curve;
import org.thecanary.web.history.Notes;
import org.thecanary.web.history.Ranges;
import org.thecanary.web.history.Threshold;
import org.thecanary.web.history.Thresholds;
import org.thecanary.web.http.EventRing;
import org.thecanary.web.http.Logins.Session;
import org.thecanary.web.http.Refusal;
import org.thecanary.web.http.Request;
import org.thecanary.web.http.Role;
import org.thecanary.web.http.WebServer;
import org.thecanary.web.payload.Json;
import org.thecanary.web.payload.MalformedPayload;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What browsers may ask for, by path. Any thread. */
final class WebApi implements WebServer.Api {
    private static final long PATIENCE_SECONDS = 3;
    private static final int MOST_POINTS = 4_000;
    private static final int MOST_THRESHOLDS = 500;
    private static final long LAST_MILLIS = 4_102_444_800_000L; // 2100-01-01

    private final Fleet fleet;
    private final Alarms alarms;
    private final Channels channels;
    private final Ranges ranges;
    private final Notes notes;
    private final Thresholds thresholds;
    private final BrokerLink link;
    private final BrokerFigures figures;
    private final Ingest ingest;
    private final Watchers watchers;
    private final TopicWatch topics;
    private final Warner warner;
    private final Administration administration;
    private final EventRing ticks = new EventRing(30);

    WebApi(
            Fleet fleet,
            Alarms alarms,
            Channels channels,
            Ranges ranges,
            Notes notes,
            Thresholds thresholds,
            BrokerLink link,
            BrokerFigures figures,
            Ingest ingest,
            Watchers watchers,
            TopicWatch topics,
            Warner warner,
            Administration administration) {
        this.fleet = fleet;
        this.alarms = alarms;
        this.channels = channels;
        this.ranges = ranges;
        this.notes = notes;
        this.thresholds = thresholds;
        this.link = link;
        this.figures = figures;
        this.ingest = ingest;
        this.watchers = watchers;
        this.topics = topics;
        this.warner = warner;
        this.administration = administration;
    }

    @Override
    public boolean handle(Request request, Session session) throws Refusal, IOException {
        long now = System.currentTimeMillis();
        try {
            return request.method().equals("POST")
                    ? change(request, session, now)
                    : show(request, now);
        } catch (SQLException e) {
            throw new Refusal(
                    503, "The history cannot be read: " + e.getMessage() + ". Live values go on.");
        }
    }

    private boolean show(Request request, long now) throws Refusal, IOException, SQLException {
        switch (request.path()) {
            case "/api/sensors" -> {
                Map<String, Object> all = overview(now);
                all.put("sensors", fleet.views(now));
                all.put("sparks", fleet.sparks(now));
                request.answer(all);
            }
            case "/api/sensor" -> sensor(request);
            case "/api/history" -> history(request, now);
            case "/api/csv" -> csv(request);
            case "/api/notes" -> notes(request);
            case "/api/broker" -> {
                Map<String, Object> all = overview(now);
                all.put("topics", figures.all());
                request.answer(all);
            }
            case "/api/clients" -> clients(request);
            case "/api/topics" -> {
                TopicWatch.Shown shown = topics.views(now);
                request.answer(
                        Map.of("now", now, "topics", shown.topics(), "leftOut", shown.leftOut()));
            }
            case "/api/topic" -> request.answer(topics.view(request.parameter("name"), now));
            case "/api/live" -> live(request);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What every page shows, and every tick tells. */
    private Map<String, Object> overview(long now) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("now", now);
        all.put("link", link.view());
        all.put("figures", figures.view(now));
        all.put("taken", ingest.taken());
        all.put("trouble", ingest.trouble());
        all.put("alarms", alarms.active());
        return all;
    }

    /** A second passed: tells browsers what changed. */
    void tick(long now) {
        Map<String, Object> tick = overview(now);
        tick.put("sensors", fleet.changedViews(now));
        ticks.add(Json.text(tick));
    }

    /** Who is connected and what was denied, where the broker tells; else why it does not. */
    private void clients(Request request) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        try {
            all.putAll(Json.object(administration.ask("/v1/clients").getBytes(UTF_8)));
            all.putAll(Json.object(administration.ask("/v1/denials").getBytes(UTF_8)));
            all.putAll(Json.object(administration.ask("/api/v1/listeners").getBytes(UTF_8)));
        } catch (IOException | MalformedPayload e) {
            all.clear();
            all.put("reason", String.valueOf(e.getMessage()));
        }
        request.answer(all);
    }

    private String known(String sensor) throws Refusal {
        if (!fleet.knows(sensor) && channels.of(sensor).isEmpty()) {
            throw new Refusal(404, "There is no sensor " + sensor + ".");
        }
        return sensor;
    }

    private void sensor(Request request) throws Refusal, IOException {
        String sensor = known(request.parameter("id"));
        request.answer(Map.of("thresholds", alarms.thresholds(sensor)));
    }

    private void history(Request request, long now) throws Refusal, IOException, SQLException {
        String sensor = known(request.parameter("sensor"));
        long from = request.number("from", 0, LAST_MILLIS);
        long to = request.number("to", from, LAST_MILLIS);
        int points = (int) request.number("points", 1, MOST_POINTS);
        Ranges.Answer answer = ranges.query(sensor, from, to, points, now);
        List<Object> curves = new ArrayList<>();
        for (Curve curve : answer.curves()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", curve.channel().name());
            one.put("unit", unit(curve.channel()));
            one.put("t", curve.times());
            one.put("mean", curve.means());
            one.put("low", curve.lows());
            one.put("high", curve.highs());
            curves.add(one);
        }
        request.answer(Map.of("now", now, "bucket", answer.bucketMillis(), "curves", curves));
    }

    private String unit(Channel channel) {
        String live = fleet.unit(channel.sensor(), channel.name());
        String kept = channel.unit();
        return !live.isEmpty() || kept == null ? live : kept;
    }

    private void csv(Request request) throws Refusal, IOException, SQLException {
        String sensor = known(request.parameter("sensor"));
        long from = request.number("from", 0, LAST_MILLIS);
        long to = request.number("to", from, LAST_MILLIS);
        channels.read();
        List<Channel> wanted = channels.of(sensor).stream()
                .map(channel ->
                        new Channel(channel.id(), channel.sensor(), channel.name(), unit(channel)))
                .toList();
        // A database that is away is said instead of the first byte, not after it.
        ranges.samples(wanted, from, from, (_, _, _) -> {});
        request.attachment(sensor.replaceAll("[^A-Za-z0-9._-]", "-") + "-" + from / 1000 + "-"
                + to / 1000 + ".csv");
        try (var writer = new BufferedWriter(
                        new OutputStreamWriter(request.stream("text/csv; charset=utf-8"), UTF_8));
                CsvExport csv = new CsvExport(writer, wanted)) {
            ranges.samples(wanted, from, to, csv::value);
        }
    }

    private void notes(Request request) throws Refusal, IOException, SQLException {
        String sensor = known(request.parameter("sensor"));
        List<Object> views = new ArrayList<>();
        for (Notes.Note note : notes.of(
                sensor,
                request.number("from", 0, LAST_MILLIS),
                request.number("to", 0, LAST_MILLIS))) {
            views.add(Map.of(
                    "time", note.timeMillis(),
                    "kind", note.kind(),
                    "text", note.text(),
                    "detail", note.detail()));
        }
        request.answer(Map.of("notes", views));
    }

    private void live(Request request) throws IOException {
        String sensor = request.parameter("sensor");
        EventRing values = sensor.isEmpty() ? null : watchers.watch(sensor);
        try {
            request.noBuffering();
            new LiveStream(request.stream("text/event-stream"), ticks, values, request::isAdmitted)
                    .run();
        } finally {
            if (values != null) {
                watchers.leave(sensor);
            }
        }
    }

    // --- what changes something

    private boolean change(Request request, Session session, long now)
            throws Refusal, IOException, SQLException {
        if (request.path().equals("/api/link/try")) { // which changes nothing
            link.tryNow();
            request.answer(Map.of("done", true));
            return true;
        }
        if (session.role() != Role.OPERATOR) {
            throw new Refusal(403, "You may look, and not change anything. An operator may.");
        }
        Map<String, Object> body = request.body();
        switch (request.path()) {
            case "/api/sampling" -> sampling(body, session, now);
            case "/api/sampling/cancel" -> cancelSampling(body, session, now);
            case "/api/threshold" -> addThreshold(body, now);
            case "/api/threshold/remove" -> removeThreshold(body, now);
            case "/api/alarms/acknowledge" -> alarms.acknowledge();
            case "/api/retained/clear" -> clearRetained(body);
            default -> {
                return false;
            }
        }
        request.answer(Map.of("done", true));
        return true;
    }

    private static String text(Map<String, Object> body, String member) throws Refusal {
        String text = Json.text(body, member);
        if (text == null || text.isBlank() || text.length() > 1_000) {
            throw new Refusal(400, "The request has no " + member + ".");
        }
        return text.strip();
    }

    private void sampling(Map<String, Object> body, Session session, long now) throws Refusal {
        String sensor = known(text(body, "sensor"));
        String rate = text(body, "rate");
        if (Sampling.parse(rate, Sampling.Limits.WIDEST) instanceof Sampling.Refused refused) {
            throw new Refusal(400, refused.reason());
        }
        fleet.asked(sensor, now);
        warner.note(sensor, now, "asked", "Asked for " + rate, "by " + session.name());
        publish(sensor + "/instructions/sampling", rate.getBytes(UTF_8));
    }

    /** What was asked and not answered is asked no longer: a sensor that comes later does not find it. */
    private void cancelSampling(Map<String, Object> body, Session session, long now)
            throws Refusal {
        String sensor = known(text(body, "sensor"));
        warner.note(sensor, now, "asked", "Asked for no rate any more", "by " + session.name());
        publish(sensor + "/instructions/sampling", new byte[0]);
    }

    private void clearRetained(Map<String, Object> body) throws Refusal {
        publish(text(body, "topic"), new byte[0]);
    }

    /** Publishes retained, and waits for the broker's word; where it is away, it is sent when it is back. */
    private void publish(String topic, byte[] payload) throws Refusal {
        CompletableFuture<PublishResult> answer;
        try {
            answer = link.publish(topic, payload, true);
        } catch (RuntimeException e) {
            throw new Refusal(400, topic + " is no topic: " + e.getMessage() + ".");
        }
        try {
            ReasonCode reason = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).reason();
            if (reason.code() >= 0x80) {
                throw new Refusal(
                        502,
                        "The broker does not let the web app publish on " + topic + " ("
                                + reason.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                                + "). Its user needs the right to write there.");
            }
        } catch (TimeoutException e) {
            if (link.isConnected()) {
                throw new Refusal(
                        504, "The broker has not answered yet; the message is on its way.");
            }
        } catch (ExecutionException e) {
            throw new Refusal(
                    502,
                    "It could not be sent: "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage() + ".");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void addThreshold(Map<String, Object> body, long now) throws Refusal, SQLException {
        String sensor = known(text(body, "sensor"));
        Threshold.Kind kind;
        try {
            kind = Threshold.Kind.valueOf(text(body, "kind").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "A threshold is above, below or silent.");
        }
        boolean silent = kind == Threshold.Kind.SILENT;
        double limit = silent ? 0 : number(body, "limit", -1e15, 1e15);
        long seconds = (long) number(body, "seconds", silent ? 1 : 0, 31_536_000);
        if (alarms.size() >= MOST_THRESHOLDS) {
            throw new Refusal(409, "There are " + MOST_THRESHOLDS + " thresholds already.");
        }
        Threshold threshold = new Threshold(
                UUID.randomUUID().toString(),
                sensor,
                silent ? "" : text(body, "quantity"),
                kind,
                limit,
                seconds);
        thresholds.add(threshold);
        alarms.add(threshold, now);
    }

    private static double number(Map<String, Object> body, String member, double from, double to)
            throws Refusal {
        @Nullable Double number = Json.number(body, member);
        if (number == null || !(number >= from && number <= to)) {
            throw new Refusal(400, "The " + member + " is not a number that can be used.");
        }
        return number;
    }

    private void removeThreshold(Map<String, Object> body, long now) throws Refusal, SQLException {
        String id = text(body, "id");
        thresholds.remove(id);
        if (alarms.remove(id, now) == null) {
            throw new Refusal(404, "That threshold is gone already.");
        }
    }
}
