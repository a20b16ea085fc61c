// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.Connected;
import org.thecanary.client.Disconnected;
import org.thecanary.client.MqttClient;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the three tools have in common: the client, what it prints, how it ends.
 *
 * <p>Methods whose names begin with {@code on} are called on the client's loop, all others by the tool's thread.
 */
abstract class ToolClient implements ClientEvents, Printer.Listener, AutoCloseable {
    /** mosquitto's tools try again a second after they lost the connection. */
    static final ReconnectPolicy RECONNECT = new ReconnectPolicy(
            true, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, true);

    private static final long GOODBYE_SECONDS = 3;

    final Settings settings;
    final Streams streams;
    final MqttClient client;
    final Printer printer;

    private final ClientThreads threads = ClientThreads.ofJdk();
    private final @Nullable Trace trace;
    private final boolean reconnects;

    /** The first CONNACK, or why there will be none. */
    private final CompletableFuture<@Nullable Disconnected> first = new CompletableFuture<>();

    /** Completes when the tool has done its work, or can do no more of it; the value is why not. */
    final CompletableFuture<@Nullable Disconnected> end = new CompletableFuture<>();

    // the loop's alone
    private final Map<Integer, Publish> unfinished = new HashMap<>();
    private boolean connectedBefore;

    ToolClient(Settings settings, Streams streams, ReconnectPolicy reconnect) throws ToolException {
        this.settings = settings;
        this.streams = streams;
        this.reconnects = reconnect.enabled();
        var options = new ToolOptions(settings)
                .build(
                        Passwords.find(settings, streams),
                        file -> Passwords.ofKey(settings, streams, file),
                        reconnect);
        client = new MqttClient(options, threads, this);
        printer = new Printer(streams.out(), this);
        trace = settings.debug
                ? new Trace(printer, options.clientId(), settings.version.isV5())
                : null;
    }

    /** Says what is wrong, unless {@code --quiet}. */
    final void complain(String bytes) {
        if (!settings.quiet) {
            streams.complain(bytes);
        }
    }

    /**
     * Connects.
     *
     * @param deadlineNanos when {@code -W} ends the wait, by {@code System.nanoTime}
     * @throws ToolException if the broker cannot be reached or refuses
     */
    final void connect(long deadlineNanos) throws ToolException {
        var _ = client.connect();
        Disconnected failure = await(first, deadlineNanos);
        if (failure != null) {
            throw failed(failure);
        }
    }

