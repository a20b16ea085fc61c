// SPDX-License-Identifier: Apache-2.0
/**
 * JMH benchmarks of what a message passes through: codec, subscription trie, Retained Messages, session.
 *
 * <p>Never shipped, and no test: a figure here means something only beside another of the same run. Run them with
 *
 * <pre>
 * mvn -q -pl canary-bench -am -DskipTests package
 * java -cp 'canary-bench/target/*:canary-bench/target/lib/*' org.openjdk.jmh.Main -prof gc Codec
 * </pre>
 *
 * <p>May import: everything of the broker.
 */
@NullMarked
package org.thecanary.bench;

import org.jspecify.annotations.NullMarked;
