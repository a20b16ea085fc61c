// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.thecanary.broker.loop.LoopCounters;

import java.util.Locale;

/** Figures in the text format of Prometheus, version 0.0.4. */
public final class Prometheus {
    /** The Content-Type of {@link #text}. */
    public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final String[] PACKETS = {
        "",
        "CONNECT",
        "CONNACK",
        "PUBLISH",
        "PUBACK",
        "PUBREC",
        "PUBREL",
        "PUBCOMP",
        "SUBSCRIBE",
        "SUBACK",
        "UNSUBSCRIBE",
        "UNSUBACK",
        "PINGREQ",
        "PINGRESP",
        "DISCONNECT",
        "AUTH"
    };

    private final StringBuilder out = new StringBuilder();

    private Prometheus() {}

    /** All figures. */
    public static String text(Figures now) {
        Prometheus text = new Prometheus();
        text.write(now);
        return text.out.toString();
    }

    private void write(Figures now) {
        LoopCounters counted = now.counters();
        gauge("uptime_seconds", "Since the broker was started.", now.uptimeSeconds());
        gauge("clients_connected", "Clients that are connected.", now.connected());
        gauge("sessions", "Sessions of clients that are connected or away.", now.sessions());
        counter("sessions_expired", "Sessions that ended unattended.", counted.sessionsExpired);
        counter("connections_accepted", "Network connections.", counted.connectionsAccepted);
        gauge("subscriptions", "Subscriptions that are not shared.", now.subscriptions());
        gauge("shared_subscriptions", "Shared subscriptions.", now.sharedSubscriptions());
        gauge("retained_messages", "Retained messages, $SYS included.", now.retained());
        gauge("retained_bytes", "Payloads of retained messages.", now.retainedBytes());
        gauge(
                "waiting_messages",
                "Messages that wait for clients.",
                now.waiting().messages());
        gauge("waiting_bytes", "Payloads of messages that wait.", now.waiting().bytes());
        packets("packets_received", "Packets from clients.", counted.received);
        packets("packets_sent", "Packets to clients.", counted.sent);
        counter("received_bytes", "Bytes of packets from clients.", counted.bytesReceived);
        counter("sent_bytes", "Bytes of packets to clients.", counted.bytesSent);
        counter(
                "publish_received_bytes",
                "Payloads of messages from clients.",
                counted.publishBytesReceived);
        counter("publish_sent_bytes", "Payloads of messages to clients.", counted.publishBytesSent);
        counter("messages_dropped", "Messages dropped at full queues.", counted.publishDropped);
        counter(
                "messages_missed",
                "QoS 0 messages that clients missed while they were away.",
                counted.publishMissed);
        counter("messages_expired", "Messages that expired undelivered.", counted.messagesExpired);
        counter("publish_denied", "Messages that clients may not publish.", counted.publishDenied);
        counter(
                "delivery_denied",
                "Messages that clients may not receive.",
                counted.deliveriesDenied);
        gauge("unsent_bytes", "Written and not yet taken by sockets.", counted.unsentBytes);
        gauge("heap_bytes", "Used of the JVM's heap.", now.heapBytes());
    }

    private void gauge(String name, String help, long value) {
        head(name, help, "gauge");
        out.append("canary_").append(name).append(' ').append(value).append('\n');
    }

    private void counter(String name, String help, long value) {
        head(name + "_total", help, "counter");
        out.append("canary_").append(name).append("_total ").append(value).append('\n');
    }

    private void packets(String name, String help, long[] counts) {
        head(name + "_total", help, "counter");
        for (int type = 1; type < counts.length; type++) {
            out.append("canary_")
                    .append(name)
                    .append("_total{type=\"")
                    .append(PACKETS[type].toLowerCase(Locale.ROOT))
                    .append("\"} ")
                    .append(counts[type])
                    .append('\n');
        }
    }

    private void head(String name, String help, String type) {
        out.append("# HELP canary_").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE canary_").append(name).append(' ').append(type).append('\n');
    }
}
