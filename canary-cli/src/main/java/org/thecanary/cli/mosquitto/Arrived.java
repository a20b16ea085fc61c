// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.thecanary.mqtt.packet.Publish;

import java.time.ZonedDateTime;

/** A message to be printed, and when it came. */
record Arrived(Publish publish, ZonedDateTime at) {

    byte[] payload() {
        return publish.message().payload();
    }

    /** A byte string. */
    String topic() {
        return Bytes.of(publish.message().topic().utf8());
    }
}
