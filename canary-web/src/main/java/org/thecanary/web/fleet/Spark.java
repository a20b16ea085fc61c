// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The last hour of one quantity as means of ten seconds, for a small picture of it.
 *
 * <p>Confined to the fleet's lock.
 */
final class Spark {
    static final long BUCKET_MILLIS = 10_000;
    static final int BUCKETS = 360;

    private final float[] means = new float[BUCKETS];
    private long latest = Long.MIN_VALUE;
    private double sum;
    private int count;

    Spark() {
        clear();
    }

    /** Forgets all. */
    void clear() {
        Arrays.fill(means, Float.NaN);
        latest = Long.MIN_VALUE;
    }

    void add(long timeMillis, double value) {
        long bucket = Math.floorDiv(timeMillis, BUCKET_MILLIS);
        if (bucket < latest) {
            return; // late; the history has it
        }
        if (bucket > latest) {
            long from = latest == Long.MIN_VALUE ? bucket : Math.max(latest + 1, bucket - BUCKETS);
            for (long skipped = from; skipped < bucket; skipped++) {
                means[slot(skipped)] = Float.NaN;
            }
            latest = bucket;
            sum = 0;
            count = 0;
        }
        sum += value;
        count++;
        means[slot(bucket)] = (float) (sum / count);
    }

    private static int slot(long bucket) {
        return Math.floorMod(bucket, BUCKETS);
    }

    /** Pairs of time in seconds since 1970 and mean, oldest first; nothing for a gap. */
    List<Number> points(long nowMillis) {
        List<Number> points = new ArrayList<>();
        if (latest == Long.MIN_VALUE) {
            return points;
        }
        long first =
                Math.max(latest - BUCKETS + 1, Math.floorDiv(nowMillis, BUCKET_MILLIS) - BUCKETS);
        for (long bucket = first; bucket <= latest; bucket++) {
            float mean = means[slot(bucket)];
            if (!Float.isNaN(mean)) {
                points.add(bucket * BUCKET_MILLIS / 1000);
                points.add(Double.parseDouble(Float.toString(mean)));
            }
        }
        return points;
    }
}
