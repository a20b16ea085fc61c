// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.CipherList;
import org.thecanary.client.Tls;
import org.thecanary.client.Transport;
import org.thecanary.client.Transport.WebSocket;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the settings lead, and through what; in mosquitto's words where that is wrong. */
final class ToolTransport {
    private static final String FAILED = "Unable to connect (" + Words.TLS + ").\n";

    private final Settings settings;
    private final Passphrase passphrase;

    /** @param passphrase asked for that of an encrypted key */
    ToolTransport(Settings settings, Passphrase passphrase) {
        this.settings = settings;
        this.passphrase = passphrase;
    }

    Transport build() throws ToolException {
        checkTlsOptions();
        if (settings.unixSocket != null) {
            return Transport.unix(Path.of(Bytes.text(settings.unixSocket)));
        }
        String host = settings.host == null ? "localhost" : Bytes.text(settings.host);
        if (settings.port == 0) {
            return Transport.unix(Path.of(host)); // as libmosquitto
        }
        Transport.Tcp tcp = Transport.tcp(host, port());
        if (settings.proxy != null) {
            tcp = tcp.through(settings.proxy);
        }
        if (settings.webSocket) {
            tcp = tcp.with(WebSocket.MQTT);
        }
        return usesTls() ? tcp.with(tls()) : tcp;
    }

    /** Without {@code -p} that of TLS where an authority is named, even with {@code --no-tls}: as mosquitto. */
    private int port() {
        if (settings.port != Settings.PORT_UNDEFINED) {
            return settings.port;
        }
        return settings.caFile == null && settings.caPath == null
                ? Transport.DEFAULT_PORT
                : Transport.DEFAULT_TLS_PORT;
    }

    /** Also with a certificate alone, whose owner hardly means to connect without TLS. */
    private boolean usesTls() {
        return !settings.noTls
                && (settings.caFile != null
                        || settings.caPath != null
                        || settings.certFile != null
                        || settings.useSystemTrust
                        || settings.port == Transport.DEFAULT_TLS_PORT);
    }

    private void checkTlsOptions() throws ToolException {
        if (settings.noTls) {
            return;
        }
        if (settings.psk != null || settings.pskIdentity != null) {
            throw new ToolException(
                    1,
                    "Error: --psk is not supported, since Java's TLS has no pre-shared keys; use certificates (--cafile, --cert, --key).\n");
        }
        if (settings.keyForm != null && !settings.keyForm.equals("pem")) {
            throw new ToolException(
                    1,
                    settings.keyForm.equals("engine")
                            ? "Error: --keyform engine is not supported; use a key in a PEM file.\n"
                            : "Error: Problem setting key form, it must be one of 'pem' or 'engine'.\n");
        }
        if (settings.tlsVersion != null
                && !List.of("tlsv1.1", "tlsv1.2", "tlsv1.3").contains(settings.tlsVersion)) {
            throw new ToolException(
                    1, "Error: Problem setting TLS options, check the options are valid.\n");
        }
    }

    private Tls tls() throws ToolException {
        for (String file : new String[] {settings.caFile, settings.certFile, settings.keyFile}) {
            if (file != null && !Files.isReadable(Path.of(Bytes.text(file)))) {
                throw new ToolException(
                        1,
                        "Error: Problem setting TLS options: File not found.\n" + file
                                + " cannot be read.\n");
            }
        }
        Tls.Builder tls;
        try {
            tls = new TlsFiles(
                            path(settings.caFile),
                            path(settings.caPath),
                            settings.useSystemTrust,
                            path(settings.certFile),
                            path(settings.keyFile))
                    .builder(passphrase);
        } catch (PemException e) {
            throw new ToolException(1, FAILED + Bytes.of(e.getMessage() + ".\n"));
        }
        if (settings.insecure) {
            tls.trustAnything();
        }
        if ("tlsv1.3".equals(settings.tlsVersion)) {
            tls.onlyVersion13(); // the version named is the lowest, as in mosquitto
        }
        if (settings.alpn != null) {
            tls.alpn(List.of(Bytes.text(settings.alpn)));
        }
        try {
            if (settings.ciphers != null) {
                tls.cipherSuites12(CipherList.tls12(Bytes.text(settings.ciphers)));
            }
            return tls.build();
        } catch (IllegalArgumentException e) {
            throw new ToolException(1, FAILED + Bytes.of(e.getMessage() + ".\n"));
        }
    }

    private static @Nullable Path path(@Nullable String file) {
        return file == null ? null : Path.of(Bytes.text(file));
    }
}
