// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Slows down who guesses passwords: the more wrong ones from an address, or for a user, within a minute, the later the
 * next refusal is said. A right password is never held back.
 *
 * <p>Any thread.
 */
final class GuessingBrake {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    /** How many wrong passwords are nobody's fault. */
    static final int FREE = 10;

    private static final long WINDOW_MILLIS = 60_000;
    private static final long FIRST_MILLIS = 250;
    private static final long LONGEST_MILLIS = 5_000;
    private static final int MOST_REMEMBERED = 10_000;

    /** Wrong passwords since a moment; forgotten after a minute without another. */
    private record Failures(int count, long latestMillis) {}

    private final ConcurrentHashMap<String, Failures> failures = new ConcurrentHashMap<>();

    /** Whether attempts from there, or for this user, share one place with others of their kind. */
    boolean holds(String address, String username, long nowMillis) {
        return Math.max(count(from(address), nowMillis), count(of(username), nowMillis)) > FREE;
    }

    /** A wrong password: how long its refusal is to wait. */
    Duration failed(String address, String username, long nowMillis) {
        int fromAddress = add(from(address), nowMillis);
        int ofUser = add(of(username), nowMillis);
        int most = Math.max(fromAddress, ofUser);
        if (most <= FREE) {
            return Duration.ZERO;
        }
        if (fromAddress == FREE + 1 || ofUser == FREE + 1) {
            LOG.warn(
                    "More than {} wrong passwords within a minute {}: further ones are refused late.",
                    FREE,
                    fromAddress == FREE + 1
                            ? "from " + address
                            : "for user '" + username + "', the latest from " + address);
        }
        int doublings = Math.min(most - FREE - 1, 10);
        return Duration.ofMillis(Math.min(FIRST_MILLIS << doublings, LONGEST_MILLIS));
    }

    /** One who guesses may have all addresses of an IPv6 /64, the smallest network anybody is given. */
    static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            InetAddress read = InetAddress.ofLiteral(address);
            return read instanceof Inet6Address
                    ? HexFormat.of().formatHex(read.getAddress(), 0, 8)
                    : read.getHostAddress();
        } catch (IllegalArgumentException e) {
            return address;
        }
    }

    private static String from(String address) {
        return "a" + network(address);
    }

    private static String of(String username) {
        return "u" + username;
    }

    private int count(String key, long nowMillis) {
        Failures known = failures.get(key);
        return known == null || nowMillis - known.latestMillis > WINDOW_MILLIS ? 0 : known.count;
    }

    private int add(String key, long nowMillis) {
        if (failures.size() >= MOST_REMEMBERED) {
            forgetOld(nowMillis);
        }
        return failures.merge(
                        key,
                        new Failures(1, nowMillis),
                        (known, one) -> nowMillis - known.latestMillis > WINDOW_MILLIS
                                ? one
                                : new Failures(known.count + 1, nowMillis))
                .count;
    }

    private void forgetOld(long nowMillis) {
        for (Iterator<Failures> all = failures.values().iterator(); all.hasNext(); ) {
            Failures each = all.next();
            if (nowMillis - each.latestMillis > WINDOW_MILLIS || each.count <= FREE) {
                all.remove();
            }
        }
        if (failures.size() >= MOST_REMEMBERED) {
            failures.clear();
        }
    }
}
