// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

/**
 * The proxy before a listener, which announces each client by the PROXY protocol.
 *
 * <p>Immutable; any thread.
 *
 * @param version {@code enable_proxy_protocol}: 1 (text) or 2 (binary); the other one is refused
 * @param requiresTls {@code proxy_protocol_v2_require_tls}: whether the client must have come to the proxy by TLS
 * @param requiresCertificate {@code require_certificate} with version 2: whether the proxy must have verified the
 *     client's certificate
 */
public record ProxyConfig(int version, boolean requiresTls, boolean requiresCertificate) {}
