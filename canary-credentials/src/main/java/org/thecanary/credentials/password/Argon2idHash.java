// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.BlockPool;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.FixedBlockPool;
import org.bouncycastle.crypto.params.Argon2Parameters;

import java.lang.ref.WeakReference;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * {@code $argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>}: argon2id version 1.3, RFC
 * 9106, as a PHC string. A verification takes the memory the hash names, so a password file could
 * ask for all of ours: hence the bounds. No more of them run at a time than fit a quarter of the
 * heap.
 *
 * @param memoryKib 8 × lanes..{@value #MAX_MEMORY_KIB}, and no more than half of the heap
 * @param passes 1..{@value #MAX_PASSES}
 * @param lanes 1..{@value #MAX_LANES}; computed one after the other
 * @param salt 8..64 bytes in unpadded base64
 * @param key 16..64 bytes in unpadded base64
 */
record Argon2idHash(int memoryKib, int passes, int lanes, String salt, String key)
        implements PasswordHash {
    static final String ID = "argon2id";

    static final int MAX_MEMORY_KIB = 262_144;
    static final int MAX_PASSES = 16;
    static final int MAX_LANES = 16;

    private static final int HEAP_KIB =
            (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 1024);

    private static final int SHARE_KIB = HEAP_KIB / 4;
    private static final Semaphore SHARE = new Semaphore(SHARE_KIB, true);

    /**
     * The blocks of hashes that are over, for the next ones, until the collector wants their room: 46 MiB of young garbage
     * for each password would all be copied to the old generation.
     */
    private static final Queue<WeakReference<BlockPool>> POOLS = new ConcurrentLinkedQueue<>();

    private static final Pattern COST =
            Pattern.compile("m=([1-9][0-9]{0,8}),t=([1-9][0-9]{0,8}),p=([1-9][0-9]{0,8})");

    /**
     * @param fields the encoded text split at {@code $}: "", "argon2id", version, cost, salt, hash
     */
    static Argon2idHash parse(String[] fields) throws InvalidHashException {
        if (fields.length != 6 || !fields[2].equals("v=19")) {
            throw new InvalidHashException(
                    "it is not $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH");
        }
        var cost = COST.matcher(fields[3]);
        if (!cost.matches()) {
            throw new InvalidHashException("its cost is not m=KIB,t=PASSES,p=LANES");
        }
        int lanes = bounded("lanes (p)", cost.group(3), 1, MAX_LANES);
        int passes = bounded("passes (t)", cost.group(2), 1, MAX_PASSES);
        int memoryKib = bounded("KiB of memory (m)", cost.group(1), 8 * lanes, MAX_MEMORY_KIB);
        if (memoryKib > HEAP_KIB / 2) {
            throw new InvalidHashException("its KiB of memory (m) are " + memoryKib
                    + ", more than half of the heap of " + HEAP_KIB + " KiB");
        }
        int saltLength = Base64Field.UNPADDED.decode("salt", fields[4]).length;
        if (saltLength < 8) {
            throw new InvalidHashException("its salt has " + saltLength + " bytes, fewer than 8");
        }
        int keyLength = Base64Field.UNPADDED.decode("hash", fields[5]).length;
        if (keyLength < 16) {
            throw new InvalidHashException("its hash has " + keyLength + " bytes, fewer than 16");
        }
        return new Argon2idHash(memoryKib, passes, lanes, fields[4], fields[5]);
    }

    static Argon2idHash create(byte[] password, SecureRandom random) {
        var salt = new byte[64];
        random.nextBytes(salt);
        var key = derive(password, salt, 47_104, 1, 1, 64);
        return new Argon2idHash(
                47_104, 1, 1, Base64Field.UNPADDED.encode(salt), Base64Field.UNPADDED.encode(key));
    }

    @Override
    public boolean verify(byte[] password) {
        var expected = Base64Field.bytes(key);
        var actual = derive(
                password, Base64Field.bytes(salt), memoryKib, passes, lanes, expected.length);
        return MessageDigest.isEqual(expected, actual);
    }

    @Override
    public String encoded() {
        return this + salt + "$" + key;
    }

    @Override
    public String toString() {
        return "$argon2id$v=19$m=" + memoryKib + ",t=" + passes + ",p=" + lanes + "$";
    }

    private static int bounded(String name, String digits, int min, int max)
            throws InvalidHashException {
        int number = Integer.parseInt(digits);
        if (number < min || number > max) {
            throw new InvalidHashException(
                    "its " + name + " are " + number + ", not " + min + " to " + max);
        }
        return number;
    }

    private static byte[] derive(
            byte[] password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        int share = Math.min(memoryKib, SHARE_KIB);
        SHARE.acquireUninterruptibly(share);
        try {
            var pool = pool(memoryKib);
            var generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(memoryKib)
                    .withIterations(passes)
                    .withParallelism(lanes)
                    .withSalt(salt)
                    .withBlockPool(pool)
                    .build());
            var key = new byte[length];
            generator.generateBytes(password, key);
            POOLS.add(new WeakReference<>(pool));
            return key;
        } finally {
            SHARE.release(share);
        }
    }

    private static BlockPool pool(int memoryKib) {
        for (var idle = POOLS.poll(); idle != null; idle = POOLS.poll()) {
            var pool = idle.get();
            if (pool != null) {
                return pool;
            }
        }
        return new FixedBlockPool(memoryKib);
    }
}
