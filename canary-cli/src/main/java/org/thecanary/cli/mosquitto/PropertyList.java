// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.cli.mosquitto.Property.ValueType;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.UserProperty;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The Properties given with {@code -D}, in their order.
 *
 * <p>Owner: confined to its creator.
 */
final class PropertyList {
    /** Those that are checked before anything is sent, in mosquitto's order. */
    private static final List<Carrier> CHECKED = List.of(
            Carrier.CONNECT,
            Carrier.PUBLISH,
            Carrier.SUBSCRIBE,
            Carrier.UNSUBSCRIBE,
            Carrier.DISCONNECT,
            Carrier.WILL);

    private static final long LARGEST_VARINT = 268_435_455;

    /** A Property of one packet; the number or the text is its value, and a User Property has a key. */
    private record Entry(
            Carrier command, Property property, long number, String text, String key) {}

    private final List<Entry> entries = new ArrayList<>();

    /**
     * Takes {@code command property [key] value} from a command line.
     *
     * @param from the index of the command
     * @return the index of the last argument taken
     */
    int take(List<String> arguments, int from) throws UsageException {
        if (from + 2 > arguments.size() - 1) {
            throw tooFew();
        }
        Carrier command = Carrier.named(arguments.get(from));
        if (command == null) {
            throw new UsageException("Error: Invalid command " + arguments.get(from)
                    + " given in --property argument.\n\n");
        }
        String name = arguments.get(from + 1);
        Property property = Property.named(name);
        if (property == null) {
            throw new UsageException(
                    "Error: Invalid property name " + name + " given in --property argument.\n\n");
        }
        if (command == Carrier.CONNACK) {
            throw new UsageException(""); // mosquitto has no words for it
        }
        if (!property.isAllowedFor(command)) {
            throw new UsageException("Error: " + name + " property not allowed for "
                    + arguments.get(from) + " in --property argument.\n\n");
        }
        boolean pair = property.type() == ValueType.STRING_PAIR;
        int last = from + (pair ? 3 : 2);
        if (last > arguments.size() - 1) {
            throw tooFew();
        }
        if (!CHECKED.contains(command)
                || (command == Carrier.PUBLISH && property == Property.SUBSCRIPTION_IDENTIFIER)) {
            throw new UsageException("Error: " + name + " property not supported for "
                    + arguments.get(from) + " in --property argument.\n\n");
        }
        add(command, property, name, pair ? arguments.get(from + 2) : "", arguments.get(last));
        return last;
    }

    private static UsageException tooFew() {
        return new UsageException(
                "Error: --property argument given but not enough arguments specified.\n\n");
    }

    private void add(Carrier command, Property property, String name, String key, String value)
            throws UsageException {
        long number = 0;
        if (property.type().largest() > 0) {
            number = Numbers.atol(value);
            if (number < 0 || number > property.type().largest()) {
                throw new UsageException("Error: Property value (" + number
                        + ") out of range for property " + name + ".\n\n");
            }
        } else if (value.length() > 65_535) {
            throw new UsageException(
                    "Error: Property value too long for property " + name + ".\n\n");
        } else if (property.type() != ValueType.BINARY
                && !(Bytes.isMqttText(value) && Bytes.isMqttText(key))) {
            throw new UsageException(
                    "Error adding property " + name + " " + (property.type().ordinal() + 1) + "\n");
        }
        if (property.type() == ValueType.VARINT && number > LARGEST_VARINT) {
            throw new UsageException(
                    "Error adding property " + name + " " + (property.type().ordinal() + 1) + "\n");
        }
        entries.add(new Entry(command, property, number, value, key));
    }

    void addNumber(Carrier command, Property property, long number) {
        entries.add(new Entry(command, property, number, "", ""));
    }

    void addText(Carrier command, Property property, String text) {
        entries.add(new Entry(command, property, 0, text, ""));
    }

    /**
     * Refuses a Property given twice, and values that the specification forbids, before anything is sent. mosquitto 2.1
     * leaves it to the packets that are sent after CONNECT, and then loses the connection or waits for ever.
     */
    void check() throws UsageException {
        for (Carrier command : CHECKED) {
            String problem = problem(command);
            if (problem != null && command != Carrier.CONNECT && command != Carrier.WILL) {
                throw new UsageException(
                        "Error in " + command.label() + " properties: " + problem + ".\n");
            }
        }
    }

    /** What is wrong with the Properties of a packet; null: nothing. */
    @Nullable
    String problem(Carrier command) {
        List<Entry> own = of(command);
        for (int i = 0; i < own.size(); i++) {
            Entry entry = own.get(i);
            if (!entry.property.accepts(entry.number)) {
                return Words.PROTOCOL;
            }
            for (Entry later : own.subList(i + 1, own.size())) {
                if (later.property == entry.property && later.property != Property.USER_PROPERTY) {
                    return Words.DUPLICATE_PROPERTY;
                }
            }
        }
        return null;
    }

    boolean hasDuplicate(Carrier command) {
        return problem(command) != null;
    }

    private List<Entry> of(Carrier command) {
        return entries.stream().filter(entry -> entry.command == command).toList();
    }

    private @Nullable Entry find(Carrier command, Property property) {
        return of(command).stream()
                .filter(entry -> entry.property == property)
                .findFirst()
                .orElse(null);
    }

    boolean has(Carrier command, Property property) {
        return find(command, property) != null;
    }

    /** The number, or what it is when not given. */
    long number(Carrier command, Property property, long otherwise) {
        Entry entry = find(command, property);
        return entry == null ? otherwise : entry.number;
    }

    @Nullable
    String text(Carrier command, Property property) {
        Entry entry = find(command, property);
        return entry == null ? null : Bytes.text(entry.text);
    }

    List<UserProperty> users(Carrier command) {
        return of(command).stream()
                .filter(entry -> entry.property == Property.USER_PROPERTY)
                .map(entry -> new UserProperty(Bytes.text(entry.key), Bytes.text(entry.text)))
                .toList();
    }

    /** Those of an Application Message: {@code publish} or {@code will}. */
    MessageProperties message(Carrier command) {
        if (of(command).isEmpty()) {
            return MessageProperties.NONE;
        }
        Entry correlation = find(command, Property.CORRELATION_DATA);
        return new MessageProperties(
                (int) number(command, Property.PAYLOAD_FORMAT_INDICATOR, MessageProperties.ABSENT),
                number(command, Property.MESSAGE_EXPIRY_INTERVAL, MessageProperties.ABSENT),
                text(command, Property.CONTENT_TYPE),
                text(command, Property.RESPONSE_TOPIC),
                correlation == null ? null : Bytes.toArray(correlation.text),
                users(command),
                order(command));
    }

    private byte[] order(Carrier command) {
        var order = new ByteArrayOutputStream();
        of(command).forEach(entry -> order.write(entry.property.identifier()));
        return order.toByteArray();
    }
}
