// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateAuthority.Issued;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Shorter ways to say what tests say often. */
final class TestAuthority {
    static final SecureRandom RANDOM = new SecureRandom();
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final KeyKind P256 = new KeyKind.P256();

    private TestAuthority() {}

    static Clock at(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    static CertificateAuthority found(Path folder, Clock clock) throws CaException, IOException {
        return found(folder, clock, P256);
    }

    static CertificateAuthority found(Path folder, Clock clock, KeyKind kind)
            throws CaException, IOException {
        return CertificateAuthority.create(
                CaStore.at(folder),
                new Founding("Test CA", kind, 3650, null, false),
                clock,
                RANDOM);
    }

    static CertificateAuthority reopen(CertificateAuthority authority, Clock clock)
            throws CaException, IOException {
        return CertificateAuthority.open(authority.store(), null, clock, RANDOM);
    }

    static Issued client(CertificateAuthority authority, String name)
            throws CaException, IOException {
        var profile = CertificateProfile.of(name, Set.of(Use.CLIENT), List.of(), null);
        return authority.issue(name, profile, P256, false);
    }

    static Issued server(CertificateAuthority authority, String name, String... names)
            throws CaException, IOException {
        return authority.issue(name, serverProfile(name, names), P256, false);
    }

    static CertificateProfile serverProfile(String name, String... names) throws CaException {
        var parsed = new ArrayList<AlternativeName>();
        for (var text : names) {
            parsed.add(AlternativeName.parse(text));
        }
        return CertificateProfile.of(name, Set.of(Use.SERVER), parsed, null);
    }
}
