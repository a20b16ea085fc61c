// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/** What opens an authority's key: a file, the environment, or a person. */
final class PassphraseOptions {
    static final String PASSPHRASE_VARIABLE = "CANARY_CA_PASSPHRASE";

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Its first line is the passphrase of the authority's key. Else: "
                    + PASSPHRASE_VARIABLE + ", or a prompt.")
    private @Nullable Path passphraseFile;

    /** For where no person chooses. */
    static PassphraseOptions of(@Nullable Path file) {
        var options = new PassphraseOptions();
        options.passphraseFile = file;
        return options;
    }

    /** The authority with its key; asks for the passphrase where there is one. */
    CertificateAuthority open(CaStore store) throws CaException, IOException {
        store.certificate(); // the reason that matters most comes first
        char[] passphrase = null;
        if (store.isKeyEncrypted()) {
            passphrase = given();
            if (passphrase == null) {
                passphrase = characters(SecretPrompt.ofProcess()
                        .askOnce("Passphrase of " + store.keyFile() + ": "));
            }
        }
        return CertificateAuthority.open(store, passphrase, Clock.systemUTC(), new SecureRandom());
    }

    /** The passphrase for a new key, asked for twice where it is not given. */
    char[] forNewKey() throws CaException, IOException {
        var given = given();
        if (given != null) {
            return given;
        }
        try {
            return characters(SecretPrompt.ofProcess()
                    .askTwice("Passphrase for the authority's key: ", "Again: "));
        } catch (SecretPrompt.MismatchException e) {
            throw new CaException("The two passphrases differ; nothing was done. Try again.");
        }
    }

    /** The passphrase by file or environment; null: neither. */
    char @Nullable [] given() throws CaException, IOException {
        if (passphraseFile != null) {
            var text = Files.readString(passphraseFile, StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("").toCharArray();
        }
        var variable = System.getenv(PASSPHRASE_VARIABLE);
        return variable == null ? null : variable.toCharArray();
    }

    private static char[] characters(byte[] passphrase) throws CaException {
        try {
            return SecretPrompt.characters(passphrase);
        } catch (CharacterCodingException e) {
            throw new CaException("The passphrase is not UTF-8; set the terminal to it.");
        }
    }
}
