// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.security.cert.CRLReason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A certificate in the index. A line of the file is one of {@code openssl ca}'s {@code index.txt}, so {@code openssl
 * ocsp -index} can answer from it. Six fields, with a tab between two:
 *
 * <pre>
 * V or R or E (expired)   expires   revoked at[,reason]   serial   file   /CN=name
 * V       271122120000Z           0A1B…   certs/0A1B….crt   /CN=greenhouse-1
 * </pre>
 *
 * @param revocation null when it was not revoked
 */
public record IndexEntry(
        String name,
        BigInteger serial,
        Instant expires,
        @Nullable Revocation revocation) {
    private static final DateTimeFormatter LONG = format("yyyyMMddHHmmss'Z'");

    // UTCTime has years from 1950 to 2049; java.time's yy means 2000 to 2099.
    private static final DateTimeFormatter SHORT = format("yyMMddHHmmss'Z'");
    private static final Instant SHORT_ENDS = Instant.parse("2050-01-01T00:00:00Z");

    /**
     * When it was revoked, and why.
     *
     * @param at to the second
     */
    public record Revocation(Instant at, CRLReason reason) {}

    /** Where a certificate stands. */
    public enum Status {
        VALID,
        EXPIRED,
        REVOKED
    }

    public Status status(Instant now) {
        if (revocation != null) {
            return Status.REVOKED;
        }
        return now.isAfter(expires) ? Status.EXPIRED : Status.VALID;
    }

    /** In capital hexadecimal digits, an even number of them. */
    public String serialText() {
        return serialText(serial);
    }

    static String serialText(BigInteger serial) {
        var bytes = serial.toByteArray();
        var text = HexFormat.of().withUpperCase().formatHex(bytes);
        return bytes.length > 1 && bytes[0] == 0 ? text.substring(2) : text;
    }

    /** The file's line, without its end. */
    String line() {
        var revoked = "";
        if (revocation != null) {
            revoked = time(revocation.at());
            if (revocation.reason() != CRLReason.UNSPECIFIED) {
                revoked += "," + reasonText(revocation.reason());
            }
        }
        return String.join(
                "\t",
                revocation == null ? "V" : "R",
                time(expires),
                revoked,
                serialText(),
                "certs/" + serialText() + ".crt",
                "/CN=" + name);
    }

    /** Reads a line; empty when it is none of an index. */
    static Optional<IndexEntry> parse(String line) {
        var fields = line.split("\t", -1);
        if (fields.length != 6 || !"VRE".contains(fields[0]) || !fields[5].startsWith("/CN=")) {
            return Optional.empty();
        }
        try {
            Revocation revocation = null;
            if (fields[0].equals("R")) {
                int comma = fields[2].indexOf(',');
                var at = instant(comma < 0 ? fields[2] : fields[2].substring(0, comma));
                revocation = new Revocation(
                        at,
                        comma < 0
                                ? CRLReason.UNSPECIFIED
                                : reason(fields[2].substring(comma + 1)).orElseThrow());
            }
            return Optional.of(new IndexEntry(
                    fields[5].substring(4),
                    new BigInteger(fields[3], 16),
                    instant(fields[1]),
                    revocation));
        } catch (DateTimeException
                | IllegalArgumentException
                | java.util.NoSuchElementException e) {
            return Optional.empty();
        }
    }

    /** A reason as openssl spells it: {@code keyCompromise}. */
    public static String reasonText(CRLReason reason) {
        var words = reason.name().toLowerCase(Locale.ROOT).split("_", -1);
        for (int i = 1; i < words.length; i++) {
            words[i] = words[i].substring(0, 1).toUpperCase(Locale.ROOT) + words[i].substring(1);
        }
        return String.join("", words);
    }

    /** The reason that openssl spells so, in small or capital letters. */
    public static Optional<CRLReason> reason(String text) {
        return Arrays.stream(CRLReason.values())
                .filter(reason -> reasonText(reason).equalsIgnoreCase(text))
                .findFirst();
    }

    private static String time(Instant instant) {
        return (instant.isBefore(SHORT_ENDS) ? SHORT : LONG).format(instant);
    }

    private static Instant instant(String text) {
        return Instant.from((text.length() == 13 ? SHORT : LONG).parse(text));
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
