// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Tls;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What a device bundle of {@code canary ca issue --bundle} says: where the broker is, and how to be let in.
 *
 * @param clientId the device's name
 */
record BundleFile(String host, int port, String clientId, Tls tls) {
    private static final String SETTINGS = "settings.properties";

    /**
     * Reads a bundle: a .zip file, or the folder that it or a .tar.gz was unpacked to.
     *
     * @throws CredentialFile.Unreadable if there is nothing to read
     * @throws CredentialFile.Malformed if there is something else, or a part of it is missing
     */
    static BundleFile read(Path file) throws CredentialFile.Unreadable, CredentialFile.Malformed {
        try {
            if (Files.isDirectory(file)) {
                return readFolder(file, file);
            }
            String name = file.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
                throw new CredentialFile.Malformed(file
                        + ": a .tar.gz is not read as it is. Unpack it, and name the folder:  tar xzf "
                        + Shell.quote(file.toString()));
            }
            if (!Files.isReadable(file)) {
                throw new CredentialFile.Unreadable(file
                        + (Files.exists(file)
                                ? ": permission denied."
                                : ": there is no such file."));
            }
            try (FileSystem zip = FileSystems.newFileSystem(file)) {
                return readFolder(file, zip.getPath("/"));
            }
        } catch (CredentialFile.Unreadable | CredentialFile.Malformed e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new CredentialFile.Malformed(file + ": this is no device bundle.");
        }
    }

    private static BundleFile readFolder(Path file, Path top) throws IOException {
        Path settings;
        try (Stream<Path> files = Files.walk(top, 2)) {
            settings = files.filter(path -> path.endsWith(SETTINGS))
                    .findFirst()
                    .orElseThrow(() -> new CredentialFile.Malformed(file
                            + ": this is no device bundle: there is no " + SETTINGS + " in it."));
        }
        Properties lines = new Properties();
        try (Reader reader = Files.newBufferedReader(settings)) {
            lines.load(reader);
        }
        String host = line(file, lines, "host");
        String port = line(file, lines, "port");
        if (!port.matches("\\d{1,5}")) {
            throw new CredentialFile.Malformed(
                    file + ": port " + port + " in its " + SETTINGS + " is none.");
        }
        return new BundleFile(
                host,
                Integer.parseInt(port),
                line(file, lines, "client_id"),
                tls(
                        settings.resolveSibling(line(file, lines, "cafile")),
                        settings.resolveSibling(line(file, lines, "certfile")),
                        settings.resolveSibling(line(file, lines, "keyfile"))));
    }

    private static String line(Path file, Properties lines, String name)
            throws CredentialFile.Malformed {
        String value = lines.getProperty(name, "").strip();
        if (value.isEmpty()) {
            throw new CredentialFile.Malformed(file + ": its " + SETTINGS + " does not say " + name
                    + "; fill it in, or make the bundle with --broker.");
        }
        return value;
    }

    /**
     * Trusts an authority, and is who a certificate says.
     *
     * @param authority null: those of the system
     * @param certificate null: nobody
     * @param key of the certificate
     */
    static Tls tls(@Nullable Path authority, @Nullable Path certificate, @Nullable Path key)
            throws CredentialFile.Malformed {
        try {
            Tls.Builder tls = Tls.builder();
            if (authority != null) {
                tls.trust(PemFiles.certificates(authority));
            }
            if (certificate != null && key != null) {
                List<X509Certificate> chain = PemFiles.certificates(certificate);
                PrivateKey secret = PemFiles.privateKey(key, Passphrase.NONE);
                PemFiles.checkPair(certificate, chain.getFirst(), key, secret);
                tls.identity(chain, secret);
            }
            return tls.build();
        } catch (PemException | IllegalArgumentException e) {
            throw new CredentialFile.Malformed(e.getMessage() + ".");
        }
    }
}
