// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

/** Why a load could not be carried through, as a sentence without its end. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BenchException(String sentence) {
        super(sentence);
    }
}
