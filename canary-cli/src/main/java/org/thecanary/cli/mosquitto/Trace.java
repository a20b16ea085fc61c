// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.Locale;

/**
 * The lines of {@code -d}: packets in libmosquitto's words, which people search for.
 *
 * <p>Owner: the client's loop.
 */
final class Trace {
    private final Printer printer;
    private final boolean v5;
    private String client;
    private boolean named;
    /** libmosquitto counts messages of QoS 0, too. */
    private int lastPacketId;

    Trace(Printer printer, String clientId, boolean v5) {
        this.printer = printer;
        this.named = !clientId.isEmpty();
        this.client = named ? Bytes.of(clientId) : "null";
        this.v5 = v5;
    }

    private void line(String what) {
        printer.line("Client " + client + " " + what);
    }

    void sent(Packet packet) {
        switch (packet) {
            case Connect _ -> line("sending CONNECT");
            case Publish publish -> line("sending PUBLISH " + describe(publish, sentId(publish)));
            case PubAck ack ->
                line("sending PUBACK (m" + ack.packetId() + ", rc"
                        + ack.reason().code() + ")");
            case PubRec ack ->
                line("sending PUBREC (m" + ack.packetId() + ", rc"
                        + ack.reason().code() + ")");
            case PubRel ack -> line("sending PUBREL (m" + ack.packetId() + ")");
            case PubComp ack -> line("sending PUBCOMP (m" + ack.packetId() + ")");
            case Subscribe subscribe -> {
                lastPacketId = subscribe.packetId();
                for (Subscription each : subscribe.subscriptions()) {
                    line("sending SUBSCRIBE (Mid: " + subscribe.packetId() + ", Topic: "
                            + Bytes.of(each.filter().toString()) + ", QoS: "
                            + each.options().qos().code() + ", Options: 0x"
                            + options(each.options()) + ")");
                }
            }
            case Unsubscribe unsubscribe -> {
                lastPacketId = unsubscribe.packetId();
                for (TopicFilter each : unsubscribe.filters()) {
                    line("sending UNSUBSCRIBE (Mid: " + unsubscribe.packetId() + ", Topic: "
                            + Bytes.of(each.toString()) + ")");
                }
            }
            case PingReq _ -> line("sending PINGREQ");
            case Disconnect _ -> line("sending DISCONNECT");
            case Auth _ -> line("sending AUTH");
            case ConnAck _, SubAck _, UnsubAck _, PingResp _ -> {} // a Server's
        }
    }

    void received(Packet packet) {
        switch (packet) {
            case ConnAck ack -> {
                String assigned = ack.properties().assignedClientIdentifier();
                if (assigned != null) {
                    client = Bytes.of(assigned);
                    named = true;
                }
                int code = v5 ? ack.reason().code() : Words.returnCode(ack.reason());
                // mosquitto has two words for no id
                printer.line("Client " + (named ? client : "(null)") + " received CONNACK (" + code
                        + ")");
            }
            case Publish publish ->
                line("received PUBLISH " + describe(publish, publish.packetId()));
            case PubAck ack ->
                line("received PUBACK (Mid: " + ack.packetId() + ", RC:"
                        + ack.reason().code() + ")");
            case PubRec ack -> line("received PUBREC (Mid: " + ack.packetId() + ")");
            case PubRel ack -> line("received PUBREL (Mid: " + ack.packetId() + ")");
            case PubComp ack ->
                line("received PUBCOMP (Mid: " + ack.packetId() + ", RC:"
                        + ack.reason().code() + ")");
            case SubAck _ -> line("received SUBACK");
            case UnsubAck _ -> line("received UNSUBACK");
            case PingResp _ -> line("received PINGRESP");
            case Disconnect disconnect ->
                printer.line("Received DISCONNECT (" + disconnect.reason().code() + ")");
            case Auth _ -> line("received AUTH");
            case Connect _, Subscribe _, Unsubscribe _, PingReq _ -> {} // a client's
        }
    }

    private int sentId(Publish publish) {
        lastPacketId = publish.packetId() != 0 ? publish.packetId() : lastPacketId % 65_535 + 1;
        return lastPacketId;
    }

    private static String describe(Publish publish, int packetId) {
        return "(d" + (publish.dup() ? 1 : 0) + ", q" + publish.message().qos().code() + ", r"
                + (publish.message().retain() ? 1 : 0) + ", m" + packetId + ", '"
                + Bytes.of(publish.message().topic().utf8()) + "', ... ("
                + publish.message().payload().length + " bytes))";
    }

    private static String options(SubscriptionOptions options) {
        int bits = (options.noLocal() ? 0x04 : 0)
                | (options.retainAsPublished() ? 0x08 : 0)
                | (options.retainHandling().ordinal() << 4);
        return String.format(Locale.ROOT, "%02x", bits);
    }
}
