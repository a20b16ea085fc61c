// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The world as a session sees it: writes down what is asked, and has a clock and a connection driven by hand. */
final class RecordingOutbox implements Outbox {
    boolean wantsToGoOn;
    final List<Effect> effects = new ArrayList<>();
    final Map<TopicFilter, SessionSubscription> subscriptions = new LinkedHashMap<>();

    long nowMillis = 1_000_000;
    /** PUBLISH packets the connection takes before it is no longer writable. */
    int room = Integer.MAX_VALUE;

    boolean overloaded;
    /** Bytes of the largest payload within the client's Maximum Packet Size. */
    int largestPayload = Integer.MAX_VALUE;
    /** What {@link #route} answers. */
    int matched = 1;
    /** The Retained Messages of a subscription. */
    Function<SessionSubscription, Iterator<Publication>> retained =
            _ -> List.<Publication>of().iterator();

    /** What was asked since the last time. */
    List<Effect> take() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    /** Of what was asked since the last time, the effects of one kind; the others are forgotten. */
    <E extends Effect> List<E> take(Class<E> kind) {
        return take().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The PUBLISH packets since the last time, each as "id:payload"; the rest is forgotten. */
    List<String> takePublished() {
        return take(Effect.Published.class).stream()
                .map(published -> published.packetId() + ":" + published.payload())
                .toList();
    }

    /** The packets other than PUBLISH since the last time; the rest is forgotten. */
    List<Packet> takePackets() {
        return take(Effect.Sent.class).stream().map(Effect.Sent::packet).toList();
    }

    @Override
    public long nowMillis() {
        return nowMillis;
    }

    @Override
    public int route(Publication publication) {
        effects.add(new Effect.Routed(publication));
        return matched;
    }

    @Override
    public void reroute(Publication publication, SessionSubscription subscription) {
        effects.add(new Effect.Rerouted(publication, subscription));
    }

    @Override
    public boolean writable() {
        return room > 0;
    }

    @Override
    public boolean overloaded() {
        return overloaded;
    }

    @Override
    public boolean sendPublish(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId) {
        if (publication.message().payloadBytes() > largestPayload) {
            return false;
        }
        room--;
        effects.add(new Effect.Published(publication, subscription, qos, retain, dup, packetId));
        return true;
    }

    @Override
    public void send(Packet packet) {
        effects.add(new Effect.Sent(packet));
    }

    @Override
    public boolean subscribe(SessionSubscription subscription) {
        effects.add(new Effect.Subscribed(subscription));
        return subscriptions.put(subscription.filter(), subscription) != null;
    }

    @Override
    public void unsubscribe(SessionSubscription subscription) {
        effects.add(new Effect.Unsubscribed(subscription));
        subscriptions.remove(subscription.filter());
    }

    @Override
    public void goOnLater() {
        wantsToGoOn = true;
    }

    @Override
    public RetainedReplay retained(SessionSubscription subscription) {
        Iterator<Publication> messages = retained.apply(subscription);
        return new RetainedReplay() {
            @Override
            public @Nullable Publication next(long now) {
                return messages.hasNext() ? messages.next() : null;
            }
        };
    }

    @Override
    public void available(boolean available) {
        effects.add(new Effect.Available(available));
    }

    @Override
    public void report(Report report, String topic) {
        effects.add(new Effect.Reported(report, topic));
    }
}
