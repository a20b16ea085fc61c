// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;

import org.jspecify.annotations.Nullable;

import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

/** What a handshake that failed means, and what to do about it, for those who do not speak TLS. */
public final class TlsFailure {
    private static final String NO_TLS =
            "it does not speak TLS, which this port is for; give the client"
                    + " the CA certificate (--cafile) or another port";

    private static final Pattern ALERT = Pattern.compile("alert_([a-z_]+)");

    private TlsFailure() {}

    /** A sentence for the log; null where the client merely went away. */
    public static @Nullable String explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = switch (cause) {
                case ClosedChannelException _ -> "";
                case NotSslRecordException _ -> NO_TLS;
                case SslHandshakeTimeoutException _ -> "it did not finish the handshake in time";
                case CertificateExpiredException e -> clientCertificate("has expired", e);
                case CertificateNotYetValidException e ->
                    clientCertificate("is not valid yet; look at the clocks", e);
                case CertPathBuilderException _ ->
                    "no CA of this listener's cafile or capath signed the client's certificate";
                case CertificateException e
                when e.getCause() == null -> clientCertificate("is refused", e);
                case CertPathValidatorException e
                when e.getCause() == null -> clientCertificate("is refused", e);
                default -> null;
            };
            if (text != null) {
                return text.isEmpty() ? null : text;
            }
        }
        return failure instanceof SSLException || failure.getCause() instanceof SSLException
                ? byMessage(failure)
                : String.valueOf(failure.getMessage());
    }

    private static String clientCertificate(String what, Throwable why) {
        return "the client's certificate " + what + ": " + why.getMessage();
    }

    private static @Nullable String byMessage(Throwable failure) {
        // An alert of TLS 1.3 that comes unencrypted, as OpenSSL's do, is known by the cause of the
        // failure only.
        String text = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .map(Throwable::getMessage)
                .collect(Collectors.joining(" "))
                .toLowerCase(Locale.ROOT)
                // Java says "alert: bad_certificate", BoringSSL SSLV3_ALERT_BAD_CERTIFICATE.
                .replace("alert: ", "alert_");
        if (text.contains("unknown_ca")) {
            return "the client does not trust the CA of certfile; give the client that CA's"
                    + " certificate (--cafile)";
        }
        if (text.contains("bad_packet_length")) {
            // How BoringSSL calls an alert of TLS 1.3 that comes unencrypted.
            return "the client gave up; OpenSSL's do where they do not trust the CA of certfile; give"
                    + " the client that CA's certificate (--cafile)";
        }
        if (text.contains("alert_certificate_expired")) {
            return "the client says that certfile has expired; renew it, or look at its clock";
        }
        if (text.contains("alert_bad_certificate")
                || text.contains("alert_certificate_unknown")
                || text.contains("alert_unsupported_certificate")) {
            return "the client refuses certfile: its CA is not the client's, or the host name the"
                    + " client called is not among the certificate's names (SAN)";
        }
        if (text.contains("alert_internal_error")) {
            return "the client gave up; mosquitto's do where the host name they called is not among the"
                    + " names (SAN) of certfile";
        }
        if (text.contains("empty client certificate chain")
                || text.contains("peer_did_not_return_a_certificate")) {
            return "the client showed no certificate, which require_certificate asks for; give the"
                    + " client --cert and --key";
        }
        if (text.contains("no cipher suites in common")
                || text.contains("no_shared_cipher")
                || text.contains("alert_handshake_failure")
                || text.contains("alert_insufficient_security")) {
            return "client and listener have no cipher suite in common; look at ciphers, and at the"
                    + " kind of key in keyfile";
        }
        if (text.contains("protocol version")
                || text.contains("protocol_version")
                || text.contains("unsupported_protocol")
                || text.contains("client requested protocol")
                || text.contains("no appropriate protocol")) {
            return "client and listener have no version of TLS in common; this listener speaks 1.2"
                    + " and 1.3, or what tls_version says";
        }
        if (text.contains("closed while ssl/tls handshake")
                || text.contains("close_notify during handshake")
                || text.contains("alert_user_canceled")) {
            return null;
        }
        if (text.contains("plaintext connection") || text.contains("unknown handshake type")) {
            return NO_TLS;
        }
        Matcher alert = ALERT.matcher(text);
        return alert.find()
                ? "the client ended it with the alert " + alert.group(1)
                : "TLS failed: " + failure.getMessage();
    }
}
