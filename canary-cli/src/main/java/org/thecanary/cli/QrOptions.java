// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.DeviceBundle.BrokerAddress;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * A QR code with what anybody may see: where the broker is, and by which fingerprint its authority is known. Never a key.
 */
final class QrOptions {
    @Option(
            names = "--broker",
            paramLabel = "HOST[:PORT]",
            description = "Where the broker is, for --bundle and --qr. Default port: "
                    + BrokerAddress.DEFAULT_PORT + ".")
    private @Nullable String address;

    @Option(
            names = "--qr",
            description =
                    "Show a QR code with the broker's address and the authority's fingerprint.")
    private boolean terminal;

    @Option(
            names = "--qr-svg",
            paramLabel = "FILE",
            description = "Write that QR code as a picture.")
    private @Nullable Path svg;

    boolean wanted() {
        return terminal || svg != null;
    }

    /** Null when it was not given. */
    @Nullable
    BrokerAddress broker() throws CaException {
        return address == null ? null : BrokerAddress.parse(address);
    }

    /** Refuses what {@link #show} would, before anything is done. */
    void check(boolean force) throws CaException {
        if (wanted() && address == null) {
            throw new CaException("A QR code says where the broker is; give --broker HOST:PORT.");
        }
        if (svg != null && Files.exists(svg) && !force) {
            throw new CaException(
                    svg + " is there already; choose another name, or replace it with --force.");
        }
    }

    void show(X509Certificate authority, boolean force) throws CaException, IOException {
        var broker = broker();
        if (!wanted() || broker == null) {
            return;
        }
        check(force);
        var code = new QrPicture(text(authority, broker));
        if (svg != null) {
            Files.writeString(svg, code.svg());
            System.out.println(svg);
        }
        if (terminal) {
            boolean colours = SecretPrompt.terminal() != null && System.getenv("NO_COLOR") == null;
            System.out.print(code.halfBlocks(colours));
            System.out.println(text(authority, broker));
        }
    }

    /** {@code mqtts://HOST:PORT?ca-sha256=HEX}. */
    static String text(X509Certificate authority, BrokerAddress broker) {
        return "mqtts://" + broker + "?ca-sha256=" + fingerprint(authority).replace(":", "");
    }

    /** As {@code openssl x509 -fingerprint -sha256} shows it. */
    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