    /** Connects and stays until the tool has what it wants, or {@code -W} is over: then its Will is published. */
    final int untilItEnds() throws ToolException {
        long deadline = System.nanoTime()
                + (settings.timeoutSeconds > 0
                        ? TimeUnit.SECONDS.toNanos(settings.timeoutSeconds)
                        : Long.MAX_VALUE / 2);
        connect(deadline);
        Disconnected why;
        try {
            why = await(end, deadline);
        } catch (ToolException timedOut) {
            disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE);
            throw timedOut;
        }
        if (why != null) {
            throw failed(why);
        }
        disconnect(ReasonCode.NORMAL_DISCONNECTION);
        return 0;
    }

    /** What a future says; a deadline that passes is the tool's end. */
    static <T extends @Nullable Object> T await(CompletableFuture<T> future, long deadlineNanos)
            throws ToolException {
        try {
            return future.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            throw new ToolException(Words.TIMEOUT_CODE, "Timed out\n");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new ToolException(1, "");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** The end of the connection as the tool's end. */
    ToolException failed(Disconnected why) {
        return switch (why.cause()) {
            case UNKNOWN_HOST -> new ToolException(1, "Unable to connect (Lookup error).\n");
            case UNREACHABLE, CONNECT_TIMEOUT ->
                new ToolException(1, "Error: " + systemWords(why.sentence()) + "\n");
            case TLS ->
                // mosquitto leaves its user with the first line
                new ToolException(
                        Words.TLS_CODE,
                        "Error: " + Words.TLS + "\n" + Bytes.of(why.sentence())
                                + (why.sentence().endsWith("?") ? "\n" : ".\n"));
            case REFUSED -> refused(why.reason());
            case PROTOCOL_ERROR, INTERNAL_ERROR ->
                new ToolException(Words.PROTOCOL_CODE, "Error: " + Words.PROTOCOL + "\n");
            case APPLICATION, SERVER_DISCONNECT, CONNECTION_LOST, KEEP_ALIVE ->
                new ToolException(Words.LOST_CODE, "Error: " + Words.CONNECTION_LOST + "\n");
        };
    }

    /** What C's strerror says, where it is one of the usual reasons. */
    private static String systemWords(String sentence) {
        for (String words : new String[] {
            "Connection refused",
            "No route to host",
            "Network is unreachable",
            "Cannot assign requested address",
            "Permission denied",
            "No such file or directory"
        }) {
            if (sentence.toLowerCase(Locale.ROOT).contains(words.toLowerCase(Locale.ROOT))) {
                return words;
            }
        }
        return sentence.contains("no answer in time") || sentence.contains("nothing within")
                ? "Connection timed out"
                : Bytes.of(sentence);
    }

    private ToolException refused(@Nullable ReasonCode reason) {
        ReasonCode code = reason == null ? ReasonCode.UNSPECIFIED_ERROR : reason;
        boolean v5 = settings.version.isV5();
        String words = v5 ? Words.reason(code) : Words.returnCode(Words.returnCode(code));
        String advice =
                v5 && code == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION ? adviceOnVersion() : "";
        return new ToolException(
                v5 ? code.code() : Words.returnCode(code),
                "Connection error: " + words + advice + "\n" + afterRefusal());
    }

    /** What is added where the broker does not know version 5. */
    String adviceOnVersion() {
        return ". Try connecting to an MQTT v5 broker, or use MQTT v3.x mode.";
    }

    /** What mosquitto says besides, where it does. */
    String afterRefusal() {
        return "";
    }

    /** Leaves. */
    final void disconnect(ReasonCode reason) {
        var packet = new Disconnect(
                settings.version.isV5() ? reason : ReasonCode.NORMAL_DISCONNECTION,
                settings.properties.number(
                        Carrier.DISCONNECT,
                        Property.SESSION_EXPIRY_INTERVAL,
                        MessageProperties.ABSENT),
                settings.properties.text(Carrier.DISCONNECT, Property.REASON_STRING),
                settings.properties.users(Carrier.DISCONNECT),
                null);
        try {
            client.disconnect(packet).get(GOODBYE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            client.close();
        }
    }

    /** Writes out what was printed. */
    @Override
    public void close() {
        client.close();
        printer.close();
        threads.close();
    }

    // --- ClientEvents
    // -------------------------------------------------------------------------------------------

    @Override
    public final void connected(Connected connected) {
        if (!connectedBefore) {
            connectedBefore = true;
            onConnected();
            first.complete(null);
        }
    }

    @Override
    public final void disconnected(Disconnected disconnected) {
        unfinished.clear();
        boolean lost = disconnected.cause() == Disconnected.Cause.CONNECTION_LOST;
        if (connectedBefore ? disconnected.willReconnect() : lost && reconnects) {
            return; // mosquitto, too, waits and tries again
        }
        first.complete(disconnected);
        end.complete(disconnected.cause() == Disconnected.Cause.APPLICATION ? null : disconnected);
        if (disconnected.willReconnect()) {
            client.close();
        }
    }

    @Override
    public final void packetSent(Packet packet) {
        if (trace != null) {
            trace.sent(packet);
        }
        // libmosquitto tells of a message when its own part is done, and the order shows.
        switch (packet) {
            case PubAck ack -> finished(ack.packetId());
            case PubComp ack -> finished(ack.packetId());
            default -> {}
        }
    }

    private void finished(int packetId) {
        Publish publish = unfinished.remove(packetId);
        if (publish != null) {
            onMessage(publish);
        }
    }

    @Override
    public final void packetReceived(Packet packet) {
        if (trace != null) {
            trace.received(packet);
        }
    }

    @Override
    public final void received(Publish publish, Acknowledgement acknowledgement) {
        if (publish.message().qos() == QoS.AT_MOST_ONCE) {
            onMessage(publish);
        } else {
            unfinished.put(publish.packetId(), publish);
        }
    }

    /** The first connection is there; what is asked for now goes out first. */
    void onConnected() {}

    /** A message came. */
    void onMessage(Publish publish) {}

    // --- Printer.Listener
    // ---------------------------------------------------------------------------------------

    @Override
    public final void pause() {
        client.pauseReceiving();
    }

    @Override
    public final void resume() {
        client.resumeReceiving();
    }

    @Override
    public final void broken() {
        end.complete(null);
    }
}
