// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import java.net.IDN;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An entry of a certificate's Subject Alternative Name [RFC 5280 4.2.1.6]: a name a client may connect to. */
public sealed interface AlternativeName {

    /**
     * A host name.
     *
     * @param host in ASCII and small letters; the first label may be {@code *}
     */
    record Dns(String host) implements AlternativeName {
        @Override
        public String toString() {
            return "DNS:" + host;
        }
    }

    /**
     * An IPv4 or IPv6 address.
     *
     * @param address without a zone
     */
    record Ip(InetAddress address) implements AlternativeName {
        @Override
        public String toString() {
            return "IP:" + address.getHostAddress();
        }
    }

    /**
     * Recognises an address and a host name, with {@code DNS:} or {@code IP:} before it or without.
     *
     * @throws CaException when the text is neither
     */
    static AlternativeName parse(String text) throws CaException {
        var upper = text.toUpperCase(Locale.ROOT);
        var name = text.substring(text.indexOf(':') + 1);
        Optional<? extends AlternativeName> found;
        if (upper.startsWith("DNS:")) {
            found = dns(name);
        } else if (upper.startsWith("IP:")) {
            found = ip(name);
        } else {
            found = Text.IP.matcher(text).matches() ? ip(text) : dns(text);
        }
        if (found.isEmpty()) {
            throw new CaException(
                    "'" + text
                            + "' is neither a host name nor an IP address; write broker.example.org, 192.0.2.7 or 2001:db8::7.");
        }
        return found.get();
    }

    private static Optional<Ip> ip(String text) {
        // A zone such as %eth0 means something on one machine only.
        if (!Text.IP.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Ip(InetAddress.ofLiteral(text)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Dns> dns(String text) {
        try {
            var ascii = IDN.toASCII(text.startsWith("*.") ? text.substring(2) : text)
                    .toLowerCase(Locale.ROOT);
            if (ascii.length() > 253 || !Text.HOST.matcher(ascii).matches()) {
                return Optional.empty();
            }
            return Optional.of(new Dns(text.startsWith("*.") ? "*." + ascii : ascii));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** How the two look. */
    final class Text {
        private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

        // The last label has a letter, or 192.0.2.300 would be a host name.
        private static final Pattern HOST =
                Pattern.compile("(?:" + LABEL + "\\.)*(?!\\d+$)" + LABEL);

        private static final Pattern IP = Pattern.compile(
                "\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]*(?::\\d{1,3}(?:\\.\\d{1,3}){3})?");

        private Text() {}
    }
}
