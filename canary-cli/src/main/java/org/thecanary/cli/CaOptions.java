// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;

/** Where the authority is, and what opens its key: on each command of {@code canary ca}. */
final class CaOptions {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The authority's folder. Default: ./ca")
    private Path folder = Path.of("ca");

    @Mixin
    private PassphraseOptions passphrase = new PassphraseOptions();

    CaStore store() {
        return CaStore.at(folder);
    }

    /** The authority with its key; asks for the passphrase where there is one. */
    CertificateAuthority open() throws CaException, IOException {
        return passphrase.open(store());
    }

    /** The passphrase for a new key, asked for twice where it is not given. */
    char[] newPassphrase() throws CaException, IOException {
        return passphrase.forNewKey();
    }
}
