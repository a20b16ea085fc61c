// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;

import org.jspecify.annotations.Nullable;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

/** Why TLS failed, in words that follow the Server's address and say what to do. */
final class TlsProblem {
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

    private TlsProblem() {}

    /** Whether this is a failure of TLS at all, wherever in the chain of causes it says so. */
    static boolean isOne(Throwable failure) {
        return find(failure, SSLException.class) != null;
    }

    static String words(Throwable failure) {
        var refused = find(failure, ServerTrust.RefusedException.class);
        if (refused != null) {
            return String.valueOf(refused.getMessage());
        }
        if (find(failure, NotSslRecordException.class) != null) {
            return "does not speak TLS on this port; take its TLS port, or leave TLS out";
        }
        if (find(failure, SslHandshakeTimeoutException.class) != null) {
            return "does not answer the TLS handshake; does it speak TLS on this port?";
        }
        SSLException tls = find(failure, SSLException.class);
        if (tls == null) {
            return "closed the connection in the TLS handshake; does it speak TLS on this port?";
        }
        String message = String.valueOf(tls.getMessage());
        Matcher alert = ALERT.matcher(message);
        return alert.find() ? alert(alert.group(1)) : own(message);
    }

    /** What the Server has against us [RFC 8446 6.2]. */
    private static String alert(String name) {
        return switch (name) {
            case "certificate_required" ->
                "wants a certificate of this client; name one as cert and its key as key";
            case "handshake_failure" ->
                "refuses the TLS handshake: it wants a certificate of this client (cert, key), or no cipher suite suits both";
            case "unknown_ca" ->
                "does not trust the authority that signed this client's certificate, or the one between them is missing in cert";
            case "bad_certificate", "certificate_unknown", "unsupported_certificate" ->
                "does not accept this client's certificate; is it one for clients, signed by an authority that the broker trusts?";
            case "certificate_revoked" ->
                "says that this client's certificate is revoked; it needs a new one";
            case "certificate_expired" ->
                "says that this client's certificate has expired; it needs a new one, or a clock is wrong";
            case "protocol_version" -> "speaks no version of TLS that is offered here";
            case "no_application_protocol" ->
                "speaks none of the protocols that are offered by ALPN";
            case "unrecognized_name" -> "does not know the name it was asked for";
            case "access_denied" -> "denies access to this client's certificate";
            default -> "ended TLS with the alert " + name;
        };
    }

    /** What we have against the Server. */
    private static String own(String message) {
        if (message.contains("No appropriate protocol")) {
            return "is offered no version of TLS that this Java allows";
        }
        if (message.contains("protocol version") || message.contains("not enabled or supported")) {
            return "speaks only versions of TLS that are too old or not wanted";
        }
        if (message.contains("peer hasn't performed a proper close")
                || message.contains("closed inbound before receiving peer's close_notify")) {
            return "closed the connection without a word of TLS";
        }
        return "and this client do not agree on TLS: " + message;
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return kind.cast(cause);
            }
        }
        return null;
    }
}
