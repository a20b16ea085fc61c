// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.thecanary.broker.config.Directive.BadValue;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

/**
 * OpenSSL's lists of cipher suites, in the suites that Java has: the language of {@code openssl ciphers}.
 *
 * <p>A word is a suite, by OpenSSL's name or IANA's, or what suites have in common ({@code ECDHE+AESGCM}); {@code !}
 * bars suites for good, {@code -} takes them out, {@code +} moves them to the end.
 */
public final class CipherList {
    /** What OpenSSL's names of suites are made of; a name of such parts is one that Java has not got. */
    private static final Set<String> PARTS = Set.of(
            "ECDHE",
            "DHE",
            "EDH",
            "ADH",
            "AECDH",
            "DH",
            "ECDH",
            "RSA",
            "ECDSA",
            "DSS",
            "PSK",
            "SRP",
            "AES",
            "AES128",
            "AES256",
            "GCM",
            "CCM",
            "CCM8",
            "CBC",
            "CBC3",
            "SHA",
            "SHA256",
            "SHA384",
            "MD5",
            "CAMELLIA128",
            "CAMELLIA256",
            "ARIA128",
            "ARIA256",
            "ARIA",
            "CHACHA20",
            "POLY1305",
            "DES",
            "3DES",
            "RC4",
            "SEED",
            "IDEA",
            "NULL",
            "EXP");

    /** Groups that are empty in Java. */
    private static final Set<String> EMPTY_GROUPS = Set.of(
            "aNULL",
            "eNULL",
            "NULL",
            "EXPORT",
            "EXP",
            "LOW",
            "MEDIUM",
            "MD5",
            "RC2",
            "RC4",
            "DES",
            "3DES",
            "PSK",
            "kPSK",
            "aPSK",
            "kECDHEPSK",
            "kDHEPSK",
            "kRSAPSK",
            "SRP",
            "aSRP",
            "kSRP",
            "CAMELLIA",
            "CAMELLIA128",
            "CAMELLIA256",
            "ARIA",
            "ARIA128",
            "ARIA256",
            "ARIAGCM",
            "SEED",
            "IDEA",
            "ADH",
            "AECDH",
            "DH",
            "ECDH",
            "RSA",
            "kRSA",
            "kDH",
            "kDHr",
            "kDHd",
            "kECDH",
            "kECDHr",
            "kECDHe",
            "aDH",
            "aECDH",
            "AESCCM",
            "AESCCM8",
            "CCM",
            "GOST94",
            "GOST89MAC",
            "aGOST",
            "kGOST",
            "COMPLEMENTOFALL",
            "COMPLEMENTOFDEFAULT");

    /** A suite of TLS 1.2 that Java has. */
    private record Suite(String java, String openssl, Set<String> groups, int bits) {
        static Suite of(String java) {
            String[] halves = java.substring("TLS_".length()).split("_WITH_", -1);
            String[] exchange = halves[0].split("_", -1);
            String cipher = halves[1];
            String hash = cipher.substring(cipher.lastIndexOf('_') + 1);
            int bits = cipher.contains("128") ? 128 : 256;
            Set<String> groups = new HashSet<>(Set.of("ALL", "DEFAULT", "HIGH"));
            boolean elliptic = exchange[0].equals("ECDHE");
            groups.addAll(
                    elliptic
                            ? Set.of("ECDHE", "EECDH", "kECDHE", "kEECDH")
                            : Set.of("DHE", "EDH", "kDHE", "kEDH"));
            groups.add("a" + exchange[1]);
            if (!exchange[1].equals("RSA")) {
                groups.add(exchange[1]); // RSA alone is its key exchange, which Java has not got
            }
            if (cipher.startsWith("AES")) {
                groups.addAll(Set.of("AES", "AES" + bits));
                groups.add(cipher.contains("GCM") ? "AESGCM" : "AESCBC");
            } else {
                groups.add("CHACHA20");
            }
            if (cipher.contains("_CBC_")) {
                groups.add(hash); // GCM and Poly1305 have no MAC of their own
            }
            if (hash.equals("SHA")) {
                groups.addAll(Set.of("SHA1", "TLSv1", "TLSv1.0", "SSLv3"));
            } else {
                groups.add("TLSv1.2");
            }
            String openssl = String.join("-", exchange) + "-"
                    + cipher.replaceFirst("AES_(\\d+)", "AES$1")
                            .replace("_CBC", "")
                            .replace("POLY1305_SHA256", "POLY1305")
                            .replace('_', '-');
            return new Suite(java, openssl, Set.copyOf(groups), bits);
        }

