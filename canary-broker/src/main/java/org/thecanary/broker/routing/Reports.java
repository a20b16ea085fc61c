// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.loop.LoopCounters;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Publish;

/**
 * Counts and logs what sessions report: each occurrence is counted, and one line a minute says it for each client, kind
 * and topic, so that a client that fails a thousand times a second is seen and does no harm.
 *
 * <p>Any thread.
 */
public final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final Logger SUBSCRIBE_LOG = LoggerFactory.getLogger("broker.subscribe");

    private record Key(String clientId, Report report, String topic) {}

    private final Denials denials = new Denials();
    private final OncePerMinute<Key> said = new OncePerMinute<>();

    void report(LoopCounters counters, Session session, Report report, String topic) {
        count(counters, report);
        if (report == Report.MISSED) {
            return;
        }
        // What is dropped is dropped for want of room, whatever its topic.
        boolean whatever = switch (report) {
            case DROPPED, NOT_RETAINED, UNKNOWN_PUBREC -> true;
            default -> false;
        };
        if (isNews(new Key(session.clientId(), report, whatever ? "" : topic))) {
            remember(session, report, topic);
            log(session, report, topic);
        }
    }

    /** {@code log_type debug} tells of every message, those that are {@link #refused} left out. */
    void arrived(Session session, Publish packet, Message message) {
        if (LOG.isDebugEnabled()) {
            log(Level.DEBUG, "Received", session, packet, message);
        }
    }

    /** As {@link #report}, with mosquitto's line for the packet; {@code log_type debug} has it for each. */
    void refused(
            LoopCounters counters,
            Session session,
            Report report,
            Publish packet,
            Message message) {
        count(counters, report);
        String topic = message.topic().toString();
        Level level = Level.DEBUG;
        if (isNews(new Key(session.clientId(), report, topic))) {
            remember(session, report, topic);
            level = Level.WARN;
        }
        String what = report == Report.TOO_LARGE ? "Dropped too large" : "Denied";
        log(level, what, session, packet, message);
    }

    private static void log(
            Level level, String what, Session session, Publish packet, Message message) {
        if (LOG.isEnabledForLevel(level)) {
            LOG.atLevel(level)
                    .log(
                            "{} PUBLISH from {} (d{}, q{}, r{}, m{}, '{}', ... ({} bytes))",
                            what,
                            session.clientId(),
                            packet.dup() ? 1 : 0,
                            message.qos().code(),
                            message.retain() ? 1 : 0,
                            packet.packetId(),
                            message.topic(),
                            message.payload().length);
        }
    }

    private void remember(Session session, Report report, String topic) {
        if (report == Report.PUBLISH_DENIED || report == Report.DELIVERY_DENIED) {
            denials.add(session, report, topic);
        }
    }

    /** What was denied lately. */
    public Denials denials() {
        return denials;
    }

    private static void count(LoopCounters counters, Report report) {
        switch (report) {
            case PUBLISH_DENIED -> counters.publishDenied++;
            case DELIVERY_DENIED -> counters.deliveriesDenied++;
            case DROPPED, TOO_LARGE, NOT_RETAINED -> counters.publishDropped++;
            case MISSED -> counters.publishMissed++;
            case EXPIRED -> counters.messagesExpired++;
            case RECEIVE_MAXIMUM_EXCEEDED,
                    PACKET_ID_REUSED,
                    UNKNOWN_PUBREC,
                    UNKNOWN_PACKET_ID,
                    NOT_KEPT -> {}
        }
    }

    private boolean isNews(Key key) {
        return said.isNews(key, System.nanoTime() / 1_000_000);
    }

    private static void log(Session session, Report report, String topic) {
        String client = session.clientId();
        switch (report) {
            case PUBLISH_DENIED -> LOG.warn("Denied PUBLISH from {} to '{}'.", client, topic);
            case DELIVERY_DENIED -> LOG.warn("Denied delivery of '{}' to {}.", topic, client);
            case DROPPED ->
                LOG.info(
                        LogMarkers.NOTICE,
                        "Outgoing messages are being dropped for client {}.",
                        client);
            case MISSED -> {}
            case EXPIRED -> LOG.debug("Message to '{}' expired before {} took it.", topic, client);
            case TOO_LARGE -> LOG.warn("Dropped too large PUBLISH from {} to '{}'.", client, topic);
            case RECEIVE_MAXIMUM_EXCEEDED ->
                LOG.warn(
                        "Client {} has exceeded our Receive Maximum; its messages are taken all the same.",
                        client);
            case PACKET_ID_REUSED ->
                LOG.warn("Reused message ID from {} on '{}' detected.", client, topic);
            case NOT_KEPT ->
                LOG.warn("Refused PUBLISH from {} to '{}': it cannot be kept now.", client, topic);
            case UNKNOWN_PUBREC ->
                LOG.warn(
                        "Warning: Received PUBREC from {} for an unknown packet identifier {}.",
                        client,
                        topic);
            case NOT_RETAINED ->
                LOG.warn("Not retained from {}: '{}', since memory is full.", client, topic);
            case UNKNOWN_PACKET_ID ->
                LOG.debug("{} acknowledged an unknown Packet Identifier.", client);
        }
    }

    void subscribed(Session session, SessionSubscription subscription) {
        if (SUBSCRIBE_LOG.isInfoEnabled()) {
            SUBSCRIBE_LOG.info(
                    "{} {} {}",
                    session.clientId(),
                    subscription.options().qos().code(),
                    subscription.filter());
        }
    }
}
