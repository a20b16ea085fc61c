// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The certificate that browsers are shown. Its files are looked at again with each new connection, so that a renewed one
 * needs no restart; where they cannot be used any more, the former one goes on.
 *
 * <p>Any thread.
 */
public final class BrowserTls extends X509ExtendedKeyManager {
    private static final Logger LOG = LoggerFactory.getLogger("web");

    private final Path certificateFile;
    private final Path keyFile;

    /** By alias, a handshake's hold on the one it began with. */
    private final Map<String, Identity> identities = new ConcurrentHashMap<>();

    private Identity latest; // guarded by this
    private FileTime tried; // guarded by this

    private record Identity(
            String alias, X509Certificate[] chain, PrivateKey key, FileTime changed) {}

    private BrowserTls(Path certificateFile, Path keyFile) throws PemException, IOException {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.latest = read();
        this.tried = latest.changed;
    }

    /**
     * What a server needs for HTTPS.
     *
     * @param certificateFile PEM: the server's own certificate first, then those that signed it
     * @throws IOException with a sentence, if the files cannot be used
     */
    public static SSLContext context(Path certificateFile, Path keyFile) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new BrowserTls(certificateFile, keyFile)}, null, null);
            return context;
        } catch (PemException e) {
            throw new IOException(e.getMessage() + ".", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    private Identity read() throws PemException, IOException {
        FileTime changed = changed();
        X509Certificate[] chain =
                PemFiles.certificates(certificateFile).toArray(X509Certificate[]::new);
        PrivateKey key = PemFiles.privateKey(keyFile, Passphrase.NONE);
        PemFiles.checkPair(certificateFile, chain[0], keyFile, key);
        Identity identity =
                new Identity(chain[0].getSerialNumber() + "-" + changed, chain, key, changed);
        identities.put(identity.alias, identity);
        return identity;
    }

    /** The later of the two: they are written one after the other. */
    private FileTime changed() throws IOException {
        FileTime certificate = Files.getLastModifiedTime(certificateFile);
        FileTime key = Files.getLastModifiedTime(keyFile);
        return certificate.compareTo(key) > 0 ? certificate : key;
    }

    private synchronized Identity current() {
        try {
            FileTime changed = changed();
            if (!changed.equals(tried)) {
                tried = changed;
                latest = read();
                LOG.warn("web: shows the certificate that is new in {}", certificateFile);
            }
        } catch (PemException | IOException e) {
            LOG.warn("web: the former certificate goes on: {}", e.getMessage());
        }
        return latest;
    }

    private @Nullable String alias(String keyType) {
        Identity identity = current();
        return keyType.equals(identity.key.getAlgorithm()) ? identity.alias : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null; // nobody asks a server
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Identity identity = identities.get(alias);
        return identity == null ? null : identity.chain;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Identity identity = identities.get(alias);
        return identity == null ? null : identity.key;
    }
}
