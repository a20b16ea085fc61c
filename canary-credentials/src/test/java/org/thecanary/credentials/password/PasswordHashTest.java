// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

class PasswordHashTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    // Salts of the vectors made with Python's hashlib: the bytes 0 to 11 and 0 to 63.
    private static final String SALT12 = "AAECAwQFBgcICQoL";
    private static final String SALT64 =
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
    private static final String KEY64 =
            "nuRQXHVynqQK+taCpn3orrj/Ts3kBF9hEHtmjMy+ly2f/wlr7P9p2UQM5SOcFTLJsao6jt9YCqeePkTDlaX61Q==";
    private static final String ARGON_SALT = "c2FsdHNhbHRzYWx0c2FsdA";
    private static final String ARGON_KEY = "pnEgtQAw8JQlkwt5wPphhxLVX99lFuQjEHf5GKEUFCk";

    record Vector(String source, byte[] password, String encoded) {
        @Override
        public String toString() {
            return source;
        }
    }

    static Stream<Vector> vectors() {
        var horse = "correct horse".getBytes(UTF_8);
        return Stream.of(
                new Vector(
                        "mosquitto_passwd 2.0.11",
                        horse,
                        "$7$101$jU4eBj0cpT7tJNJK$8e7Q2KEDNZkyscKS3JmVWDNKppwgpopDz2e05oR2MCqoLkFAPNxRT2SRifGMXPu/+lYLJI8EiHYrpAa2ngZ74g=="),
                new Vector(
                        "mosquitto_passwd 2.0.11, not ASCII",
                        "pässwörd".getBytes(UTF_8),
                        "$7$101$H156k4tIScH/FXjP$ys6YApKtwjIJOMVUTkS65nNDF8+HPbOIB11KYE0CqdaKSYv2Jl3MO1v8uiKpAV7svrm995wlD1OyUjs144aaRg=="),
                new Vector(
                        "mosquitto_passwd 2.0.11, empty password",
                        new byte[0],
                        "$7$101$E9Z//vLrOAxqYX0o$2VhJBIHSPrMmOMNS96/2dADI+CtlWFP9miuQRSXK7AS9ViXUJGssS4mFOw8uPi1IE7Mt//UBCxJTYDQpU2r0vw=="),
                new Vector(
                        "mosquitto_passwd 2.0.11 -I 1000",
                        "x".getBytes(UTF_8),
                        "$7$1000$hLrxh6oGDHkh610P$nuRQXHVynqQK+taCpn3orrj/Ts3kBF9hEHtmjMy+ly2f/wlr7P9p2UQM5SOcFTLJsao6jt9YCqeePkTDlaX61Q=="),
                new Vector(
                        "mosquitto_passwd 2.0.11 -H sha512",
                        horse,
                        "$6$ObNeMBhZdGYp36DV$9BqqEsJVrq2ER40z1m8+SUhn5iKwqRdc+cHFhf12uNyHNtjqZ+lLuycE+4q7xd1WRE+JGlL/tpGx0F9X0nIoGw=="),
                new Vector(
                        "hashlib sha512, salt of 12 bytes",
                        horse,
                        "$6$" + SALT12
                                + "$5W8GCQ9GLgmhmQvoa8jmRaPnsh82mRigdSv6mQsK0sMIII/WznlQb1g+RWddfoAKTMzBJP1deJU+Rp/1QZ0zZg=="),
                new Vector(
                        "hashlib sha512, salt of 64 bytes",
                        horse,
                        "$6$" + SALT64
                                + "$29QtyxbW0Qth2GH5GN0ihmagtB/755oiG+oG0UjEg6L9UK/JDvWsZp5ejiy5IkbcHEawwhh/SPu9ZHDfEL2J9A=="),
                new Vector(
                        "hashlib pbkdf2_hmac, salt of 12 bytes",
                        horse,
                        "$7$101$" + SALT12
                                + "$lp0Cm29zl+CI/RXyXDKvLye7OxM3OuE6RMzgXTX/f3imS/pFh2Ur7yarLDpKRUKpB0tOj6l0UrRv41zqxmD4tg=="),
                new Vector(
                        "hashlib pbkdf2_hmac, salt of 64 bytes",
                        horse,
                        "$7$1000$" + SALT64
                                + "$53KiEygVzVVEVUVTe4h79yMtYp0OxxoKFip82vf7OCrEbcm4/E88oGkCyN0NhQ7fLOSBIpiITuELG/0ldDPFMQ=="),
                new Vector(
                        "hashlib pbkdf2_hmac, one iteration",
                        horse,
                        "$7$1$" + SALT64
                                + "$VZqCQYumTEgpYnD43Q/72ByWcLJp2+pClQAHgD3F9F06lBfLKuDpr2ElGCYRVBPr6OLcVL2TvGXsjNQCSYtCFg=="),
                new Vector(
                        "hashlib pbkdf2_hmac, password longer than HMAC's block",
                        "x".repeat(200).getBytes(UTF_8),
                        "$7$7$" + SALT12
                                + "$8uFxuyolXe5aR+VkXru+KtCQsncbC9uTKesovLNswBT6lOMXm8u2i8a/dyTzCxDgmlgbLuCRVkZt/qO8rmcrRg=="),
                new Vector(
                        "hashlib pbkdf2_hmac, empty password",
                        new byte[0],
                        "$7$7$" + SALT12
                                + "$XqT29EXbJqZ2YQMjDU28PwDj+SROidL4qnpk0CYgGogINCWM9BD5Qi4fnfJZ6A0t1ceaPkGR/Mr4B/ylTDE0mQ=="),
                new Vector(
                        "hashlib pbkdf2_hmac, password is no UTF-8",
                        new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0x80},
                        "$7$7$" + SALT12
                                + "$u4MNSUGEPh8A+e74ROlmLgz+OiMIXozv5LLRamrJGUYh+eXivJaKoKKeu9gpR2TzXtR2pXQwF1ZvfKFTozFgpQ=="),
                new Vector(
                        "argon2 (reference implementation) -id, mosquitto's cost",
                        horse,
                        "$argon2id$v=19$m=47104,t=1,p=1$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWjAxMjM0NTY3ODktXw$YPLMe0Fkd+5JF9MS8pjfkMInYqiZBGCp6XUitRm9+oGo1t+473/x+mRq3fxrIHxkKZgmYcfUY0cig1bkohR5zw"),
                new Vector(
                        "argon2 -id, two passes and two lanes",
                        horse,
                        "$argon2id$v=19$m=65,t=2,p=2$" + ARGON_SALT + "$" + ARGON_KEY),
                new Vector(
                        "argon2 -id, the smallest of everything",
                        horse,
                        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$b6qJumA/4cblFXUKfEvM0w"));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void hashOfAnotherProgramVerifiesItsPasswordAndNoOther(Vector vector) throws Exception {
        var hash = PasswordHash.parse(vector.encoded());

        assertThat(hash.verify(vector.password())).isTrue();
        assertThat(hash.verify("Correct horse".getBytes(UTF_8))).isFalse();
        assertThat(hash.verify(new byte[] {0})).isEqualTo(isZeroOfHmac(vector));
    }

    // HMAC fills its key up with zero bytes, so no program can tell them apart at the end of a
    // password under $7$.
    private static boolean isZeroOfHmac(Vector vector) {
        return vector.password().length == 0;
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void parsedHashIsWrittenAsItWasRead(Vector vector) throws Exception {
        assertThat(PasswordHash.parse(vector.encoded()).encoded()).isEqualTo(vector.encoded());
        assertThat(PasswordHash.parse(vector.encoded()))
                .isEqualTo(PasswordHash.parse(vector.encoded()));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void hashIsNotShownByToString(Vector vector) throws Exception {
        var key = vector.encoded().substring(vector.encoded().lastIndexOf('$') + 1);

        assertThat(PasswordHash.parse(vector.encoded()).toString()).doesNotContain(key);
    }

    @Test
    void newHashesVerifyTheirPasswordAndAreReadBack() throws Exception {
        var password = "Grü\0ße".getBytes(UTF_8);
        for (var hash : List.of(
                PasswordHash.sha512(password, RANDOM),
                PasswordHash.pbkdf2(password, 1000, RANDOM),
                PasswordHash.argon2id(password, RANDOM))) {
            assertThat(PasswordHash.parse(hash.encoded())).isEqualTo(hash);
            assertThat(hash.verify(password)).isTrue();
            assertThat(hash.verify("Grü".getBytes(UTF_8))).isFalse();
        }
    }

    @Test
    void newHashesHaveTheSizesMosquittoReads() {
        assertThat(PasswordHash.sha512(new byte[1], RANDOM).encoded())
                .matches("\\$6\\$.{16}\\$.{86}==");
        assertThat(PasswordHash.pbkdf2(new byte[1], 101, RANDOM).encoded())
                .matches("\\$7\\$101\\$.{16}\\$.{86}==");
        assertThat(PasswordHash.argon2id(new byte[1], RANDOM).encoded())
                .matches("\\$argon2id\\$v=19\\$m=47104,t=1,p=1\\$.{86}\\$.{86}");
    }

    @Test
    void twoHashesOfOnePasswordHaveDifferentSalts() {
        var password = "same".getBytes(UTF_8);

        assertThat(PasswordHash.pbkdf2(password, 1, RANDOM).encoded())
                .isNotEqualTo(PasswordHash.pbkdf2(password, 1, RANDOM).encoded());
        assertThat(PasswordHash.sha512(password, RANDOM).encoded())
                .isNotEqualTo(PasswordHash.sha512(password, RANDOM).encoded());
    }

    @Test
    void pbkdf2AgreesWithBouncyCastleOnRandomInput() {
        long seed = RANDOM.nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var password = new byte[random.nextInt(300)];
            random.nextBytes(password);
            int iterations = 1 + random.nextInt(50);

            var encoded =
                    PasswordHash.pbkdf2(password, iterations, RANDOM).encoded().split("\\$", -1);

            var generator = new PKCS5S2ParametersGenerator(new SHA512Digest());
            generator.init(password, Base64Field.bytes(encoded[3]), iterations);
            var key = ((KeyParameter) generator.generateDerivedMacParameters(512)).getKey();
            assertThat(Base64Field.bytes(encoded[4]))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(key);
        }
    }

    @Test
    void iterationsOutsideTheirRangeAreRefusedForNewHashes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.pbkdf2(new byte[1], 0, RANDOM));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.pbkdf2(new byte[1], 10_000_001, RANDOM));
    }

    /** Each was tried on mosquitto 2.1.2. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            $6$S12$K64$             | $6$S12$K64
            $6$S12$K64$more         | $6$S12$K64
            $6$$S12$$K64            | $6$S12$K64
            $6$S12$K6x              | $6$S12$K64
            $6$S12$K64x             | $6$S12$K64
            $6$S12=$K64             | $6$S12$K64
            $7$101x$S12$K64         | $7$101$S12$K64
            $7$0101$S12$K64         | $7$101$S12$K64
            $7$ +101$S12$K64        | $7$101$S12$K64
            """)
    void whatMosquittoReadsAroundIsReadAround(String text, String canonical) throws Exception {
        assertThat(PasswordHash.parse(filled(text)).encoded()).isEqualTo(filled(canonical));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""                          | it does not start with $
            secret                      | it does not start with $
            $                           | its kind is unknown
            $$                          | its kind is unknown
            $5$S12$K64                  | its kind is unknown
            $argon2i$v=19$m=8,t=1,p=1$AS$AK  | its kind is unknown
            $6$S12                      | it is not $6$SALT$HASH
            $6$$K64                     | it is not $6$SALT$HASH
            $6$=$K64                    | its salt has 0 bytes instead of 12 or 64
            $6$AAECAwQF$K64             | its salt has 6 bytes instead of 12 or 64
            $6$AAECAwQFBgcICQoLDA==$K64 | its salt has 13 bytes instead of 12 or 64
            $6$AAECAwQFBgcICQo*$K64     | its salt is not base64
            $6$AAECAwQFBgcICQo$K64      | its salt has 9 bytes instead of 12 or 64
            $6$S12$                     | it is not $6$SALT$HASH
            $6$S12$S12                  | its hash has 12 bytes instead of 64
            $6$S12$K64AAAA              | its hash has 69 bytes instead of 64
            $7$S12$K64                  | it is not $7$ITERATIONS$SALT$HASH
            $7$$S12$K64                 | it is not $7$ITERATIONS$SALT$HASH
            $7$x1$S12$K64               | its iterations are not a number from 1
            $7$0$S12$K64                | its iterations are not a number from 1
            $7$-1$S12$K64               | its iterations are not a number from 1
            $7$10000001$S12$K64         | its iterations are 10000001, more than 10000000
            $7$101$AAECAwQF$K64         | its salt has 6 bytes instead of 12 or 64
            $7$101$S12$S12              | its hash has 12 bytes instead of 64
            $argon2id$m=8,t=1,p=1$AS$AK | it is not $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH
            $argon2id$v=16$m=8,t=1,p=1$AS$AK | it is not $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH
            $argon2id$v=19$m=8,t=1$AS$AK     | its cost is not m=KIB,t=PASSES,p=LANES
            $argon2id$v=19$t=1,m=8,p=1$AS$AK | its cost is not m=KIB,t=PASSES,p=LANES
            $argon2id$v=19$m=99999999999,t=1,p=1$AS$AK | its cost is not m=KIB,t=PASSES,p=LANES
            $argon2id$v=19$m=262145,t=1,p=1$AS$AK | its KiB of memory (m) are 262145, not 8 to 262144
            $argon2id$v=19$m=15,t=1,p=2$AS$AK     | its KiB of memory (m) are 15, not 16 to 262144
            $argon2id$v=19$m=8,t=17,p=1$AS$AK     | its passes (t) are 17, not 1 to 16
            $argon2id$v=19$m=8000,t=1,p=17$AS$AK  | its lanes (p) are 17, not 1 to 16
            $argon2id$v=19$m=8,t=1,p=1$c2FsdA$AK  | its salt has 4 bytes, fewer than 8
            $argon2id$v=19$m=8,t=1,p=1$AS$c2FsdA  | its hash has 4 bytes, fewer than 16
            $argon2id$v=19$m=8,t=1,p=1$AS$K64     | its hash is not unpadded base64
            """)
    void wrongTextIsRefusedWithItsReason(String text, String reason) {
        var encoded = filled(text);

        assertThatThrownBy(() -> PasswordHash.parse(encoded))
                .isInstanceOf(InvalidHashException.class)
                .message()
                .startsWith(reason)
                .doesNotContain(SALT12)
                .doesNotContain(KEY64);
    }

    private static String filled(String text) {
        return text.replace("S12", SALT12)
                .replace("K64", KEY64)
                .replace("K6x", KEY64.replace("1Q==", "1R=="))
                .replace("AS", ARGON_SALT)
                .replace("AK", ARGON_KEY);
    }

    /** Several passwords at once, in a process with a heap of its own; argon2id takes 46 MiB for each. */
    static final class EightAtOnce {
        private EightAtOnce() {}

        public static void main(String[] args) throws Exception {
            var password = "secret".getBytes(UTF_8);
            var hash = PasswordHash.argon2id(password, RANDOM);
            var right = new AtomicInteger();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 8; i++) {
                    var _ = threads.submit(
                            () -> hash.verify(password) && right.incrementAndGet() > 0);
                }
            }
            System.out.println(right + " right");
            try {
                var _ = PasswordHash.parse(hash.encoded().replace("m=47104", "m=200000"));
            } catch (InvalidHashException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void passwordsThatAreTriedAtOnceShareASmallHeap() throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx160m",
                        "-XX:+UseSerialGC",
                        "-XX:ActiveProcessorCount=4",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EightAtOnce.class.getName())
                .redirectErrorStream(true)
                .start();

        assertThat(process.inputReader(UTF_8).readAllLines())
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("8 right"),
                        second -> assertThat(second)
                                .matches(
                                        "its KiB of memory \\(m\\) are 200000, more than half of the heap of \\d+ KiB"));
    }
}
