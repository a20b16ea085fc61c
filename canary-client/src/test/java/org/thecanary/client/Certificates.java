// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A folder of certificates as openssl makes them: {@code NAME.crt} and {@code NAME.key}. */
record Certificates(Path folder) {
    private static final String NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

    /** One that signs others. */
    Certificates authority(String name) throws IOException, InterruptedException {
        openssl("req -x509 " + NEW_KEY + " -days 2 -keyout " + key(name) + " -out "
                + certificate(name) + " -subj /CN=" + name);
        return this;
    }

    /**
     * One signed by an authority for some days, which may be before today.
     *
     * @param names alternative names as openssl writes them; empty: none
     */
    Certificates issue(String name, String subject, String names, String authority, int days)
            throws IOException, InterruptedException {
        Path request = folder.resolve(name + ".csr");
        Path extensions = folder.resolve(name + ".ext");
        Files.writeString(extensions, names.isEmpty() ? "" : "subjectAltName=" + names);
        openssl("req -new " + NEW_KEY + " -keyout " + key(name) + " -out " + request + " -subj "
                + subject);
        openssl("x509 -req -in " + request + " -CA " + certificate(authority) + " -CAkey "
                + key(authority) + " -CAcreateserial -days " + days + " -out " + certificate(name)
                + (names.isEmpty() ? "" : " -extfile " + extensions));
        return this;
    }

    Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    Path key(String name) {
        return folder.resolve(name + ".key");
    }

    List<X509Certificate> read(String name) throws PemException {
        return PemFiles.certificates(certificate(name));
    }

    PrivateKey readKey(String name) throws PemException {
        return PemFiles.privateKey(key(name), Passphrase.NONE);
    }

    private static void openssl(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments.split(" ", -1)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