        boolean is(String word) {
            return openssl.equals(word) || java.equals(word) || groups.contains(word);
        }
    }

    private CipherList() {}

    /**
     * Suites of TLS 1.2 by their Java names, best first; what Java has not got is left out.
     *
     * @throws IllegalArgumentException if nothing is left, or a word is no suite's; the message says which
     */
    public static List<String> tls12(String list) {
        try {
            return tls12(list, _ -> {});
        } catch (BadValue e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Suites of TLS 1.2 by their Java names, best first.
     *
     * @param notices told of what OpenSSL would know and Java has not got
     */
    static List<String> tls12(String list, Consumer<String> notices) throws BadValue {
        List<Suite> known = supported()
                .filter(name -> name.contains("_WITH_"))
                .map(Suite::of)
                .toList();
        Set<Suite> chosen = new LinkedHashSet<>();
        Set<Suite> barred = new HashSet<>();
        for (String word : list.split("[:, ]+", -1)) {
            if (word.equals("@STRENGTH")) {
                List<Suite> sorted = new ArrayList<>(chosen);
                sorted.sort(Comparator.comparingInt(Suite::bits).reversed());
                chosen = new LinkedHashSet<>(sorted);
            } else if (!word.isEmpty() && !word.startsWith("@SECLEVEL=")) {
                char sign = word.charAt(0);
                boolean signed = sign == '!' || sign == '-' || sign == '+';
                Predicate<Suite> matches =
                        matching(signed ? word.substring(1) : word, known, notices);
                List<Suite> meant = known.stream().filter(matches).toList();
                switch (sign) {
                    case '!' -> {
                        barred.addAll(meant);
                        chosen.removeAll(meant);
                    }
                    case '-' -> chosen.removeAll(meant);
                    case '+' -> {
                        List<Suite> moved =
                                meant.stream().filter(chosen::contains).toList();
                        chosen.removeAll(moved);
                        chosen.addAll(moved);
                    }
                    default -> chosen.addAll(meant);
                }
                chosen.removeAll(barred);
            }
        }
        if (chosen.isEmpty()) {
            throw BadValue.atOpening(
                    "ciphers leaves no cipher suite of TLS 1.2 that Java has. Java has: "
                            + String.join(
                                    ":", known.stream().map(Suite::openssl).toList()));
        }
        return chosen.stream().map(Suite::java).toList();
    }

    private static Predicate<Suite> matching(
            String word, List<Suite> known, Consumer<String> notices) throws BadValue {
        Predicate<Suite> all = _ -> true;
        for (String part : word.split("\\+", -1)) {
            if (known.stream().noneMatch(suite -> suite.is(part)) && !EMPTY_GROUPS.contains(part)) {
                if (!PARTS.containsAll(List.of(part.split("-", -1)))) {
                    throw BadValue.atOpening("ciphers: no cipher suite is called \"" + part
                            + "\". See what there is with:  openssl ciphers -s -tls1_2");
                }
                notices.accept("ciphers: Java has no " + part + "; it is left out.");
            }
            all = all.and(suite -> suite.is(part));
        }
        return all;
    }

    /** Suites of TLS 1.3, best first. */
    static List<String> tls13(String list, Consumer<String> notices) throws BadValue {
        List<String> known =
                supported().filter(name -> !name.contains("_WITH_")).toList();
        List<String> chosen = new ArrayList<>();
        for (String word : list.split("[:, ]+", -1)) {
            if (known.contains(word)) {
                chosen.add(word);
            } else if (word.startsWith("TLS_AES_128_CCM_")) {
                notices.accept("ciphers_tls1.3: Java has no " + word + "; it is left out.");
            } else if (!word.isEmpty()) {
                throw BadValue.atOpening("ciphers_tls1.3: no cipher suite of TLS 1.3 is called \""
                        + word + "\". There are: " + String.join(":", known));
            }
        }
        if (chosen.isEmpty()) {
            throw BadValue.atOpening(
                    "ciphers_tls1.3 leaves no cipher suite. There are: " + String.join(":", known));
        }
        return chosen;
    }

    /** The name OpenSSL has for a suite that Java has. */
    public static String openssl(String java) {
        return java.contains("_WITH_") ? Suite.of(java).openssl : java;
    }

    private static Stream<String> supported() {
        try {
            return Stream.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
                    .filter(name -> !name.endsWith("_SCSV"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
