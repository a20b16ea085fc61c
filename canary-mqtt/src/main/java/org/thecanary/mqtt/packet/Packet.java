// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/** An MQTT Control Packet: one of the fifteen of the specification, 2.1.2. */
public sealed interface Packet
        permits Connect,
                ConnAck,
                Publish,
                PubAck,
                PubRec,
                PubRel,
                PubComp,
                Subscribe,
                SubAck,
                Unsubscribe,
                UnsubAck,
                PingReq,
                PingResp,
                Disconnect,
                Auth {}
