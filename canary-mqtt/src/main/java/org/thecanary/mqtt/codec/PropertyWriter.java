// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.List;

/** Writes single Properties, each left out where its value says that it is absent. */
final class PropertyWriter {
    private PropertyWriter() {}

    /** A byte, an integer or a Variable Byte Integer, unless {@link MessageProperties#ABSENT}. */
    static void write(WireWriter out, PropertyType type, long value) {
        if (value == MessageProperties.ABSENT) {
            return;
        }
        out.writeByte(type.id());
        switch (type.dataType()) {
            case BYTE -> out.writeByte((int) value);
            case SHORT -> out.writeShort((int) value);
            case INT -> out.writeInt(value);
            case VARIABLE_BYTE_INTEGER -> out.writeVariableByteInteger((int) value);
            case STRING, BINARY, STRING_PAIR -> throw new IllegalArgumentException(type.name());
        }
    }

    /** A number, unless it is what the receiver assumes where it is absent. */
    static void writeUnless(long assumed, WireWriter out, PropertyType type, long value) {
        if (value != assumed) {
            write(out, type, value);
        }
    }

    /** A boolean byte, unless it is what the receiver assumes where it is absent. */
    static void writeUnless(boolean assumed, WireWriter out, PropertyType type, boolean value) {
        if (value != assumed) {
            write(out, type, value ? 1 : 0);
        }
    }

    static void write(WireWriter out, PropertyType type, @Nullable String value) {
        if (value != null) {
            out.writeByte(type.id());
            out.writeString(value);
        }
    }

    static void write(WireWriter out, PropertyType type, byte @Nullable [] value) {
        if (value != null) {
            out.writeByte(type.id());
            out.writeBinary(value);
        }
    }

    static void write(WireWriter out, List<UserProperty> userProperties) {
        for (int i = 0; i < userProperties.size(); i++) {
            UserProperty property = userProperties.get(i);
            out.writeByte(PropertyType.USER_PROPERTY.id());
            out.writeString(property.name());
            out.writeString(property.value());
        }
    }

    /** What nearly every answer may carry, as a whole set of Properties with its length. */
    static void writeReason(
            WireWriter out, @Nullable String reasonString, List<UserProperty> userProperties) {
        int mark = out.beginLength();
        write(out, PropertyType.REASON_STRING, reasonString);
        write(out, userProperties);
        out.endLength(mark);
    }
}
