// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.thecanary.broker.loop.LoopCounters;
import org.thecanary.mqtt.codec.PacketType;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The topics below {@code $SYS/broker/} that carry a number, by mosquitto's names and in its order; and those of
 * {@code $SYS/broker/mqtt/} that mosquitto documents and leaves out.
 */
final class SysTopics {
    private SysTopics() {}

    /**
     * A number.
     *
     * @param names topics below {@code $SYS/broker/}: one, or one and an old name for it
     * @param isMaximum whether the topic shows the most there ever was
     */
    record Numbered(List<String> names, boolean isMaximum, ToLongFunction<Figures> value) {}

    /** A number for which {@code $SYS/broker/load/…} shows how fast it grows. */
    record Loaded(String name, ToLongFunction<LoopCounters> value) {}

    static final List<Loaded> LOADS = List.of(
            new Loaded("messages/received", LoopCounters::packetsReceived),
            new Loaded("messages/sent", LoopCounters::packetsSent),
            new Loaded("publish/dropped", counters -> counters.publishDropped),
            new Loaded("publish/received", counters -> counters.received[PacketType.PUBLISH]),
            new Loaded("publish/sent", counters -> counters.sent[PacketType.PUBLISH]),
            new Loaded("bytes/received", counters -> counters.bytesReceived),
            new Loaded("bytes/sent", counters -> counters.bytesSent),
            new Loaded("sockets", counters -> counters.connectionsAccepted),
            new Loaded("connections", counters -> counters.received[PacketType.CONNECT]));

    static final List<Numbered> NUMBERS = numbers();

    private static List<Numbered> numbers() {
        List<Numbered> all = new ArrayList<>();
        all.add(now(Figures::sessions, "clients/total"));
        all.add(most(Figures::sessions, "clients/maximum"));
        all.add(now(
                figures -> Math.max(0, figures.sessions() - figures.connected()),
                "clients/disconnected",
                "clients/inactive"));
        all.add(now(Figures::connected, "clients/connected", "clients/active"));
        all.add(count(counters -> counters.sessionsExpired, "clients/expired"));
        all.add(now(
                figures -> figures.retained() + figures.waiting().messages(),
                "messages/stored",
                "store/messages/count"));
        all.add(now(
                figures -> figures.retainedBytes() + figures.waiting().bytes(),
                "store/messages/bytes"));
        all.add(now(Figures::subscriptions, "subscriptions/count"));
        all.add(now(Figures::sharedSubscriptions, "shared_subscriptions/count"));
        all.add(now(Figures::retained, "retained messages/count"));
        all.add(now(Figures::heapBytes, "heap/current"));
        all.add(most(Figures::heapBytes, "heap/maximum"));
        all.add(count(LoopCounters::packetsReceived, "messages/received"));
        all.add(count(LoopCounters::packetsSent, "messages/sent"));
        all.add(count(counters -> counters.bytesReceived, "bytes/received"));
        all.add(count(counters -> counters.bytesSent, "bytes/sent"));
        all.add(count(counters -> counters.publishBytesReceived, "publish/bytes/received"));
        all.add(count(counters -> counters.publishBytesSent, "publish/bytes/sent"));
        all.add(count(counters -> counters.unsentPackets, "packet/out/count"));
        all.add(count(counters -> counters.unsentBytes, "packet/out/bytes"));
        all.add(count(counters -> counters.connectionsAccepted, "connections/socket/count"));
        all.add(count(
                counters -> counters.publishDropped,
                "publish/messages/dropped",
                "mqtt/publish/dropped"));
        all.add(received(PacketType.PUBLISH, "publish/messages/received", "mqtt/publish/received"));
        all.add(sent(PacketType.PUBLISH, "publish/messages/sent", "mqtt/publish/sent"));
        all.add(received(PacketType.CONNECT, "mqtt/connect/received"));
        all.add(sent(PacketType.CONNACK, "mqtt/connack/sent"));
        all.add(received(PacketType.PUBACK, "mqtt/puback/received"));
        all.add(sent(PacketType.PUBACK, "mqtt/puback/sent"));
        all.add(received(PacketType.PUBREC, "mqtt/pubrec/received"));
        all.add(sent(PacketType.PUBREC, "mqtt/pubrec/sent"));
        all.add(received(PacketType.PUBREL, "mqtt/pubrel/received"));
        all.add(sent(PacketType.PUBREL, "mqtt/pubrel/sent"));
        all.add(received(PacketType.PUBCOMP, "mqtt/pubcomp/received"));
        all.add(sent(PacketType.PUBCOMP, "mqtt/pubcomp/sent"));
        all.add(received(PacketType.SUBSCRIBE, "mqtt/subscribe/received"));
        all.add(sent(PacketType.SUBACK, "mqtt/suback/sent"));
        all.add(received(PacketType.UNSUBSCRIBE, "mqtt/unsubscribe/received"));
        all.add(sent(PacketType.UNSUBACK, "mqtt/unsuback/sent"));
        all.add(received(PacketType.PINGREQ, "mqtt/pingreq/received"));
        all.add(sent(PacketType.PINGRESP, "mqtt/pingresp/sent"));
        all.add(received(PacketType.DISCONNECT, "mqtt/disconnect/received"));
        all.add(sent(PacketType.DISCONNECT, "mqtt/disconnect/sent"));
        all.add(received(PacketType.AUTH, "mqtt/auth/received"));
        all.add(sent(PacketType.AUTH, "mqtt/auth/sent"));
        return List.copyOf(all);
    }

    private static Numbered now(ToLongFunction<Figures> value, String... names) {
        return new Numbered(List.of(names), false, value);
    }

    private static Numbered most(ToLongFunction<Figures> value, String name) {
        return new Numbered(List.of(name), true, value);
    }

    private static Numbered count(ToLongFunction<LoopCounters> value, String... names) {
        return now(figures -> value.applyAsLong(figures.counters()), names);
    }

    private static Numbered received(int type, String... names) {
        return count(counters -> counters.received[type], names);
    }

    private static Numbered sent(int type, String... names) {
        return count(counters -> counters.sent[type], names);
    }
}
